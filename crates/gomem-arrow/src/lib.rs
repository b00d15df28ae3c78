#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod record_batch;

pub use record_batch::record_batch;
