//! What a file is, by its content; why it is not used.

pub(crate) mod documentation;
pub(crate) mod heap_refusal;
pub(crate) mod outcome;
pub(crate) mod program;
pub(crate) mod recogniser;
pub(crate) mod stranger;
pub(crate) mod traces;
pub(crate) mod untimed;
