//! Go memory post-mortems from Rust: one name for the gomem crates, each behind a feature of its own.
//!
//! ```no_run
//! # #[cfg(feature = "postmortem")] {
//! use gomem::postmortem::{Bundle, Report};
//!
//! let report = Report::from_bundle(&Bundle::open("incident/".as_ref())?);
//! for finding in report.findings() {
//!     println!("{}: {}", finding.severity.name(), finding.title);
//! }
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

#[cfg(feature = "postmortem")]
pub use gomem_binary as binary;
#[cfg(feature = "capture")]
pub use gomem_capture as capture;
#[cfg(feature = "escape")]
pub use gomem_escape as escape;
#[cfg(feature = "metrics")]
pub use gomem_finding as finding;
#[cfg(feature = "gogc")]
pub use gomem_gogc as gogc;
#[cfg(feature = "metrics")]
pub use gomem_metrics as metrics;
#[cfg(feature = "postmortem")]
pub use gomem_postmortem as postmortem;
#[cfg(feature = "pprof")]
pub use gomem_pprof as pprof;
#[cfg(feature = "report")]
pub use gomem_report as report;
pub use gomem_statistics as statistics;
pub use gomem_symbol as symbol;
pub use gomem_table as table;
