#![doc = include_str!("../README.md")]
//!
//! ## Tasks and types
//!
//! | to | use |
//! |---|---|
//! | say where the service is | [`Target`], [`Headers`], [`Authorities`] |
//! | take everything | [`capture`], [`CaptureOptions`], [`Manifest`] |
//! | read one profile | [`Target::fetch`] |
//! | know who else can reach it | [`Reach`] |
//! | take a core of a process, without its texts (Linux) | `take_core`, `CoreOptions` |
//! | write a core that was made fit to send (Linux) | `write_core` |
//! | handle what goes wrong | [`Error`] |

#![forbid(unsafe_code)]

mod bundle;
mod capture;
mod error;
#[cfg(target_os = "linux")]
mod process;
mod service;

pub use bundle::{Build, BundleFile, Failure, Manifest, Omission, Window};
pub use capture::{Capture, CaptureOptions, Progress, capture};
pub use error::Error;
#[cfg(target_os = "linux")]
pub use process::{CoreOptions, TakenCore, take_core, write_core};
pub use service::{Answer, Authorities, Headers, ListenCheck, Reach, Target, listen_check};
