//! Reader for the Go compiler's -m and -m=2 optimisation diagnostics: heap decisions and their causes

#![forbid(unsafe_code)]
