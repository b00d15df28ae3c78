//! The model on synthetic programs whose behaviour is known exactly.

use gomem_gogc::{Container, Cycle, FitError, GcModel, Gogc, Objective, Recording, Refusal, Setting};

const MIB: f64 = 1_048_576.0;

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

#[test]
fn dishonest_settings_are_refused() {
    let model = GcModel::fit(&steady(60, 100.0, 1.0)).unwrap();
    assert_eq!(model.predict(&Setting::new(Gogc::Off)).refusal, Some(Refusal::NoBound));
    let limit = |mib: u64| Setting::new(Gogc::Off).with_memory_limit(Some(mib << 20));
    let too_small = model.predict(&limit(90)).refusal;
    assert!(matches!(too_small, Some(Refusal::LiveHeapExceedsLimit { .. })), "{too_small:?}");
    assert!(matches!(model.predict(&limit(140)).refusal, Some(Refusal::DangerZone { .. })));
    assert_eq!(model.predict(&limit(600)).refusal, None);
}

#[test]
fn too_little_to_learn_from_is_an_error() {
    let err = GcModel::fit(&steady(3, 50.0, 2.0)).unwrap_err();
    assert_eq!(err, FitError::TooFewCycles { found: 3, required: 4 });
    let mut broken = steady(8, 50.0, 2.0);
    broken.cycles[5].mark_seconds = f64::NAN;
    let err = GcModel::fit(&broken).unwrap_err();
    assert_eq!(err.to_string(), "cycle 5: mark_seconds is not a finite, non-negative number");
}

#[test]
fn recommendations_fit_and_a_leak_never_gets_gogc_off() {
    let model = GcModel::fit(&steady(60, 50.0, 1.0)).unwrap();
    let mut container = Container::new(1 << 30);
    let offered = model.recommend(&container, Objective::Throughput);
    assert!(offered.iter().any(|offer| offer.prediction.setting.gogc == Gogc::Off));
    container.leaking = true;
    let offered = model.recommend(&container, Objective::Throughput);
    assert!(!offered.is_empty());
    assert!(offered.iter().all(|offer| offer.prediction.setting.gogc != Gogc::Off));
    assert!(model.recommend(&Container::new(40 << 20), Objective::Balanced).is_empty(), "50 MiB live in 40 MiB");
}
