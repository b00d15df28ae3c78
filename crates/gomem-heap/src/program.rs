//! The program's file beside the dump: names of variables and functions, if it is the one.

mod naming;
mod program;
mod types;
mod values;

pub(crate) use naming::is_runtime;
pub(crate) use program::Program;
pub(crate) use types::TypeRecord;
pub(crate) use values::{Leads, Values};
