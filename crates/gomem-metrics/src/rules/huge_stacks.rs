//! `huge_stacks`: stacks are ≥ 25 % of what Go holds, ≥ 32 MiB, and ≥ 64 KiB a goroutine; or ≥ 50 %, with many goroutines.
//!
//! A goroutine starts with 2 to 8 KiB. Measured: 520 KiB each where recursion is deep, 2 KiB where goroutines leak, 32
//! KiB where each has an array of 24 KiB. A crowd whose stacks grew to 16 KiB or more each is a warning; smaller ones are
//! what so many goroutines take at least. Stacks count into the goal since Go 1.18, so they raise the heap's as well
//! (`runtime/mgcpacer.go`).

use gomem_finding::{Confidence, Severity};
use gomem_table::{MIB, Unit};

use super::{
    goroutine_leak,
    opinion::{Opinion, Verdict, bytes, percent},
};
use crate::{analysis::Window, model::Quantity};

pub(super) fn find(window: &Window<'_>) -> Opinion {
    let recent = |quantity| window.median(quantity);
    let (Some(stacks), Some(held)) = (recent(Quantity::StackInuseBytes), recent(Quantity::HeldBytes)) else {
        return Opinion::not_evaluable(&[
            "go_memstats_stack_inuse_bytes",
            "go_memstats_sys_bytes",
            "go_memstats_heap_released_bytes",
        ]);
    };
    let share = stacks / held.max(1.0);
    let Some(goroutines) = recent(Quantity::Goroutines) else { return without_goroutines(window, stacks, share) };
    let each = stacks / goroutines.max(1.0);
    let with_evidence = |opinion: Opinion| {
        opinion
            .against("stack_fraction", share, LEAST_FRACTION, Unit::Fraction)
            .against("stack_bytes", stacks, LEAST_BYTES, Unit::Bytes)
            .against("stack_bytes_per_goroutine", each, LEAST_EACH, Unit::Bytes)
            .with("goroutines", goroutines, Unit::Count)
    };
    if share < LEAST_FRACTION || stacks < LEAST_BYTES {
        return with_evidence(Opinion::clear("stacks are not a large part of the memory"));
    }
    let most = window.until_now().highest(Quantity::Goroutines).unwrap_or(goroutines);
    if most >= MANY_MORE * goroutines {
        return with_evidence(of_ended(stacks, share, (goroutines, most))).with("most_goroutines", most, Unit::Count);
    }
    if each < LEAST_EACH {
        return with_evidence(of_many(window, stacks, share, (goroutines, each)));
    }
    let summary = format!(
        "stacks hold {} ({} of what Go holds), {} for each of {goroutines:.0} goroutines: deep recursion or large frames",
        bytes(stacks),
        percent(share),
        bytes(each)
    );
    with_evidence(Opinion::fired(Severity::Warning, summary, ACTION)).confounder(
        "Checked: many goroutines with small stacks are goroutine_leak instead. Stacks shrink only at a GC.",
    )
}

/// Stacks of goroutines that ended: what is free of them is given back at a GC only.
fn of_ended(stacks: f64, share: f64, (goroutines, most): (f64, f64)) -> Opinion {
    let each = stacks / most;
    let severity = if each >= GROWN { Severity::Warning } else { Severity::Info };
    let summary = format!(
        "stacks hold {} ({} of what Go holds), while {goroutines:.0} goroutines run: most are of goroutines that ended, up to {most:.0} at a time, \
         {} for each of those",
        bytes(stacks),
        percent(share),
        bytes(each)
    );
    Opinion::fired(severity, summary, OF_ENDED).confounder("More goroutines may have run between two scrapes.")
}

/// Many goroutines whose stacks are no large ones: where these are most of the memory, that is told, unless they grow in number, which
/// is [`goroutine_leak`](super::goroutine_leak)'s.
fn of_many(window: &Window<'_>, stacks: f64, share: f64, (goroutines, each): (f64, f64)) -> Opinion {
    if goroutine_leak::find(&window.until_now()).verdict == Verdict::Fired {
        return Opinion::clear("the number of goroutines grows, and their stacks with it");
    }
    if share < MOST_OF_MEMORY {
        return Opinion::clear(
            "many goroutines have a good part of the memory as stacks, none of them a large one on average",
        );
    }
    let severity = if each >= GROWN { Severity::Warning } else { Severity::Info };
    let summary = format!(
        "stacks hold {} ({} of what Go holds), {} for each of {goroutines:.0} goroutines: their number is as large all the time",
        bytes(stacks),
        percent(share),
        bytes(each)
    );
    Opinion::fired(severity, summary, OF_MANY)
        .confounder("Stacks shrink only at a GC, and only by half: what a call needed once stays for a while.")
}

/// Where goroutines are not counted, as in `/debug/vars`: stacks that go on growing may be many small ones, and are
/// [`goroutine_leak`](super::goroutine_leak)'s.
fn without_goroutines(window: &Window<'_>, stacks: f64, share: f64) -> Opinion {
    let evidence = |opinion: Opinion| {
        opinion.against("stack_fraction", share, LEAST_FRACTION, Unit::Fraction).against(
            "stack_bytes",
            stacks,
            LEAST_BYTES,
            Unit::Bytes,
        )
    };
    if share < LEAST_FRACTION || stacks < LEAST_BYTES {
        return evidence(Opinion::clear("stacks are not a large part of the memory"));
    }
    if goroutine_leak::stacks_grow(&window.until_now()) {
        return evidence(Opinion::not_evaluable(&["go_goroutines"]));
    }
    let summary = format!(
        "stacks hold {} ({} of what Go holds): deep recursion, large frames, or very many goroutines, which are not counted here",
        bytes(stacks),
        percent(share)
    );
    evidence(Opinion::fired(Severity::Warning, summary, ACTION)).missing(&["go_goroutines"]).sure(Confidence::Low)
}

const ACTION: &str = "Take /debug/pprof/goroutine?debug=2 and look for deep stacks; large local arrays show in the frame sizes of \
                      go build -gcflags=-S.";
const OF_MANY: &str = "Keep fewer goroutines at a time (a pool of workers, a poller instead of a goroutine for each connection), or make what each has on its \
                       stack small: no large array as a local variable, no deep call that is kept waiting in. /debug/pprof/goroutine says where they wait.";
const OF_ENDED: &str = "Start fewer goroutines at a time (errgroup.SetLimit, a fixed set of workers), or make what each has on its stack small: no \
                        large array as a local variable, no deep recursion. /debug/pprof/goroutine, taken while they run, says where they are. \
                        What they leave is given back at the next GC.";
const LEAST_FRACTION: f64 = 0.25;
const MOST_OF_MEMORY: f64 = 0.5;
const LEAST_BYTES: f64 = 32.0 * MIB;
const LEAST_EACH: f64 = 64.0 * 1024.0;
/// A judgement: of a level number of goroutines no more than this comes and goes.
const MANY_MORE: f64 = 4.0;
/// Three times doubled, from 2 KiB.
const GROWN: f64 = 16.0 * 1024.0;
