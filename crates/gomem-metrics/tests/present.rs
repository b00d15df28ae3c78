//! Every rule judges what holds now: on made-up scrapes of a service in which the rule's condition holds always, never, only
//! lately, only in the past, for a moment, only before a restart, or only after it.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod exporters;

use std::collections::BTreeSet;

use gomem_finding::Severity;
use gomem_metrics::{DiagnoseOptions, Diagnosis, Judgement, Metrics, Rule, Verdict};

/// What a service does in the five seconds before a scrape.
#[derive(Clone)]
struct Step {
    live: f64,
    /// Of the heap in use, the part that holds objects.
    filled: f64,
    alloc: f64,
    cycles: f64,
    forced: f64,
    gogc: f64,
    goal: Option<f64>,
    limit: f64,
    sys: f64,
    released: f64,
    stacks: f64,
    buckets: f64,
    resident: f64,
    limiter: bool,
    gc_cpu: f64,
    assist_cpu: f64,
    idle_cpu: f64,
    process_cpu: f64,
    paused: f64,
    slow_stops: f64,
    /// What grows in these five seconds, and stays.
    more_live: f64,
    more_sys: f64,
    more_goroutines: f64,
    more_outside: f64,
    more_finalizers: f64,
}

const MB: f64 = 1e6;

fn healthy() -> Step {
    Step {
        live: 100.0 * MB,
        filled: 0.95,
        alloc: 100.0 * MB,
        cycles: 1.0,
        forced: 0.0,
        gogc: 100.0,
        goal: None,
        limit: 9.3e18,
        sys: 260.0 * MB,
        released: 20.0 * MB,
        stacks: 2.0 * MB,
        buckets: 2.0 * MB,
        resident: 240.0 * MB,
        limiter: false,
        gc_cpu: 0.3,
        assist_cpu: 0.02,
        idle_cpu: 12.0,
        process_cpu: 7.0,
        paused: 0.001,
        slow_stops: 0.0,
        more_live: 0.0,
        more_sys: 0.0,
        more_goroutines: 0.0,
        more_outside: 0.0,
        more_finalizers: 0.0,
    }
}

/// What makes a rule fire, done to a healthy service.
type Condition = fn(&mut Step);

const CONDITIONS: &[(&str, Condition)] = &[
    ("gc_inflation", |step| step.cycles = 6.0),
    ("gc_off", |step| step.gogc = u64::MAX as f64),
    ("live_heap_leak", |step| step.more_live = 2.0 * MB),
    ("goroutine_leak", |step| step.more_goroutines = 20.0),
    ("idle_after_spike", |step| step.sys = 2000.0 * MB),
    ("fragmentation", |step| step.filled = 0.4),
    ("huge_stacks", |step| step.stacks = 120.0 * MB),
    ("offheap_growth", |step| step.more_outside = 4.0 * MB),
    ("memlimit_thrash", |step| {
        (step.limit, step.alloc, step.cycles, step.goal) = (245.0 * MB, 80.0 * MB, 8.0, Some(110.0 * MB));
    }),
    ("limiter_active", |step| {
        (step.limit, step.limiter, step.cycles, step.gc_cpu, step.idle_cpu) = (245.0 * MB, true, 3.0, 9.0, 4.0);
    }),
    ("low_gogc", |step| (step.gogc, step.cycles, step.gc_cpu) = (10.0, 10.0, 2.0)),
    ("min_heap_churn", |step| (step.live, step.goal, step.cycles, step.alloc) = (MB, Some(4.1e6), 150.0, 300.0 * MB)),
    ("alloc_rate_spike", |step| (step.alloc, step.cycles) = (1000.0 * MB, 10.0)),
    ("gc_cpu_high", |step| (step.gc_cpu, step.cycles, step.alloc) = (3.0, 8.0, 800.0 * MB)),
    ("forced_gc", |step| (step.cycles, step.forced) = (4.0, 3.0)),
    ("assist_pressure", |step| (step.assist_cpu, step.gc_cpu, step.idle_cpu, step.cycles) = (4.0, 8.0, 0.5, 6.0)),
    ("stw_stop_latency", |step| (step.paused, step.slow_stops, step.cycles) = (0.6, 3.0, 4.0)),
    ("cpu_throttled", |step| (step.process_cpu, step.cycles) = (1.0, 3.0)),
    ("finalizer_backlog", |step| step.more_finalizers = 100.0),
    ("container_oom_risk", |step| step.resident = 960.0 * MB),
    ("metadata_heavy", |step| step.buckets = 90.0 * MB),
    ("heap_profile_blind", |step| step.resident = 700.0 * MB),
    ("alloc_sys_ratio", |step| step.live = 600.0 * MB),
    ("step_change", |step| step.live = 180.0 * MB),
    ("periodic_gc_only", |step| (step.cycles, step.alloc) = (1.0 / 6.0, MB)),
    ("sys_retained", |step| step.more_sys = 3.0 * MB),
];

