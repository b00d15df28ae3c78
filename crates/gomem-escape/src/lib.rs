#![doc = include_str!("../README.md")]
//!
//! ## Tasks and types
//!
//! | to | use |
//! |---|---|
//! | read a whole log | [`EscapeLog::decode`]; [`EscapeReader`] for a stream |
//! | know why something is on the heap, and where it is stored | [`HeapDecision`], [`Cause`], [`Certainty`], [`LeakStep`], [`Store`] |
//! | look at leaks, inlining and stack buffers | [`Leak`], [`Inlining`], [`StackBuffer`], [`WrappedCall`], [`CapturedVariable`] |
//! | compare two logs | [`EscapeDiff`] |
//! | read the log line by line | [`records`], [`Record`], [`Message`], [`Position`]; each [`Record`] renders back to its exact line |
//! | read the folder of `-gcflags=-json=0,DIR` | [`DiagnosticsReader`], [`Diagnostics`], [`files_of`] |
//! | know what the standard library decides | [`StdDecisions`] |
//! | know how much of a log was understood | [`Coverage`] |

#![forbid(unsafe_code)]

mod decide;
mod error;
mod json;
mod log;
mod model;
mod read;
mod source;
mod std_library;
mod text;

pub use decide::{Cause, Certainty, Decision, LeakStep, Step};
pub use error::{Error, ErrorKind, Limits};
pub use log::{DecisionChange, Diagnostics, DiagnosticsReader, DiffStatus, EscapeDiff, EscapeLog, EscapeReader};
pub use model::{CapturedVariable, HeapDecision, InlinedFrom, Inlining, Leak, StackBuffer, Store, WrappedCall};
pub use read::Coverage;
pub use source::files_of;
pub use std_library::StdDecisions;
#[cfg(feature = "std-tables")]
pub use std_library::StdTables;
pub use text::{
    BuildError, GoVersions, Message, MessageKind, Position, Record, Section, SubjectKind, Variant, records,
};
