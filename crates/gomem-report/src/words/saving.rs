//! What a fix saves.

use gomem_gogc::Interval;
use gomem_postmortem::Saving;

/// The saving as a sentence.
pub(crate) fn predicted(saving: Saving) -> String {
    let points = |interval: Interval| {
        format!("{:.1} ({:.1}–{:.1})", interval.value * 100.0, interval.low * 100.0, interval.high * 100.0)
    };
    format!(
        "Predicted: {} % fewer GC cycles, GC CPU down by {} points.",
        points(saving.gc_cycles),
        points(saving.gc_cpu)
    )
}
