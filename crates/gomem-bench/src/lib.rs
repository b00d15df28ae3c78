#![doc = include_str!("../README.md")]
//!
//! ## Tasks and types
//!
//! | to | use |
//! |---|---|
//! | read benchmarks | [`Benchmarks::parse`], [`Run`], [`Measurement`] |
//! | sum up runs | [`Benchmarks::medians`], [`BenchmarkMedian`], [`Summary`] |
//! | compare two of them | [`Comparison`], [`ComparisonRow`], [`Verdict`], [`UnitMean`] |
//! | gate on a change | [`Gate`], [`Threshold`] |

#![forbid(unsafe_code)]

mod benchmark_median;
mod benchmarks;
mod comparison;
mod error;
mod events;
mod gate;
mod run;
mod sample;
mod summary;
mod tables;
mod threshold;

pub use benchmark_median::BenchmarkMedian;
pub use benchmarks::{Benchmarks, Limits, Remark};
pub use comparison::{Basis, Comparison, ComparisonRow, UnitMean, Verdict};
pub use error::{Error, ErrorKind};
pub use gate::Gate;
pub use run::{Measurement, Run, printed_number, without_processors};
pub use summary::Summary;
pub use threshold::{Threshold, ThresholdError};
