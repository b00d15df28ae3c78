//! Any bytes as a log with GC traces.
#![no_main]

use gomem_metrics::GcTrace;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(trace) = GcTrace::decode(bytes) {
        assert_eq!(trace.runs().map(<[_]>::len).sum::<usize>(), trace.lines().len());
        let _ = trace.to_table();
    }
});
