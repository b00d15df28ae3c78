//! What fractions are of.

/// The sums of all samples, as fractions need them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Totals {
    /// Of the magnitudes of each sample type.
    pub(super) magnitudes: Vec<i128>,
    /// Of the first sample type, by which means are divided, over the same samples.
    pub(super) counts: Vec<i128>,
}

impl Totals {
    pub(super) fn add(&mut self, index: usize, value: i64, count: i64) {
        self.magnitudes[index] += i128::from(value.unsigned_abs());
        self.counts[index] += i128::from(count);
    }
}

/// The label of the base's samples in a difference, by which `go tool pprof` knows them too.
pub(crate) const BASE_LABEL: &str = "pprof::base";
