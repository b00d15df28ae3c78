//! A bundle with a heap dump: the findings say who keeps the memory.

#![allow(clippy::unwrap_used)]

use gomem_postmortem::{Artifact, Bundle, FindingKind, Report};
use gomem_testkit::file;

fn report(names: &[&str]) -> Report {
    let artifact = |name: &&str| {
        let bytes = file(format!("examples/holders/{name}"));
        Artifact { name: (*name).to_owned(), bytes, modified_ms: None }
    };
    Report::from_bundle(&Bundle::from_artifacts("holders", names.iter().map(artifact).collect()))
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

#[test]
fn a_dump_alone_is_a_bundle_and_names_no_variable() {
    let report = report(&["heap.dump.gz"]);
    let titles: Vec<_> = report.findings().iter().map(|finding| finding.title.as_str()).collect();
    assert!(titles.iter().any(|title| title.contains("3.6 MiB (35 % of the heap)")), "{titles:?}");
    assert!(!titles.iter().any(|title| title.contains("main.audit")), "{titles:?}");
    assert!(report.remarks().iter().any(|remark| remark.text.contains("no binary given")));
}
