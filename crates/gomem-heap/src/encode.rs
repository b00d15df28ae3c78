//! What others read.

mod pprof;
