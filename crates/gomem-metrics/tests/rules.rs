//! Rules that no short recording shows, on made-up metrics.

#![allow(clippy::unwrap_used)]

use gomem_finding::Severity;
use gomem_metrics::{DiagnoseOptions, Diagnosis, GcTrace, GoState, Judgement, Metrics, Verdict};

fn judgement(scrapes: impl IntoIterator<Item = (i64, String)>, rule: &str) -> Judgement {
    let mut metrics = Metrics::new();
    for (seconds, text) in scrapes {
        metrics.push_scrape(seconds * 1000, text.as_bytes()).unwrap();
    }
    let diagnosis = Diagnosis::from_state(&metrics.state(), DiagnoseOptions::default());
    diagnosis.judgements().iter().find(|judgement| judgement.rule.name() == rule).unwrap().clone()
}

#[test]
fn a_gc_every_two_minutes_is_the_runtimes_own() {
    let every = |period: i64| {
        (0..60).map(move |step| {
            let text = format!("go_gc_duration_seconds_count {}\ngo_gc_heap_live_bytes 4e8\n", 5 + step * 15 / period);
            (step * 15, text)
        })
    };
    assert_eq!(judgement(every(120), "periodic_gc_only").verdict, Verdict::Fired);
    assert_eq!(judgement(every(120), "periodic_gc_only").severity, Severity::Info);
    assert_eq!(judgement(every(60), "periodic_gc_only").verdict, Verdict::Clear);
    assert_eq!(judgement(every(120).take(8), "periodic_gc_only").verdict, Verdict::Insufficient);
}

#[test]
fn tables_of_the_runtime_that_outgrow_the_heap_are_told() {
    let with_buckets = |bytes: f64| {
        let text = format!(
            "go_memstats_sys_bytes 4e8\ngo_memstats_heap_released_bytes 0\ngo_memstats_buck_hash_sys_bytes {bytes}\n\
             go_memstats_gc_sys_bytes 1e7\n"
        );
        (0..10).map(move |step| (step, text.clone()))
    };
    let heavy = judgement(with_buckets(2e8), "metadata_heavy");
    assert_eq!((heavy.verdict, heavy.severity), (Verdict::Fired, Severity::Warning));
    assert!(heavy.summary.contains("the profiler's buckets"), "{}", heavy.summary);
    assert_eq!(judgement(with_buckets(2e7), "metadata_heavy").verdict, Verdict::Clear);
}

#[test]
fn more_memory_with_another_version_of_go_is_a_step() {
    let run = |start: i64, version: &'static str, bytes: f64| {
        (0..20).map(move |step| {
            let text = format!(
                "process_start_time_seconds {start}\ngo_info{{version=\"{version}\"}} 1\nprocess_resident_memory_bytes {bytes}\n\
                 go_gc_duration_seconds_count {step}\n"
            );
            (start + step, text)
        })
    };
    let step = judgement(run(100, "go1.23.9", 4e8).chain(run(200, "go1.24.11", 5e8)), "step_change");
    assert_eq!((step.verdict, step.severity), (Verdict::Fired, Severity::Warning));
    let same = judgement(run(100, "go1.24.11", 4e8).chain(run(200, "go1.24.11", 5e8)), "step_change");
    assert_ne!(same.verdict, Verdict::Fired);
}

#[test]
fn goals_at_the_live_heap_matter_where_gc_takes_cpu() {
    let traced = |period: u32| {
        let cycle = |number: u32| {
            let seconds = number * period;
            format!(
                "gc {number} @{seconds}.000s 1%: 0.1+900+0.1 ms clock, 0.4+1/900/10+0.4 ms cpu, 1000->1001->1000 MB, 1000 MB goal, \
                 0 MB stacks, 0 MB globals, 4 P\n"
            )
        };
        let log: String = (1..20).map(cycle).collect();
        let state = GoState::from_trace(&GcTrace::decode(log.as_bytes()).unwrap(), 0);
        let diagnosis = Diagnosis::from_state(&state, DiagnoseOptions::default());
        diagnosis.judgements().iter().find(|found| found.rule.name() == "memlimit_thrash").unwrap().verdict
    };
    assert_eq!(traced(1), Verdict::Fired);
    assert_ne!(traced(600), Verdict::Fired, "one in ten minutes");
}

