//! A bundle with a heap dump: the findings say who keeps the memory.

#![allow(clippy::unwrap_used)]

use gomem_escape::EscapeLog;
use gomem_heap::{Heap, HeapOptions};
use gomem_postmortem::{Artifact, AttributeOptions, Bundle, FindingKind, Report, attribute_heap};
use gomem_testkit::{file, inflated};

fn report(names: &[&str]) -> Report {
    report_of("holders", names)
}

fn report_of(example: &str, names: &[&str]) -> Report {
    let artifact = |name: &&str| {
        let bytes = file(format!("examples/{example}/{name}"));
        Artifact { name: (*name).to_owned(), bytes, modified_ms: None }
    };
    Report::from_bundle(&Bundle::from_artifacts(example, names.iter().map(artifact).collect()))
}

fn title(report: &Report, kind: FindingKind) -> Option<&str> {
    report.findings().iter().find(|finding| finding.kind == kind).map(|finding| finding.title.as_str())
}

#[test]
fn what_a_profile_cannot_tell() {
    let report = report(&["heap.dump.gz", "heap.pb.gz", "service.bin.gz"]);
    assert_eq!(title(&report, FindingKind::RetainedBy), Some("`main.audit` keeps 3.6 MiB (35 % of the heap)"));
    assert_eq!(
        title(&report, FindingKind::Window),
        Some("small slices and strings keep 1.5 MiB of buffers alive (15 % of the heap)")
    );
    assert_eq!(
        title(&report, FindingKind::EmptiedMap),
        Some("a map of `main.pending` keeps 2.2 MiB of tables for 0 entries")
    );
    assert_eq!(title(&report, FindingKind::BlockedGoroutines), Some("40 goroutines of `main.upload` keep 1.3 MiB"));
    assert_eq!(title(&report, FindingKind::FinalizerQueue), None);
}

/// Taken by `gomem capture --pid`, which leaves texts and buffers in the process.
#[test]
fn a_core_alone_says_as_much() {
    let report = report_of("holders-core", &["core.zst", "service.bin.gz"]);
    let finding = report.findings().iter().find(|finding| finding.kind == FindingKind::RetainedBy).unwrap();
    assert_eq!(finding.title, "`main.audit` keeps 3.6 MiB (35 % of the heap)");
    // Here the program's types are known too.
    assert!(finding.summary.contains("14000 × main.Session (main.go:32)"), "{}", finding.summary);
    for kind in [FindingKind::Window, FindingKind::EmptiedMap, FindingKind::BlockedGoroutines] {
        assert!(title(&report, kind).is_some(), "{kind:?}");
    }
}

#[test]
fn a_dump_alone_is_a_bundle_and_names_no_variable() {
    let report = report(&["heap.dump.gz"]);
    let titles: Vec<_> = report.findings().iter().map(|finding| finding.title.as_str()).collect();
    assert!(titles.iter().any(|title| title.contains("3.6 MiB (35 % of the heap)")), "{titles:?}");
    assert!(!titles.iter().any(|title| title.contains("main.audit")), "{titles:?}");
    assert!(report.remarks().iter().any(|remark| remark.text.contains("no binary given")));
}

#[test]
fn who_makes_it_why_it_escapes_and_who_keeps_it() {
    let options = HeapOptions::default().with_binary(inflated("examples/holders/service.bin.gz"));
    let heap = Heap::decode_with(inflated("examples/holders/heap.dump.gz"), options).unwrap();
    let log = EscapeLog::decode(&file("examples/holders/escapes.log")).unwrap();
    let held = attribute_heap(&heap, Some(&log), &AttributeOptions::default());
    let first = &held[0];
    assert_eq!((first.holders.as_slice(), first.site.place.line), (["main.audit".to_owned()].as_slice(), 32));
    assert_eq!(first.site.compiler_message().as_deref(), Some("&Session{...} escapes to heap"));
    // Of each holder the sites together are what its samples tell, and no more than it keeps.
    for holding in heap.holdings() {
        let sum: i64 = held.iter().filter(|held| held.holders == holding.holders).map(|held| held.retained_bytes).sum();
        let all = heap.holdings().iter().filter(|other| other.holders == holding.holders);
        let most: u64 = all.map(|other| other.retained_bytes).sum();
        assert!(u64::try_from(sum).unwrap() <= most + 20, "{:?}: {sum} of {most}", holding.holders);
    }
    let kept: i64 = held.iter().filter(|held| held.site.place.line == 32).map(|held| held.retained_bytes).sum();
    assert!(kept > 3 << 20, "{kept}");
}

#[test]
fn the_finding_says_why_it_is_made() {
    let report = report(&["heap.dump.gz", "escapes.log", "service.bin.gz"]);
    let finding = report.findings().iter().find(|finding| finding.kind == FindingKind::RetainedBy).unwrap();
    assert!(finding.summary.contains("main.go:32: `&Session{...} escapes to heap`."), "{}", finding.summary);
}
