//! What the GC model says of one setting.

use gomem_gogc::{Interval, Prediction};
use gomem_table::Unit;

/// Label, cycles, peak heap, GC CPU of one setting; or the reason why there are none.
pub(crate) fn cells(prediction: &Prediction) -> [String; 4] {
    let label = prediction.setting.gogc.to_string();
    if let Some(refusal) = prediction.refusal {
        return [label, refusal.to_string(), String::new(), String::new()];
    }
    let show = |interval: Option<Interval>, unit: fn(f64) -> String| {
        interval.map_or_else(String::new, |found| {
            format!("{} ({}–{})", unit(found.value), unit(found.low), unit(found.high))
        })
    };
    [
        label,
        show(prediction.gc_cycles, |value| format!("{value:.0}")),
        show(prediction.peak_heap_bytes, |value| Unit::Bytes.humanize(value)),
        show(prediction.gc_cpu_fraction, |value| Unit::Fraction.humanize(value)),
    ]
}
