//! Takes a bundle for a post-mortem from a live Go service: profiles from `net/http/pprof`, scrapes of `/metrics`.
//!
//! ```no_run
//! use std::ops::ControlFlow;
//!
//! use gomem_capture::{CaptureOptions, Target, capture};
//!
//! let options = CaptureOptions::new(Target::parse("http://127.0.0.1:6060")?).with_seconds(30);
//! let taken = capture(&options, "incident/".as_ref(), &mut |_| ControlFlow::Continue(()))?;
//! for failed in &taken.manifest().failed {
//!     println!("{}: {}", failed.what, failed.reason);
//! }
//! # Ok::<(), gomem_capture::Error>(())
//! ```
//!
//! What answers is not trusted: every answer has a time and a number of bytes at most, is stored as it came and never
//! inflated, and a redirect is followed only within the same origin. TLS is verified, by the system's roots or
//! by [`Authorities`]; no proxy is used. Values of headers and credentials in URLs are sent and go nowhere else.
//!
//! | room | holds |
//! |---|---|
//! | `error` | [`Error`] |
//! | `service` | [`Target`]: where it is; [`Headers`], [`Authorities`]; one answer, within its limits; [`Reach`]: who else can ask |
//! | `bundle` | the folder on disk; [`Manifest`]: what was taken, and what failed |
//! | `capture` | [`capture`]: all of it |
//!
//! Each room sees only those above it.

#![forbid(unsafe_code)]

mod bundle;
mod capture;
mod error;
mod service;

pub use bundle::{Build, BundleFile, Failure, Manifest, Omission, Window};
pub use capture::{Capture, CaptureOptions, Progress, capture};
pub use error::Error;
pub use service::{Answer, Authorities, Headers, ListenCheck, Reach, Target, listen_check};
