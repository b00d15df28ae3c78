//! Functions that `runtime.AddCleanup` has run when an object has died.

/// A cleanup: it keeps its function and its argument, and not the object.
#[derive(Debug, Clone)]
pub(crate) struct Cleanup {
    /// The function value.
    pub(crate) function: u64,
    /// Where its code begins.
    pub(crate) code: u64,
    /// What else it keeps.
    pub(crate) argument: u64,
}