#[test]
fn only_what_is_not_exported_is_asked_for() {
    let text = "go_memstats_sys_bytes 4e8\ngo_memstats_alloc_bytes 1e8\ngo_memstats_stack_inuse_bytes 1e6\n";
    let scrapes = || (0..10).map(|step| (step, text.to_owned()));
    let stacks = judgement(scrapes(), "huge_stacks");
    assert_eq!(stacks.missing, ["go_memstats_heap_released_bytes"]);
    assert_eq!(stacks.summary, "cannot be judged without go_memstats_heap_released_bytes");
    // Under another name it is the same.
    assert_eq!(judgement(scrapes(), "fragmentation").missing, ["go_memstats_heap_inuse_bytes"]);
    let nothing = judgement((0..10).map(|step| (step, "go_threads 5\n".to_owned())), "huge_stacks");
    assert_eq!(nothing.missing.len(), 3);
}

/// Half an hour of what a node says of a container with 512 MiB: the working set, and what its processes hold.
fn of_node(used: impl Fn(f64) -> f64, anonymous: impl Fn(f64) -> f64) -> Judgement {
    let scrape = |step: i64| {
        let (share, labels) = (step as f64 / 60.0, "{pod=\"p\",container=\"api\"}");
        let text = format!(
            "container_memory_working_set_bytes{labels} {}\ncontainer_memory_rss{labels} {}\n\
             container_spec_memory_limit_bytes{labels} 536870912\n",
            used(share),
            anonymous(share)
        );
        (step * 30, text)
    };
    judgement((0..60).map(scrape), "container_oom_risk")
}

#[test]
fn a_container_that_will_be_full_is_not_clear() {
    let grows = of_node(|share| 1e8 + 3e8 * share, |share| 9e7 + 3e8 * share);
    assert_eq!((grows.verdict, grows.severity), (Verdict::Fired, Severity::Warning));
    assert!(grows.summary.contains("at this pace reaches"), "{}", grows.summary);
    let level = of_node(|_| 2e8, |share| 1e8 + 5e6 * share);
    assert_eq!(level.verdict, Verdict::Clear, "{}", level.summary);
    let fills = of_node(|_| 2e8, |share| 1e8 + 2.5e8 * (1.0 - (-6.0 * share).exp()));
    assert_ne!(fills.verdict, Verdict::Fired, "levels off: {}", fills.summary);
    // Which of them it is the node does not say.
    let tmpfs = of_node(|share| 1e8 + 3e8 * share, |_| 9e7);
    assert_eq!((tmpfs.verdict, tmpfs.severity), (Verdict::Fired, Severity::Info));
    assert!(tmpfs.summary.contains("tmpfs") && tmpfs.summary.contains("at this pace"), "{}", tmpfs.summary);
}

#[test]
fn few_falls_of_the_heap_say_nothing() {
    // Between two readings much is allocated after the last GC: what is left is an upper bound.
    let of_falls = |falls: i64, live: &dyn Fn(f64) -> f64| {
        let scrape = |step: i64| {
            let live = live(step as f64 / (2 * falls) as f64);
            let held = if step % 2 == 0 { 1.1 * live + 1e6 * (step * 7 % 5) as f64 } else { 2.0 * live };
            (step * 10, format!("internal_memstats_heap_alloc_bytes {held}\n"))
        };
        judgement((0..2 * falls).map(scrape), "live_heap_leak")
    };
    let grows = |share: f64| 1e8 + 2e8 * share;
    let leak = of_falls(60, &grows);
    assert_eq!(leak.verdict, Verdict::Fired, "{}", leak.summary);
    assert!(leak.summary.contains("low confidence"), "{}", leak.summary);
    assert_eq!(of_falls(14, &grows).verdict, Verdict::Insufficient, "two or three in each span");
    let level = of_falls(60, &|_| 1e8);
    assert_ne!(level.verdict, Verdict::Fired, "{}", level.summary);
}

#[test]
fn what_is_resident_beyond_the_heap_is_told_where_no_more_is_exported() {
    let scrapes = |heap: fn(i64) -> i64, goroutines: fn(i64) -> i64| {
        (0..40).map(move |step| {
            let resident = 20_000_000 + step * 3_000_000;
            let text = format!(
                "process_resident_memory_bytes {resident}\ngo_memstats_heap_sys_bytes {}\ngo_memstats_heap_released_bytes 3e6\n\
                 go_goroutines {}\n",
                heap(step),
                goroutines(step)
            );
            (step * 60, text)
        })
    };
    let told = judgement(scrapes(|_| 12_000_000, |_| 9), "offheap_growth");
    assert_eq!((told.verdict, told.severity), (Verdict::Fired, Severity::Warning));
    assert!(told.summary.contains("outside of Go's heap"), "{}", told.summary);
    assert!(told.missing.contains(&"go_memstats_sys_bytes"));
    let of_heap = judgement(scrapes(|step| 12_000_000 + step * 3_000_000, |_| 9), "offheap_growth");
    assert_eq!(of_heap.verdict, Verdict::Clear);
    let of_stacks = judgement(scrapes(|_| 12_000_000, |step| 9 + step * 500), "offheap_growth");
    assert_eq!(of_stacks.verdict, Verdict::Insufficient);
    let stacks = |step: i64| format!("go_memstats_stack_inuse_bytes {}\n", step * 3_000_000);
    let with_stacks = scrapes(|_| 12_000_000, |step| 9 + step * 500);
    let known = judgement(with_stacks.map(|(time, text)| (time, text + &stacks(time / 60))), "offheap_growth");
    assert_eq!(known.verdict, Verdict::Clear, "the stacks are it");
}

