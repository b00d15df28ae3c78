//! The what-if page: peak heap against GC CPU over `GOGC`, as one HTML file.

use gomem_gogc::{GcModel, Gogc, Prediction, Setting};
use gomem_table::{Unit, percent};
use minijinja::{Value, context};

use crate::{charts, pages::rendered::rendered};

/// Peak heap against GC CPU (GC cycles, where CPU is not known) over `GOGC`, under `memory_limit_bytes`, with intervals and
/// the recorded setting; as one HTML file that loads nothing.
///
/// ```
/// # use gomem_gogc::{Cycle, GcModel, Gogc, Recording};
/// # let cycle = |n| Cycle {
/// #     start_seconds: f64::from(n),
/// #     heap_start_bytes: 19e6,
/// #     heap_end_bytes: 20e6,
/// #     heap_live_bytes: 11e6,
/// #     goal_bytes: 20e6,
/// #     mark_seconds: 0.005,
/// #     background_cpu_seconds: 0.005,
/// #     procs: 4,
/// #     ..Cycle::default()
/// # };
/// # let model = GcModel::fit(&Recording::new((0..40).map(cycle).collect(), Gogc::Percent(100)))?;
/// assert!(gomem_report::what_if_html(&model, "service", None).contains("GOGC"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn what_if_html(model: &GcModel, name: &str, memory_limit_bytes: Option<u64>) -> String {
    let predict = |gogc: Gogc, limit: Option<u64>| model.predict(&Setting::new(gogc).with_memory_limit(limit));
    let predictions: Vec<Prediction> =
        GRID.iter().map(|&percent| predict(Gogc::Percent(percent), memory_limit_bytes)).collect();
    let today = predict(model.base().gogc, model.base().memory_limit_bytes);
    let shares = model.observed_shares().map(|shares| {
        let percent = |share: f64| format!("{:.1}", share * 100.0);
        [
            ("assists", percent(shares.assist)),
            ("background workers", percent(shares.background)),
            ("idle processors", percent(shares.idle)),
            ("pauses", percent(shares.pause)),
            ("of the time is spent marking", percent(shares.mark_wall)),
            ("of the time the program is stopped", format!("{:.3}", shares.pause_wall * 100.0)),
        ]
        .map(|(label, percent)| context! { label, percent })
    });
    let values = context! {
        name,
        chart_style => Value::from_safe_string(charts::STYLE.to_owned()),
        version => env!("CARGO_PKG_VERSION"),
        chart => charts::what_if(&predictions, &today).map(Value::from_safe_string),
        rows => predictions.iter().map(row).collect::<Vec<_>>(),
        shares,
        remarks => model.quality().remarks.clone(),
        limit => memory_limit_bytes.map(|limit| Unit::Bytes.humanize(limit as f64)),
    };
    rendered(TEMPLATE, values).unwrap_or_else(|err| format!("<!DOCTYPE html><title>gomem</title>{err}"))
}

fn row(prediction: &Prediction) -> Value {
    let range = |low: String, value: String, high: String| context! { low, value, high };
    context! {
        gogc => prediction.setting.gogc.to_string(),
        cycles => prediction.gc_cycles.map(|cycles| {
            range(format!("{:.0}", cycles.low), format!("{:.0}", cycles.value), format!("{:.0}", cycles.high))
        }),
        peak => prediction.peak_heap_bytes.map(|peak| {
            let bytes = |bytes: f64| Unit::Bytes.humanize(bytes);
            range(bytes(peak.low), bytes(peak.value), bytes(peak.high))
        }),
        cpu => prediction.gc_cpu_fraction.map(|cpu| {
            range(percent(cpu.low, 1), percent(cpu.value, 1), percent(cpu.high, 1))
        }),
        refusal => prediction.refusal.map(|refusal| refusal.to_string()),
        warning => prediction.warning.map(|warning| warning.to_string()),
    }
}

const TEMPLATE: &str = include_str!("../../assets/what_if.html");
/// What is asked about: from what nobody should set to where the heap is mostly garbage.
const GRID: [u32; 11] = [25, 35, 50, 75, 100, 150, 200, 300, 400, 600, 800];
