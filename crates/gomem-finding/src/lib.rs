#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod confidence;
mod evidence;
mod severity;

pub use confidence::Confidence;
pub use evidence::Evidence;
pub use severity::Severity;
