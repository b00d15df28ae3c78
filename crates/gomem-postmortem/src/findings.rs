//! What to do, what costs most first.
//!
//! `finding` is one thing to do. `amount`, `breakdown`, `cost` and `sentence` put numbers into its words; `growth` and
//! `live_heap` are what several rooms know of memory over time. Most rooms make findings, each of one kind of evidence;
//! `calls` and `keeping` know what they share. `ranking` asks all of them, `consistency` and `mismatch` say what cannot be
//! told together, `missing_input` what is not there.
//!
//! | room | what it looks at |
//! |---|---|
//! | `gc` | GC cycles: when they run, what they cost, how the heap goes up and down |
//! | `goroutine` | goroutines: how many, what they wait for, what they hold |
//! | `allocation` | what lines, calls and goroutines allocate |
//! | `calls` | what is known of calls into libraries |
//! | `keeping` | who keeps what a line makes |
//! | `leak` | what grows without end |
//! | `moment` | one snapshot: counters, a heap dump, as of when a profile holds |
//! | `paste` | what people have instead of recordings: printed tables, logs, words |

mod allocation;
mod amount;
mod breakdown;
mod calls;
mod consistency;
mod cost;
mod finding;
mod gc;
mod goroutine;
mod growth;
mod keeping;
mod leak;
mod live_heap;
mod mismatch;
mod missing_input;
mod moment;
mod paste;
mod ranking;
mod sentence;

pub use allocation::line_cost::{LineCost, line_costs};
pub use finding::{Finding, FindingKind};
pub(crate) use gc::judgements::{HeapGrowth, asides, diagnose, is_leaking};
pub use gc::{judgements::Aside, traced_gc::traced_gc};
pub(crate) use growth::{GrowingSite, growing_sites};
pub(crate) use leak::leak::leaking;
pub(crate) use live_heap::LiveHeap;
pub(crate) use ranking::find;
