//! A grid of a hundred settings over recordings of different lengths: the time per setting is linear in cycles.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use gomem_gogc::{Cycle, GcModel, Gogc, Recording, Setting};
use gomem_table::MIB;

/// A program whose live heap swings between 40 and 60 MiB.
fn recording(cycles: u32) -> Recording {
    let cycle = |n: u32| {
        let live = (50.0 + 10.0 * (f64::from(n) / 7.0).sin()) * MIB;
        Cycle {
            start_seconds: f64::from(n) * 0.1,
            heap_start_bytes: 1.8 * live,
            heap_end_bytes: 1.95 * live,
            heap_live_bytes: live,
            goal_bytes: 2.0 * live,
            mark_seconds: 0.02,
            background_cpu_seconds: 0.02,
            assist_cpu_seconds: 0.01,
            procs: 4,
            ..Cycle::default()
        }
    };
    Recording::new((0..cycles).map(cycle).collect(), Gogc::Percent(100))
}

fn grid(criterion: &mut Criterion) {
    let settings: Vec<Setting> = (0..100)
        .map(|step| (25.0 * 32.0_f64.powf(f64::from(step) / 99.0)) as u32)
        .map(|percent| Setting::new(Gogc::Percent(percent)))
        .collect();
    let mut group = criterion.benchmark_group("grid of 100 settings");
    for cycles in [100, 1_000, 10_000, 100_000] {
        group.throughput(Throughput::Elements(u64::from(cycles)));
        let Ok(model) = GcModel::fit(&recording(cycles)) else { continue };
        group.sample_size(10).bench_function(BenchmarkId::from_parameter(cycles), |bencher| {
            bencher.iter(|| settings.iter().filter_map(|setting| black_box(model.predict(setting)).gc_cycles).count());
        });
    }
    group.finish();
}

criterion_group!(benches, grid);
criterion_main!(benches);
