//! The files that a Go program left behind, each recognised by its content.
//!
//! | room | holds |
//! |---|---|
//! | `packing` | what is put around files on their way, and how much may come out of it |
//! | `text` | what people paste, and what logs say |
//! | `recognition` | what a file is, and what it adds to a bundle |
//!
//! `artifact` is one file, `bundle` all of them, `reader` goes from the first to the second.

mod artifact;
mod bundle;
mod error;
mod file_remarks;
mod log_stream;
mod options;
mod packing;
mod reader;
mod recognition;
mod signature;
mod sources;
mod text;
mod window;

pub use artifact::{Artifact, Contents, Remark, UnusedFile};
pub use bundle::{Bundle, HeapProfile};
pub use error::BundleError;
pub(crate) use file_remarks::shortened;
pub use options::{BundleLimits, BundleOptions};
pub use packing::{allowance::Allowance, unpacked::unpacked};
pub(crate) use recognition::recogniser::LEAKED;
pub use recognition::stranger::stranger;
pub use signature::Signature;
pub(crate) use text::{
    AmountSource, Amounts, BenchmarkChange, BenchmarkTable, ContainerSpec, Crash, CrashKind, Eviction, Exhausted,
    Field, GoLimit, GroupEvents, Kills, Listing, Logged, LoggedMemory, MachineMemory, MemoryLimiter, OomReport,
    PerfReport, PerfRow, Printout, ProcessKey, ProcessMemory, ProcessTable, ProfileIndex, Reading, Refused,
    RefusedCall, Scavenger, ScavengerTrace, SpokenMemory, StatedMemory, ToolOutput, is_unit,
};
