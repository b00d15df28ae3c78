//! The runtime's pacing formulas, as `runtime/mgcpacer.go` computes them.

use std::fmt;

/// The value of `GOGC`.
///
/// ```
/// # use gomem_table::MIB;
/// # let cycles: Vec<gomem_gogc::Cycle> = (0..40)
/// #     .map(|n| gomem_gogc::Cycle {
/// #         start_seconds: f64::from(n),
/// #         heap_start_bytes: 19.0 * MIB,
/// #         heap_end_bytes: 20.0 * MIB,
/// #         heap_live_bytes: 11.0 * MIB,
/// #         goal_bytes: 20.0 * MIB,
/// #         mark_seconds: 0.005,
/// #         background_cpu_seconds: 0.005,
/// #         procs: 4,
/// #         ..gomem_gogc::Cycle::default()
/// #     })
/// #     .collect();
/// # let recording = gomem_gogc::Recording::new(cycles, gomem_gogc::Gogc::Percent(100));
/// # let model = gomem_gogc::GcModel::fit(&recording)?;
/// use gomem_gogc::Gogc;
///
/// assert_eq!(Gogc::Percent(100).factor(), Some(1.0));
/// assert_eq!(Gogc::Off.factor(), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gogc {
    /// `GOGC=N`.
    Percent(u32),
    /// `GOGC=off`: only the memory limit makes the GC run.
    Off,
}

/// What the memory limit is held against: the classes of `runtime/metrics` that `memoryLimitHeapGoal` reads.
///
/// ```
/// use gomem_gogc::{MemoryState, memory_limit_goal};
///
/// let memory = MemoryState { mapped_ready_bytes: 80 << 20, heap_free_bytes: 0, heap_objects_bytes: 64 << 20 };
/// assert!(memory_limit_goal(100 << 20, 40 << 20, &memory) < 100 << 20);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MemoryState {
    /// All memory mapped and ready: `/memory/classes/total` − `/memory/classes/heap/released`.
    pub mapped_ready_bytes: u64,
    /// Free, unreturned heap: `/memory/classes/heap/free`.
    pub heap_free_bytes: u64,
    /// Heap objects, dead ones that are not swept yet included: `/memory/classes/heap/objects`.
    pub heap_objects_bytes: u64,
}

/// The smallest heap goal: 4 MiB scaled by `GOGC` (`gcControllerState.commit`, `heapMinimum`).
///
/// ```
/// # use gomem_table::MIB;
/// # let cycles: Vec<gomem_gogc::Cycle> = (0..40)
/// #     .map(|n| gomem_gogc::Cycle {
/// #         start_seconds: f64::from(n),
/// #         heap_start_bytes: 19.0 * MIB,
/// #         heap_end_bytes: 20.0 * MIB,
/// #         heap_live_bytes: 11.0 * MIB,
/// #         goal_bytes: 20.0 * MIB,
/// #         mark_seconds: 0.005,
/// #         background_cpu_seconds: 0.005,
/// #         procs: 4,
/// #         ..gomem_gogc::Cycle::default()
/// #     })
/// #     .collect();
/// # let recording = gomem_gogc::Recording::new(cycles, gomem_gogc::Gogc::Percent(100));
/// # let model = gomem_gogc::GcModel::fit(&recording)?;
/// use gomem_gogc::{Gogc, heap_minimum};
///
/// assert_eq!(heap_minimum(Gogc::Percent(100)), 4 << 20);
/// assert_eq!(heap_minimum(Gogc::Percent(200)), 8 << 20);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn heap_minimum(gogc: Gogc) -> u64 {
    match gogc {
        Gogc::Percent(percent) => DEFAULT_HEAP_MINIMUM * u64::from(percent) / 100,
        Gogc::Off => u64::MAX,
    }
}

