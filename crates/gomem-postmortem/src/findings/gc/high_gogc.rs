//! A `GOGC` so high that most of the heap is garbage, where a usual one would cost little CPU.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_gogc::Gogc;
use gomem_metrics::{GcRun, GoState, Quantity};
use gomem_statistics::quantile;
use gomem_table::{MIB, Unit, percent};

use crate::{
    bundle::Bundle,
    findings::finding::{Finding, FindingKind},
    pacing::{FixedGoal, exported_gogc, traced_gogc},
};

/// That `GOGC` is high, and what the usual one would need of memory and of the CPU. `gc_cpu` is the share of the available CPU that GC
/// took. Nothing where a memory limit is set, which bounds such a heap, and where a usual `GOGC` would cost much.
pub(crate) fn high_gogc(
    (bundle, state): (&Bundle, &GoState),
    gc_cpu: Option<f64>,
    is_leaking: bool,
) -> Option<Finding> {
    let heap = Heap::of_trace(bundle, state).or_else(|| Heap::of_metrics(state))?;
    let is_limited = state.last(Quantity::MemoryLimitBytes).is_some_and(|limit| limit < NO_LIMIT);
    let spared = heap.peak - USUAL_PEAK * heap.live;
    let usual_cpu = gc_cpu.map(|cpu| cpu * heap.gogc / 100.0);
    if heap.gogc < HIGH || is_limited || spared < LEAST_SPARED || usual_cpu.is_some_and(|cpu| cpu >= MUCH_GC) {
        return None;
    }
    let [peak, live, usual] = [heap.peak, heap.live, USUAL_PEAK * heap.live].map(|bytes| Unit::Bytes.humanize(bytes));
    let about = if heap.is_exported { "" } else { "about " };
    let title =
        format!("GOGC is {about}{:.0}: the heap grows to {peak}, where {live} is live at the end of a GC", heap.gogc);
    let is_known = usual_cpu.is_some() && !is_leaking;
    let severity = if is_known { Severity::Warning } else { Severity::Info };
    let mut finding = Finding::new(FindingKind::Gogc, severity, title);
    let cost = match (gc_cpu, usual_cpu) {
        (Some(now), Some(usual)) => format!(
            "GC takes {} of the available CPU; with {:.0} times as many cycles it would take about {}",
            percent(now, 2),
            heap.gogc / 100.0,
            percent(usual, 1)
        ),
        _ => {
            format!("GC would run about {:.0} times as often; what it takes of the CPU is not known", heap.gogc / 100.0)
        }
    };
    finding.summary = format!(
        "{} The rest is garbage that waits for the next GC. With GOGC=100 the heap would grow to about {usual}. {cost}.",
        if heap.is_exported { "The metrics have GOGC." } else { "The goals of the GC trace show GOGC." },
    );
    finding.action = if is_leaking {
        "Fix the leak first; meanwhile a lower GOGC keeps the heap smaller for more GC.".to_owned()
    } else {
        "If memory is short: unset GOGC (100), or set it to 200. See who sets it: the environment of the image or the unit, debug.SetGCPercent. If \
         a high GOGC is meant, set GOMEMLIMIT with it, to about 90 % of what the program may have, so that the heap cannot outgrow that."
            .to_owned()
    };
    finding.confidence = if heap.is_exported { Confidence::High } else { Confidence::Medium };
    let source = if heap.is_of_trace { "GC trace" } else { "metrics" };
    finding.evidence = vec![
        Evidence::new("GOGC", heap.gogc, Unit::Percent).with_source(if heap.is_exported { "metrics" } else { source }),
        Evidence::new("heap, at most", heap.peak, Unit::Bytes).with_source(source),
        Evidence::new("live", heap.live, Unit::Bytes).with_source(source),
    ];
    Some(finding)
}

/// What `GOGC` lets the heap grow to, in the later half of a run.
struct Heap {
    gogc: f64,
    /// Whether metrics have `GOGC` itself.
    is_exported: bool,
    is_of_trace: bool,
    peak: f64,
    live: f64,
}

impl Heap {
    fn of_trace(bundle: &Bundle, state: &GoState) -> Option<Self> {
        let trace = bundle.gctrace()?;
        if FixedGoal::find(trace, state).is_some() {
            return None;
        }
        let lines = GcRun::longest(trace)?.lines;
        let exported = exported_gogc(state);
        let Gogc::Percent(gogc) = exported.or_else(|| traced_gogc(lines))? else { return None };
        let later = lines.get(lines.len() / 2..)?;
        let live = quantile(&later.iter().map(|line| line.heap_live_mb as f64 * MIB).collect::<Vec<_>>(), 0.5)?;
        let peak = later.iter().map(|line| line.heap_end_mb).max()? as f64 * MIB;
        Some(Self { gogc: gogc.into(), is_exported: exported.is_some(), is_of_trace: true, peak, live })
    }

