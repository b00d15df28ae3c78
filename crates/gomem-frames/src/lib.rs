//! Turns gomem tables into Polars DataFrames

#![forbid(unsafe_code)]
