//! The join: what allocates, why the compiler says so, what it costs, what to change.
//!
//! A [`Bundle`] is any set of files that a Go program left behind; what each is, is told by its content. [`Report::from_bundle`]
//! joins them: every allocation site of the heap profile with the compiler's decision about its line, growth over the
//! heap profiles with the live heap of the metrics, and each site's share replayed through the GC model. The crate
//! `gomem-report` draws it.
//!
//! ```no_run
//! use gomem_postmortem::{Bundle, Report};
//!
//! let report = Report::from_bundle(&Bundle::open("incident/".as_ref())?);
//! for finding in report.findings() {
//!     println!("{}: {}", finding.severity.name(), finding.title);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | room | holds |
//! |---|---|
//! | `bundle` | [`Bundle`], [`Artifact`]: files, recognised by content; [`Signature`]: what a file says it is; [`Allowance`]: how much of it is read |
//! | `pacing` | the GC model of the recorded run; [`Saving`], [`record_trace`], [`record_metrics`] |
//! | `attribution` | [`Site`]: what allocates, with the compiler's [`Reason`] |
//! | `findings` | [`Finding`]: one thing to do, with its evidence; [`Aside`] |
//! | `report` | [`Report`], [`Overview`], [`Comparison`]: the whole answer as facts |
//!
//! Arrows between rooms go from the top to the bottom: a room imports only from rooms above it.

#![forbid(unsafe_code)]

mod attribution;
mod bundle;
mod findings;
mod pacing;
mod report;

pub use attribution::{AttributeOptions, Place, Reason, Site, StdBasis, StdRelease, attribute, predict_savings};
pub use bundle::{
    Allowance, Artifact, Bundle, BundleError, BundleLimits, BundleOptions, Contents, HeapProfile, Remark, Signature,
    UnusedFile, stranger, unpacked,
};
pub use findings::{Aside, Finding, FindingKind, LineCost, line_costs};
pub use pacing::{
    RecordingLimits, RecordingOptions, Saving, TooManyCycles, record_bundle, record_metrics, record_trace,
};
pub use report::{Comparison, LeakFix, Overview, Report, SiteFix};
