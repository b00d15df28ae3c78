//! A leak that a second bundle no longer has.

use foldhash::HashMap;
use gomem_metrics::{GcRun, GoState};
use gomem_statistics::median;

use crate::{
    attribution::{Place, Site},
    bundle::Bundle,
    findings::{GrowingSite, HeapGrowth, LiveHeap, diagnose, growing_sites, leaking},
};
use gomem_table::MIB;

/// A leak of the run before that the run after no longer has.
///
/// ```
/// # let bundle = |run: &str| {
/// #     let read = |name: &str| gomem_testkit::file(format!("examples/incident/{run}/{name}"));
/// #     let artifact = |name: &str| Artifact { name: name.into(), bytes: read(name), modified_ms: None };
/// #     Bundle::from_artifacts(run, ["heap-1.pb.gz", "heap-2.pb.gz", "heap-3.pb.gz"].map(artifact).into())
/// # };
/// use gomem_postmortem::{Artifact, Bundle, Comparison};
///
/// let comparison = Comparison::new(&bundle("before"), &bundle("after"));
/// let fix = &comparison.leak_fixes[0];
/// assert_eq!(fix.place.short(), "store/sessions.go:43");
/// assert!(fix.inuse_bytes_after < fix.inuse_bytes_before / 5);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LeakFix {
    /// Where the memory is allocated.
    pub place: Place,
    /// Bytes that its function had in use at the end of the run before.
    pub inuse_bytes_before: i64,
    /// Bytes that its function had in use at the end of the run after.
    pub inuse_bytes_after: i64,
}

impl LeakFix {
    /// The leaks before whose function neither leaks nor keeps half as much after. Without a heap profile after, nothing
    /// tells.
    pub(crate) fn find(before: (&Bundle, &GoState, &[Site]), after: (&Bundle, &GoState, &[Site])) -> Vec<Self> {
        if before.0.latest_heap().is_none() || after.0.latest_heap().is_none() {
            return Vec::new();
        }
        let leaks = leaks(before);
        if leaks.is_empty() {
            return Vec::new();
        }
        let still: Vec<String> = self::leaks(after).iter().map(|growing| growing.place.key()).collect();
        let (kept_before, kept_after) = (inuse_bytes(before.2), inuse_bytes(after.2));
        let kept = |bytes: &HashMap<String, i64>, place: &Place| bytes.get(&place.key()).copied().unwrap_or(0);
        leaks
            .into_iter()
            .map(|growing| growing.place)
            .filter(|place| !still.contains(&place.key()))
            .map(|place| Self {
                inuse_bytes_before: kept(&kept_before, &place),
                inuse_bytes_after: kept(&kept_after, &place),
                place,
            })
            .filter(|gone| gone.inuse_bytes_after <= gone.inuse_bytes_before / 2)
            .collect()
    }

    /// The leaks after that were none before: their function neither leaked nor kept half as much.
    pub(crate) fn find_new(before: (&Bundle, &GoState, &[Site]), after: (&Bundle, &GoState, &[Site])) -> Vec<Self> {
        let turned = |leak: Self| Self {
            inuse_bytes_before: leak.inuse_bytes_after,
            inuse_bytes_after: leak.inuse_bytes_before,
            ..leak
        };
        Self::find(after, before).into_iter().map(turned).collect()
    }
}

/// The live heap at the end of both runs, by one source.
pub(crate) fn last_live_bytes(before: (&Bundle, &GoState), after: (&Bundle, &GoState)) -> Option<(f64, f64)> {
    let measured = |state: &GoState| LiveHeap::from_state(state)?.last_bytes();
    let traced = |bundle: &Bundle| {
        let run = GcRun::longest(bundle.gctrace()?)?;
        Some(run.lines.last()?.heap_live_mb as f64 * MIB)
    };
    measured(before.1).zip(measured(after.1)).or_else(|| traced(before.0).zip(traced(after.0)))
}

/// How another live heap changes the pace of the GC.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct LiveChange {
    /// The live heap after, in those before.
    pub(crate) scale: f64,
    /// How many bytes fewer were alive after.
    pub(crate) less_bytes: f64,
}

