//! Real programs that misuse a `sync.Pool`, in `testdata/pools`, and one that does not.

#![allow(clippy::unwrap_used)]

use std::fs;

use gomem_escape::Cause;
use gomem_postmortem::{Bundle, Finding, FindingKind, Report};
use gomem_testkit::root;

fn report(program: &str) -> Report {
    Report::from_bundle(&Bundle::open(&data().join(program)).unwrap())
}

/// The finding on the line that ends with a mark.
fn marked<'a>(report: &'a Report, program: &str, mark: &str) -> &'a Finding {
    let source = fs::read_to_string(data().join("programs").join(program).join("main.go")).unwrap();
    let line = 1 + source.lines().position(|line| line.ends_with(&format!("// {mark}"))).unwrap() as i64;
    let is_there = |finding: &&Finding| {
        finding.place.as_ref().is_some_and(|place| place.line == line && place.file().ends_with("main.go"))
    };
    report.findings().iter().find(is_there).unwrap()
}

fn data() -> std::path::PathBuf {
    root().join("testdata/pools")
}

#[test]
fn a_slice_in_a_pool_is_the_top_site() {
    let report = report("slice");
    let finding = marked(&report, "slice", "boxed");
    assert_eq!(report.findings()[0].title, finding.title);
    assert_eq!((finding.kind, finding.cause), (FindingKind::PoolMisuse, Some(Cause::InterfaceBoxing)));
    assert!(finding.action.contains("pointer"), "{}", finding.action);
    let site = &report.sites()[0];
    assert_eq!(Some(&site.charged_to), finding.place.as_ref());
    assert_eq!(site.reason.map(gomem_postmortem::Reason::name), Some("interface_boxing"));
    assert_eq!(site.mean_object_bytes().map(f64::round), Some(24.0));
}

#[test]
fn a_pointer_in_a_pool_is_clean() {
    let report = report("pointer");
    assert!(report.findings().iter().all(|finding| finding.kind != FindingKind::PoolMisuse), "{:?}", report.findings());
    assert!(report.sites().iter().all(|site| !site.charged_to.function().contains("processEvent")));
}

#[test]
fn a_buffer_in_a_pool_by_its_value() {
    let report = report("value");
    let finding = marked(&report, "value", "boxed");
    assert_eq!((finding.kind, finding.cause), (FindingKind::PoolMisuse, Some(Cause::InterfaceBoxing)));
    assert!(finding.action.contains("pointer"), "{}", finding.action);
}

#[test]
fn oversized_buffers_that_stay() {
    let report = report("oversized");
    let finding = marked(&report, "oversized", "kept");
    assert!(finding.action.contains("grown beyond"), "{}", finding.action);
}

#[test]
fn pooled_objects_with_a_finalizer_or_a_cleanup() {
    for program in ["finalizer", "cleanup"] {
        let report = report(program);
        let finding = marked(&report, program, program);
        assert_eq!(finding.kind, FindingKind::PoolMisuse, "{program}");
        assert!(finding.title.contains("finalizer or cleanup"), "{}", finding.title);
    }
}

#[test]
fn a_pool_that_gc_empties() {
    let report = report("emptied");
    let finding = marked(&report, "emptied", "refilled");
    assert_eq!(finding.kind, FindingKind::PoolMisuse);
    assert!(finding.summary.contains("for each GC cycle") && finding.action.contains("GOGC"), "{}", finding.summary);
}