const STEPS: usize = 96;

/// Seconds between two scrapes: some rules look for what takes minutes.
fn step_seconds(rule: &str) -> usize {
    if rule == "periodic_gc_only" { 20 } else { 5 }
}

/// The scrapes of a service for which `holds` says of each step whether the condition does, restarted before `restart`.
fn judgement(
    rule: &str,
    condition: Condition,
    steps: usize,
    restart: usize,
    holds: impl Fn(usize) -> bool,
) -> Judgement {
    let seconds = step_seconds(rule);
    let mut metrics = Metrics::new();
    let mut service = Service::default();
    for step in 0..steps {
        if step == restart {
            service = Service { start: (step * seconds) as f64, ..Service::default() };
        }
        let mut now = healthy();
        if holds(step) {
            condition(&mut now);
        }
        let time_ms = 1_700_000_000_000 + (step * seconds) as i64 * 1000;
        metrics.push_scrape(time_ms, service.scrape(&now).as_bytes()).unwrap();
    }
    let diagnosis = Diagnosis::from_state(&metrics.state(), DiagnoseOptions::default());
    diagnosis.judgements().iter().find(|judgement| judgement.rule.name() == rule).unwrap().clone()
}

/// What adds up over the steps.
#[derive(Default)]
struct Service {
    start: f64,
    alloc: f64,
    cycles: f64,
    forced: f64,
    limiter: f64,
    gc_cpu: f64,
    assist_cpu: f64,
    idle_cpu: f64,
    total_cpu: f64,
    process_cpu: f64,
    paused: f64,
    slow_stops: f64,
    live: f64,
    sys: f64,
    goroutines: f64,
    outside: f64,
    finalizers: f64,
}

