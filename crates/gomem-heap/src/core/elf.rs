//! A core's file: what ELF says of its parts, its notes, and the memory in it.

pub(crate) mod file;
pub(crate) mod image;
pub(crate) mod memory;
pub(crate) mod notes;
pub(crate) mod program_headers;
pub(crate) mod word;
