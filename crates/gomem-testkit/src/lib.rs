//! What tests of several crates share: where test data lies, `go tool pprof` as the reference, and the modules of a crate
//! with the arrows between them.
//!
//! | module | holds |
//! |---|---|
//! | `testdata` | [`root`], [`testdata`]: the workspace and its recorded inputs |
//! | `modules` | [`Modules`]: the files of a crate, and which of them uses which |
//! | `names` | what a path in a crate's source leads to |

#![forbid(unsafe_code)]
#![allow(clippy::expect_used, clippy::panic, clippy::missing_panics_doc)]

mod modules;
mod names;
mod testdata;

pub use modules::Modules;
pub use testdata::{root, testdata};
