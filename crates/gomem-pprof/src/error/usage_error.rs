//! A question that has no answer.

/// A question that has no answer.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// use gomem_pprof::{Filter, UsageError};
///
/// let mut filter = Filter::default();
/// filter.focus = "(".into();
/// assert!(matches!(profile.filter(&filter).unwrap_err(), UsageError::Pattern { option: "focus", .. }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UsageError {
    /// A regular expression, or a range of numbers, that is none.
    #[error("{option}: `{pattern}`: {problem}")]
    Pattern {
        /// The option.
        option: &'static str,
        /// What it says.
        pattern: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Profiles that have no sample type in common.
    #[error("profile {index} counts {found}, the first one {expected}: they have nothing in common")]
    SampleTypes {
        /// Which profile, from 0.
        index: usize,
        /// Its sample types.
        found: String,
        /// The first profile's sample types.
        expected: String,
    },
    /// Profiles whose values or periods are in units that cannot be converted.
    #[error("profile {index} has {what} in {found}, the first one in {expected}")]
    Units {
        /// Which profile, from 0.
        index: usize,
        /// What differs: the sample type or the period.
        what: String,
        /// Its unit.
        found: String,
        /// The first profile's unit.
        expected: String,
    },
    /// Values that cannot be converted to a unit of another kind.
    #[error("values in `{found}` cannot be told in `{wanted}`")]
    Unit {
        /// What they are in.
        found: String,
        /// What was asked for.
        wanted: String,
    },
    /// Values that 64 bits do not hold once they are converted to another unit, or scaled.
    #[error("values of {what} of profile {index} do not fit 64 bits in {unit}")]
    TooLarge {
        /// Which profile, from 0.
        index: usize,
        /// Their sample type.
        what: String,
        /// The unit that they would have.
        unit: String,
    },
    /// A share of what 64 bits do not hold.
    #[error("its values add up to more than 64 bits hold, so that no share of them is known")]
    LargeSums,
    /// Nothing to merge.
    #[error("no profiles to merge")]
    NoProfiles,
}

impl UsageError {
    pub(crate) fn pattern(option: &'static str, pattern: &str, problem: &str) -> Self {
        Self::Pattern { option, pattern: pattern.to_owned(), problem: problem.to_owned() }
    }
}
