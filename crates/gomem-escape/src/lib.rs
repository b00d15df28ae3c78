//! Reader for what the Go compiler says about memory: the log of `go build -gcflags=-m=2`, Go 1.21 to 1.27.
//!
//! [`EscapeLog::decode`] folds the log into one [`HeapDecision`] per place: what goes to the heap, the compiler's flow,
//! the [`Cause`] a human acts on, how sure it is that memory is allocated, and advice. [`records`] gives the log line by
//! line instead; every [`Record`] renders back to its exact line.
//!
//! ```
//! use gomem_escape::{Cause, EscapeLog};
//!
//! let log = "# example.com/app\n\
//!            ./a.go:7:10: buf escapes to heap in put:\n\
//!            ./a.go:7:10:   flow: {heap} ← &{storage for buf}:\n\
//!            ./a.go:7:10:     from buf (spill) at ./a.go:7:10\n\
//!            ./a.go:7:10:     from (*sync.Pool).Put(pool, buf) (call parameter) at ./a.go:7:9\n\
//!            ./a.go:7:10: buf escapes to heap\n";
//! let log = EscapeLog::decode(log.as_bytes())?;
//! let decision = &log.heap_decisions()[0];
//! assert_eq!(decision.cause, Cause::InterfaceBoxing);
//! assert_eq!(decision.callee(), Some("(*sync.Pool).Put"));
//! assert!(decision.advice.contains("pointer"));
//! # Ok::<(), gomem_escape::Error>(())
//! ```
//!
//! | room | holds |
//! |---|---|
//! | `error` | [`Error`], [`ErrorKind`], [`Limits`] |
//! | `text` | lines, [`Position`], [`Message`] and its grammar, [`Record`]; expressions and their [`SubjectKind`] |
//! | `json` | the files of `-gcflags=-json=0,DIR` |
//! | `read` | the fold: what is distinct in a log, interned; [`Coverage`] |
//! | `decide` | [`Cause`], [`Certainty`], [`LeakStep`], the advice |
//! | `model` | [`HeapDecision`], [`Leak`], [`Inlining`], [`StackBuffer`], [`WrappedCall`], and their tables |
//! | `log` | [`EscapeReader`], [`EscapeLog`], [`EscapeDiff`], [`DiagnosticsReader`], [`Diagnostics`] |
//! | `std_library` | [`StdDecisions`]: what is decided in the standard library, of the releases that come along by feature `std-tables` |
//! | `source` | [`files_of`]: the files of a folder |
//!
//! Each room sees only those above it.

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
pub use model::{HeapDecision, InlinedFrom, Inlining, Leak, StackBuffer, WrappedCall};
pub use read::Coverage;
pub use source::files_of;
pub use std_library::StdDecisions;
#[cfg(feature = "std-tables")]
pub use std_library::StdTables;
pub use text::{
    BuildError, GoVersions, Message, MessageKind, Position, Record, Section, SubjectKind, Variant, records,
};
