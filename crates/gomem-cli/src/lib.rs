//! The gomem command: post-mortems of Go programs from their profiles, escape logs, metrics and GC traces

#![forbid(unsafe_code)]
