#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

/// The tables of all releases.
pub static TABLES: &[u8] = include_bytes!("../tables.bin");
