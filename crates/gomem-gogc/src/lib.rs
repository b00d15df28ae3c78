//! Replays the Go GC pacer to predict what GOGC and GOMEMLIMIT would do to a recorded program

#![forbid(unsafe_code)]
