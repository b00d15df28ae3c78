//! A window of time, cut out of a real recording.

#![allow(clippy::unwrap_used)]

use gomem_gogc::GcModel;
use gomem_metrics::{GcRun, GcTrace, GcTraceLine, Window};
use gomem_postmortem::{Bundle, BundleError, Contents, FindingKind, RecordingOptions, Report, record_trace};

fn incident() -> Bundle {
    Bundle::open(&gomem_testkit::root().join("examples/incident/before")).unwrap()
}

fn window(from: &str, to: &str) -> Window {
    Window::parse(from, to).unwrap()
}

#[test]
fn allocation_counts_from_the_last_profile_before() {
    let whole = incident();
    let taken = |name: &str| whole.heaps().iter().find(|heap| heap.name == name).unwrap().profile.clone();
    let cut = whole.within(window("2026-11-24 01:42", "2026-11-24 01:43")).unwrap();
    let names: Vec<&str> = cut.heaps().iter().map(|heap| heap.name.as_str()).collect();
    assert_eq!(names, ["heap-1.pb.gz", "heap-2.pb.gz"]);
    let (first, second) = (taken(names[0]), taken(names[1]));
    let index = |name: &str| first.sample_type_index(name).unwrap();
    for (name, begin) in [("alloc_space", 0), ("inuse_space", first.own_total(index("inuse_space")))] {
        assert_eq!(cut.heaps()[0].profile.own_total(index(name)), begin, "{name}");
    }
    let counted = cut.heaps()[1].profile.own_total(index("alloc_space"));
    assert_eq!(counted, second.own_total(index("alloc_space")) - first.own_total(index("alloc_space")));
    assert_eq!(cut.heaps()[1].profile.own_total(index("inuse_space")), second.own_total(index("inuse_space")));
}

#[test]
fn metrics_and_cycles_are_those_of_the_window() {
    let whole = incident();
    let window = window("2026-11-24 01:42", "2026-11-24 01:43");
    let cut = whole.within(window).unwrap();
    let times = cut.metrics().scrape_times_ms();
    assert_eq!(times.len(), whole.metrics().scrape_times_ms().iter().filter(|&&time| window.contains(time)).count());
    let cycles = |bundle: &Bundle| GcRun::longest(bundle.gctrace().unwrap()).unwrap().lines.to_vec();
    let (all, kept) = (cycles(&whole), cycles(&cut));
    let begin = all.iter().position(|line| line == &kept[0]).unwrap();
    assert!(begin > 0 && begin + kept.len() < all.len());
    assert_eq!(all[begin..begin + kept.len()], kept, "neighbours in a row");
    // What the metrics count of the same minutes.
    let counted = cut.metrics().named("go_gc_cycles_total_gc_cycles_total").next().unwrap();
    let increase = counted.values.last().unwrap() - counted.values[0];
    assert!((increase - kept.len() as f64).abs() <= 3.0, "{increase} and {}", kept.len());
    let report = Report::from_bundle(&cut);
    let leak = report.findings().iter().find(|finding| finding.kind == FindingKind::Leak).unwrap();
    assert!(leak.title.contains("sessions.go:43"), "{}", leak.title);
}

#[test]
fn what_is_left_out_is_said() {
    let cut = incident().within(window("2026-11-24 01:42", "2026-11-24 01:43")).unwrap();
    assert!(cut.goroutines().is_empty() && cut.escapes().is_some());
    let reason = |name: &str| {
        let unused = cut.unused_files().iter().find(|file| file.name == name);
        unused.map(|file| file.reason.as_str()).unwrap_or_default()
    };
    assert_eq!(reason("goroutine.pb.gz"), "not known to be from the window of time that is looked at");
    assert!(!cut.contents().iter().any(|(_, contents)| *contents == Contents::Goroutine));
    let remark = cut.remarks().iter().find(|remark| remark.name == "scrapes").unwrap();
    assert!(remark.text.ends_with("from 2026-11-24 01:42:00 to 2026-11-24 01:43:59 UTC"), "{}", remark.text);
}

#[test]
fn an_empty_window_says_what_there_is() {
    let problem = incident().within(window("2026-11-23", "2026-11-23")).unwrap_err();
    assert!(matches!(problem, BundleError::EmptyWindow { seen: Some(_), .. }));
    let text = problem.to_string();
    assert!(text.starts_with("nothing lies in the window from 2026-11-23 00:00:00 to"), "{text}");
    assert!(text.contains("what says when it was taken is from 2026-11-24 01:41:"), "{text}");
    assert_eq!(incident().within(Window::default()).unwrap().contents(), incident().contents());
}

/// A log that was rotated says nothing of the time before.
#[test]
fn a_trace_that_begins_late_costs_what_it_did_meanwhile() {
    let log = std::fs::read(gomem_testkit::root().join("examples/incident/before/gctrace.log")).unwrap();
    let trace = GcTrace::decode(&log).unwrap();
    let share = |lines: &[GcTraceLine]| {
        let recording = record_trace(&GcTrace::from_lines(lines.to_vec()), None, &RecordingOptions::default());
        let model = GcModel::fit(&recording).unwrap();
        model.observed_gc_cpu_fraction().unwrap()
    };
    let lines = GcRun::longest(&trace).unwrap().lines;
    let (begin, late) = lines.split_at(lines.len() * 9 / 10);
    let busy = |lines: &[GcTraceLine]| {
        let spent: f64 = lines.iter().map(|line| line.assist_cpu_ms + line.background_cpu_ms).sum();
        spent / (lines.last().unwrap().start_seconds - lines[0].start_seconds)
    };
    // As much more or less than before as the lines themselves say.
    let (by_model, by_lines) = (share(late) / share(begin), busy(late) / busy(begin));
    assert!((by_model / by_lines - 1.0).abs() < 0.2, "{by_model} and {by_lines}");
}
