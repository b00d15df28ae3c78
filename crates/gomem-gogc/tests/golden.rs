//! The heap goal beside the runtime's own, over series of `runtime/metrics` recorded by `testdata/gogc/capture.sh`.

#![expect(clippy::unwrap_used, reason = "a fixture that cannot be read fails the test")]

use std::fs;

use gomem_gogc::{Gogc, MemoryState, heap_goal, memory_limit_goal};
use gomem_testkit::root;

/// The relative error of the goal in every row after the first cycle, of the series whose name `chosen` accepts.
fn errors(chosen: fn(&str) -> bool) -> Vec<f64> {
    let testdata = root().join("testdata");
    let versions = fs::read_dir(testdata).unwrap().map(|entry| entry.unwrap().path().join("gogc"));
    let folders = versions.filter(|folder| folder.is_dir());
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    let series = files.filter(|path| path.to_str().is_some_and(|path| path.ends_with(".series.csv") && chosen(path)));
    series.flat_map(|path| errors_of(&fs::read_to_string(path).unwrap())).collect()
}

fn errors_of(series: &str) -> Vec<f64> {
    let mut lines = series.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let error = |row: Vec<&str>| {
        let of = |name: &str| row[header.iter().position(|head| *head == name).unwrap()].parse::<u64>().unwrap();
        if of("/gc/cycles/total:gc-cycles") == 0 {
            return None;
        }
        let percent = of("/gc/gogc:percent");
        let gogc = u32::try_from(percent).map_or(Gogc::Off, Gogc::Percent);
        let live = of("/gc/heap/live:bytes");
        let roots = of("/gc/scan/stack:bytes") + of("/gc/scan/globals:bytes");
        let memory = MemoryState {
            mapped_ready_bytes: of("/memory/classes/total:bytes") - of("/memory/classes/heap/released:bytes"),
            heap_free_bytes: of("/memory/classes/heap/free:bytes"),
            heap_objects_bytes: of("/memory/classes/heap/objects:bytes"),
        };
        let goal = heap_goal(live, roots, gogc).min(memory_limit_goal(of("/gc/gomemlimit:bytes"), live, &memory));
        Some((goal as f64 / of("/gc/heap/goal:bytes") as f64 - 1.0).abs())
    };
    lines.filter_map(error).collect()
}

/// Metrics are read while the program runs, so a row may hold the live heap of one cycle and the goal of the next: nine of
/// ten rows have to be exact, and the others near.
fn assert_exact(mut errors: Vec<f64>) {
    errors.sort_by(f64::total_cmp);
    assert!(errors.len() > 100, "only {} rows", errors.len());
    let at = |share: f64| errors[((errors.len() - 1) as f64 * share) as usize];
    assert!(at(0.5) < 1e-6, "median {}", at(0.5));
    assert!(at(0.9) < 1e-4, "90th percentile {}", at(0.9));
    assert!(at(0.95) < 0.15, "95th percentile {}", at(0.95));
}

#[test]
fn the_goal_is_the_runtimes_own_by_gogc() {
    assert_exact(errors(|path| !path.contains("MiB")));
}

#[test]
fn the_goal_is_the_runtimes_own_under_a_memory_limit() {
    assert_exact(errors(|path| path.contains("MiB")));
}

/// A heap of a few MiB at a low `GOGC` has the sweeper's MiB as its goal, not `GOGC` percent of anything.
#[test]
fn the_goal_of_a_small_heap_is_the_runtimes_own() {
    let mut errors = errors(|path| path.contains("tiny"));
    errors.sort_by(f64::total_cmp);
    assert!(errors.len() > 15, "only {} rows", errors.len());
    assert!(errors[errors.len() * 3 / 4] < 1e-6, "{errors:?}");
}
