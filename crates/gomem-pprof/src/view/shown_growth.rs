//! What is more in the later of two profiles, by more than the sampling explains.

use super::diff::{DiffRow, TopDiff};

/// A growth that chance does not make.
///
/// ```
/// # let heap = |name| gomem_pprof::Profile::decode(&gomem_testkit::file(format!("examples/incident/before/{name}")));
/// use gomem_pprof::TopOptions;
///
/// let (first, last) = (heap("heap-1.pb.gz")?, heap("heap-3.pb.gz")?);
/// let inuse_space = last.sample_type_index("inuse_space").ok_or("a heap profile has it")?;
/// let top = last.diff(&first, false)?.top(&TopOptions::new(inuse_space));
/// let shown = top.shown_growth().ok_or("a heap profile is sampled")?;
/// assert!(shown[0].row.key.to_string().contains("(*Sessions).touch"));
/// assert!(shown[0].least > 15e6, "43 MiB more, by sampling 15 MB at the least: {}", shown[0].least);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ShownGrowth<'a> {
    /// What grew.
    pub row: &'a DiffRow,
    /// By how much it grew, at the least.
    pub least: f64,
}

impl TopDiff {
    /// The keys whose flat value is shown to have grown from one run to another, the most first; `None` where the error of the
    /// sampling is not known, as in CPU profiles.
    ///
    /// All keys are looked at, so one of many differs much by chance: it takes more standard deviations the more keys there
    /// are, so that of a thousand pairs of profiles of the same work one has such a key. The counts that the sampler picks are
    /// Poisson; of two of them with the sum N one exceeds the other by z·√N with a chance of at most e^(−z²/2) (Hoeffding).
    ///
    /// ```
    /// use gomem_pprof::{Profile, TopOptions};
    ///
    /// let picked = |parse: u32, encode: u32| {
    ///     let text = format!("heap profile: 1: 4096 [1: 4096] @ heap/1048576\n\
    ///                         {parse}: {} [{parse}: {}] @ 0x401000\n#\t0x401000\tmain.parse+0x10\t/src/parse.go:12\n\n\
    ///                         {encode}: {} [{encode}: {}] @ 0x402000\n#\t0x402000\tmain.encode+0x10\t/src/encode.go:7\n\n",
    ///                        parse * 1024, parse * 1024, encode * 1024, encode * 1024);
    ///     Profile::decode(text.as_bytes())
    /// };
    /// let top = picked(200, 120)?.diff(&picked(100, 100)?, false)?.top(&TopOptions::new(3));
    /// let shown = top.shown_growth().ok_or("a heap profile is sampled")?;
    /// // Twice as much is growth. A fifth more of a hundred sampled objects may be chance.
    /// assert_eq!(shown.len(), 1);
    /// assert_eq!(shown[0].row.key.to_string(), "main.parse");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn shown_growth(&self) -> Option<Vec<ShownGrowth<'_>>> {
        if !self.is_sampled() {
            return None;
        }
        let known = || self.rows().iter().filter_map(|row| Some((row, row.deviation_of_runs?)));
        let sigmas = sigmas_of(known().count());
        let grown =
            known().map(|(row, deviation)| ShownGrowth { row, least: row.delta().0 as f64 - sigmas * deviation });
        let mut grown: Vec<ShownGrowth<'_>> = grown.filter(|growth| growth.least > 0.0).collect();
        grown.sort_by(|one, other| other.least.total_cmp(&one.least));
        Some(grown)
    }

    /// By how much the sum of all keys grew from one run to another, at the least: negative where it is not shown. `None` as for
    /// [`shown_growth`](Self::shown_growth).
    #[must_use]
    pub fn least_total_growth(&self) -> Option<f64> {
        if !self.is_sampled() {
            return None;
        }
        let (delta, variance) = self.rows().iter().fold((0_i128, 0.0), |(delta, variance), row| {
            (delta + row.delta().0, variance + row.deviation_of_runs.unwrap_or(0.0).powi(2))
        });
        Some(delta as f64 - sigmas_of(1) * variance.sqrt())
    }
}

/// So many standard deviations does chance not reach in any of `keys`.
fn sigmas_of(keys: usize) -> f64 {
    (2.0 * (keys.max(1) as f64 / BY_CHANCE).ln()).sqrt()
}

/// Of all comparisons, those that find a growth where none is.
const BY_CHANCE: f64 = 0.001;

#[cfg(test)]
mod tests {
    use crate::{Granularity, Profile, TopOptions};

    /// A profile of so many objects of 1 KiB picked at each line, at one in 512 KiB.
    fn profile(picked: &[u64]) -> Profile {
        let mut text = "heap profile: 0: 0 [0: 0] @ heap/1048576\n".to_owned();
        for (line, picked) in picked.iter().enumerate() {
            let pc = 0x40_1000 + line * 0x100;
            text.push_str(&format!(
                "{picked}: {bytes} [{picked}: {bytes}] @ {pc:#x}\n#\t{pc:#x}\tmain.f{line}+0x10\t/app/a.go:{line}\n\n",
                bytes = picked * 1024
            ));
        }
        Profile::decode(text.as_bytes()).unwrap()
    }

    fn shown(base: &[u64], current: &[u64]) -> Vec<String> {
        let diff = profile(current).diff(&profile(base), false).unwrap();
        let top = diff.top(&TopOptions::new(3).by(Granularity::Function));
        top.shown_growth().unwrap().iter().map(|growth| growth.row.key.to_string()).collect()
    }

    #[test]
    fn chance_is_no_growth_and_more_than_chance_is() {
        assert_eq!(shown(&[100, 100], &[120, 90]), [""; 0], "1.3 standard deviations");
        assert_eq!(shown(&[100, 0], &[100, 9]), [""; 0], "as few as that come and go");
        assert_eq!(shown(&[100, 0], &[100, 40]).len(), 1);
        assert_eq!(shown(&[100, 100], &[200, 100]).len(), 1);
    }

    /// Poisson numbers, made by the seconds between events.
    #[test]
    fn two_runs_of_the_same_work_have_no_growth() {
        let mut state = 7_u64;
        let mut uniform = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
        };
        let mut poisson = |mean: f64| {
            let (mut events, mut time) = (0_u64, -uniform().ln());
            while time < mean {
                events += 1;
                time -= uniform().ln();
            }
            events
        };
        let false_alarms = (0..200)
            .filter(|_| {
                let mut run = || (0..100).map(|line| poisson(f64::from(line % 30))).collect::<Vec<_>>();
                !shown(&run(), &run()).is_empty()
            })
            .count();
        assert_eq!(false_alarms, 0, "of 200 pairs with 100 lines each");
    }
}
