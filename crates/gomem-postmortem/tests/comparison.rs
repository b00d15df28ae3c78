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
