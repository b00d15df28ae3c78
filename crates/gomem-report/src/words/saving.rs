//! What a fix saves.

use gomem_gogc::Interval;
use gomem_postmortem::Saving;
use gomem_table::percent;

/// What several fixes save together, as sentences.
pub(crate) fn together((findings, bytes_fraction, saving): (usize, f64, Saving)) -> String {
    format!(
        "The {findings} lines with a warning that allocate themselves have {} of all bytes; fixed together: {}",
        percent(bytes_fraction, 1),
        predicted(saving)
    )
}

/// The saving as a sentence.
pub(crate) fn predicted(saving: Saving) -> String {
    // Never a zero with a sign.
    let rounded = |share: f64| (share * 1000.0).round() / 10.0 + 0.0;
    let points = |interval: Interval| {
        let (value, low, high) = (rounded(interval.value), rounded(interval.low), rounded(interval.high));
        // A dash beside a minus is read as another one.
        let to = if low < 0.0 { " to " } else { "–" };
        format!("{value:.1} ({low:.1}{to}{high:.1})")
    };
    if saving.is_upper_bound {
        return format!(
            "At most {} fewer GC cycles ({:.1} at the end of the interval), GC CPU down by at most {:.1} points: not all of it \
             need be avoidable.",
            percent(saving.gc_cycles.value, 1),
            saving.gc_cycles.high * 100.0,
            saving.gc_cpu.high * 100.0
        );
    }
    let most = rounded(saving.gc_cpu.high);
    let cpu = if rounded(saving.gc_cpu.value) != 0.0 {
        points(saving.gc_cpu)
    } else if most > 0.0 {
        format!("at most {most:.1}")
    } else {
        "less than 0.1".to_owned()
    };
    format!("Predicted: {} % fewer GC cycles, GC CPU down by {cpu} points.", points(saving.gc_cycles))
}
