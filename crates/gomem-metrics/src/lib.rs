#![doc = include_str!("../README.md")]
//!
//! ## Tasks and types
//!
//! | to | use |
//! |---|---|
//! | read one scrape | [`Exposition`], [`Format`]; sample by sample: [`SampleReader`] |
//! | collect scrapes over time | [`Metrics`], [`MetricsReader`], [`Series`], [`scrapes_of`] a folder, [`Window`] of time |
//! | read a GC trace or a scheduler trace | [`GcTrace`], [`RuntimeTrace`] |
//! | ask by quantity instead of by name | [`GoState`], [`Quantity`], [`ObservedCycle`] |
//! | know where the memory is | [`Waterfall`] |
//! | find out what is wrong | [`Diagnosis`], [`Judgement`], [`Rule`], [`Verdict`], [`TracedGc`] |
//! | handle bad input | [`Error`], [`ErrorKind`], [`Diagnostic`], [`Limits`] |

#![forbid(unsafe_code)]

mod analysis;
mod decode;
mod diagnosis;
mod error;
mod model;
mod rules;

pub use decode::{
    Dialect, Exposition, Extra, Format, GcTrace, GcTraceLine, MetricType, RuntimeTrace, RuntimeTraceKind,
    RuntimeTraceLine, RuntimeTraceNumber, Sample, SampleReader, ScrapeEnd, TraceOptions,
};
pub use diagnosis::{DiagnoseOptions, Diagnosis, Judgement};
pub use error::{Diagnostic, Error, ErrorKind, Limits};
pub use model::{
    Component, GcRun, GoState, Metrics, MetricsOptions, MetricsReader, NativeHistogram, ObservedCycle, Quantity,
    Regime, ScrapeDiagnostic, Series, TracedGc, TracedPlace, Waterfall, WaterfallPart, Window, WindowEnd, WindowError,
    scrapes_of,
};
pub use rules::{Rule, Verdict};
