//! What another GOGC would do to the run, or why that is not predicted.

use gomem_finding::{Confidence, Severity};
use gomem_gogc::{Gogc, Interval};
use gomem_table::{Unit, percent};

use crate::{
    findings::{
        finding::{Finding, FindingKind},
        sentence::sentence,
    },
    pacing::{NoPacing, Pacing},
};

/// What doubling GOGC would do, beside what it does today; nothing where GC takes next to nothing of the CPU, since no GOGC saves more.
pub(crate) fn doubled_gogc(pacing: &Pacing, is_leaking: bool) -> Option<Finding> {
    if pacing.model.observed_gc_cpu_fraction().is_some_and(|cpu| cpu < NOTHING_TO_SAVE) {
        return None;
    }
    let today = match pacing.model.base().gogc {
        Gogc::Percent(percent) => percent,
        Gogc::Off => return None,
    };
    let is_low = today < LOW;
    let other = if is_low { 100 } else { today.saturating_mul(2) };
    let doubled = pacing.gogc.iter().find(|found| found.setting.gogc == Gogc::Percent(other))?;
    let (cycles, peak) = (doubled.gc_cycles?, doubled.peak_heap_bytes?);
    let (base_cycles, base_peak) = (pacing.base.gc_cycles?, pacing.base.peak_heap_bytes?);
    let quality = pacing.model.quality();
    let range = |interval: Interval| format!("{:.0} ({:.0}–{:.0})", interval.value, interval.low, interval.high);
    let title = format!(
        "{}GOGC={other}: {} GC cycles instead of {:.0}, peak heap {} instead of {}",
        if is_low { format!("GOGC is {today}. ") } else { String::new() },
        range(cycles),
        base_cycles.value,
        Unit::Bytes.humanize(peak.value),
        Unit::Bytes.humanize(base_peak.value)
    );
    let mut finding = Finding::new(FindingKind::Gogc, Severity::Info, title);
    let cost = pacing.model.observed_gc_cpu_fraction().map_or_else(
        || "what GC took of the CPU is not known".to_owned(),
        |cpu| format!("GC took {} of the available CPU", percent(cpu, 1)),
    );
    finding.summary = format!(
        "The run was recorded with GOGC={today}: {} GC cycles in the GC trace, of which the replay makes {:.0}; {cost}. \
         The table shows other settings, replayed through the runtime's pacing formulas over the recorded allocation.",
        quality.cycles, base_cycles.value,
    );
    if is_low && pacing.model.observed_gc_cpu_fraction().is_some_and(|share| share >= MUCH_GC) {
        finding.severity = Severity::Warning;
    }
    finding.action = if is_low && !is_leaking {
        "So low a GOGC buys little memory for much CPU: set GOGC=100, and GOMEMLIMIT to about 90 % of what the program may have. See where GOGC is set \
         (the environment of the image or the unit, debug.SetGCPercent)."
            .into()
    } else if is_leaking {
        "Fix the leak first: a larger GOGC multiplies what a growing live heap needs.".into()
    } else {
        "Allocate less first; then raise GOGC as far as memory allows, with GOMEMLIMIT as the bound.".into()
    };
    finding.confidence = if quality.is_shaky() { Confidence::Low } else { Confidence::Medium };
    finding.confounders.clone_from(&quality.remarks);
    Some(finding)
}

/// That recordings of GC are there, and predict nothing.
pub(crate) fn unpredicted(none: &NoPacing) -> Option<Finding> {
    if none.is_missing {
        return None;
    }
    let mut finding =
        Finding::new(FindingKind::Gogc, Severity::Info, "What a fix or another GOGC saves is not predicted".to_owned());
    finding.summary = sentence(&none.why);
    finding.action =
        "Measure it: record a run with the change, and compare both (gomem compare BEFORE AFTER).".to_owned();
    Some(finding)
}

/// Of the available CPU: a quarter of a hundredth.
const NOTHING_TO_SAVE: f64 = 0.0025;
/// As the rule `low_gogc` has it.
const LOW: u32 = 50;
const MUCH_GC: f64 = 0.1;
