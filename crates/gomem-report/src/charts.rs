//! Facts as SVG.

mod axis;
mod chart;
mod gc_timeline;
mod heap_over_time;
mod memory_over_time;
mod part_colour;
mod trace_timeline;
mod waterfall;
mod what_if;

pub use waterfall::waterfall_svg;

pub(crate) use chart::STYLE;
pub(crate) use gc_timeline::GcTimeline;
pub(crate) use heap_over_time::heap_over_time;
pub(crate) use memory_over_time::memory_over_time;
pub(crate) use trace_timeline::TraceTimeline;
pub(crate) use what_if::what_if;
