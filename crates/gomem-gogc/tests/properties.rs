//! What holds for any recording.

use gomem_gogc::{
    Container, Cycle, GcModel, Gogc, MemoryState, Objective, Recording, Setting, heap_goal, memory_limit_goal, trigger,
};
use gomem_table::MIB;
use proptest::prelude::*;

prop_compose! {
    /// Cycles as a runtime could report them.
    fn sensible_cycle()(
        live in 1.0..500.0_f64, room in 0.1..4.0_f64, share in 0.0..0.3_f64, mark in 0.0001..0.5_f64,
        assist in 0.0..0.5_f64, stacks in 0.0..20.0_f64, forced in prop::bool::weighted(0.05), procs in 1_u32..64,
    ) -> Cycle {
        let end = live * (1.0 + room);
        Cycle {
            start_seconds: 0.0,
            heap_start_bytes: (end - share * live) * MIB,
            heap_end_bytes: end * MIB,
            heap_live_bytes: live * MIB,
            goal_bytes: end * MIB,
            stacks_bytes: stacks * MIB,
            mark_seconds: mark,
            assist_cpu_seconds: assist * mark,
            background_cpu_seconds: 0.25 * mark * f64::from(procs),
            procs,
            forced,
            ..Cycle::default()
        }
    }
}

fn recording() -> impl Strategy<Value = Recording> {
    prop::collection::vec(sensible_cycle(), 4..60).prop_map(|mut cycles| {
        for (index, cycle) in cycles.iter_mut().enumerate() {
            cycle.start_seconds = index as f64 * 0.7;
        }
        Recording::new(cycles, Gogc::Percent(100))
    })
}

/// Cycles that no runtime reports: any finite, non-negative numbers.
fn any_recording() -> impl Strategy<Value = Recording> {
    let number = prop_oneof![Just(0.0), 0.0..1e3_f64, 0.0..1e18_f64, Just(f64::MAX)];
    let cycle =
        (prop::collection::vec(number, 10), any::<u32>(), any::<bool>()).prop_map(|(of, procs, forced)| Cycle {
            start_seconds: of[0],
            heap_start_bytes: of[1],
            heap_end_bytes: of[2],
            heap_live_bytes: of[3],
            goal_bytes: of[4],
            stacks_bytes: of[5],
            mark_seconds: of[6],
            stw_seconds: of[7],
            assist_cpu_seconds: of[8],
            background_cpu_seconds: of[9],
            procs,
            forced,
            ..Cycle::default()
        });
    prop::collection::vec(cycle, 4..20).prop_map(|cycles| Recording::new(cycles, Gogc::Percent(100)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn intervals_hold_their_estimate(recording in recording(), percent in 10_u32..2000) {
        let model = GcModel::fit(&recording).unwrap();
        let prediction = model.predict(&Setting::new(Gogc::Percent(percent)));
        let intervals = [prediction.gc_cycles, prediction.peak_heap_bytes, prediction.gc_cpu_fraction];
        for interval in intervals.into_iter().flatten() {
            prop_assert!(interval.low <= interval.value && interval.value <= interval.high, "{prediction:?}");
        }
        prop_assert!(prediction.gc_cpu_fraction.is_none_or(|cpu| cpu.high <= 1.0 && cpu.low >= 0.0));
        prop_assert!(prediction.refusal.is_some() || prediction.gc_cycles.is_some());
    }

    #[test]
    fn the_same_question_has_the_same_answer(recording in recording()) {
        let setting = Setting::new(Gogc::Percent(250));
        let answer = || GcModel::fit(&recording).unwrap().predict(&setting);
        prop_assert_eq!(answer(), answer());
    }

    #[test]
    fn much_more_gogc_makes_fewer_cycles(recording in recording()) {
        let model = GcModel::fit(&recording).unwrap();
        let cycles = |percent| Some(model.predict(&Setting::new(Gogc::Percent(percent))).gc_cycles?.value);
        match (cycles(50), cycles(400)) {
            (Some(more), Some(fewer)) => prop_assert!(more >= fewer),
            // Numbers that no pacer makes are not reproduced.
            _ => prop_assert!(model.not_reproduced().is_some()),
        }
    }

    #[test]
    fn any_numbers_end_without_panic(recording in any_recording(), percent in any::<u32>(), limit in any::<u64>(), scale in 1e-9..1e9_f64) {
        let Ok(model) = GcModel::fit(&recording) else { return Ok(()) };
        for setting in [Setting::new(Gogc::Percent(percent)), Setting::new(Gogc::Off).with_memory_limit(Some(limit))] {
            let prediction = model.predict(&setting.with_alloc_scale(scale));
            prop_assert!(prediction.refusal.is_some() || prediction.gc_cycles.is_some());
        }
        let _ = model.recommend(&Container::new(limit), Objective::Balanced);
    }

    #[test]
    fn goals_hold_the_live_heap(live in any::<u64>(), roots in any::<u64>(), percent in any::<u32>(), limit in any::<u64>(),
                                mapped in any::<u64>(), free in any::<u64>(), objects in any::<u64>()) {
        let memory = MemoryState { mapped_ready_bytes: mapped, heap_free_bytes: free, heap_objects_bytes: objects };
        prop_assert!(heap_goal(live, roots, Gogc::Percent(percent)) >= live);
        prop_assert!(memory_limit_goal(limit, live, &memory) >= live);
    }

    #[test]
    fn the_trigger_is_between_the_live_heap_and_the_goal(live in 0.0..1e12_f64, room in 0.0..1e12_f64, runway in 0.0..1e13_f64) {
        let at = trigger(live, live + room, runway);
        prop_assert!(live <= at && at <= live + room, "{at}");
    }
}
