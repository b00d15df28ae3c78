#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

#[cfg(feature = "arrow")]
#[doc(inline)]
pub use gomem_arrow as arrow;
#[cfg(feature = "bench")]
#[doc(inline)]
pub use gomem_bench as bench;
#[cfg(feature = "postmortem")]
#[doc(inline)]
pub use gomem_binary as binary;
#[cfg(feature = "capture")]
#[doc(inline)]
pub use gomem_capture as capture;
#[cfg(feature = "escape")]
#[doc(inline)]
pub use gomem_escape as escape;
#[cfg(feature = "metrics")]
#[doc(inline)]
pub use gomem_finding as finding;
#[cfg(feature = "frames")]
#[doc(inline)]
pub use gomem_frames as frames;
#[cfg(feature = "gogc")]
#[doc(inline)]
pub use gomem_gogc as gogc;
#[cfg(feature = "heap")]
#[doc(inline)]
pub use gomem_heap as heap;
#[cfg(feature = "metrics")]
#[doc(inline)]
pub use gomem_metrics as metrics;
#[cfg(feature = "postmortem")]
#[doc(inline)]
pub use gomem_postmortem as postmortem;
#[cfg(feature = "pprof")]
#[doc(inline)]
pub use gomem_pprof as pprof;
#[cfg(feature = "report")]
#[doc(inline)]
pub use gomem_report as report;
#[cfg(feature = "postmortem")]
#[doc(inline)]
pub use gomem_source as source;
#[doc(inline)]
pub use gomem_statistics as statistics;
#[doc(inline)]
pub use gomem_symbol as symbol;
#[doc(inline)]
pub use gomem_table as table;
#[cfg(feature = "trace")]
#[doc(inline)]
pub use gomem_trace as trace;

/// The examples in the pages of the repository, compiled.
#[cfg(all(doctest, feature = "postmortem"))]
mod pages {
    #[doc = include_str!("../../../README.md")]
    struct Readme;
    #[doc = include_str!("../../../docs/how-to/rust.md")]
    struct EmbedIt;
}
