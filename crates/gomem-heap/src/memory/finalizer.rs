//! Functions that run when an object dies.

/// A finalizer: it keeps what its object points to, and not the object itself, until that is dead and waits in the queue.
#[derive(Debug, Clone)]
pub(crate) struct Finalizer {
    pub(crate) object: u64,
    /// The function value.
    pub(crate) function: u64,
    /// Where its code begins.
    pub(crate) code: u64,
    /// The type of a pointer to the object, as the runtime describes it; 0 where it is not known.
    pub(crate) pointer_type: u64,
    pub(crate) is_queued: bool,
}
