//! Two bundles side by side: what is counted by what, and over which time.

#![allow(clippy::panic, clippy::unwrap_used)]

use gomem_postmortem::{Artifact, Bundle, Comparison, Contents};
use gomem_testkit::incident;

/// A bundle of `examples/incident`, of the files that `keeps` says; scrapes go by their number, from 0.
fn bundle(name: &str, keeps: impl Fn(&str, Option<usize>) -> bool) -> Bundle {
    let files = incident(name).into_iter().filter(|file| keeps(&file.name, file.scrape));
    let artifacts = files.map(|file| Artifact { name: file.name, bytes: file.bytes, modified_ms: None });
    Bundle::from_artifacts(name, artifacts.collect())
}

fn whole(name: &str) -> Bundle {
    bundle(name, |_, _| true)
}

#[test]
fn a_bundle_beside_itself_is_the_same() {
    let short = |name| bundle(name, |_, scrape| scrape.is_none_or(|number| (60..80).contains(&number)));
    for (before, source) in [(whole("before"), Contents::Metrics), (short("before"), Contents::GcTrace)] {
        let comparison = Comparison::new(&before, &before);
        let (cycles, seconds) = (comparison.before.gc_cycles.unwrap(), comparison.before.gc_seconds.unwrap());
        assert!(cycles > 290.0 && seconds > 170.0, "{cycles} in {seconds} s");
        assert_eq!((comparison.before.gc_source, comparison.after.gc_source), (Some(source), Some(source)));
        assert_eq!(comparison.after.gc_cycles, Some(cycles));
        let predicted = comparison.predicted_gc_cycles.unwrap();
        assert!((predicted.value - cycles).abs() < 0.5, "{predicted:?}, counted {cycles}");
        assert!(comparison.leak_fixes.is_empty() && comparison.site_fixes.is_empty());
    }
}

#[test]
fn a_shorter_run_is_compared_by_the_second() {
    let whole_after = Comparison::new(&whole("before"), &whole("after"));
    let half = bundle("after", |name, scrape| name != "gctrace.log" && scrape.is_none_or(|number| number < 90));
    let comparison = Comparison::new(&whole("before"), &half);
    assert_eq!(comparison.after.gc_source, Some(Contents::Metrics));
    let ratio = comparison.predicted_gc_cycles.unwrap().value / whole_after.predicted_gc_cycles.unwrap().value;
    assert!((ratio - 0.5).abs() < 0.01, "{ratio}");
    let measured = comparison.after.gc_cycles.unwrap() / (comparison.before.gc_cycles.unwrap() * 0.5);
    assert!((comparison.measured_gc_cycles_saved().unwrap() - (1.0 - measured)).abs() < 0.01);
    assert!(!comparison.is_of_same_amount() && whole_after.is_of_same_amount());
}

#[test]
fn traces_alone_tell_cycles_and_cpu_of_both() {
    let traced = |name| bundle(name, |_, scrape| scrape.is_none());
    let comparison = Comparison::new(&traced("before"), &traced("after"));
    assert_eq!(comparison.after.gc_source, Some(Contents::GcTrace));
    let (before, after) = (comparison.before.gc_cpu_fraction.unwrap(), comparison.after.gc_cpu_fraction.unwrap());
    assert!(0.0 < after && after < before && before < 0.02, "{before} {after}");
    assert!(comparison.predicted_gc_cpu_fraction().is_some());
}

#[test]
fn a_leak_that_is_gone_is_told() {
    let comparison = Comparison::new(&whole("before"), &whole("after"));
    let [leak] = comparison.leak_fixes.as_slice() else { panic!("{:?}", comparison.leak_fixes) };
    assert_eq!(leak.place.short(), "store/sessions.go:43");
    assert!(leak.inuse_bytes_after * 2 < leak.inuse_bytes_before, "{leak:?}");
    let (before, after) = comparison.live_bytes.unwrap();
    assert!(after < before);
    let back = Comparison::new(&whole("after"), &whole("before"));
    assert!(back.leak_fixes.is_empty(), "the one after leaks, not the one before");
}

/// A run of 80 GC cycles with these lines of a program, and how many objects of 64 bytes each of them allocates; `copy` calls a
/// library for that.
fn run(lines: &[(&str, u32)]) -> Bundle {
    let mut heap = "heap profile: 0: 0 [1: 1] @ heap/1\n".to_owned();
    for (at, (function, objects)) in lines.iter().enumerate() {
        let (line, bytes) = (at + 10, objects * 64);
        let (address, leaf) = match *function {
            "copy" => {
                (" 0x901", "#\t0x900\tgithub.com/some/lib.Copy+0x1\t/go/pkg/mod/github.com/some/lib@v1.0.0/lib.go:5\n")
            }
            _ => ("", ""),
        };
        heap += &format!(
            "0: 0 [{objects}: {bytes}] @{address} 0x{line}01\n{leaf}#\t0x{line}00\tmain.{function}+0x1\t/src/app/main.go:{line}\n\n"
        );
    }
    let cycle = |cycle: usize| {
        format!(
            "gc {cycle} @{}.0s 1%: 0.01+1.0+0.01 ms clock, 0.02+0.1/0.5/0.1+0.02 ms cpu, 40->40->20 MB, 40 MB goal, 0 MB stacks, \
             0 MB globals, 2 P\n",
            cycle * 2
        )
    };
    let trace: String = (1..=80).map(cycle).collect();
    let artifact = |name: &str, text: String| Artifact { name: name.into(), bytes: text.into(), modified_ms: None };
    Bundle::from_artifacts("run", vec![artifact("heap.pb", heap), artifact("gctrace.log", trace)])
}

#[test]
fn one_allocation_in_the_place_of_another_saves_the_difference() {
    let same = [("read", 40_000), ("write", 50_000), ("list", 60_000)];
    let before = run(&[&same[..], &[("copy", 50_000)]].concat());
    let after = run(&[&same[..], &[("append", 25_000)]].concat());
    let comparison = Comparison::new(&before, &after);
    let saved = comparison.predicted.unwrap().gc_cycles;
    let (gone, new) = (comparison.fixed_fraction, comparison.new_fraction);
    assert!((gone - 0.25).abs() < 1e-9 && (new - 0.125).abs() < 1e-9, "{gone} {new}");
    assert!((0.09..0.14).contains(&saved.value), "{saved:?}");
    // The other way round it costs.
    let back = Comparison::new(&after, &before).predicted.unwrap().gc_cycles;
    assert!(back.value < -0.1 && back.low < back.value, "{back:?}");
    // Two runs of one program differ, too.
    let none = Comparison::new(&before, &before).predicted.unwrap().gc_cycles;
    assert!(none.low < -0.02 && none.high > 0.02, "{none:?}");
}

#[test]
fn what_is_done_less_often_is_less_work_only_if_the_rest_is() {
    let lines = |ask, others: u32| run(&[("ask", ask), ("read", others), ("write", others), ("list", others)]);
    let before = lines(1_000_000, 20_000);
    let fewer = Comparison::new(&before, &lines(800_000, 20_000));
    assert_eq!((fewer.work, fewer.site_fixes.len()), (Some(1.0), 1));
    assert!((fewer.fixed_fraction - 0.2 / 1.06).abs() < 1e-3, "{}", fewer.fixed_fraction);
    let shorter = Comparison::new(&before, &lines(800_000, 16_000));
    assert!((shorter.work.unwrap() - 0.8).abs() < 1e-9 && shorter.site_fixes.is_empty(), "{:?}", shorter.site_fixes);
}
