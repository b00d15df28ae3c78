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
//! | module | holds |
//! |---|---|
//! | `position` | [`Position`]: `file:line:column` in all its forms |
//! | `message` | [`Message`]: what a line says |
//! | `record` | [`Record`], [`records`]: the log line by line |
//! | `log` | [`EscapeLog`], [`Coverage`] |
//! | `decision` | [`HeapDecision`], [`Step`] |
//! | `subject` | [`SubjectKind`]: what kind of expression goes to the heap |
//! | `cause` | [`Cause`], [`Confidence`], [`Certainty`]: why, and whether it allocates |
//! | `advice` | what to do about it |
//! | `diff` | [`EscapeDiff`]: what changed between two logs |
//! | `error` | [`Error`], [`ErrorKind`], [`Limits`] |

#![forbid(unsafe_code)]

mod advice;
mod cause;
mod decision;
mod diff;
mod error;
mod log;
mod message;
mod position;
mod record;
mod subject;

pub use cause::{Cause, Certainty, Confidence};
pub use decision::{Decision, ESCAPES_SCHEMA, HeapDecision, Step, Variant};
pub use diff::{DIFF_SCHEMA, DiffStatus, EscapeDiff};
pub use error::{Error, ErrorKind, Limits};
pub use log::{Coverage, EscapeLog, InlinedCall};
pub use message::{Message, MessageKind};
pub use position::Position;
pub use record::{DIAGNOSTICS_SCHEMA, Record, Section, diagnostics_table, records};
pub use subject::SubjectKind;
