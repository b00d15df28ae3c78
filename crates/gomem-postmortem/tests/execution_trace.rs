//! A bundle with an execution trace: whose time the GC took, who stops the world, and what a GC model learns.

#![allow(clippy::unwrap_used)]

use gomem_gogc::{GcModel, Gogc};
use gomem_postmortem::{
    Artifact, Bundle, Contents, FindingKind, RecordingOptions, Report, record_bundle, record_execution_trace,
};
use gomem_testkit::file;
use gomem_trace::Trace;

fn bundle(names: &[&str]) -> Bundle {
    let artifact = |name: &&str| {
        let bytes = file(format!("testdata/traces/{name}"));
        Artifact { name: (*name).to_owned(), bytes, modified_ms: None }
    };
    Bundle::from_artifacts("traces", names.iter().map(artifact).collect())
}

#[test]
fn a_trace_is_an_input() {
    let bundle = bundle(&["service-1.26.8.trace", "service-1.27.3.trace"]);
    assert_eq!(bundle.contents(), [("service-1.27.3.trace".to_owned(), Contents::ExecutionTrace)]);
    assert!(bundle.unused_files()[0].reason.contains("the last one by name is used"));
    assert!(bundle.execution_trace().is_some());
}

#[test]
fn who_stops_the_world_by_measuring() {
    let report = Report::from_bundle(&bundle(&["stops-1.27.3.trace"]));
    let found = report.findings().iter().find(|finding| finding.kind == FindingKind::StwByMeasuring).unwrap();
    assert!(found.title.starts_with("measuring stops the world: "), "{}", found.title);
    assert!(found.summary.contains("main.stops"), "{}", found.summary);
    assert!(!found.summary.contains("start trace") && !found.summary.contains("GC "), "{}", found.summary);
    let quiet = Report::from_bundle(&bundle(&["service-1.27.3.trace"]));
    assert!(!quiet.findings().iter().any(|finding| finding.kind == FindingKind::StwByMeasuring));
}

/// Some dozen tasks have no slowest hundredth.
#[test]
fn few_tasks_say_nothing() {
    let report = Report::from_bundle(&bundle(&["service-1.27.3.trace"]));
    assert!(!report.findings().iter().any(|finding| finding.kind == FindingKind::AssistLatency));
}

#[test]
fn a_model_learns_from_a_trace() {
    let trace = Trace::decode(&file("testdata/traces/generations-1.27.3.trace")).unwrap();
    let options = RecordingOptions::default();
    let recording = record_execution_trace(&trace, &options);
    assert!(recording.cycles.iter().all(|cycle| cycle.heap_live_bytes > 0.0 && cycle.goal_bytes > 0.0));
    assert_eq!(recording.rounding_bytes, 0.0);
    assert!(recording.remarks[0].contains("GOGC=100"), "{:?}", recording.remarks);
    let off = record_execution_trace(&trace, &options.with_gogc(Gogc::Off));
    assert_eq!(off.initial_live_bytes, None);
    let of_bundle = record_bundle(&bundle(&["generations-1.27.3.trace"]), &options).unwrap().unwrap();
    assert_eq!(of_bundle.cycles.len(), recording.cycles.len());
    if recording.cycles.len() >= 4 {
        assert!(GcModel::fit(&recording).is_ok());
    }
}
