//! What a report refuses: two sayings that cannot both be true. One engine's verdict decides, and the other is not told.

use gomem_finding::Severity;
use gomem_metrics::{Diagnosis, Rule, Verdict};

use crate::{
    attribution::Place,
    findings::finding::{Finding, FindingKind, Kept},
    pacing::Saving,
};

/// Takes out what another finding, or a rule's verdict, contradicts.
pub(crate) fn settle(findings: &mut Vec<Finding>, diagnosis: Option<&Diagnosis>) {
    // The rules see every GC cycle, and a series of profiles a few of them.
    if diagnosis.is_some_and(is_level) {
        findings.retain(|finding| !is_leak_of_bytes(finding));
    }
    let leaking: Vec<Place> =
        findings.iter().filter(|one| is_leak_of_bytes(one)).filter_map(|one| one.place.clone()).collect();
    // A past spike is called "not a leak", which is not said beside one.
    let leaks = findings.iter().any(|finding| finding.kind == FindingKind::Leak);
    findings.retain(|finding| !(leaks && finding.rules == [Rule::IdleAfterSpike]));
    for finding in findings {
        let is_kept = match finding.kept {
            Some(Kept::InUse) => true,
            Some(Kept::ByLeak) => finding.place.as_ref().is_some_and(|at| leaking.contains(at)),
            None => false,
        };
        if is_kept || finding.saving.is_some_and(|saving| !is_possible(&saving)) {
            // What stays is no garbage, and what is outside of its own interval is no estimate.
            finding.saving = None;
            finding.avoidable_bytes_fraction = None;
        }
        if finding.action.is_empty() {
            // A warning says what to do.
            finding.severity = Severity::Info;
        }
    }
}

/// Whether the rules say of the live heap that it does not grow, of each program that they could judge.
fn is_level(diagnosis: &Diagnosis) -> bool {
    let told = diagnosis.judgements().iter().filter(|judgement| judgement.rule == Rule::LiveHeapLeak);
    let verdicts: Vec<Verdict> = told.map(|judgement| judgement.verdict).collect();
    verdicts.contains(&Verdict::Clear) && !verdicts.contains(&Verdict::Fired)
}

fn is_possible(saving: &Saving) -> bool {
    [saving.gc_cycles, saving.gc_cpu].iter().all(|saved| saved.low <= saved.value && saved.value <= saved.high)
}

fn is_leak_of_bytes(finding: &Finding) -> bool {
    finding.kind == FindingKind::Leak && finding.bytes.is_some()
}

#[cfg(test)]
mod tests {
    use gomem_gogc::Interval;
    use gomem_metrics::{DiagnoseOptions, Metrics};

    use super::*;

    fn finding(kind: FindingKind, title: &str) -> Finding {
        let mut finding = Finding::new(kind, Severity::Warning, title.to_owned());
        finding.action = "Do something.".to_owned();
        finding
    }

    /// What the rules say of a live heap that stays as it is, or grows.
    fn diagnosis(more_each_cycle: u64) -> Diagnosis {
        let mut metrics = Metrics::new();
        for step in 0..40_u64 {
            let live = 50_000_000 + step * more_each_cycle;
            let text = format!("go_gc_duration_seconds_count {step}\ngo_gc_heap_live_bytes {live}\n");
            let _ = metrics.push_scrape(step as i64 * 1000, text.as_bytes());
        }
        Diagnosis::from_state(&metrics.state(), DiagnoseOptions::default())
    }

    #[test]
    fn the_rules_verdict_decides_whether_the_heap_leaks() {
        let leak = || {
            let mut leak = finding(FindingKind::Leak, "Leak");
            leak.bytes = Some(5);
            leak
        };
        let left = |diagnosis: Option<&Diagnosis>| {
            let mut findings = vec![leak(), finding(FindingKind::Leak, "Goroutines")];
            settle(&mut findings, diagnosis);
            findings.len()
        };
        assert_eq!(left(Some(&diagnosis(0))), 1, "of goroutines the live heap says nothing");
        assert_eq!((left(Some(&diagnosis(2_000_000))), left(None)), (2, 2));
    }

    #[test]
    fn a_past_spike_is_not_called_no_leak_beside_a_leak() {
        let mut spike = finding(FindingKind::Runtime, "Memory of a past spike");
        spike.rules = vec![Rule::IdleAfterSpike];
        let mut alone = vec![spike.clone()];
        settle(&mut alone, None);
        let mut beside = vec![spike, finding(FindingKind::Leak, "Leak")];
        settle(&mut beside, None);
        assert_eq!((alone.len(), beside.len()), (1, 1));
    }

    #[test]
    fn what_is_kept_and_what_is_impossible_has_no_saving() {
        let saving = |low, value, high| {
            let interval = Interval { value, low, high };
            Some(Saving { gc_cycles: interval, gc_cpu: interval, is_upper_bound: false })
        };
        let mut findings = [(0.1, Some(Kept::InUse)), (0.3, None), (0.1, None)].map(|(low, kept)| {
            let mut finding = finding(FindingKind::AllocationSite, "a line");
            finding.kept = kept;
            finding.saving = saving(low, 0.2, 0.4);
            finding
        });
        findings[2].action.clear();
        let mut findings = findings.to_vec();
        settle(&mut findings, None);
        let savings: Vec<bool> = findings.iter().map(|finding| finding.saving.is_some()).collect();
        assert_eq!(savings, [false, false, true]);
        assert_eq!(findings[2].severity, Severity::Info, "nothing to do");
    }
}
