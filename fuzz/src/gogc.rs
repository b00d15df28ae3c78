//! Any bytes as a log with GC traces, fitted and asked.

use gomem_gogc::{Container, GcModel, Gogc, Objective, Setting};
use gomem_metrics::GcTrace;
use gomem_postmortem::{RecordingOptions, record_trace};

pub fn gogc(bytes: &[u8]) {
    let Ok(trace) = GcTrace::decode(bytes) else { return };
    let Ok(model) = GcModel::fit(&record_trace(&trace, None, &RecordingOptions::default())) else { return };
    for (gogc, limit) in [(Gogc::Percent(25), None), (Gogc::Percent(800), Some(1 << 30)), (Gogc::Off, Some(1 << 26))] {
        let prediction = model.predict(&Setting::new(gogc).with_memory_limit(limit));
        assert!(prediction.refusal.is_some() || prediction.gc_cycles.is_some());
    }
    let _ = model.recommend(&Container::new(1 << 30), Objective::Balanced);
}
