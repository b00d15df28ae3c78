//! Execution traces.

use std::path::Path;

use gomem_trace::Trace;

use crate::{
    failure::Failure,
    read::{kind::Kind, source::read},
};

/// The trace in a file.
pub(crate) fn read_execution_trace(path: &Path) -> Result<Trace, Failure> {
    let bytes = read(path)?;
    if !Trace::is_trace(&bytes) {
        return Err(Failure::input(path, format!("not an execution trace; {}", Kind::ExecutionTrace.hint(&bytes))));
    }
    Trace::decode(&bytes).map_err(|problem| Failure::input(path, problem))
}
