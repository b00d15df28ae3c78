//! Outputs: tables in all forms, findings as sentences, and what differs on a terminal.

mod benchmarks;
mod call_tree;
#[cfg(feature = "columnar")]
mod columnar;
mod destination;
mod flame;
mod format;
mod markdown;
mod output;
mod progress;
mod prose;
mod render;
mod review;
mod rows;
mod terminal;
mod text_table;
mod traces;

pub(crate) use benchmarks::{worse_benchmark, write_benchmarks, write_medians};
pub(crate) use call_tree::call_tree;
pub(crate) use destination::{STDOUT, write, write_or_print, write_private};
pub(crate) use flame::whole_flame;
pub(crate) use format::{Format, ReviewFormat, Rows, TableOptions};
pub(crate) use output::Output;
pub(crate) use progress::{busy, progress_of_bytes, progress_of_time};
pub(crate) use prose::{MOST_COLUMNS, judgement, report};
pub(crate) use render::{render, render_short};
pub(crate) use review::{Annotation, Level, Review, Section};
pub(crate) use rows::{total, whole};
pub(crate) use terminal::{Colour, Look, one_line};
pub(crate) use traces::traces;
