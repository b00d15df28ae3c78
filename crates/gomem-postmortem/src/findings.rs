//! What to do, what costs most first.

mod breakdown;
mod call_advice;
mod charged;
mod diagnosed;
mod finding;
mod growth;
mod leak;
mod mismatch;
mod pool;
mod ranking;
mod series;
mod waiting;

pub use diagnosed::{Aside, Unjudged};
pub(crate) use diagnosed::{asides, diagnose, is_leaking, unjudged};
pub use finding::{FINDINGS_SCHEMA, Finding, FindingKind};
pub use growth::Growth;
pub(crate) use growth::{growth, live_heap};
pub(crate) use leak::leaking;
pub(crate) use ranking::find;
pub use series::{Series, SeriesError, SiteSeries};
