//! GC traces as seven versions of Go print them, alone and within other logs: `testdata/incidents/gctraces.log.gz`.

#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;

use gomem_metrics::{GcTrace, GcTraceLine, RuntimeTrace};
use gomem_testkit::testdata_text;

#[test]
fn every_line_of_every_version_is_read() {
    let log = recorded();
    let expected = log.lines().filter(|line| line.starts_with("gc ") && line.contains(" ms clock")).count();
    let trace = GcTrace::decode(log.as_bytes()).unwrap();
    assert!(expected > 400, "{expected}");
    assert_eq!((trace.lines().len(), trace.diagnostics()), (expected, &[][..]));
    assert!(trace.lines().iter().any(|line| line.forced));
    assert_eq!(log.matches("== go").count(), 42);
}

#[test]
fn every_line_of_the_pacer_and_the_scavenger_is_read() {
    let log = recorded();
    let expected = log.lines().filter(|line| line.starts_with("pacer: ") || line.starts_with("scav ")).count();
    let trace = RuntimeTrace::decode(log.as_bytes()).unwrap();
    assert!(expected > 300, "{expected}");
    assert_eq!((trace.lines().len(), trace.diagnostics()), (expected, &[][..]));
}

#[test]
fn prefixes_and_wrappers_of_containers_change_nothing() {
    let log = recorded();
    let alone = GcTrace::decode(log.as_bytes()).unwrap();
    let wrap: [fn(&str) -> String; 4] = [
        |line| format!("2026-01-02T03:04:05.678901234Z stderr F {line}"),
        |line| {
            format!(
                "{{\"log\":{},\"stream\":\"stderr\",\"time\":\"2026-01-02T03:04:05Z\"}}",
                serde_json::json!(format!("{line}\n"))
            )
        },
        |line| format!("Jan 02 03:04:05 host service[123]: {line}\r"),
        |line| format!("\u{1b}[33mservice-7d9f |\u{1b}[0m {line}"),
    ];
    for wrap in wrap {
        let mut mixed = String::new();
        for line in log.lines() {
            let _ = writeln!(mixed, "{}\n{}", wrap(line), wrap("GET /gc 200 in 3 ms, gc 12 times"));
        }
        let trace = GcTrace::decode(mixed.as_bytes()).unwrap();
        assert_eq!(trace.diagnostics(), []);
        let values = |trace: &GcTrace| trace.lines().iter().map(values).collect::<Vec<_>>();
        assert_eq!(values(&trace), values(&alone), "{}", wrap("gc"));
    }
}

/// A line without its place in the log.
fn values(line: &GcTraceLine) -> GcTraceLine {
    let mut line = *line;
    line.log_line = 0;
    line
}

fn recorded() -> String {
    testdata_text("incidents/gctraces.log.gz")
}
