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
//! | module | holds |
//! |---|---|
//! | `format` | [`Format`]: what metrics come in, and how it is told |
//! | `exposition` | one scrape as text: [`Exposition`], lenient or held against the specification |
//! | `decode` | the other formats |
//! | `metrics` | [`Metrics`], [`Series`]: all of them over time |
//! | `quantity`, `names` | [`Quantity`]: one vocabulary over all naming schemes |
//! | `state` | [`GoState`]: the quantities over time, by target and run |
//! | `cycle` | [`ObservedCycle`], [`Regime`]: the GC cycles between scrapes |
//! | `gctrace`, `traced` | [`GcTrace`], [`GcTraceLine`], and the state that they tell of |
//! | `runtime_trace` | [`RuntimeTrace`]: lines of the pacer and the scavenger |
//! | `window` | one run of a program, as the rules look at it |
//! | `trend`, `growth`, `change_point` | robust statistics |
//! | `rules` | [`Rule`]: one file each |
//! | `finding`, `diagnosis` | [`Finding`], [`Diagnosis`]: what the rules say |
//! | `waterfall` | [`Waterfall`]: where the memory is |
//! | `error` | [`Error`], [`ErrorKind`], [`Diagnostic`], [`Limits`] |

#![forbid(unsafe_code)]

mod change_point;
mod cycle;
mod decode;
mod diagnosis;
mod error;
mod exposition;
mod finding;
mod format;
mod gctrace;
mod growth;
mod metrics;
mod names;
mod quantity;
mod rules;
mod runtime_trace;
mod state;
mod traced;
mod trend;
mod waterfall;
mod window;

pub use cycle::{ObservedCycle, Regime};
pub use diagnosis::{DiagnoseOptions, Diagnosis};
pub use error::{Diagnostic, Error, ErrorKind, Limits};
pub use exposition::{Dialect, Exposition, Extra, MetricType, Sample};
pub use finding::{Confidence, DIAGNOSIS_SCHEMA, Evidence, Finding, Severity, Verdict};
pub use format::Format;
pub use gctrace::{GCTRACE_SCHEMA, GcTrace, GcTraceLine};
pub use metrics::{Metrics, NativeHistogram, ReadOptions, SERIES_SCHEMA, Series};
pub use quantity::Quantity;
pub use rules::Rule;
pub use runtime_trace::{RuntimeTrace, RuntimeTraceKind, RuntimeTraceLine};
pub use state::GoState;
pub use trend::{Trend, kendall_tau, theil_sen};
pub use waterfall::{Component, WATERFALL_SCHEMA, Waterfall};
