//! Leaving out lines, frames, samples and labels of a profile.

use crate::{
    profile::{LabelColumns, LineColumns, Location, LocationId, Profile, Sample},
    stacks::Stacks,
};

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

    /// Leaves out samples and changes the stacks of the others: `stack` gets a sample and where to put its new stack,
    /// and says whether the sample stays.
    pub(crate) fn restack(&mut self, mut stack: impl FnMut(Sample<'_>, &mut Vec<LocationId>) -> bool) {
        let mut stacks = Stacks::default();
        let mut written = Vec::new();
        let mut label_offsets = vec![0];
        let mut labels: Vec<LabelColumns> = Vec::with_capacity(self.labels.len());
        let mut values = Vec::with_capacity(self.values.len());
        for (index, sample) in self.samples().enumerate() {
            written.clear();
            if stack(sample, &mut written) {
                stacks.push(&written);
                values.extend_from_slice(sample.values());
                labels.extend_from_slice(&self.labels[self.label_offsets[index]..self.label_offsets[index + 1]]);
                label_offsets.push(labels.len());
            }
        }
        self.stacks = stacks;
        self.label_offsets = label_offsets;
        self.labels = labels;
        self.values = values;
    }

    /// Leaves out labels, by their keys.
    pub(crate) fn retain_labels(&mut self, keep: impl Fn(&str) -> bool) {
        let mut labels = Vec::with_capacity(self.labels.len());
        let mut offsets = vec![0];
        for range in self.label_offsets.windows(2) {
            let [begin, end] = *range else { continue };
            labels.extend(self.labels[begin..end].iter().filter(|label| keep(self.string(label.key))));
            offsets.push(labels.len());
        }
        self.labels = labels;
        self.label_offsets = offsets;
    }
}
