//! Go memory post-mortems from Rust: feature-gated access to the gomem crates

#![forbid(unsafe_code)]
