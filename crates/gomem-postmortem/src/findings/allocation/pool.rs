//! How a line misuses a `sync.Pool`, as far as profile and log tell.

use gomem_escape::HeapDecision;
use gomem_table::Unit;

use crate::attribution::{Reason, Site};

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum PoolMisuse {
    /// A value that is no pointer is boxed at each Put.
    Boxed,
    /// What the pool holds has a finalizer or a cleanup.
    Finalized,
    /// The pool makes many objects anew: GC emptied it, or they are not put back.
    Refilled {
        objects: i64,
        /// For each GC cycle, when these are known.
        in_cycle: Option<f64>,
    },
}

impl PoolMisuse {
    /// What is wrong with a line, by the sites that are charged to it.
    pub(crate) fn find(group: &[&Site], decision: Option<&HeapDecision>, gc_cycles: Option<f64>) -> Option<Self> {
        if decision.is_some_and(HeapDecision::is_pool_misuse) {
            return Some(Self::Boxed);
        }
        let made = || group.iter().filter(|site| site.pool_objects > 0);
        let objects: i64 = made().map(|site| site.pool_objects).sum();
        // What is still there was made to fill the pool.
        let kept: i64 = made().map(|site| site.inuse_objects).sum();
        let share: f64 = made().map(|site| site.bytes_fraction).sum();
        if objects == 0 || share < LEAST_SHARE {
            None
        } else if made().any(|site| site.has_finalizer) {
            Some(Self::Finalized)
        } else if objects >= FEWEST_REFILLS && kept.saturating_mul(2) < objects {
            let in_cycle = gc_cycles.filter(|cycles| *cycles >= 1.0).map(|cycles| objects as f64 / cycles);
            Some(Self::Refilled { objects, in_cycle })
        } else {
            None
        }
    }

    /// For the title.
    pub(crate) fn what(self) -> &'static str {
        match self {
            Self::Boxed => "sync.Pool.Put boxes a value",
            Self::Finalized => "what a sync.Pool holds has a finalizer or cleanup",
            Self::Refilled { .. } => "a sync.Pool has none to give",
        }
    }

    /// What was seen, where the compiler's line does not say it.
    pub(crate) fn seen(self) -> Option<String> {
        match self {
            Self::Boxed => None,
            Self::Finalized => {
                Some("The function that makes an object for the pool also calls SetFinalizer or AddCleanup.".to_owned())
            }
            Self::Refilled { objects, in_cycle } => Some(format!(
                "The pool's Get made {objects} objects anew{}.",
                in_cycle.map_or(String::new(), |count| format!(", {count:.1} for each GC cycle"))
            )),
        }
    }

    /// What to do, where the compiler's advice does not say it.
    pub(crate) fn advice(self) -> Option<&'static str> {
        match self {
            Self::Boxed => None,
            Self::Finalized => Some(
                "GC empties a pool, and the finalizer then runs on what is only waiting to be reused, which also keeps it for \
                 another cycle: leave it out, or keep such objects in a list of their own and close them there",
            ),
            Self::Refilled { .. } => Some(
                "If each Get has its Put, GC empties the pool between two uses (what is not used for two cycles goes): raise GOGC, \
                 or keep a fixed number in a buffered channel. Else put back what was taken, on every path",
            ),
        }
    }
}

/// What to do about buffers that stay at the size of the largest content.
pub(crate) fn oversized(group: &[&Site]) -> Option<String> {
    // A map's tables are parts of one map, and no buffers.
    let is_buffer = |reason: Reason| reason.is_growth() && reason != Reason::MapGrowth;
    let grown = || group.iter().filter(|site| site.reason.is_some_and(is_buffer) && site.inuse_objects > 0);
    let objects: i64 = grown().map(|site| site.inuse_objects).sum();
    let bytes: i64 = grown().map(|site| site.inuse_bytes).sum();
    let share: f64 = grown().map(|site| site.inuse_fraction).sum();
    let each = bytes as f64 / objects.max(1) as f64;
    (objects > 1 && share >= LEAST_KEPT && each >= OVERSIZED).then(|| {
        format!(
            ". Of it {objects} objects of {} are in use: if a sync.Pool keeps them, do not Put back what has grown beyond the \
             usual size",
            Unit::Bytes.humanize(each)
        )
    })
}

/// Of all bytes allocated.
const LEAST_SHARE: f64 = 0.01;

/// Fewer can be those that fill the pool.
const FEWEST_REFILLS: i64 = 20;

/// Of all bytes in use.
const LEAST_KEPT: f64 = 0.05;

/// `fmt` does not put back buffers beyond it (`(*pp).free` in `fmt/print.go`).
const OVERSIZED: f64 = 65_536.0;
