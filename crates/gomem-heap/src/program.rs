//! The program's file beside the dump: names of variables and functions, if it is the one.

mod nameless;
mod naming;
mod program;
mod types;
mod values;

pub(crate) use naming::{is_runtime, is_runtime_function};
pub(crate) use program::{Program, Variable};
pub(crate) use types::TypeRecord;
pub(crate) use values::{Leads, Values};
