//! What to do, what costs most first.

mod breakdown;
mod call_advice;
mod charged;
mod diagnosed;
mod finding;
mod growth;
mod leak;
mod live_heap;
mod mismatch;
mod pool;
mod ranking;
mod waiting;

pub use diagnosed::{Aside, Unjudged};
pub(crate) use diagnosed::{asides, diagnose, is_leaking, unjudged};
pub use finding::{Finding, FindingKind};
pub(crate) use growth::{GrowingSite, growing_sites};
pub(crate) use leak::leaking;
pub(crate) use live_heap::live_heap;
pub(crate) use ranking::find;
