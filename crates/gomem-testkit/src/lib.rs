//! What tests of several crates share: where test data lies, `go tool pprof` as the reference, a service to ask, and the modules
//! of a crate with the arrows between them.
//!
//! | module | holds |
//! |---|---|
//! | `testdata` | [`root`], [`file()`], [`testdata`], [`incident`]: the workspace and its recorded inputs |
//! | `go_pprof` | [`Pprof`]: `go tool pprof`, asked what gomem is asked |
//! | `growth` | [`assert_linear`]: how the cost of work grows with its input |
//! | `heap_text` | [`growing_heap`]: heap profiles as text |
//! | `modules` | [`Modules`]: the files of a crate, and which of them uses which |
//! | `names` | what a path in a crate's source leads to |
//! | `page` | [`assert_page`]: a page of the documentation that code prints |
//! | `service` | [`Service`]: a service over HTTP that answers as told |
//! | `sources` | [`for_each_source`]: the workspace's files of Rust |

#![forbid(unsafe_code)]
#![allow(clippy::expect_used, clippy::panic, clippy::missing_panics_doc, clippy::print_stdout)]

mod go_pprof;
mod growth;
mod heap_text;
mod modules;
mod names;
mod page;
mod service;
mod sources;
mod testdata;

pub use go_pprof::{Calls, Dot, Lists, Pprof, Sums, add, add_call};
pub use growth::assert_linear;
pub use heap_text::growing_heap;
pub use modules::Modules;
pub use page::assert_page;
pub use service::{Service, answer_well, respond};
pub use sources::for_each_source;
pub use testdata::{IncidentFile, file, incident, inflated, root, testdata, testdata_text};
