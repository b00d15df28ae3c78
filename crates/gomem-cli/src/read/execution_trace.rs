//! Execution traces.

use std::{fs::File, path::Path};

use gomem_trace::{Trace, TraceReader};

use crate::{
    failure::Failure,
    read::{kind::Kind, source::Source},
};

/// The trace in a file, which is read piece by piece when nothing is around it.
pub(crate) fn read_execution_trace(path: &Path) -> Result<Trace, Failure> {
    let source = Source::held(path)?;
    // What goes wrong here is told of the whole below.
    if let Source::Path(path) = &source
        && let Ok(file) = File::open(path)
        && let Ok(reader) = TraceReader::new(file)
    {
        return reader.finish().map_err(|problem| Failure::input(path, problem));
    }
    let bytes = source.bytes()?;
    if !Trace::is_trace(&bytes) {
        return Err(Failure::input(path, format!("not an execution trace; {}", Kind::ExecutionTrace.hint(&bytes))));
    }
    Trace::decode(&bytes).map_err(|problem| Failure::input(path, problem))
}
