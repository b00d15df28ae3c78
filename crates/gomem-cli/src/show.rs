//! Outputs: tables in all forms, findings as sentences, and what differs on a terminal.

mod call_tree;
#[cfg(feature = "columnar")]
mod columnar;
mod destination;
mod flame;
mod github;
mod output;
mod progress;
mod prose;
mod render;
mod rows;
mod sarif;
mod terminal;
mod text_table;
mod traces;

pub(crate) use call_tree::call_tree;
pub(crate) use destination::{STDOUT, write, write_or_print};
pub(crate) use flame::whole_flame;
pub(crate) use github::github;
pub(crate) use output::Output;
pub(crate) use progress::{busy, progress_of_bytes, progress_of_time};
pub(crate) use prose::{MOST_COLUMNS, judgement, report};
pub(crate) use render::{Format, render, render_short};
pub(crate) use rows::{first_rows, head, total, whole};
pub(crate) use sarif::sarif;
pub(crate) use terminal::{Colour, Look, one_line};
pub(crate) use traces::traces;
