//! What is put around files on their way, and how much may come out of it.

pub(crate) mod allowance;
pub(crate) mod archive;
pub(crate) mod room;
pub(crate) mod unpacked;
pub(crate) mod written;
