//! Sums over all samples.

use super::{
    profile::Profile,
    sample::Sample,
    totals::{BASE_LABEL, Totals},
};

impl Profile {
    /// The sum of a sample type over all samples, also of those that a [filter](Profile::filter) left out. Like
    /// `go tool pprof`, of the magnitudes; in a difference, of the base alone.
    #[must_use]
    pub fn total(&self, sample_type: usize) -> i64 {
        match &self.totals {
            Some(totals) => totals.magnitudes.get(sample_type).copied().unwrap_or(0),
            None => self.own_total(sample_type),
        }
    }

    /// The total of a mean: the total over the total of the first sample type.
    pub(crate) fn mean_total(&self, sample_type: usize, own: bool) -> i64 {
        let totals = self.totals.clone().filter(|_| !own).unwrap_or_else(|| self.own_totals());
        let total = totals.magnitudes.get(sample_type).copied().unwrap_or(0);
        match totals.counts.get(sample_type).copied().unwrap_or(0) {
            0 => total,
            count => total.wrapping_div(count),
        }
    }

    /// The total of the samples that are there.
    pub(crate) fn own_total(&self, sample_type: usize) -> i64 {
        if self.has_base {
            return self.own_totals().magnitudes.get(sample_type).copied().unwrap_or(0);
        }
        let magnitude = |sample: Sample<'_>| sample.value(sample_type).wrapping_abs();
        self.samples().map(magnitude).fold(0, i64::wrapping_add)
    }

    /// The totals to remember when samples are left out.
    pub(crate) fn remembered_totals(&self) -> Totals {
        self.totals.clone().unwrap_or_else(|| self.own_totals())
    }

    /// Sums those of the base, where there is a base.
    pub(crate) fn own_totals(&self) -> Totals {
        let width = self.sample_types.len();
        let mut all = Totals { magnitudes: vec![0_i64; width], counts: vec![0_i64; width] };
        let mut base = all.clone();
        for sample in self.samples() {
            let is_base = self.has_base && is_of_base(sample);
            let mut values = sample.values().enumerate().peekable();
            let count = values.peek().map_or(0, |&(_, value)| value);
            for (index, value) in values {
                all.add(index, value, count);
                if is_base {
                    base.add(index, value, count);
                }
            }
        }
        for index in 0..width {
            if base.magnitudes[index] > 0 {
                all.magnitudes[index] = base.magnitudes[index];
                all.counts[index] = base.counts[index];
            }
        }
        all
    }
}

/// As `Sample.DiffBaseSample` of `github.com/google/pprof/profile`.
pub(crate) fn is_of_base(sample: Sample<'_>) -> bool {
    sample.labels().any(|label| label.key == BASE_LABEL && label.text == "true")
}
