//! The run in numbers, for people.

use gomem_postmortem::Overview;
use gomem_table::Unit;

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
        ("Go", overview.go_version.clone()),
        ("observed", unit(overview.seconds, Unit::Seconds)),
        ("allocated", unit(overview.alloc_bytes, Unit::Bytes)),
        ("allocation rate", unit(rate, Unit::BytesPerSecond)),
        ("GC cycles", cycles),
        ("GC CPU", unit(overview.gc_cpu_fraction, Unit::Fraction)),
        ("CPU in mallocgc", unit(overview.malloc_cpu_fraction, Unit::Fraction)),
        ("peak RSS", unit(overview.peak_resident_bytes, Unit::Bytes)),
        ("goroutines", unit(overview.goroutines, Unit::Count)),
    ]
    .into_iter()
    .filter_map(|(label, value)| Some((label, value?)))
    .collect()
}
