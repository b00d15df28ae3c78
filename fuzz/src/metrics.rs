//! Any bytes as metrics of any format.

use gomem_metrics::{DiagnoseOptions, Diagnosis, Dialect, Exposition, Format, Metrics, MetricsOptions, Rule};
use gomem_table::ToTable;

pub fn metrics(bytes: &[u8]) {
    let Some((&first, bytes)) = bytes.split_first() else { return };
    let format = Format::ALL.get(usize::from(first)).copied();
    let mut metrics = Metrics::with_options(MetricsOptions::default().with_format(format));
    let half = bytes.len() / 2;
    for (time, bytes) in [(0, &bytes[..half]), (1000, &bytes[half..]), (2000, bytes)] {
        let _ = metrics.push(time, bytes);
    }
    let state = metrics.state();
    let diagnosis = Diagnosis::from_state(&state, DiagnoseOptions::default().with_memory_limit_bytes(Some(1 << 30)));
    assert!(diagnosis.judgements().len() >= Rule::ALL.len());
    let _ = (
        metrics.to_table(),
        state.to_table(),
        state.cycles().to_table(),
        gomem_report::waterfall_svg(&state.waterfall()),
        diagnosis.to_table(),
    );
    for dialect in [Dialect::Prometheus, Dialect::OpenMetrics] {
        // What conforms is read whole.
        if Exposition::check(bytes, dialect).is_none() {
            let exposition = Exposition::decode_as(bytes, dialect);
            // A specification knows no calendar, but a table of times does.
            let is_of_a_time = |problem: &str| problem.contains("outside of the years 1 to 9999");
            assert!(exposition.diagnostics().iter().all(|told| !told.skipped || is_of_a_time(&told.problem)));
        }
    }
}