/// The heap goal that `GOGC` alone sets after a cycle that marked `live_bytes` and scanned `roots_bytes` of stacks and
/// globals (`gcControllerState.commit`): the live heap plus `GOGC` percent of the live heap and the roots, and never less
/// than the sweeper is given after a cycle (`gcControllerState.heapGoalInternal`, `sweepMinHeapDistance`).
///
/// ```
/// use gomem_gogc::{Gogc, heap_goal};
/// assert_eq!(heap_goal(100 << 20, 2 << 20, Gogc::Percent(100)), 202 << 20);
/// assert_eq!(heap_goal(0, 0, Gogc::Percent(50)), 2 << 20, "never below the scaled 4 MiB");
/// assert_eq!(heap_goal(3 << 20, 0, Gogc::Percent(25)), 4 << 20, "1 MiB for the sweeper");
/// assert_eq!(heap_goal(100 << 20, 0, Gogc::Off), u64::MAX);
/// ```
#[must_use]
pub fn heap_goal(live_bytes: u64, roots_bytes: u64, gogc: Gogc) -> u64 {
    let Gogc::Percent(percent) = gogc else { return u64::MAX };
    let headroom = u128::from(live_bytes.saturating_add(roots_bytes)) * u128::from(percent) / 100;
    let goal = u128::from(live_bytes) + headroom;
    // Before the first cycle there is nothing to sweep.
    let swept = if live_bytes > 0 { live_bytes.saturating_add(SWEEP_DISTANCE) } else { 0 };
    u64::try_from(goal).unwrap_or(u64::MAX).max(heap_minimum(gogc)).max(swept)
}

/// The heap goal that a memory limit sets (`gcControllerState.memoryLimitHeapGoal`): what the limit leaves for the heap,
/// less 3 % or 1 MiB of headroom, never below the live heap.
///
/// Free slots inside partly used spans count as non-heap here, so a fragmented heap lowers its own goal.
///
/// ```
/// use gomem_gogc::{MemoryState, memory_limit_goal};
///
/// let memory = MemoryState { mapped_ready_bytes: 80 << 20, heap_free_bytes: 0, heap_objects_bytes: 64 << 20 };
/// // What is mapped beside objects has to fit below the limit too.
/// let goal = |limit| memory_limit_goal(limit, 40 << 20, &memory);
/// assert!(goal(90 << 20) < goal(180 << 20));
/// ```
#[must_use]
pub fn memory_limit_goal(limit_bytes: u64, live_bytes: u64, memory: &MemoryState) -> u64 {
    let non_heap =
        memory.mapped_ready_bytes.saturating_sub(memory.heap_free_bytes).saturating_sub(memory.heap_objects_bytes);
    let overage = memory.mapped_ready_bytes.saturating_sub(limit_bytes);
    let taken = non_heap.saturating_add(overage);
    if taken >= limit_bytes {
        return live_bytes;
    }
    let room = limit_bytes - taken;
    let headroom = (room / 100 * LIMIT_HEADROOM_PERCENT).max(LIMIT_HEADROOM_MINIMUM);
    // A limit with hardly more room than the headroom itself leaves the heap just that headroom.
    let goal = if room < headroom || room - headroom < headroom { headroom } else { room - headroom };
    goal.max(live_bytes)
}

/// The heap size at which marking starts (`gcControllerState.trigger`): the goal less the `runway` that allocation is
/// expected to use during marking, kept between 70 % and 95 % of the way from the live heap to the goal, and 1 MiB of
/// allocation away for the sweeper.
///
/// ```
/// use gomem_gogc::trigger;
///
/// let (live, goal) = (10e6, 20e6);
/// assert!((live..=goal).contains(&trigger(live, goal, 1e6)));
/// ```
#[must_use]
pub fn trigger(live_bytes: f64, goal_bytes: f64, runway_bytes: f64) -> f64 {
    let room = (goal_bytes - live_bytes).max(0.0);
    let swept = if live_bytes > 0.0 { room.min(SWEEP_DISTANCE as f64) } else { 0.0 };
    let low = live_bytes + (room * TRIGGER_LOW).max(swept);
    let high = (live_bytes + room * TRIGGER_HIGH).max(goal_bytes - DEFAULT_HEAP_MINIMUM as f64).max(low);
    (goal_bytes - runway_bytes).max(low).min(high)
}

