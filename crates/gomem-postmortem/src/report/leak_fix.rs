//! A leak that a second bundle no longer has.

use foldhash::HashMap;
use gomem_metrics::{GcRun, GoState};
use gomem_statistics::median;

use crate::{
    attribution::{Place, Site},
    bundle::Bundle,
    findings::{GrowingSite, LiveHeap, diagnose, growing_sites, is_leaking, leaking},
};
use gomem_table::MIB;

/// A leak of the run before that the run after no longer has.
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

/// How many bytes fewer were alive at GC in the run after, by the traces of both: where that is so much that GC runs at another
/// pace. What lives in the middle of a run's second half is its live heap: a cache is filled by then.
pub(crate) fn less_live_bytes(before: &Bundle, after: &Bundle) -> Option<f64> {
    let usual = |bundle: &Bundle| {
        let run = GcRun::longest(bundle.gctrace()?)?;
        let mut live: Vec<f64> = run.lines[run.lines.len() / 2..].iter().map(|line| line.heap_live_mb as f64).collect();
        median(&mut live)
    };
    let (before, after) = (usual(before)?, usual(after)?);
    let is_much = (before - after).abs() >= OTHER_LIVE_HEAP * before && (before - after).abs() > 1.0;
    is_much.then_some((before - after) * MIB)
}

/// Of the live heap: runs of one program differ by less.
const OTHER_LIVE_HEAP: f64 = 0.25;

fn leaks((bundle, state, sites): (&Bundle, &GoState, &[Site])) -> Vec<GrowingSite> {
    let live = LiveHeap::from_state(state);
    let diagnosis = diagnose(bundle, state);
    let growing = growing_sites(bundle, state, sites, diagnosis.as_ref().is_some_and(is_leaking));
    leaking(&growing, live.as_ref(), diagnosis.as_ref()).cloned().collect()
}

/// Bytes in use by function.
fn inuse_bytes(sites: &[Site]) -> HashMap<String, i64> {
    let mut bytes: HashMap<String, i64> = HashMap::default();
    for site in sites {
        *bytes.entry(site.charged_to.key()).or_default() += site.inuse_bytes;
    }
    bytes
}
