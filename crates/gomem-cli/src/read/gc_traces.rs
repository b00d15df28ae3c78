//! Logs with GC traces.

use gomem_metrics::GcTrace;

use crate::{
    failure::Failure,
    read::{kind::Kind, source::Source},
};

/// The GC cycles of all logs, one log after the other.
pub(crate) fn read_gc_traces(logs: &[Source]) -> Result<GcTrace, Failure> {
    let mut lines = Vec::new();
    for log in logs {
        lines.extend_from_slice(read_gc_trace(log)?.lines());
    }
    Ok(GcTrace::from_lines(lines))
}

/// The GC cycles that a log tells of.
pub(crate) fn read_gc_trace(log: &Source) -> Result<GcTrace, Failure> {
    let bytes = log.bytes()?;
    let failed = |problem| Failure::input(log.path(), format!("{problem}; {}", Kind::GcTrace.hint(&bytes)));
    GcTrace::decode(&bytes).map_err(failed)
}
