//! What a shell needs to know of gomem.

pub(crate) mod completions;
pub(crate) mod man;
