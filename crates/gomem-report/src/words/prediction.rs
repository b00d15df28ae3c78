//! What the GC model says of one setting.

use gomem_gogc::{Interval, Prediction};
use gomem_table::Unit;

use crate::words::interval;

/// Label, cycles, peak heap, GC CPU of one setting; or the reason why there are none.
pub(crate) fn cells(prediction: &Prediction) -> [String; 4] {
    let label = prediction.setting.gogc.to_string();
    if let Some(refusal) = prediction.refusal {
        return [label, refusal.to_string(), String::new(), String::new()];
    }
    let show = |found: Option<Interval>, unit: fn(f64) -> String| {
        found.map_or_else(String::new, |found| interval(found, unit))
    };
    [
        label,
        show(prediction.gc_cycles, |value| format!("{value:.0}")),
        show(prediction.peak_heap_bytes, |value| Unit::Bytes.humanize(value)),
        show(prediction.gc_cpu_fraction, |value| Unit::Fraction.humanize(value)),
    ]
}
