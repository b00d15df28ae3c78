//! What a fix saves.

use gomem_gogc::Interval;
use gomem_postmortem::Saving;

/// What several fixes save together, as sentences.
pub(crate) fn together((findings, bytes_fraction, saving): (usize, f64, Saving)) -> String {
    format!(
        "The {findings} lines with a warning that allocate themselves have {:.1} % of all bytes; fixed together: {}",
        bytes_fraction * 100.0,
        predicted(saving)
    )
}

/// The saving as a sentence.
pub(crate) fn predicted(saving: Saving) -> String {
    // Never a zero with a sign.
    let rounded = |share: f64| (share * 1000.0).round() / 10.0 + 0.0;
    let points = |interval: Interval| {
        format!("{:.1} ({:.1}–{:.1})", rounded(interval.value), rounded(interval.low), rounded(interval.high))
    };
    if saving.is_upper_bound {
        return format!(
            "At most {:.1} % fewer GC cycles ({:.1} at the end of the interval), GC CPU down by at most {:.1} points: not all of it \
             need be avoidable.",
            saving.gc_cycles.value * 100.0,
            saving.gc_cycles.high * 100.0,
            saving.gc_cpu.high * 100.0
        );
    }
    format!(
        "Predicted: {} % fewer GC cycles, GC CPU down by {} points.",
        points(saving.gc_cycles),
        points(saving.gc_cpu)
    )
}
