//! What follows from what was read: why something goes to the heap, whether it allocates, what to do about it.

mod advice;
mod cause;
mod certainty;
mod chains;
mod flow;

pub use cause::Cause;
pub use certainty::Certainty;
pub use chains::LeakStep;
pub use flow::{Decision, Step};

pub(crate) use advice::{POOL_PUT, advice};
pub(crate) use certainty::Allocation;
pub(crate) use chains::Chains;
pub(crate) use flow::{Flow, callee};
