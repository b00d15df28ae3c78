//! What goes from those who ask to the one who writes.

use std::time::SystemTime;

/// What the asking threads say.
#[derive(Debug)]
pub(crate) enum Event {
    File { what: &'static str, file: String, url: String, start: SystemTime, bytes: Vec<u8> },
    Failure { what: &'static str, url: String, reason: String },
    Omission { what: &'static str, reason: &'static str },
    Warning(String),
}

/// What scrapes are called in the manifest.
pub(crate) const SCRAPE: &str = "scrapes of metrics";
/// The folder of scrapes.
pub(crate) const SCRAPES: &str = "metrics";
