//! A heap that keeps nearly all that was allocated, over too few GCs for the rules.

use gomem_escape::EscapeLog;
use gomem_finding::{Confidence, Evidence, Severity};
use gomem_metrics::{Diagnosis, GoState, Quantity, Rule};
use gomem_table::{MIB, Unit, percent};

use crate::{
    attribution::Site,
    findings::{
        finding::{Finding, FindingKind},
        keeping::keeper::keeper,
        moment::few_readings::{LONGER_THAN_START, is_open},
    },
};

/// What is more on the heap after a few GCs, where it is nearly all that was allocated meanwhile: garbage would be gone. `sites` are those
/// of the latest heap profile.
pub(crate) fn all_kept(
    state: &GoState,
    diagnosis: Option<&Diagnosis>,
    (sites, log): (&[Site], Option<&EscapeLog>),
) -> Option<Finding> {
    is_open(diagnosis?, Rule::LiveHeapLeak).then_some(())?;
    let kept = AllKept::find(state)?;
    let shown = |bytes: f64| Unit::Bytes.humanize(bytes);
    let title = format!(
        "Nearly all that was allocated is kept: {} more on the heap after {:.0} GCs",
        shown(kept.more),
        kept.cycles
    );
    let severity = if kept.seconds >= LONGER_THAN_START { Severity::Warning } else { Severity::Info };
    let mut finding = Finding::new(FindingKind::Runtime, severity, title);
    finding.summary = format!(
        "Of {} allocated in {}, {} are on the heap right after the last of these GCs. So few GCs do not tell a leak from a start, or from a cache \
         that fills up.",
        shown(kept.allocated),
        Unit::Seconds.humanize(kept.seconds),
        percent(kept.more / kept.allocated, 0)
    );
    let inuse: i64 = sites.iter().fold(0, |sum, site| sum.saturating_add(site.inuse_bytes));
    let largest = sites.iter().max_by_key(|site| site.inuse_bytes);
    let mut who = String::new();
    if let Some(site) = largest.filter(|site| site.is_own() && site.inuse_bytes.saturating_mul(2) >= inuse) {
        finding.summary += &format!(
            " Of what the latest heap profile has in use, {} is of {}, in {}.",
            percent(site.inuse_fraction, 0),
            site.charged_to.short(),
            site.charged_to.short_function()
        );
        who = keeper(&[site], sites, log).map_or_else(String::new, |keeper| {
            format!(" Of what {} makes: {}", site.charged_to.short(), keeper.words())
        });
        finding.place = Some(site.charged_to.clone());
    }
    finding.action = format!(
        "Read on for as long again: if it has grown by as much again, it leaks. Two heap profiles some time apart, and `gomem diff`, say what \
         grows.{who}"
    );
    finding.confidence = Confidence::Low;
    let of_metrics = |quantity, value, unit| Evidence::new(quantity, value, unit).with_source("metrics");
    finding.evidence = vec![
        of_metrics("more on the heap", kept.more, Unit::Bytes),
        of_metrics("allocated", kept.allocated, Unit::Bytes),
        of_metrics("GC cycles", kept.cycles, Unit::Count),
    ];
    Some(finding)
}

/// How the heap grew from the first reading of the last run to the one after its last GC.
struct AllKept {
    more: f64,
    allocated: f64,
    cycles: f64,
    seconds: f64,
}

impl AllKept {
    fn find(state: &GoState) -> Option<Self> {
        let rows = state.segments().pop()?;
        let (cycles, objects, times) =
            (state.values(Quantity::GcCyclesTotal), state.values(Quantity::HeapObjectsBytes), state.times_ms());
        let at = |row: usize| Some((cycles[row]?, objects[row]?));
        let (first_cycles, first_objects) = at(rows.start)?;
        let last_cycles = cycles[rows.end.checked_sub(1)?]?;
        let last = rows.clone().find(|&row| cycles[row] == Some(last_cycles))?;
        let kept = Self {
            more: at(last)?.1 - first_objects,
            allocated: state.increase(Quantity::AllocTotalBytes, rows.start..last + 1)?,
            cycles: last_cycles - first_cycles,
            seconds: (times[last] - times[rows.start]) as f64 / 1e3,
        };
        let is_all = kept.more >= NEARLY_ALL * kept.allocated;
        (kept.cycles >= FEWEST_CYCLES && kept.more >= LEAST_MORE && is_all).then_some(kept)
    }
}

/// One GC may find all of a burst at work.
const FEWEST_CYCLES: f64 = 3.0;
/// What is allocated from a GC to its reading is counted with it, live or not.
const NEARLY_ALL: f64 = 0.8;
const LEAST_MORE: f64 = 16.0 * MIB;

#[cfg(test)]
mod tests {
    use gomem_metrics::{DiagnoseOptions, Metrics};

    use super::*;

    /// What is told of a program that allocates 4 MiB a second, of which this share stays, and of its GCs, each when the heap has
    /// doubled.
    fn title(share: f64) -> Option<String> {
        let (mut metrics, mut heap, mut live, mut cycles) = (Metrics::new(), 4.0, 4.0, 0);
        for second in 0..20_u32 {
            heap += 4.0;
            live += 4.0 * share;
            if heap >= 2.0 * live.max(4.0) || (share > 0.9 && (second + 1).is_power_of_two()) {
                (heap, cycles) = (live, cycles + 1);
            }
            let text = format!(
                "go_memstats_heap_alloc_bytes {}\ngo_memstats_alloc_bytes_total {}\ngo_gc_duration_seconds_count {cycles}\n",
                heap * MIB,
                f64::from(second) * 4.0 * MIB
            );
            metrics.push_scrape(1_700_000_000_000 + i64::from(second) * 1000, text.as_bytes()).unwrap();
        }
        let state = metrics.state();
        let diagnosis = Diagnosis::from_state(&state, DiagnoseOptions::default());
        all_kept(&state, Some(&diagnosis), (&[], None)).map(|finding| finding.title)
    }

    #[test]
    fn what_no_gc_frees_is_told() {
        assert_eq!(
            title(1.0).as_deref(),
            Some("Nearly all that was allocated is kept: 60.0 MiB more on the heap after 4 GCs")
        );
        assert_eq!(title(0.3), None);
        assert_eq!(title(0.0), None);
    }
}
