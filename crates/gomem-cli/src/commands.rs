//! The commands, a file each: what can be said to it, and how it answers.

mod attribute;
mod bench;
mod bench_gate;
mod bench_lines;
mod capture;
mod comments;
mod compare;
mod completions;
mod convert;
mod convert_table;
mod diagnose;
mod diff;
mod escape;
mod fail_on;
mod flame;
mod form;
mod gate;
mod gogc;
mod graph_size;
mod growth;
mod growth_gate;
mod heap;
mod interrupt;
mod list;
mod man;
#[cfg(feature = "mcp")]
mod mcp;
mod metrics;
mod postmortem;
#[cfg(feature = "serve")]
mod serve;
mod tags;
mod top;
mod trace;
mod traces;
mod tree;

pub(crate) use attribute::Attribute;
pub(crate) use bench::Bench;
pub(crate) use capture::Capture;
pub(crate) use comments::Comments;
pub(crate) use compare::Compare;
pub(crate) use completions::Completions;
pub(crate) use convert::Convert;
pub(crate) use diagnose::Diagnose;
pub(crate) use diff::Diff;
pub(crate) use escape::Escape;
pub(crate) use flame::Flame;
pub(crate) use gogc::Gogc;
pub(crate) use growth::Growth;
pub(crate) use heap::Heap;
pub(crate) use list::List;
pub(crate) use man::Man;
#[cfg(feature = "mcp")]
pub(crate) use mcp::Mcp;
pub(crate) use metrics::Metrics;
pub(crate) use postmortem::Postmortem;
#[cfg(feature = "serve")]
pub(crate) use serve::Serve;
pub(crate) use tags::Tags;
pub(crate) use top::Top;
pub(crate) use trace::Trace;
pub(crate) use traces::Traces;
pub(crate) use tree::Tree;
