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
//! | module | holds |
//! |---|---|
//! | `target` | [`Target`]: where the service is |
//! | `credentials` | user and password in that URL |
//! | `authorities` | [`Authorities`]: whose certificates are trusted |
//! | `header` | [`Headers`]: what is sent, and kept secret |
//! | `client` | one answer, within its limits |
//! | `endpoint`, `index` | what is asked for, and what there is |
//! | `folder` | the bundle on disk |
//! | `manifest` | [`Manifest`]: what was taken, and what failed |
//! | `capture` | [`capture`]: all of it |
//! | `reach` | [`Reach`], [`ListenCheck`]: who else can ask |

#![forbid(unsafe_code)]

mod authorities;
mod capture;
mod client;
mod credentials;
mod endpoint;
mod error;
mod folder;
mod header;
mod index;
mod manifest;
mod reach;
mod target;

pub use authorities::Authorities;
pub use capture::{Capture, CaptureOptions, Progress, capture};
pub use error::Error;
pub use header::Headers;
pub use manifest::{Build, Failed, Manifest, Skipped, TakenFile, Window};
pub use reach::{Answer, ListenCheck, Reach, listen_check};
pub use target::Target;
