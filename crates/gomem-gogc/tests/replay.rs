//! The model on synthetic programs whose behaviour is known exactly.

use gomem_gogc::{Container, Cycle, FitError, GcModel, Gogc, Objective, Recording, Refusal, Setting};
use gomem_table::MIB;

/// A steady program: `live` MiB survive, allocation during marking is `mark` MiB, GOGC=100.
fn steady(cycles: usize, live: f64, mark: f64) -> Recording {
    let start = 2.0 * (live + mark) - mark;
    let cycle = |n: usize| Cycle {
        start_seconds: n as f64 * 0.5,
        heap_start_bytes: start * MIB,
        heap_end_bytes: (start + mark) * MIB,
        heap_live_bytes: (live + mark) * MIB,
        goal_bytes: 2.0 * (live + mark) * MIB,
        mark_seconds: 0.02,
        background_cpu_seconds: 0.02,
        procs: 4,
        ..Cycle::default()
    };
    Recording::new((0..cycles).map(cycle).collect(), Gogc::Percent(100))
}

fn cycles(model: &GcModel, setting: Setting) -> f64 {
    model.predict(&setting).gc_cycles.map_or(f64::NAN, |cycles| cycles.value)
}

/// Numbers that no program can have are refused, wherever they stand.
#[test]
fn contradictions_are_refused() {
    let refused = |change: fn(&mut Cycle)| {
        let mut recording = steady(10, 50.0, 2.0);
        change(&mut recording.cycles[7]);
        matches!(GcModel::fit(&recording), Err(FitError::Contradiction { cycle: 7, .. }))
    };
    assert!(refused(|cycle| cycle.heap_live_bytes = 900_000.0 * MIB));
    assert!(refused(|cycle| cycle.start_seconds = 0.0));
    assert!(refused(|cycle| cycle.procs = 0));
    assert!(refused(|cycle| cycle.heap_end_bytes = 3.0 * MIB));
    assert!(!refused(|cycle| cycle.heap_end_bytes -= 0.9 * MIB), "what rounding explains");
}

#[test]
fn the_base_setting_reproduces_the_recording() {
    let model = GcModel::fit(&steady(100, 50.0, 2.0)).unwrap();
    let base = model.predict(&Setting::new(Gogc::Percent(100)));
    let cycles = base.gc_cycles.unwrap();
    // The recording starts in the steady state; a replay starts from an empty heap and pays the doublings.
    assert!((100.0..=110.0).contains(&cycles.value), "{cycles:?}");
    let peak = base.peak_heap_bytes.unwrap();
    assert!((peak.value / (104.0 * MIB) - 1.0).abs() < 0.05, "{peak:?}");
    let cpu = base.gc_cpu_fraction.unwrap();
    assert!((cpu.value - model.observed_gc_cpu_fraction().unwrap()).abs() < 0.001, "{cpu:?}");
}

/// A trace says that processors are stopped while they still run.
#[test]
fn what_gc_took_is_what_was_counted() {
    let mut recording = steady(100, 50.0, 2.0);
    recording.cycles.iter_mut().for_each(|cycle| cycle.stw_seconds = 0.01);
    let by_cycles = GcModel::fit(&recording).unwrap();
    recording.gc_cpu_seconds = Some(100.0 * 0.03);
    let model = GcModel::fit(&recording).unwrap();
    let half = |of: fn(&GcModel) -> f64| (of(&model) / of(&by_cycles) - 0.5).abs() < 0.02;
    assert!(half(|model| model.observed_gc_cpu_fraction().unwrap()));
    assert!(half(|model| model.predict(&Setting::new(Gogc::Percent(200))).gc_cpu_fraction.unwrap().value));
    assert!((model.observed_shares().unwrap().pause - 1.0 / 3.0).abs() < 1e-6);
}

#[test]
fn half_the_allocation_makes_half_the_cycles() {
    let model = GcModel::fit(&steady(200, 50.0, 2.0)).unwrap();
    let whole = cycles(&model, Setting::new(Gogc::Percent(100)));
    let half = cycles(&model, Setting::new(Gogc::Percent(100)).with_alloc_scale(0.5));
    assert!((half / whole - 0.5).abs() < 0.05, "{half} of {whole}");
}

