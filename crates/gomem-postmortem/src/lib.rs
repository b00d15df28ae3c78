#![doc = include_str!("../README.md")]
//!
//! ## Tasks and types
//!
//! | to | use |
//! |---|---|
//! | open a folder or an archive | [`Bundle`], [`Artifact`], [`Signature`], [`Allowance`] |
//! | get the whole answer | [`Report`], [`ReportOptions`], [`Overview`], [`Finding`], [`Aside`], [`SourceView`] |
//! | read a report back from its JSON (feature `serde`) | `ReportDocument` |
//! | read sources beside what their lines cost | [`Listing`], [`FunctionListing`], [`ListedLine`], [`LineDecision`] |
//! | compare two recordings | [`Comparison`], [`ComparedQuantity`], [`ComparedLine`] |
//! | know why each site allocates | [`Site`], [`Reason`] |
//! | know at which lines a benchmark allocates | [`benchmark_allocations`], [`benchmark_line_changes`] |
//! | know what a fix saves | [`Saving`] |
//! | know what goroutines lost at a site, by an execution trace | [`join_trace`], [`AssistCost`] |
//! | ask the rules about an execution trace | [`traced_gc`] |
//! | fit the GC model to a trace or to metrics | [`record_trace`], [`record_metrics`], [`record_execution_trace`], [`record_traced_cycles`] |

#![forbid(unsafe_code)]

mod attribution;
mod benchmark;
mod bundle;
mod findings;
mod listing;
mod pacing;
mod report;

pub use attribution::{
    AssistCost, AttributeOptions, BuildMatch, Explanation, HeldSite, Lifespan, Place, Reason, Site, StdBasis,
    StdRelease, attribute, attribute_heap, join_trace, predict_savings,
};
pub use benchmark::{
    BenchmarkAllocation, BenchmarkLine, BenchmarkLineChange, benchmark_allocations, benchmark_line_changes,
};
pub use bundle::{
    Allowance, Artifact, Bundle, BundleError, BundleLimits, BundleOptions, Contents, HeapProfile, Remark, Signature,
    UnusedFile, stranger, unpacked,
};
pub use findings::{Aside, Finding, FindingKind, LineCost, line_costs, traced_gc};
pub use listing::{FunctionListing, LineDecision, ListedLine, Listing, ListingError, ListingOptions};
pub use pacing::{
    RecordingLimits, RecordingOptions, Saving, TooManyCycles, record_bundle, record_execution_trace, record_metrics,
    record_trace, record_traced_cycles,
};
#[cfg(feature = "serde")]
pub use report::document::{self, DocumentError, ReportDocument};
pub use report::{
    ComparedLine, ComparedQuantity, Comparison, LeakFix, LineChange, Overview, Report, ReportOptions, SiteFix,
    SourceLimits, SourceView,
};