/// What became of the live heap by the traces of both runs, where it differs so much that GC runs at another pace. The live heap
/// of a run is that of its second half, as a cache is filled by then. It may grow all the time, so each part of one run is held
/// against the same part of the other, and all of them have to agree. How much it changes the pace, all parts of the run tell,
/// each by the cycles that it had before.
pub(crate) fn live_change(before: &Bundle, after: &Bundle) -> Option<LiveChange> {
    let (before, after) = (live_by_part(before)?, live_by_part(after)?);
    let of = |parts: &[LivePart], others: &[LivePart]| -> Vec<(f64, f64)> {
        let both = parts.iter().zip(others).map(|(part, other)| part.live_mib.zip(other.live_mib));
        both.flatten().collect()
    };
    let second_half = of(&before[PARTS..], &after[PARTS..]);
    let parts = || second_half.iter().copied();
    let mut less: Vec<f64> = parts().map(|(before, after)| before - after).collect();
    let mut fractions: Vec<f64> = parts().map(|(before, after)| (before - after) / before.max(1.0)).collect();
    let is_enough = 2 * fractions.len() > PARTS;
    let fraction = median(&mut fractions).filter(|_| is_enough)?;
    let agree = fractions.iter().all(|part| part / fraction >= AGREEMENT);
    let less = median(&mut less)?;
    let is_other = agree && fraction.abs() >= OTHER_LIVE_HEAP && less.abs() > 1.0;
    // A goal that is a share lower makes GC run as much more often, while as much is allocated.
    let mut cycles = (0.0, 0.0);
    for (part, other) in
        before.iter().zip(&after).filter(|(part, other)| part.cycles.min(other.cycles) >= FEWEST_CYCLES)
    {
        let ratio = part.live_mib.zip(other.live_mib).map_or(1.0, |(before, after)| before.max(1.0) / after.max(1.0));
        cycles = (cycles.0 + part.cycles, cycles.1 + part.cycles * ratio);
    }
    let scale = if cycles.1 > 0.0 { cycles.0 / cycles.1 } else { 1.0 - fraction };
    is_other.then_some(LiveChange { scale: scale.max(0.0), less_bytes: less * MIB })
}

/// A part of a run.
#[derive(Debug, Clone, Copy, Default)]
struct LivePart {
    /// What was alive in it, in MiB; `None` without a cycle in it.
    live_mib: Option<f64>,
    cycles: f64,
}

/// What was alive in each part of a run; the second half of it are the last `PARTS`.
fn live_by_part(bundle: &Bundle) -> Option<[LivePart; 2 * PARTS]> {
    let lines = &GcRun::longest(bundle.gctrace()?)?.lines;
    let (first, last) = (lines.first()?.start_seconds, lines.last()?.start_seconds);
    let length = (last - first).max(f64::MIN_POSITIVE);
    let mut parts: [Vec<f64>; 2 * PARTS] = Default::default();
    for line in *lines {
        let part = (line.start_seconds - first) / length * parts.len() as f64;
        parts[(part as usize).min(2 * PARTS - 1)].push(line.heap_live_mb as f64);
    }
    Some(parts.map(|mut live| LivePart { cycles: live.len() as f64, live_mib: median(&mut live) }))
}

/// Of a part: while a program starts, fewer can be of any height.
const FEWEST_CYCLES: f64 = 3.0;
/// Of the second half of a run.
const PARTS: usize = 8;
/// Of the live heap: parts of two runs of one program differ by 8 % at most, but not all of them in one direction.
const OTHER_LIVE_HEAP: f64 = 0.05;
/// Of the median: each part differs by so much at least.
const AGREEMENT: f64 = 0.5;

fn leaks((bundle, state, sites): (&Bundle, &GoState, &[Site])) -> Vec<GrowingSite> {
    let live = LiveHeap::from_state(state);
    let diagnosis = diagnose(bundle, state);
    let told = diagnosis.as_ref().map_or(HeapGrowth::NotKnown, HeapGrowth::new);
    let growing = growing_sites(bundle, state, sites, told == HeapGrowth::Leaks);
    leaking(&growing, live.as_ref(), told).cloned().collect()
}

/// Bytes in use by function.
fn inuse_bytes(sites: &[Site]) -> HashMap<String, i64> {
    let mut bytes: HashMap<String, i64> = HashMap::default();
    for site in sites {
        *bytes.entry(site.charged_to.key()).or_default() += site.inuse_bytes;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use crate::bundle::Artifact;

    use super::*;

    /// A run whose live heap grows from 10 MiB to `last`, every third cycle `odd` more.
    fn run(last: usize, odd: usize) -> Bundle {
        let mut log = String::new();
        for cycle in 1..=80 {
            let live = 10 + (last - 10) * cycle / 80 + if cycle % 3 == 0 { odd } else { 0 };
            log += &format!(
                "gc {cycle} @{}.0s 1%: 0.01+1.0+0.01 ms clock, 0.02+0.1/0.5/0.1+0.02 ms cpu, {heap}->{heap}->{live} MB, {heap} MB goal, 0 MB \
                 stacks, 0 MB globals, 2 P\n",
                cycle * 2,
                heap = 2 * live,
            );
        }
        Bundle::from_artifacts(
            "run",
            vec![Artifact { name: "gctrace.log".into(), bytes: log.into(), modified_ms: None }],
        )
    }

    #[test]
    fn another_live_heap_is_one_in_all_parts_of_the_run() {
        let change = live_change(&run(60, 0), &run(40, 0)).expect("a third less");
        assert!((0.65..0.75).contains(&change.scale) && change.less_bytes > 10.0 * MIB, "{change:?}");
        assert_eq!(live_change(&run(60, 0), &run(60, 0)), None);
        assert_eq!(live_change(&run(60, 0), &run(57, 0)), None, "too little");
        assert_eq!(live_change(&run(60, 0), &run(60, 30)), None, "some cycles only");
        assert!(
            live_change(&run(40, 0), &run(60, 0)).is_some_and(|change| change.scale > 1.3 && change.less_bytes < 0.0)
        );
    }
}
