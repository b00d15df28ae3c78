//! What a compiled Go program says of itself, by its file: ELF, Mach-O and PE, Go 1.18 and later.
//!
//! [`Binary::build_info`] has the version of Go, the main module and what it was built from, as `go version -m` prints them.
//! [`Binary::callee`] tells which function the call at an address calls: a heap profile names the line that allocates and
//! hides the function of the runtime that it called, which is what tells a map that grows from a slice.
//!
//! ```no_run
//! let binary = gomem_binary::Binary::decode(&std::fs::read("app")?)?;
//! let info = binary.build_info();
//! println!("{} by {}", info.path, info.go_version);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | holds |
//! |---|---|
//! | `error` | [`Error`], [`ErrorKind`] |
//! | `build_info` | [`BuildInfo`], [`Module`]: the format of `debug/buildinfo` |
//! | `functions` | the functions of `runtime.pclntab`, by address |
//! | `binary` | [`Binary`]: sections, functions, and the instruction of a call |

#![forbid(unsafe_code)]

mod binary;
mod build_info;
mod error;
mod functions;

pub use binary::Binary;
pub use build_info::{BuildInfo, Module};
pub use error::{Error, ErrorKind};
