//! Any bytes as an execution trace: every table can be made, and it is the same however it is read.

use gomem_trace::{Trace, TraceReader};

pub fn trace(bytes: &[u8]) {
    let Ok(trace) = Trace::decode(bytes) else { return };
    for view in Trace::TABLES {
        let _ = view.table(&trace);
    }
    let read = TraceReader::new(bytes).and_then(TraceReader::finish).expect("what was decoded can be read");
    assert_eq!(read.diagnostics(), trace.diagnostics());
    assert!(read.event_counts().eq(trace.event_counts()));
}
