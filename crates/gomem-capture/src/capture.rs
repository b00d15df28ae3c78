//! All of it: profiles and scrapes of one service, into one folder.

mod asker;
mod capture;
mod event;
mod options;
mod sources;
mod writer;

pub use capture::{Capture, capture};
pub use options::CaptureOptions;
pub use writer::Progress;
