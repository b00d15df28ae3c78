//! Go symbol names and source positions: one key for what the profiler and the compiler call the same place

#![forbid(unsafe_code)]