#[test]
fn more_gogc_never_makes_more_cycles_nor_a_smaller_heap() {
    let model = GcModel::fit(&steady(60, 30.0, 1.0)).unwrap();
    let predictions: Vec<_> =
        [25, 50, 100, 200, 400, 800].map(|gogc| model.predict(&Setting::new(Gogc::Percent(gogc)))).into();
    for pair in predictions.windows(2) {
        assert!(pair[0].gc_cycles.unwrap().value >= pair[1].gc_cycles.unwrap().value);
        assert!(pair[0].peak_heap_bytes.unwrap().value <= pair[1].peak_heap_bytes.unwrap().value);
    }
}

/// The same, whose GC takes a fifth of the CPU.
fn costly(cycles: usize, live: f64, mark: f64) -> Recording {
    let mut recording = steady(cycles, live, mark);
    for cycle in &mut recording.cycles {
        cycle.mark_seconds = 0.2;
        cycle.background_cpu_seconds = 0.2;
        cycle.assist_cpu_seconds = 0.2;
    }
    recording
}

#[test]
fn dishonest_settings_are_refused() {
    let model = GcModel::fit(&costly(60, 100.0, 1.0)).unwrap();
    assert_eq!(model.predict(&Setting::new(Gogc::Off)).refusal, Some(Refusal::NoBound));
    let limit = |mib: u64| Setting::new(Gogc::Off).with_memory_limit(Some(mib << 20));
    let too_small = model.predict(&limit(90)).refusal;
    assert!(matches!(too_small, Some(Refusal::LiveHeapExceedsLimit { .. })), "{too_small:?}");
    let tight = model.predict(&limit(140)).refusal;
    assert!(matches!(tight, Some(Refusal::DangerZone { .. })), "{tight:?}");
    assert!(tight.unwrap().to_string().contains("set it to 200 MiB or more"), "the safe alternative: {tight:?}");
    assert_eq!(model.predict(&limit(600)).refusal, None);
    let cheap = GcModel::fit(&steady(60, 100.0, 1.0)).unwrap();
    assert_eq!(cheap.predict(&limit(140)).refusal, None, "little headroom, but marking costs next to nothing");
}

#[test]
fn without_cpu_times_little_headroom_is_refused_whatever_it_costs() {
    let mut recording = steady(60, 100.0, 1.0);
    recording.knows_gc_cpu = false;
    let model = GcModel::fit(&recording).unwrap();
    let prediction = model.predict(&Setting::new(Gogc::Percent(200)));
    assert_eq!((prediction.gc_cpu_fraction, model.observed_gc_cpu_fraction()), (None, None));
    let tight = model.predict(&Setting::new(Gogc::Off).with_memory_limit(Some(140 << 20))).refusal;
    assert!(matches!(tight, Some(Refusal::DangerZone { gc_cpu_fraction: None, .. })), "{tight:?}");
}

#[test]
fn a_limit_under_which_the_limiter_acted_is_refused_again() {
    let mut recording = steady(60, 100.0, 1.0).with_memory_limit(Some(300 << 20));
    recording.limiter_acted = true;
    let model = GcModel::fit(&recording).unwrap();
    let refusal =
        |mib: u64| model.predict(&Setting::new(Gogc::Percent(100)).with_memory_limit(Some(mib << 20))).refusal;
    assert!(matches!(refusal(300), Some(Refusal::LimiterActed { .. })));
    assert_eq!(refusal(600), None);
}

#[test]
fn a_growing_heap_is_not_left_to_the_limit() {
    let mut recording = costly(60, 40.0, 1.0);
    for (index, cycle) in recording.cycles.iter_mut().enumerate() {
        let grown = index as f64 * 2.0 * MIB;
        cycle.heap_live_bytes += grown;
        cycle.heap_start_bytes += 2.0 * grown;
        cycle.heap_end_bytes += 2.0 * grown;
        cycle.goal_bytes += 2.0 * grown;
    }
    let model = GcModel::fit(&recording).unwrap();
    assert!(model.quality().is_growing);
    let off = model.predict(&Setting::new(Gogc::Off).with_memory_limit(Some(260 << 20)));
    assert!(matches!(off.refusal, Some(Refusal::Fragmented { .. })), "{off:?}");
    let offered = model.recommend(&Container::new(4 << 30), Objective::Throughput);
    assert!(offered.iter().all(|offer| offer.prediction.setting.gogc != Gogc::Off), "nor offered");
}

