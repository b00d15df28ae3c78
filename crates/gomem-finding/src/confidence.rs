//! How sure a statement is.

use gomem_table::named;

/// How sure a statement is.
///
/// ```
/// use gomem_finding::Confidence;
///
/// assert!(Confidence::High > Confidence::Low);
/// assert_eq!("medium".parse(), Ok(Confidence::Medium));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum Confidence {
    /// Few measurements, or estimates.
    #[default]
    Low,
    /// Enough of them; by a rule of thumb that holds nearly always.
    Medium,
    /// Many, and measured; what the compiler or the runtime says itself.
    High,
}

named!(Confidence { Low "low", Medium "medium", High "high" });