impl Gogc {
    /// `GOGC` as a factor: 1.0 for `GOGC=100`; `None` when off.
    #[must_use]
    pub fn factor(self) -> Option<f64> {
        match self {
            Self::Percent(percent) => Some(f64::from(percent) / 100.0),
            Self::Off => None,
        }
    }
}

impl fmt::Display for Gogc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Percent(percent) => write!(f, "{percent}"),
            Self::Off => f.write_str("off"),
        }
    }
}

/// `defaultHeapMinimum` of `runtime/mgcpacer.go`.
const DEFAULT_HEAP_MINIMUM: u64 = 4 << 20;
/// `sweepMinHeapDistance` of `runtime/mgc.go`.
pub(crate) const SWEEP_DISTANCE: u64 = 1 << 20;
/// `memoryLimitHeapGoalHeadroomPercent` of `runtime/mgcpacer.go`.
const LIMIT_HEADROOM_PERCENT: u64 = 3;
/// `memoryLimitMinHeapGoalHeadroom` of `runtime/mgcpacer.go`.
const LIMIT_HEADROOM_MINIMUM: u64 = 1 << 20;
/// `minTriggerRatioDistance` of `runtime/mgcpacer.go`: 45/64.
const TRIGGER_LOW: f64 = 45.0 / 64.0;
/// `maxTriggerRatioDistance` of `runtime/mgcpacer.go`: 61/64.
const TRIGGER_HIGH: f64 = 61.0 / 64.0;
/// The share of `GOMAXPROCS` the background workers aim for: `gcBackgroundUtilization` of `runtime/mgcpacer.go`.
pub(crate) const BACKGROUND_UTILIZATION: f64 = 0.25;
/// A cycle starts after this long without one, whatever the heap: `forcegcperiod` of `runtime/proc.go`.
pub(crate) const FORCE_GC_PERIOD_SECONDS: f64 = 120.0;

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    #[test]
    fn roots_count_towards_the_headroom_only() {
        assert_eq!(heap_goal(100 * MIB, 10 * MIB, Gogc::Percent(200)), 320 * MIB);
        assert_eq!(heap_goal(u64::MAX / 2, u64::MAX, Gogc::Percent(4_000_000_000)), u64::MAX);
    }

    #[test]
    fn the_limit_leaves_three_percent_and_never_less_than_the_live_heap() {
        let memory =
            MemoryState { mapped_ready_bytes: 120 * MIB, heap_free_bytes: 10 * MIB, heap_objects_bytes: 100 * MIB };
        assert_eq!(memory_limit_goal(210 * MIB, 60 * MIB, &memory), 200 * MIB - 2 * MIB * 3);
        assert_eq!(memory_limit_goal(100 * MIB, 95 * MIB, &memory), 95 * MIB, "over the limit: the live heap");
        assert_eq!(memory_limit_goal(5 * MIB, 95 * MIB, &memory), 95 * MIB, "nothing left at all");
    }

    #[test]
    fn the_trigger_stays_within_its_bounds() {
        let live = 64.0 * MIB as f64;
        assert_eq!(trigger(live, 2.0 * live, 1e9), 109.0 * MIB as f64, "70 % at the earliest");
        assert_eq!(trigger(live, live + 1e6, 1e9), live + 1e6, "the sweeper has its 1 MiB");
        assert_eq!(trigger(live, 2.0 * live, 0.0), 2.0 * live - 3.0 * MIB as f64, "95 % at the latest");
        assert_eq!(trigger(10.0, 5.0, 1.0), 10.0, "a goal below the live heap starts at once");
    }
}
