//! `gc_off`: `GOGC=off`, or `debug.SetGCPercent(-1)`, without `GOMEMLIMIT`: nothing is ever collected.
//!
//! The goal is then infinite (`gcController.heapGoalInternal` in `runtime/mgcpacer.go`), and even the cycle that runs after two
//! minutes without one (`forcegcperiod` in `runtime/proc.go`) does not, as `gcTrigger.test` asks for a GC percentage first.
//! Where `GOGC` is not exported, as by expvar, the goal tells. Critical when the heap only grows, by ≥ 16 MiB and without a
//! cycle; a warning otherwise: a short command may mean it, and a program may start each cycle itself (`runtime.GC`).

use gomem_finding::{Confidence, Severity};
use gomem_table::{MIB, Unit};

use super::opinion::{Opinion, bytes};
use crate::{
    analysis::Window,
    model::{NO_GOAL_BYTES, Quantity},
};

pub(super) fn find(window: &Window<'_>) -> Opinion {
    let goal = window.last(Quantity::HeapGoalBytes);
    let is_endless = goal.is_some_and(|goal| goal >= NO_GOAL_BYTES);
    match (window.last(Quantity::GogcPercent), goal) {
        (Some(gogc), _) if gogc.is_finite() => {
            return Opinion::clear("GOGC is not off").with("gogc_percent", gogc, Unit::Percent);
        }
        (None, None) => return Opinion::not_evaluable(&["go_gc_gogc_percent"]),
        (None, Some(goal)) if !is_endless => {
            return Opinion::clear("there is a goal at which GC starts").with("heap_goal_bytes", goal, Unit::Bytes);
        }
        _ => {}
    }
    if let Some(limit) = window.memory_limit() {
        return Opinion::clear("GOGC is off, and GOMEMLIMIT starts the GC").with(
            "memory_limit_bytes",
            limit,
            Unit::Bytes,
        );
    }
    if !window.knows(Quantity::MemoryLimitBytes) && !is_endless {
        return Opinion::not_evaluable(&["go_gc_gomemlimit_bytes"]);
    }
    // Where nothing is collected, all that was ever allocated is there.
    let objects = if window.knows(Quantity::HeapObjectsBytes) {
        window.points(Quantity::HeapObjectsBytes)
    } else {
        window.points(Quantity::AllocTotalBytes)
    };
    let cycles = window.increase(Quantity::GcCyclesTotal).unwrap_or(0.0);
    let (Some(first), Some(last)) = (objects.first(), objects.last()) else {
        return Opinion::not_evaluable(&["go_memstats_alloc_bytes"]);
    };
    let more = last.1 - first.1;
    let only_grows = more >= LEAST_BYTES && cycles == 0.0;
    let container = window.container_limit_bytes;
    let left = container.filter(|_| only_grows).map(|limit| (limit - last.1).max(0.0) / (more / (last.0 - first.0)));
    let what = if cycles == 0.0 {
        "nothing is collected".to_owned()
    } else {
        format!("only the program itself starts a GC (runtime.GC, debug.FreeOSMemory), {cycles:.0} here")
    };
    let course = if cycles > 0.0 && !window.knows(Quantity::HeapObjectsBytes) {
        format!("{} were allocated meanwhile", bytes(more))
    } else {
        format!("{} of objects at first, {} at last", bytes(first.1), bytes(last.1))
    };
    let summary = format!(
        "GOGC=off, or debug.SetGCPercent(-1), and no GOMEMLIMIT: {what}; {course}{}",
        left.map_or_else(String::new, |seconds| format!(
            ", at this pace the container is full in {}",
            Unit::Seconds.humanize(seconds)
        ))
    );
    // What was allocated is what is there as long as nothing is collected.
    let objects_at = |value: f64| Some(value).filter(|_| cycles == 0.0 || window.knows(Quantity::HeapObjectsBytes));
    let severity = if only_grows { Severity::Critical } else { Severity::Warning };
    Opinion::fired(severity, summary, ACTION)
        .against("heap_growth_bytes", more, LEAST_BYTES, Unit::Bytes)
        .with("objects_first_bytes", objects_at(first.1), Unit::Bytes)
        .with("objects_last_bytes", objects_at(last.1), Unit::Bytes)
        .with("gc_cycles", cycles, Unit::Count)
        .with("container_limit_bytes", container, Unit::Bytes)
        .sure(Confidence::High)
        .confounder("A command that ends before its memory is full may mean it.")
}

const ACTION: &str = "Look for GOGC=off in the environment and for debug.SetGCPercent(-1) in the code, and remove it; or set \
                      GOMEMLIMIT to about 90 % of the container's memory, so that GC runs before it is full.";
const LEAST_BYTES: f64 = 16.0 * MIB;
