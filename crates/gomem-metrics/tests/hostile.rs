//! No input panics: bytes of any kind, text that is nearly right, and numbers at the ends of their ranges.

use gomem_metrics::{
    DiagnoseOptions, Diagnosis, Dialect, Exposition, Format, GcTrace, Metrics, MetricsOptions, Rule, RuntimeTrace,
};
use gomem_table::ToTable;
use proptest::prelude::*;

const METRICS: [&str; 16] = [
    "go_memstats_alloc_bytes_total",
    "go_memstats_heap_alloc_bytes",
    "go_memstats_heap_inuse_bytes",
    "go_memstats_heap_idle_bytes",
    "go_memstats_heap_released_bytes",
    "go_memstats_sys_bytes",
    "go_memstats_next_gc_bytes",
    "go_memstats_stack_inuse_bytes",
    "go_gc_duration_seconds_count",
    "go_gc_duration_seconds_sum",
    "go_gc_gogc_percent",
    "go_gc_gomemlimit_bytes",
    "go_goroutines",
    "process_resident_memory_bytes",
    "go_gc_heap_live_bytes",
    "go_cpu_classes_gc_total_cpu_seconds_total",
];

fn everything(metrics: &Metrics) {
    let state = metrics.state();
    let options = DiagnoseOptions::default().with_memory_limit_bytes(Some(1));
    let diagnosis = Diagnosis::from_state(&state, options);
    assert!(diagnosis.judgements().len() >= Rule::ALL.len());
    assert!(diagnosis.to_table().rows() >= Rule::ALL.len() && metrics.to_table().rows() >= metrics.series().len());
    assert_eq!((state.to_table().rows(), state.cycles().to_table().rows()), (state.rows(), state.cycles().len()));
    let _ = state.waterfall().to_table();
    let _ = (state.waterfall(), state.waterfall().at(Some(i64::MIN)));
}

proptest! {
    #[test]
    fn any_bytes(bytes: Vec<u8>, format in 0..8_usize, strict: bool) {
        let options = MetricsOptions::default().with_format(Format::ALL.get(format).copied()).with_strict(strict);
        let mut metrics = Metrics::with_options(options);
        let _ = metrics.push(0, &bytes);
        everything(&metrics);
        let _ = (GcTrace::decode(&bytes), RuntimeTrace::decode(&bytes));
    }

    #[test]
    fn text_that_is_nearly_right(text in "[a#{}=\",\\\\ \n1.eN_é:@\\[\\]>-]{0,60}") {
        for dialect in [Dialect::Prometheus, Dialect::OpenMetrics] {
            let flaw = Exposition::check(text.as_bytes(), dialect);
            let lenient = Exposition::decode_as(text.as_bytes(), dialect);
            // What conforms is read whole.
            prop_assert!(flaw.is_some() || lenient.diagnostics().iter().all(|told| !told.skipped), "{:?}", lenient.diagnostics());
        }
        for &format in Format::ALL {
            let options = MetricsOptions::default().with_format(Some(format));
            let _ = Metrics::with_options(options).push(0, text.as_bytes());
        }
    }

    #[test]
    fn any_numbers(rows in prop::collection::vec(prop::collection::vec(any::<f64>(), METRICS.len()), 0..24), step: i64) {
        let mut metrics = Metrics::new();
        for (index, row) in (0..).zip(rows) {
            let text: String = METRICS.iter().zip(row).map(|(name, value)| format!("{name} {value}\n")).collect();
            let _ = metrics.push_scrape(step.wrapping_mul(index), text.as_bytes());
        }
        everything(&metrics);
    }
}