impl Service {
    fn scrape(&mut self, step: &Step) -> String {
        self.alloc += step.alloc;
        self.cycles += step.cycles;
        self.forced += step.forced;
        self.limiter = if step.limiter { self.cycles } else { self.limiter };
        self.gc_cpu += step.gc_cpu;
        self.assist_cpu += step.assist_cpu;
        self.idle_cpu += step.idle_cpu;
        self.total_cpu += 20.0;
        self.process_cpu += step.process_cpu;
        self.paused += step.paused;
        self.slow_stops += step.slow_stops;
        self.live += step.more_live;
        self.sys += step.more_sys;
        self.goroutines += step.more_goroutines;
        self.outside += step.more_outside;
        self.finalizers += step.more_finalizers;
        let live = step.live + self.live;
        let goal = step.goal.unwrap_or(live * (1.0 + step.gogc.min(400.0) / 100.0));
        let inuse = 1.2 * live;
        let sys = step.sys.max(inuse + 60.0 * MB + step.stacks) + self.sys;
        let held = (260.0 * MB).max(inuse + 60.0 * MB + step.stacks) - step.released;
        format!(
            "process_start_time_seconds {}\ngo_gc_heap_live_bytes {live}\ngo_memstats_next_gc_bytes {goal}\n\
             go_memstats_alloc_bytes_total {}\ngo_gc_duration_seconds_count {}\ngo_gc_duration_seconds_sum {}\n\
             go_gc_cycles_forced_gc_cycles_total {}\ngo_gc_gogc_percent {}\ngo_gc_gomemlimit_bytes {}\n\
             go_memstats_heap_inuse_bytes {inuse}\ngo_memstats_heap_alloc_bytes {}\ngo_memstats_sys_bytes {sys}\n\
             go_memstats_heap_released_bytes {}\ngo_memstats_heap_idle_bytes {}\ngo_memstats_stack_inuse_bytes {}\n\
             go_memstats_buck_hash_sys_bytes {}\ngo_memstats_gc_sys_bytes 5e6\ngo_memstats_mspan_sys_bytes 1e6\n\
             go_memstats_other_sys_bytes 1e6\nprocess_resident_memory_bytes {}\ngo_goroutines {}\n\
             go_gc_limiter_last_enabled_gc_cycle {}\ngo_cpu_classes_gc_total_cpu_seconds_total {}\n\
             go_cpu_classes_gc_mark_assist_cpu_seconds_total {}\ngo_cpu_classes_gc_mark_idle_cpu_seconds_total 0\n\
             go_cpu_classes_idle_cpu_seconds_total {}\ngo_cpu_classes_total_cpu_seconds_total {}\n\
             process_cpu_seconds_total {}\ngo_sched_pauses_stopping_gc_seconds_count {}\n\
             go_sched_pauses_stopping_gc_seconds_bucket{{le=\"0.01\"}} {}\n\
             go_gc_finalizers_queued_finalizers_total {}\ngo_gc_finalizers_executed_finalizers_total 1000\n\
             container_spec_memory_limit_bytes{{pod=\"p\",container=\"c\"}} 1e9\n",
            self.start + 1.7e9,
            self.alloc,
            self.cycles.floor(),
            self.paused,
            self.forced,
            step.gogc,
            step.limit,
            step.filled * inuse,
            sys - held,
            sys - held + 30.0 * MB,
            step.stacks,
            step.buckets,
            (step.resident.max(held)) + self.outside,
            50.0 + self.goroutines,
            self.limiter,
            self.gc_cpu,
            self.assist_cpu,
            self.idle_cpu,
            self.total_cpu,
            self.process_cpu,
            2.0 * self.cycles,
            2.0 * self.cycles - self.slow_stops,
            1000.0 + self.finalizers,
        )
    }
}