#[test]
fn too_little_to_learn_from_is_an_error() {
    let err = GcModel::fit(&steady(3, 50.0, 2.0)).unwrap_err();
    assert_eq!(err, FitError::TooFewCycles { found: 3, required: 4 });
    let mut broken = steady(8, 50.0, 2.0);
    broken.cycles[5].mark_seconds = f64::NAN;
    let err = GcModel::fit(&broken).unwrap_err();
    assert_eq!(err.to_string(), "cycle 5: mark_seconds is not a finite, non-negative number below 1e18");
}

#[test]
fn recommendations_fit_and_a_leak_never_gets_gogc_off() {
    let model = GcModel::fit(&costly(60, 50.0, 1.0)).unwrap();
    let container = Container::new(1 << 30);
    let offered = model.recommend(&container, Objective::Throughput);
    assert!(offered.iter().any(|offer| offer.prediction.setting.gogc == Gogc::Off));
    assert_eq!(offered.iter().filter(|offer| offer.is_knee).count(), 1);
    assert_eq!(offered.iter().filter(|offer| offer.is_current).count(), 1);
    let offered = model.recommend(&container.with_leaking(true), Objective::Throughput);
    assert!(!offered.is_empty());
    assert!(offered.iter().all(|offer| offer.prediction.setting.gogc != Gogc::Off));
    assert!(model.recommend(&Container::new(40 << 20), Objective::Balanced).is_empty(), "50 MiB live in 40 MiB");
}

#[test]
fn a_tight_container_gets_no_memory_limit() {
    let model = GcModel::fit(&costly(60, 100.0, 1.0)).unwrap();
    let offered = model.recommend(&Container::new(170 << 20), Objective::Throughput);
    assert!(!offered.is_empty());
    assert!(offered.iter().all(|offer| offer.prediction.setting.memory_limit_bytes.is_none()));
    assert!(offered.iter().all(|offer| offer.prediction.setting.gogc != Gogc::Off));
    assert!(offered[0].reason.contains("too little"), "{}", offered[0].reason);
    assert!(offered[0].reason.contains("may reach"), "{}", offered[0].reason);
}

#[test]
fn what_does_not_fit_is_not_offered() {
    let model = GcModel::fit(&costly(60, 100.0, 1.0)).unwrap();
    let smallest = model.smallest_peak_heap_bytes().unwrap();
    assert!((smallest.value / (152.0 * MIB) - 1.0).abs() < 0.05, "{smallest:?}");
    for objective in [Objective::Balanced, Objective::Throughput, Objective::Latency, Objective::Memory] {
        for mib in (100..400).step_by(10) {
            let offered = model.recommend(&Container::new(mib << 20), objective);
            let peaks = offered.iter().map(|offer| offer.prediction.peak_heap_bytes.unwrap().value);
            assert!(peaks.clone().all(|peak| peak <= (mib << 20) as f64), "{objective:?} {mib} {offered:?}");
            // A limit holds the heap below what it would be by GOGC alone.
            let is_limited = offered.iter().all(|offer| offer.prediction.setting.memory_limit_bytes.is_some());
            assert!(is_limited || mib as f64 * MIB >= smallest.value, "{objective:?} {mib}");
        }
        assert!(model.recommend(&Container::new(150 << 20), objective).is_empty(), "152 MiB at the least");
    }
}

#[test]
fn nothing_is_changed_for_a_gc_that_costs_next_to_nothing() {
    let mut recording = steady(60, 100.0, 1.0);
    recording.cycles.iter_mut().for_each(|cycle| cycle.background_cpu_seconds = 0.002);
    let model = GcModel::fit(&recording).unwrap();
    for objective in [Objective::Balanced, Objective::Throughput, Objective::Latency] {
        let offered = model.recommend(&Container::new(4 << 30), objective);
        assert!(offered[0].is_current && offered[0].reason.starts_with("no change"), "{objective:?} {offered:?}");
    }
}

