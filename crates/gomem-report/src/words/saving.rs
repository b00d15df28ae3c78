//! What a fix saves.

use gomem_gogc::Interval;
use gomem_postmortem::Saving;
use gomem_table::percent;

/// What several fixes save together, as sentences.
pub(crate) fn together((findings, bytes_fraction, saving): (usize, f64, Saving)) -> String {
    format!(
        "Predicted, if the {findings} lines with a warning that allocate themselves ({} of all bytes) are all fixed: {}",
        percent(bytes_fraction, 1),
        expected(saving)
    )
}

/// The saving as a sentence.
pub(crate) fn predicted(saving: Saving) -> String {
    if !saving.is_upper_bound {
        return format!("Predicted: {}", expected(saving));
    }
    format!(
        "At most {} fewer GC cycles ({:.1} at the end of the interval), GC CPU down by {} points: not all of it need be \
         avoidable.",
        percent(saving.gc_cycles.value, 1),
        saving.gc_cycles.high * 100.0,
        at_most(rounded(saving.gc_cpu.high))
    )
}

fn expected(saving: Saving) -> String {
    let points = |interval: Interval| {
        let (value, low, high) = (rounded(interval.value), rounded(interval.low), rounded(interval.high));
        // A dash beside a minus is read as another one.
        let to = if low < 0.0 { " to " } else { "–" };
        format!("{value:.1} ({low:.1}{to}{high:.1})")
    };
    let cpu = match rounded(saving.gc_cpu.value) {
        0.0 => at_most(rounded(saving.gc_cpu.high)),
        _ => points(saving.gc_cpu),
    };
    format!("{} % fewer GC cycles, GC CPU down by {cpu} points.", points(saving.gc_cycles))
}

/// A share in points with one decimal; never a zero with a sign.
fn rounded(share: f64) -> f64 {
    (share * 1000.0).round() / 10.0 + 0.0
}

fn at_most(points: f64) -> String {
    if points > 0.0 { format!("at most {points:.1}") } else { "less than 0.1".to_owned() }
}
