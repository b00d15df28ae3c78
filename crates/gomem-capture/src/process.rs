//! A core of a process that runs, taken without a debugger: the process stands still only while its memory is copied.

mod core_file;
mod mappings;
mod notes;
mod redact;
mod stopped;
mod take;

pub use redact::write_core;
pub use take::{CoreOptions, TakenCore, take_core};
