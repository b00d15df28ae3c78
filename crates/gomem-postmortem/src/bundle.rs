//! The files that a Go program left behind, each recognised by its content.

mod allowance;
mod archive;
mod artifact;
mod bundle;
mod error;
mod file_remarks;
mod heap_refusal;
mod log_stream;
mod options;
mod outcome;
mod printed_profile;
mod program;
mod reader;
mod recogniser;
mod room;
mod signature;
mod sources;
mod stranger;
mod text;
mod traces;
mod unpacked;
mod untimed;
mod window;
mod written;

pub use allowance::Allowance;
pub use artifact::{Artifact, Contents, Remark, UnusedFile};
pub use bundle::{Bundle, HeapProfile};
pub use error::BundleError;
pub(crate) use file_remarks::shortened;
pub use options::{BundleLimits, BundleOptions};
pub(crate) use recogniser::LEAKED;
pub use signature::Signature;
pub use stranger::stranger;
pub(crate) use text::{
    AmountSource, Amounts, Crash, CrashKind, Exhausted, Field, Kills, Listing, Logged, LoggedMemory, MachineMemory,
    MemoryLimiter, OomReport, Printout, ProcessKey, ProcessMemory, Reading, Scavenger, SpokenMemory, StatedMemory,
    ToolOutput, is_unit,
};
pub use unpacked::unpacked;