    fn of_metrics(state: &GoState) -> Option<Self> {
        let Gogc::Percent(gogc) = exported_gogc(state)? else { return None };
        let rows = state.longest_segment()?;
        let later = rows.start + rows.len() / 2..rows.end;
        let known = |quantity| state.values(quantity)[later.clone()].iter().flatten().copied().collect::<Vec<f64>>();
        let objects = known(Quantity::HeapObjectsBytes);
        let live = quantile(&known(Quantity::HeapLiveBytes), 0.5).or_else(|| {
            // `goal = live + (live + stacks + globals) · GOGC/100` (`commit` in `runtime/mgcpacer.go`): so much at most.
            Some(quantile(&known(Quantity::HeapGoalBytes), 0.5)? / (1.0 + f64::from(gogc) / 100.0))
        })?;
        let peak = objects.into_iter().max_by(f64::total_cmp)?;
        Some(Self { gogc: gogc.into(), is_exported: true, is_of_trace: false, peak, live })
    }
}

/// A judgement: 200 is often set on purpose.
const HIGH: f64 = 300.0;
/// At GOGC=100 the heap grows to twice what is live.
const USUAL_PEAK: f64 = 2.0;
/// A judgement: less is worth no change of a setting.
const LEAST_SPARED: f64 = 64.0 * MIB;
/// A judgement, of the available CPU: whoever pays more has a reason for a high GOGC.
const MUCH_GC: f64 = 0.05;
/// The limit of a program without one is 2^63 - 1 bytes.
const NO_LIMIT: f64 = 9e18;

#[cfg(test)]
mod tests {
    use gomem_metrics::Metrics;

    use super::*;
    use crate::bundle::Artifact;

    /// A trace of cycles that end at nine times what is live, as GOGC=800 has it, or as another one does.
    fn traced(gogc: u64, live: u64) -> Bundle {
        let line = |cycle: u64| {
            let goal = if cycle == 1 { 4 * gogc / 100 } else { (live + cycle % 3) * (100 + gogc) / 100 };
            format!(
                "gc {cycle} @{cycle}.5s 0%: 0.1+2+0.1 ms clock, 0.2+0/3/9+0.2 ms cpu, {goal}->{goal}->{} MB, {goal} MB goal, 0 MB stacks, 0 MB \
                 globals, 4 P\n",
                live + (cycle + 1) % 3
            )
        };
        let bytes = (1..=12).map(line).collect::<String>().into_bytes();
        Bundle::from_artifacts("run", vec![Artifact { name: "gctrace.log".into(), bytes, modified_ms: None }])
    }

    fn told(bundle: &Bundle, gc_cpu: Option<f64>) -> Option<(Severity, String)> {
        let state = bundle.metrics().state();
        high_gogc((bundle, &state), gc_cpu, false).map(|finding| (finding.severity, finding.title))
    }

    #[test]
    fn a_heap_of_nine_times_what_is_live_is_told_where_gc_is_cheap() {
        let high = traced(800, 60);
        let (severity, title) = told(&high, Some(0.001)).unwrap();
        assert_eq!(severity, Severity::Warning);
        assert!(title.starts_with("GOGC is about 800: the heap grows to 558.0 MiB"), "{title}");
        assert_eq!(told(&high, None).unwrap().0, Severity::Info, "what it would cost is not known");
        assert_eq!(told(&high, Some(0.02)), None, "a usual GOGC would cost much");
        assert_eq!(told(&traced(100, 60), Some(0.001)), None);
        assert_eq!(told(&traced(800, 6), Some(0.001)), None, "a small heap");
    }

    #[test]
    fn metrics_with_a_limit_are_no_high_gogc() {
        let told = |limit: &str| {
            let mut metrics = Metrics::new();
            for step in 0..4 {
                let text = format!(
                    "go_gc_gogc_percent 800\ngo_gc_gomemlimit_bytes {limit}\ngo_memstats_next_gc_bytes 9e8\ngo_memstats_alloc_bytes {}\n",
                    5e8 + 1e8 * f64::from(step)
                );
                metrics.push_scrape(1_700_000_000_000 + i64::from(step) * 10_000, text.as_bytes()).unwrap();
            }
            let bundle = Bundle::from_artifacts("run", Vec::new());
            high_gogc((&bundle, &metrics.state()), Some(0.001), false).map(|finding| finding.title)
        };
        let title = told("9.223372036854776e+18").unwrap();
        assert!(title.starts_with("GOGC is 800: the heap grows to 762.9 MiB, where 95.4 MiB"), "{title}");
        assert_eq!(told("1e9"), None);
    }
}
