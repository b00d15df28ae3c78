//! Sums over all samples. Each sample's value has 64 bits, their sum may need more: it is exact in 128, and null in a table
//! where `Int64` does not hold it.

use super::{
    profile::Profile,
    sample::Sample,
    totals::{BASE_LABEL, Totals},
};
use crate::error::{Diagnostic, Flaw, UsageError};

impl Profile {
    /// The sum of a sample type over all samples, also of those that a [filter](Profile::filter) left out. Like
    /// `go tool pprof`, of the magnitudes; in a difference, of the base alone. It is exact: 64 bits may not hold it.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// let alloc_space = profile.sample_type_index("alloc_space").unwrap();
    /// assert!(profile.total(alloc_space) > 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn total(&self, sample_type: usize) -> i128 {
        match &self.totals {
            Some(totals) => totals.magnitudes.get(sample_type).copied().unwrap_or(0),
            None => self.own_total(sample_type),
        }
    }

    /// The total of a mean: the total over the total of the first sample type.
    pub(crate) fn mean_total(&self, sample_type: usize, own: bool) -> i128 {
        let totals = self.totals.clone().filter(|_| !own).unwrap_or_else(|| self.own_totals());
        let total = totals.magnitudes.get(sample_type).copied().unwrap_or(0);
        match totals.counts.get(sample_type).copied().unwrap_or(0) {
            0 => total,
            count => total / count,
        }
    }

    /// The sum of the magnitudes of the samples that are there; [`total`](Self::total) is that of all that there were before a
    /// filter.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// let mut filter = gomem_pprof::Filter::default();
    /// filter.ignore = "parse".to_owned();
    /// let kept = profile.filter(&filter)?;
    /// assert_eq!((kept.own_total(1), kept.total(1)), (0, profile.own_total(1)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn own_total(&self, sample_type: usize) -> i128 {
        if self.has_base {
            return self.own_totals().magnitudes.get(sample_type).copied().unwrap_or(0);
        }
        self.samples().map(|sample| i128::from(sample.value(sample_type).unsigned_abs())).sum()
    }

    /// Tells of the sample types whose sums 64 bits do not hold.
    pub(crate) fn note_large_sums(&mut self) {
        self.diagnostics.retain(|found| !matches!(found.flaw, Flaw::Sum { .. }));
        let mut magnitudes = vec![0_i128; self.sample_types.len()];
        for sample in self.samples() {
            for (sum, value) in magnitudes.iter_mut().zip(sample.values()) {
                *sum += i128::from(value.unsigned_abs());
            }
        }
        let large = (0..).zip(magnitudes).filter(|&(_, sum)| int64(sum).is_none());
        let notes = large.map(|(sample_type, _)| Diagnostic { offset: 0, line: None, flaw: Flaw::Sum { sample_type } });
        self.diagnostics.extend(notes);
    }

    /// Refuses a profile of which some sums do not fit 64 bits, as it counts what no program can have:
    /// [`diagnostics`](Self::diagnostics) says of which sample types.
    ///
    /// # Errors
    /// When some do not.
    pub fn check_sums(&self) -> Result<(), UsageError> {
        match self.diagnostics.iter().any(|found| matches!(found.flaw, Flaw::Sum { .. })) {
            true => Err(UsageError::LargeSums),
            false => Ok(()),
        }
    }

    /// The totals to remember when samples are left out.
    pub(crate) fn remembered_totals(&self) -> Totals {
        self.totals.clone().unwrap_or_else(|| self.own_totals())
    }

    /// Sums those of the base, where there is a base.
    pub(crate) fn own_totals(&self) -> Totals {
        let width = self.sample_types.len();
        let mut all = Totals { magnitudes: vec![0; width], counts: vec![0; width] };
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

/// The sum as `Int64` holds it.
pub(crate) fn int64(sum: i128) -> Option<i64> {
    i64::try_from(sum).ok()
}

/// What is left of it in front of the point; `None` where 64 bits do not hold it.
pub(crate) fn whole(value: f64) -> Option<i64> {
    let limit = (i64::MAX as f64)..;
    (!value.is_nan() && !limit.contains(&value.abs())).then_some(value as i64)
}

/// A part's share of a whole; 0 when there is none, `None` where either does not fit `Int64`: what is told as unknown has no
/// share.
pub(crate) fn share(part: i128, whole: i128) -> Option<f64> {
    let (part, whole) = (int64(part)?, int64(whole)?);
    Some(if whole == 0 { 0.0 } else { part as f64 / whole as f64 })
}

/// Why a sum is null.
pub(crate) const TOO_LARGE: &str = "the sum does not fit 64 bits";

/// As `Sample.DiffBaseSample` of `github.com/google/pprof/profile`.
pub(crate) fn is_of_base(sample: Sample<'_>) -> bool {
    sample.labels().any(|label| label.key == BASE_LABEL && label.text == "true")
}
