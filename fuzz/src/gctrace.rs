//! Any bytes as a log with traces of the runtime.

use gomem_metrics::{GcTrace, RuntimeTrace};
use gomem_table::ToTable;

pub fn gctrace(bytes: &[u8]) {
    if let Ok(trace) = GcTrace::decode(bytes) {
        assert_eq!(trace.runs().map(<[_]>::len).sum::<usize>(), trace.lines().len());
        let _ = trace.to_table();
    }
    if let Ok(trace) = RuntimeTrace::decode(bytes) {
        let _ = trace.to_table();
    }
}