#[test]
fn what_holds_now_fires_and_what_is_over_is_told() {
    let tested: BTreeSet<&str> = CONDITIONS.iter().map(|condition| condition.0).chain(["restart_loop"]).collect();
    assert_eq!(tested, Rule::NAMES.iter().copied().collect());
    let mut wrong = Vec::new();
    let mut check = |rule: &str, when: &str, judged: Judgement, is_right: bool| {
        if !is_right {
            wrong.push(format!("{rule}, {when}: {}: {}", judged.verdict.name(), judged.summary));
        }
    };
    for &(rule, condition) in CONDITIONS {
        let of = |restart, holds: &dyn Fn(usize) -> bool| judgement(rule, condition, STEPS, restart, holds);
        let fired = |judged: &Judgement| judged.verdict == Verdict::Fired;
        // What changes at one moment holds neither always nor never.
        let is_event = ["alloc_rate_spike", "step_change"].contains(&rule);

        let always = of(STEPS, &|_| true);
        check(rule, "always", always.clone(), fired(&always) != is_event);
        let never = of(STEPS, &|_| false);
        check(rule, "never", never.clone(), never.verdict == Verdict::Clear);

        let late = of(STEPS, &|step| step >= STEPS * 3 / 4);
        let says_when =
            ["for the last", "into the window", "container's"].iter().any(|text| late.summary.contains(text));
        check(rule, "in the last quarter", late.clone(), fired(&late) && says_when);

        let over = of(STEPS, &|step| (STEPS / 5..STEPS * 3 / 5).contains(&step));
        let is_told = match rule {
            // What was used once may be used again, and what is kept is there still.
            "container_oom_risk" => fired(&over) && over.summary.contains("was in use once"),
            "sys_retained" => fired(&over),
            _ => over.verdict == Verdict::Clear && over.summary.contains("it is over since"),
        };
        check(rule, "until two fifths ago", over.clone(), is_told);

        let moment = of(STEPS, &|step| (STEPS / 2..STEPS / 2 + 4).contains(&step));
        let is_risk = rule == "container_oom_risk";
        check(rule, "for a moment", moment.clone(), fired(&moment) == is_risk);

        let before = of(STEPS / 2, &|step| step < STEPS / 2);
        let is_told = before.verdict == Verdict::Clear && before.summary.contains("before the last restart");
        check(rule, "before a restart", before.clone(), is_told || is_event);
        let after = of(STEPS / 2, &|step| step >= STEPS / 2);
        check(rule, "after a restart", after.clone(), fired(&after) || is_event);

        let few = judgement(rule, condition, 2, 2, |_| true);
        check(rule, "in two scrapes", few.clone(), few.verdict != Verdict::Clear);
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// A program that restarts, by how long each of its runs is and whether it grows until it ends.
fn restarted(runs: &[(usize, bool)]) -> Judgement {
    let mut metrics = Metrics::new();
    let mut step = 0;
    for &(steps, grows) in runs {
        let mut service = Service { start: step as f64 * 5.0, ..Service::default() };
        for _ in 0..steps {
            let now = Step { more_live: if grows { 8.0 * MB } else { 0.0 }, ..healthy() };
            metrics.push_scrape(1_700_000_000_000 + step * 5000, service.scrape(&now).as_bytes()).unwrap();
            step += 1;
        }
    }
    let diagnosis = Diagnosis::from_state(&metrics.state(), DiagnoseOptions::default());
    diagnosis.judgements().iter().find(|judgement| judgement.rule.name() == "restart_loop").unwrap().clone()
}

#[test]
fn restarts_are_a_loop_when_memory_grew_before_each() {
    type Case = (&'static [(usize, bool)], Verdict, &'static str);
    let cases: [Case; 10] = [
        (&[(24, true), (24, true), (24, true)], Verdict::Fired, "2 restarts, 2 of them after memory grew"),
        (&[(24, true), (24, true), (24, true), (3, true)], Verdict::Fired, "3 restarts"),
        (&[(24, true), (24, true), (60, false)], Verdict::Clear, "longer than any before"),
        (&[(24, false), (24, false), (24, false)], Verdict::Clear, "not after its memory grew"),
        (&[(96, false)], Verdict::Clear, "not restarted"),
        (&[(48, false), (48, false)], Verdict::Clear, "once, and not after"),
        (&[(48, true), (48, false)], Verdict::Insufficient, "once"),
        (&[(4, true), (4, true), (4, true)], Verdict::Insufficient, "too short"),
        (&[(3, true), (3, true)], Verdict::Insufficient, "too few scrapes"),
        (&[(2, false)], Verdict::Insufficient, "too few scrapes"),
    ];
    for (runs, expected, told) in cases {
        let judged = restarted(runs);
        assert!(judged.verdict == expected && judged.summary.contains(told), "{runs:?}: {}", judged.summary);
    }
}

/// Services that are well: with noise, with a day's wave, with bursts, and that fill a cache; none fires beyond what is good to know.
#[test]
fn healthy_services_are_silent() {
    type Shape = fn(usize, &mut Step);
    let shapes: [(&str, Shape); 5] = [
        ("steady", |_, _| {}),
        ("a wave", |step, now| {
            let load = 1.0 + 0.6 * (step as f64 / 15.0).sin();
            (now.alloc, now.cycles, now.gc_cpu) = (now.alloc * load, (now.cycles * load).max(0.5), now.gc_cpu * load);
            now.process_cpu *= load;
        }),
        ("bursts", |step, now| {
            if step % 24 < 3 {
                (now.alloc, now.cycles, now.gc_cpu, now.idle_cpu) = (now.alloc * 5.0, 5.0, 1.5, 6.0);
                now.process_cpu = 12.0;
            }
        }),
        ("a cache", |step, now| {
            let filled = 2.0 - (-(step as f64) / 12.0).exp();
            (now.live, now.alloc) = (now.live * filled, now.alloc * filled);
        }),
        ("a nightly job", |step, now| {
            if (40..48).contains(&step) {
                (now.live, now.alloc, now.cycles, now.gc_cpu) = (now.live * 1.5, now.alloc * 4.0, 3.0, 1.0);
            }
        }),
    ];
    let mut seed = 1_u64;
    let mut noise = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        0.8 + 0.4 * (seed >> 40) as f64 / (1_u64 << 24) as f64
    };
    let as_is: fn(&str) -> String = str::to_owned;
    for (name, shape) in shapes {
        for (restart, form) in [(STEPS, as_is), (STEPS / 3, as_is), (STEPS, exporters::opentelemetry)] {
            let mut metrics = Metrics::new();
            let mut service = Service::default();
            for step in 0..STEPS {
                if step == restart {
                    service = Service { start: step as f64 * 5.0, ..Service::default() };
                }
                let mut now = healthy();
                shape(step, &mut now);
                for value in [&mut now.alloc, &mut now.gc_cpu, &mut now.idle_cpu, &mut now.process_cpu, &mut now.paused]
                {
                    *value *= noise();
                }
                now.live *= 0.95 + 0.1 * noise();
                let text = form(&service.scrape(&now));
                metrics.push_scrape(1_700_000_000_000 + step as i64 * 5000, text.as_bytes()).unwrap();
            }
            let diagnosis = Diagnosis::from_state(&metrics.state(), DiagnoseOptions::default());
            let loud = diagnosis.fired().filter(|judgement| judgement.severity > Severity::Info);
            let loud: Vec<_> =
                loud.map(|judgement| format!("{}: {}", judgement.rule.name(), judgement.summary)).collect();
            assert!(loud.is_empty(), "{name}, restarted before {restart}: {loud:?}");
        }
    }
}

/// Allocation that rises as what is kept does: by more work, or by a program that goes through all that it has leaked.
#[test]
fn growth_beside_a_rising_allocation_rate_is_not_known() {
    let conditions: [(&str, Condition); 2] =
        [("live_heap_leak", |step| step.more_live = 2.0 * MB), ("goroutine_leak", |step| step.more_goroutines = 20.0)];
    for (rule, condition) in conditions {
        let told = |load: fn(usize) -> f64| {
            let mut metrics = Metrics::new();
            let mut service = Service::default();
            for step in 0..STEPS {
                let mut now = healthy();
                condition(&mut now);
                now.alloc *= load(step);
                let time_ms = 1_700_000_000_000 + step as i64 * 5000;
                metrics.push_scrape(time_ms, service.scrape(&now).as_bytes()).unwrap();
            }
            let diagnosis = Diagnosis::from_state(&metrics.state(), DiagnoseOptions::default());
            diagnosis.judgements().iter().find(|judgement| judgement.rule.name() == rule).unwrap().verdict
        };
        assert_eq!(told(|step| 1.0 + step as f64 / 24.0), Verdict::Insufficient, "{rule}");
        assert_eq!(told(|_| 1.0), Verdict::Fired, "{rule}");
    }
}

#[test]
fn memory_outside_of_go_is_told_before_a_gc_ends() {
    let told = |resident: f64| {
        let mut metrics = Metrics::new();
        for step in 0..12_i64 {
            let text = format!(
                "go_memstats_alloc_bytes {}\ngo_memstats_sys_bytes 8e6\ngo_memstats_heap_released_bytes 1e6\n\
                 go_gc_duration_seconds_count 0\nprocess_resident_memory_bytes {resident}\n",
                1_000_000 + step
            );
            metrics.push_scrape(1_700_000_000_000 + step * 5000, text.as_bytes()).unwrap();
        }
        let diagnosis = Diagnosis::from_state(&metrics.state(), DiagnoseOptions::default());
        let judged = diagnosis.judgements().iter().find(|told| told.rule == Rule::HeapProfileBlind).unwrap();
        (judged.verdict, judged.summary.clone())
    };
    let (verdict, summary) = told(420e6);
    assert_eq!(verdict, Verdict::Fired, "{summary}");
    assert!(summary.contains("of 400.5 MiB resident is outside of Go"), "{summary}");
    assert_eq!(told(9e6).0, Verdict::Insufficient, "what is live is not known");
}
