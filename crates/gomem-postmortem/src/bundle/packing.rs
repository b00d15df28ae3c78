//! What is put around files on their way, and how much may come out of it.

pub(crate) mod allowance;
pub(crate) mod archive;
mod drawn_graph;
pub(crate) mod escapes;
mod problem_list;
pub(crate) mod room;
mod source_page;
pub(crate) mod unpacked;
pub(crate) mod written;
