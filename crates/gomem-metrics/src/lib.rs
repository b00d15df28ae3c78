//! Reader for Go runtime metrics and GC traces.
//!
//! [`Metrics`] collects scrapes, query results and snapshots of every usual [`Format`]; [`GoState`] maps the naming schemes under which Go
//! programs export their runtime onto one set of quantities; [`GcTrace`] reads `GODEBUG=gctrace=1` lines out of any log.
//!
//! ```
//! use gomem_metrics::{GcTrace, Metrics, Quantity};
//!
//! let mut metrics = Metrics::new();
//! metrics.push_scrape(1_700_000_000_000, b"go_memstats_alloc_bytes 4.2e+07\ngo_goroutines 12\n")?;
//! metrics.push_scrape(1_700_000_001_000, b"go_memstats_alloc_bytes 4.4e+07\ngo_goroutines 12\n")?;
//! let state = metrics.state();
//! assert_eq!(state.values(Quantity::HeapObjectsBytes), [Some(4.2e7), Some(4.4e7)]);
//!
//! let log = b"gc 7 @1.250s 3%: 0.02+1.5+0.01 ms clock, 0.04+0.3/1.1/0+0.02 ms cpu, 12->13->7 MB, 14 MB goal, \
//!             0 MB stacks, 0 MB globals, 2 P\n";
//! let trace = GcTrace::decode(log)?;
//! assert_eq!(trace.lines()[0].heap_live_mb, 7);
//! # Ok::<(), gomem_metrics::Error>(())
//! ```
//!
//! | room | holds |
//! |---|---|
//! | `error` | [`Error`], [`ErrorKind`], [`Diagnostic`], [`Limits`] |
//! | `decode` | what comes in: scrapes as text ([`Exposition`]), the other [`Format`]s, [`GcTrace`], [`RuntimeTrace`] |
//! | `model` | all of it over time: [`Metrics`] of [`Series`], [`scrapes_of`] a folder; [`GoState`] by one vocabulary ([`Quantity`]), its [`ObservedCycle`]s and its [`Waterfall`] |
//! | `analysis` | how quantities develop, and one run of a program as the rules look at it |
//! | `rules` | [`Rule`]: one file each, and whether one applies ([`Verdict`]) |
//! | `diagnosis` | [`Diagnosis`]: a [`Judgement`] of each rule on each program |
//!
//! Each room sees only those above it.

#![forbid(unsafe_code)]

mod analysis;
mod decode;
mod diagnosis;
mod error;
mod model;
mod rules;

pub use decode::{
    Dialect, Exposition, Extra, Format, GcTrace, GcTraceLine, MetricType, RuntimeTrace, RuntimeTraceKind,
    RuntimeTraceLine, RuntimeTraceNumber, Sample, TraceOptions,
};
pub use diagnosis::{DiagnoseOptions, Diagnosis, Judgement};
pub use error::{Diagnostic, Error, ErrorKind, Limits};
pub use model::{
    Component, GcRun, GoState, Metrics, MetricsOptions, NativeHistogram, ObservedCycle, Quantity, Regime,
    ScrapeDiagnostic, Series, Waterfall, WaterfallPart, scrapes_of,
};
pub use rules::{Rule, Verdict};
