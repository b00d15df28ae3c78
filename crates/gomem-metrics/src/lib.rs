//! Reader for Go runtime metrics and GC traces, and the rules that turn them into findings

#![forbid(unsafe_code)]
