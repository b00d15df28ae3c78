//! What to do, what costs most first.

mod breakdown;
mod call_advice;
mod charged;
mod consistency;
mod cost;
mod crashes;
mod ended_goroutines;
mod execution_trace;
mod finding;
mod goroutines;
mod growth;
mod heap_dump;
mod judgements;
mod keeper;
mod leak;
mod line_cost;
mod live_heap;
mod mismatch;
mod pool;
mod ranking;
mod sentence;
mod stale_profile;
mod start;
mod traced_gc;
mod wait;

pub use finding::{Finding, FindingKind};
pub(crate) use growth::{GrowingSite, growing_sites};
pub use judgements::Aside;
pub(crate) use judgements::{asides, diagnose, is_leaking};
pub(crate) use leak::leaking;
pub use line_cost::{LineCost, line_costs};
pub(crate) use live_heap::LiveHeap;
pub(crate) use ranking::find;
