//! The files of `-gcflags=-json=0,DIR`. Nothing here remembers a line.

mod logopt;

pub(crate) use logopt::{Diagnostic, FlowLine, Location, LogOptRecord};