#[test]
fn advice_heard_often_is_answered() {
    let model = GcModel::fit(&costly(60, 100.0, 1.0)).unwrap();
    let reason_of = |model: &GcModel, objective, percent| {
        let offered = model.recommend(&Container::new(4 << 30), objective);
        let offer = offered.iter().find(|offer| offer.prediction.setting.gogc == Gogc::Percent(percent));
        offer.unwrap().reason.clone()
    };
    let latency = reason_of(&model, Objective::Latency, 50);
    assert!(latency.contains("lower GOGC for latency") && latency.contains("assists are"), "{latency}");
    let small = GcModel::fit(&costly(60, 5.0, 0.5)).unwrap();
    let small = reason_of(&small, Objective::Balanced, 50);
    assert!(small.contains("lower GOGC for a small working set"), "{small}");
}

#[test]
fn advice_that_does_not_hold_comes_last_unless_memory_is_asked_for() {
    let model = GcModel::fit(&costly(60, 5.0, 0.5)).unwrap();
    let lowest = |objective| {
        let offered = model.recommend(&Container::new(1 << 30), objective);
        offered.iter().position(|offer| offer.prediction.setting.gogc == Gogc::Percent(50)).unwrap() + 2
            >= offered.len()
    };
    assert!(lowest(Objective::Balanced) && lowest(Objective::Throughput) && lowest(Objective::Latency));
    let offered = model.recommend(&Container::new(1 << 30), Objective::Price { cpu_hour: 0.0, gib_hour: 1.0 });
    let of_50 = offered.iter().position(|offer| offer.prediction.setting.gogc == Gogc::Percent(50));
    assert!(of_50 <= Some(1), "at most the present setting is before it: {offered:?}");
    assert!(offered.iter().all(|offer| !offer.reason.contains("does not hold")), "{offered:?}");
}

#[test]
fn prices_decide() {
    let model = GcModel::fit(&costly(60, 100.0, 1.0)).unwrap();
    let best = |cpu_hour, gib_hour| {
        let offered = model.recommend(&Container::new(4 << 30), Objective::Price { cpu_hour, gib_hour });
        offered[0].prediction.setting.gogc.factor().unwrap_or(f64::INFINITY)
    };
    assert!(best(1.0, 1e-6) > best(1e-6, 1.0), "cheap memory is used, dear memory is not");
}

#[test]
fn a_recording_that_begins_late_replays_from_where_it_began() {
    let whole = steady(50, 50.0, 2.0);
    let late = whole.clone().with_initial_live(Some(52.0 * MIB));
    let ratio = |recording: &Recording| GcModel::fit(recording).unwrap().quality().replayed_cycles_ratio;
    assert!((ratio(&late) - 1.0).abs() < 0.05, "{}", ratio(&late));
}

#[test]
fn inflated_cpu_is_told_and_taken_out_of_prices() {
    let honest = costly(60, 100.0, 1.0);
    let mut inflated = honest.clone();
    inflated.cpu_inflation = Some(4.0);
    let (honest, inflated) = (GcModel::fit(&honest).unwrap(), GcModel::fit(&inflated).unwrap());
    assert!(inflated.quality().is_cpu_inflated() && !honest.quality().is_cpu_inflated());
    let setting = Setting::new(Gogc::Percent(50));
    assert_eq!(honest.predict(&setting).gc_cpu_fraction, inflated.predict(&setting).gc_cpu_fraction, "shares hold");
    let price = |model: &GcModel| {
        let objective = Objective::Price { cpu_hour: 1.0, gib_hour: 0.0 };
        let offered = model.recommend(&Container::new(4 << 30), objective);
        offered.iter().find(|offer| offer.is_current).unwrap().score
    };
    assert!((price(&honest) / price(&inflated) - 4.0).abs() < 1e-9);
}

/// Under `GOGC=off` only `runtime.GC` collects, and no goal is set: what the cycles had to mark is known all the same.
#[test]
fn a_program_without_a_goal_has_its_forced_cycles_and_those_of_gogc() {
    let mut recording = steady(30, 20.0, 2.0);
    recording.gogc = Gogc::Off;
    for cycle in &mut recording.cycles {
        (cycle.goal_bytes, cycle.forced) = (f64::INFINITY, true);
    }
    let model = GcModel::fit(&recording).unwrap();
    let (rare, often) = (Setting::new(Gogc::Percent(800)), Setting::new(Gogc::Percent(25)));
    assert!((cycles(&model, rare) - 30.0).abs() <= 3.0, "{}", cycles(&model, rare));
    assert!(cycles(&model, often) > 60.0, "{}", cycles(&model, often));
}
