#![doc = include_str!("../README.md")]
//!
//! ## Tasks and types
//!
//! | to | use |
//! |---|---|
//! | say where the service is | [`Target`], [`Headers`], [`Authorities`] |
//! | take everything | [`capture`], [`CaptureOptions`], [`Manifest`] |
//! | know who else can reach it | [`Reach`] |
//! | handle what goes wrong | [`Error`] |

#![forbid(unsafe_code)]

mod bundle;
mod capture;
mod error;
mod service;

pub use bundle::{Build, BundleFile, Failure, Manifest, Omission, Window};
pub use capture::{Capture, CaptureOptions, Progress, capture};
pub use error::Error;
pub use service::{Answer, Authorities, Headers, ListenCheck, Reach, Target, listen_check};
