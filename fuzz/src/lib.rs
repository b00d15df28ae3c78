//! What each fuzz target does with its bytes: `cargo fuzz` calls it with new ones, `tests/corpus.rs` with those that are kept.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "to fail is what a fuzz target is for")]

mod bundle;
mod core;
mod escape;
mod filter;
mod gctrace;
mod gogc;
mod heap;
mod metrics;
mod pprof;
mod profile;
mod report;
mod shaped;
mod symbol;
mod trace;
mod transport;

pub use self::core::core;
pub use bundle::bundle;
pub use escape::escape;
pub use filter::filter;
pub use gctrace::gctrace;
pub use gogc::gogc;
pub use heap::heap;
pub use metrics::metrics;
pub use pprof::pprof;
pub use profile::profile;
pub use report::report;
pub use shaped::{bundle_shaped, heap_shaped, metrics_shaped, pprof_shaped, trace_shaped};
pub use symbol::symbol;
pub use trace::trace;
pub use transport::transport;
