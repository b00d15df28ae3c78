//! What each GC cycle costs: marking what stays. Garbage sets how often GC runs, and what stays how much each cycle does.

use std::cmp::Reverse;

use gomem_finding::Evidence;
use gomem_gogc::Gogc;
use gomem_metrics::{GcTrace, GcTraceLine, Rule};
use gomem_statistics::quantile;
use gomem_symbol::Symbol;
use gomem_table::{MIB, Unit, percent};

use crate::{
    attribution::{Place, Site},
    findings::{finding::Finding, gc::function_in_use::FunctionInUse},
    pacing::Pacing,
};

/// Adds to a finding of GC that is costly what each cycle marks, who keeps that, and what a higher GOGC would save.
pub(crate) fn explain(trace: Option<&GcTrace>, sites: &[Site], pacing: Option<&Pacing>, findings: &mut [Finding]) {
    let is_of_cost = |finding: &&mut Finding| finding.rules == [Rule::GcCpuHigh];
    let (Some(finding), Some(cost)) = (findings.iter_mut().find(is_of_cost), trace.and_then(MarkCost::new)) else {
        return;
    };
    let Some(kept) = Kept::new(sites, cost.live_bytes) else { return };
    finding.summary += &format!(
        " Each cycle takes {} of CPU to mark {}, about {:.1} million objects of {:.0} B: that is set by what stays, of which {} keeps {}, most of it \
         made at {}.",
        Unit::Milliseconds.humanize(cost.cpu_ms),
        Unit::Bytes.humanize(cost.live_bytes),
        kept.objects / 1e6,
        kept.mean_bytes,
        kept.function,
        percent(kept.fraction, 0),
        kept.place.short()
    );
    let garbage = sites
        .iter()
        .filter(|site| site.is_own() && !site.is_held())
        .max_by_key(|site| site.bytes.saturating_sub(site.inuse_bytes));
    let fewer = garbage.map_or(String::new(), |site| {
        format!("{} makes {} of all that is allocated; ", site.charged_to.short(), percent(site.bytes_fraction, 0))
    });
    let gogc = pacing.and_then(higher_gogc).unwrap_or_else(|| "a higher GOGC, for more memory".to_owned());
    finding.action = format!(
        "GC costs cycles times what each marks. Fewer cycles: {fewer}{gogc}. Less to mark: fewer objects with pointers in what {} keeps (structs by \
         value, one slice of them with indices in place of pointers, keys that are numbers); what holds no pointer is not marked.",
        kept.function
    );
    finding.evidence.extend([
        Evidence::new("GC CPU of a cycle", cost.cpu_ms, Unit::Milliseconds).with_source("GC trace"),
        Evidence::new("marked by a cycle", cost.live_bytes, Unit::Bytes).with_source("GC trace"),
        Evidence::new("objects in use", kept.objects, Unit::Count)
            .with_source("GC trace, by the mean size in the heap profile"),
    ]);
}

/// What the usual cycle of a trace costs.
struct MarkCost {
    cpu_ms: f64,
    live_bytes: f64,
}

impl MarkCost {
    /// Of the later half of the cycles: before that the heap may have been small. `None` where it stays small, so that a cycle's
    /// fixed costs are most of it.
    fn new(trace: &GcTrace) -> Option<Self> {
        let lines = trace.lines();
        let later = lines.get(lines.len() / 2..).filter(|later| later.len() >= FEWEST_CYCLES)?;
        let median = |value: fn(&GcTraceLine) -> f64| quantile(&later.iter().map(value).collect::<Vec<_>>(), 0.5);
        let cpu_ms = median(|line| line.assist_cpu_ms + line.background_cpu_ms)?;
        let live_bytes = median(|line| line.heap_live_mb as f64 * MIB)?;
        (live_bytes >= LEAST_LIVE && cpu_ms >= LEAST_CPU_MS).then_some(Self { cpu_ms, live_bytes })
    }
}

/// The function of the program that keeps most of what is in use.
struct Kept {
    function: String,
    place: Place,
    fraction: f64,
    /// Of the whole live heap, by the mean size of what the profile has in use.
    objects: f64,
    mean_bytes: f64,
}

impl Kept {
    /// `None` where what stays is no crowd of small objects.
    fn new(sites: &[Site], live_bytes: f64) -> Option<Self> {
        let sum = |of: fn(&Site) -> i64| sites.iter().fold(0_i64, |sum, site| sum.saturating_add(of(site)));
        let (inuse, objects) = (sum(|site| site.inuse_bytes), sum(|site| site.inuse_objects));
        let mean_bytes = inuse as f64 / objects.max(1) as f64;
        let functions = FunctionInUse::by_name(sites);
        let (name, largest) = functions.iter().max_by_key(|(name, function)| (function.bytes, Reverse(*name)))?;
        let fraction = largest.bytes as f64 / inuse.max(1) as f64;
        let is_crowd =
            mean_bytes <= SMALL_OBJECT && live_bytes / mean_bytes.max(1.0) >= MANY_OBJECTS && fraction >= MOST;
        is_crowd.then(|| Self {
            function: Symbol::decode(name).short(),
            place: largest.place.clone(),
            fraction,
            objects: live_bytes / mean_bytes,
            mean_bytes,
        })
    }
}

/// What twice the GOGC of the run would do, in words.
fn higher_gogc(pacing: &Pacing) -> Option<String> {
    let Gogc::Percent(now) = pacing.model.base().gogc else { return None };
    let doubled = pacing.gogc.iter().find(|found| found.setting.gogc == Gogc::Percent(now.saturating_mul(2)))?;
    let (cpu, peak) = (doubled.gc_cpu_fraction?, doubled.peak_heap_bytes?);
    let (base_cpu, base_peak) = (pacing.base.gc_cpu_fraction?, pacing.base.peak_heap_bytes?);
    Some(format!(
        "GOGC={} takes {} of the CPU for GC instead of {}, for a peak heap of {} instead of {}",
        now.saturating_mul(2),
        percent(cpu.value, 0),
        percent(base_cpu.value, 0),
        Unit::Bytes.humanize(peak.value),
        Unit::Bytes.humanize(base_peak.value)
    ))
}

/// Fewer say little of the usual one.
const FEWEST_CYCLES: usize = 3;
/// Judgements: below these a cycle's fixed costs are most of it.
const LEAST_LIVE: f64 = 32.0 * MIB;
const LEAST_CPU_MS: f64 = 10.0;
/// In bytes: the larger the objects, the less there is to mark in a MiB of them.
const SMALL_OBJECT: f64 = 512.0;
const MANY_OBJECTS: f64 = 200_000.0;
const MOST: f64 = 0.5;
