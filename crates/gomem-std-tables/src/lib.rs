//! What the Go compiler decides about the heap in the standard library: data, which `gomem-escape` reads with its feature
//! `std-tables`. `make std-decisions` makes it from the logs of `go build -gcflags=all=-m=2 std` of each release.

#![forbid(unsafe_code)]

/// The tables of all releases.
pub static TABLES: &[u8] = include_bytes!("../tables.bin");
