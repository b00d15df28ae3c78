//! Two bundles side by side, in words.

#![allow(clippy::unwrap_used)]

use gomem_postmortem::{Artifact, Bundle, Comparison, Report};
use gomem_report::{comparison_text, text};
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
    let short = bundle("before", |_, scrape| scrape.is_none_or(|number| (60..80).contains(&number)));
    for before in [whole("before"), short] {
        let text = comparison_text(&Comparison::new(&before, &before));
        assert!(!text.contains("-0.0 %") && !text.contains("is gone"), "{text}");
    }
}

#[test]
fn the_header_says_what_time_the_cycles_are_of() {
    let header = |bundle: &Bundle| text(&Report::from_bundle(bundle), 1000).lines().next().unwrap().to_owned();
    let told = header(&whole("before"));
    assert!(told.contains(" · GC cycles 298 (1.66/s) · "), "{told}");
    let told = header(&bundle("before", |_, scrape| scrape.is_none_or(|number| (60..80).contains(&number))));
    assert!(told.contains(" · GC cycles 300 in 3.0 min of the GC trace (1.6"), "{told}");
}

#[test]
fn a_shorter_run_is_compared_by_the_second() {
    let half = bundle("after", |name, scrape| name != "gctrace.log" && scrape.is_none_or(|number| number < 90));
    let note = "Predictions are for the time after";
    assert!(comparison_text(&Comparison::new(&whole("before"), &half)).contains(note));
    assert!(!comparison_text(&Comparison::new(&whole("before"), &whole("after"))).contains(note));
}

#[test]
fn traces_alone_tell_cycles_and_cpu_of_both() {
    let traced = |name| bundle(name, |_, scrape| scrape.is_none());
    let text = comparison_text(&Comparison::new(&traced("before"), &traced("after")));
    let row = text.lines().find(|line| line.trim_start().starts_with("GC CPU")).unwrap();
    assert!(!row.contains('?'), "{row}");
}

#[test]
fn a_leak_that_is_gone_is_told() {
    let text = comparison_text(&Comparison::new(&whole("before"), &whole("after")));
    assert!(text.contains("leak  store.(*Sessions).touch (store/sessions.go:43)"), "{text}");
    let gone = "The leak store/sessions.go:43 is gone: the live heap ended at 22.3 MiB instead of";
    assert!(text.contains(gone), "{text}");
}
