//! Reader for Go pprof profiles: columnar decode, top, edges, flame tree, merge, diff, filters, encode

#![forbid(unsafe_code)]
