//! Leaving out lines, frames, samples and labels of a profile.

use crate::model::{LineColumns, Location, LocationId, Profile, Sample, SampleColumns};

impl Profile {
    /// Leaves out lines; the number is the line's place in its location. A location that loses all is not symbolised.
    pub(crate) fn retain_lines(&mut self, mut keep: impl FnMut(Location<'_>, usize) -> bool) {
        let (mut lines, mut offsets) = (Vec::with_capacity(self.lines.len()), vec![0]);
        for (id, location) in self.locations() {
            let before = lines.len();
            for (place, line) in self.line_range(id).enumerate() {
                if keep(location, place) {
                    lines.push(self.lines[line]);
                }
            }
            if lines.len() == before {
                lines.push(LineColumns::UNKNOWN);
            }
            offsets.push(lines.len());
        }
        self.lines = lines;
        self.line_offsets = offsets;
    }

    /// This profile with those samples for which `keep` says so.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// let many = profile.retain_samples(|sample| sample.value(0) >= 3);
    /// assert_eq!(many.samples().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn retain_samples(&self, mut keep: impl FnMut(Sample<'_>) -> bool) -> Self {
        let mut profile = self.clone();
        profile.restack(|sample, stack| {
            stack.extend(sample.locations());
            keep(sample)
        });
        profile
    }

    /// Leaves out samples and changes the stacks of the others: `stack` gets a sample and where to put its new stack,
    /// and says whether the sample stays.
    pub(crate) fn restack(&mut self, mut stack: impl FnMut(Sample<'_>, &mut Vec<LocationId>) -> bool) {
        let mut samples = SampleColumns::default();
        let mut written = Vec::new();
        let mut kept = Vec::with_capacity(self.samples.len());
        for sample in self.samples() {
            written.clear();
            let is_kept = stack(sample, &mut written);
            if is_kept {
                samples.push(&written, sample.values());
            }
            kept.push(is_kept);
        }
        self.samples = samples;
        self.labels.retain_samples(|sample| kept[sample]);
    }

    /// Leaves out labels, by their keys.
    pub(crate) fn retain_labels(&mut self, keep: impl Fn(&str) -> bool) {
        let strings = &self.strings;
        self.labels.retain(|label| keep(strings.text(label.key)));
    }
}