/// A service whose work ended after 40 of 60 seconds: so many MiB of spans stay in use for 8 MiB of objects, of which GC waits for so many.
fn after_its_work(inuse_mib: u64, goal_mib: u64) -> Judgement {
    let scrapes = (0..60_u64).map(|step| {
        let is_busy = step < 40;
        let (inuse, objects, goal) = if is_busy { (70, 60, 80) } else { (inuse_mib, 8, goal_mib) };
        let cycles = if is_busy { step / 2 } else { 20 };
        let text = format!(
            "go_memstats_heap_inuse_bytes {}\ngo_memstats_heap_alloc_bytes {}\ngo_memstats_next_gc_bytes {}\n\
             go_gc_duration_seconds_count {cycles}\n",
            inuse << 20,
            objects << 20,
            goal << 20
        );
        (1_700_000_000 + step as i64, text)
    });
    judgement(scrapes, "fragmentation")
}

#[test]
fn spans_that_stay_unused_up_to_the_goal_take_no_more_cycles_to_tell() {
    assert_eq!(after_its_work(48, 16).verdict.name(), "fired");
    // The next allocations fill what is free.
    assert_ne!(after_its_work(48, 48).verdict.name(), "fired");
    assert_ne!(after_its_work(24, 16).verdict.name(), "fired", "little");
}

/// What is said of stacks of so many goroutines at first and at last, of so many KiB each, beside so many MiB of other memory.
fn stacks_of([first, last]: [u64; 2], kib: u64, other_mib: u64) -> Judgement {
    let scrapes = (0..40_u64).map(|step| {
        let goroutines = first + (last - first) * step / 39;
        let stacks = goroutines * (kib << 10);
        let text = format!(
            "go_goroutines {goroutines}\ngo_memstats_stack_inuse_bytes {stacks}\ngo_memstats_heap_released_bytes 0\n\
             go_memstats_sys_bytes {}\n",
            stacks + (other_mib << 20)
        );
        (1_700_000_000 + step as i64, text)
    });
    judgement(scrapes, "huge_stacks")
}

#[test]
fn stacks_of_a_burst_that_ended_are_not_those_of_the_goroutines_that_run() {
    let told = |burst: u64| {
        let scrapes = (0..40_u64).map(|step| {
            let goroutines = if step % 8 == 0 { burst } else { 5 };
            let text = format!(
                "go_goroutines {goroutines}\ngo_memstats_stack_inuse_bytes {0}\ngo_memstats_heap_released_bytes 0\n\
                 go_memstats_sys_bytes {0}\n",
                96 << 20
            );
            (1_700_000_000 + step as i64, text)
        });
        judgement(scrapes, "huge_stacks")
    };
    let ended = told(1505);
    assert_eq!((ended.verdict.name(), ended.severity.name()), ("fired", "warning"), "{}", ended.summary);
    assert!(ended.summary.contains("up to 1505 at a time, 65.3 KiB for each"), "{}", ended.summary);
    let of_few = told(6);
    assert!(of_few.summary.contains("for each of 5 goroutines: deep recursion"), "{}", of_few.summary);
}

#[test]
fn stacks_that_are_most_of_the_memory_are_never_called_a_small_part() {
    let grown = stacks_of([3000, 3000], 32, 20);
    assert_eq!((grown.verdict.name(), grown.severity.name()), ("fired", "warning"), "{}", grown.summary);
    let many = stacks_of([20_000, 20_000], 4, 20);
    assert_eq!((many.verdict.name(), many.severity.name()), ("fired", "info"), "{}", many.summary);
    let good_part = stacks_of([3000, 3000], 32, 150);
    assert_eq!(good_part.verdict.name(), "clear");
    assert!(good_part.summary.contains("a good part of the memory"), "{}", good_part.summary);
    let leak = stacks_of([1000, 9000], 8, 20);
    assert!(leak.summary.contains("grows, and their stacks with it"), "{}", leak.summary);
    assert_eq!(stacks_of([500, 500], 32, 20).summary, "stacks are not a large part of the memory");
}
