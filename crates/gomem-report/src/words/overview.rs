//! The run in numbers, for people.

use gomem_gogc::Gogc;
use gomem_postmortem::Overview;
use gomem_table::Unit;

use crate::words::clock::date_and_time;

/// Label and value of everything that is known.
pub(crate) fn facts(overview: &Overview) -> Vec<(&'static str, String)> {
    let rate = overview.alloc_bytes.zip(overview.seconds).map(|(bytes, seconds)| bytes / seconds);
    let cycles = overview.gc_cycles.zip(overview.gc_seconds).map(|(cycles, seconds)| {
        let rate = cycles / seconds;
        match overview.gc_source.filter(|_| overview.seconds != overview.gc_seconds) {
            Some(source) => {
                let seconds = Unit::Seconds.humanize(seconds);
                format!("{cycles:.0} in {seconds} of the {} ({rate:.2}/s)", source.name())
            }
            None => format!("{cycles:.0} ({rate:.2}/s)"),
        }
    });
    let unit = |value: Option<f64>, unit: Unit| value.map(|value| unit.humanize(value));
    [
        ("when", when(overview)),
        ("program", overview.program.clone()),
        ("build id", overview.build_id.clone()),
        ("Go", overview.go_version.clone()),
        ("observed", unit(overview.seconds, Unit::Seconds)),
        ("allocated", unit(overview.alloc_bytes, Unit::Bytes)),
        ("allocation rate", unit(rate, Unit::BytesPerSecond)),
        ("GC cycles", cycles),
        ("GOGC", overview.gogc.filter(|gogc| *gogc != USUAL_GOGC).map(|gogc| gogc.to_string())),
        ("GC CPU", unit(overview.gc_cpu_fraction, Unit::Fraction)),
        ("CPU in mallocgc", unit(overview.malloc_cpu_fraction, Unit::Fraction)),
        ("peak RSS", unit(overview.peak_resident_bytes, Unit::Bytes)),
        ("goroutines", unit(overview.goroutines, Unit::Count)),
    ]
    .into_iter()
    .filter_map(|(label, value)| Some((label, value?)))
    .collect()
}

/// What nearly all programs have is not worth a word.
const USUAL_GOGC: Gogc = Gogc::Percent(100);

/// `2026-11-24 01:41:14 to 01:44:13 UTC`, so that it can be laid beside a deployment and an alert.
fn when(overview: &Overview) -> Option<String> {
    let ((date, start), (last_date, end)) = (date_and_time(overview.start_ms?)?, date_and_time(overview.end_ms?)?);
    Some(match (date == last_date, start == end) {
        (true, true) => format!("{date} {start} UTC"),
        (true, false) => format!("{date} {start} to {end} UTC"),
        (false, _) => format!("{date} {start} to {last_date} {end} UTC"),
    })
}
