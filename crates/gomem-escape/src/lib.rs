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
//! | `lines` | the physical lines of a log, and which belong together |
//! | `position` | [`Position`]: `file:line:column` in all its forms |
//! | `message`, `grammar` | [`Message`]: what a line says |
//! | `record` | [`Record`], [`records`]: the log line by line |
//! | `diagnostics` | [`Diagnostics`]: the log as a table, a row a line |
//! | `logopt` | the files of `-gcflags=-json=0,DIR` |
//! | `fold`, `found`, `finish`, `merge` | what is distinct in a log, from its lines to what is told |
//! | `source` | [`files_of`]: the files of a folder |
//! | `log` | [`EscapeLog`], [`EscapeReader`], [`Coverage`] |
//! | `columns` | the columns that all tables begin with |
//! | `decision` | [`HeapDecision`], [`Step`], [`LeakStep`], [`InlinedFrom`] |
//! | `stay` | [`Stay`]: what does not escape and may allocate all the same |
//! | `leak`, `chains`, `inlining` | [`Leak`], [`Inlining`] |
//! | `subject`, `syntax`, `call` | [`SubjectKind`]: what kind of expression goes to the heap |
//! | `functions`, `std_names` | what a log says of the program's functions |
//! | `cause` | [`Cause`], [`Confidence`]: why |
//! | `certainty` | [`Certainty`]: whether it allocates |
//! | `version` | [`GoVersions`]: which Go printed it |
//! | `advice` | what to do about it |
//! | `diff` | [`EscapeDiff`]: what changed between two logs |
//! | `error` | [`Error`], [`ErrorKind`], [`Limits`] |

#![forbid(unsafe_code)]

mod advice;
mod call;
mod cause;
mod certainty;
mod chains;
mod columns;
mod decision;
mod diagnostics;
mod diff;
mod error;
mod finish;
mod fold;
mod found;
mod functions;
mod grammar;
mod inlining;
mod interner;
mod leak;
mod lines;
mod log;
mod logopt;
mod merge;
mod message;
mod position;
mod record;
mod source;
mod stay;
mod std_names;
mod subject;
mod syntax;
mod version;

pub use cause::{Cause, Confidence};
pub use certainty::Certainty;
pub use decision::{Decision, ESCAPES_SCHEMA, HeapDecision, InlinedFrom, LeakStep, Step, Variant};
pub use diagnostics::{DIAGNOSTICS_SCHEMA, Diagnostics};
pub use diff::{DIFF_SCHEMA, DiffStatus, EscapeDiff};
pub use error::{Error, ErrorKind, Limits};
pub use inlining::{INLINING_SCHEMA, Inlining};
pub use leak::{LEAKS_SCHEMA, Leak};
pub use log::{Coverage, EscapeLog, EscapeReader};
pub use message::{Message, MessageKind};
pub use position::Position;
pub use record::{Record, Section, records};
pub use source::files_of;
pub use stay::{STAYS_SCHEMA, Stay};
pub use subject::SubjectKind;
pub use version::GoVersions;
