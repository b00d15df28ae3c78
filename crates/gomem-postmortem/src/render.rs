//! The report for people: text, HTML and charts.

mod axis;
mod chart;
mod gc_timeline;
mod heap_over_time;
pub(crate) mod html;
mod memory_over_time;
pub(crate) mod text;
pub(crate) mod what_if;

pub(crate) use gc_timeline::GcTimeline;
pub(crate) use heap_over_time::heap_over_time;
pub(crate) use memory_over_time::memory_over_time;
pub use what_if::what_if_html;
