//! Any bytes as a log with GC traces.

use gomem_metrics::GcTrace;

pub fn gctrace(bytes: &[u8]) {
    if let Ok(trace) = GcTrace::decode(bytes) {
        assert_eq!(trace.runs().map(<[_]>::len).sum::<usize>(), trace.lines().len());
        let _ = trace.to_table();
    }
}
