//! The real log of `examples/incident`.

#![allow(clippy::unwrap_used)]

use gomem_escape::{Cause, EscapeLog, Record, records};
use gomem_testkit::root;

fn log() -> Vec<u8> {
    let path = root().join("examples/incident/before/escape.log");
    std::fs::read(path).unwrap()
}

#[test]
fn every_line_renders_back_and_is_known() {
    for (number, line) in records(&log()) {
        assert_eq!(Record::parse(&line).render(), line, "line {number}");
    }
    let coverage = EscapeLog::decode(&log()).unwrap().coverage();
    assert_eq!((coverage.unknown, coverage.skipped), (0, 0));
    assert_eq!(coverage.parsed, coverage.lines);
}

#[test]
fn the_incidents_causes() {
    let log = EscapeLog::decode(&log()).unwrap();
    let at = |file: &str, line| {
        let mut found =
            log.heap_decisions().iter().filter(|found| found.file.ends_with(file) && found.line == Some(line));
        found.next().unwrap()
    };
    for (file, line, message, cause) in [
        ("event/line.go", 34, "buf escapes to heap", Cause::InterfaceBoxing),
        ("api/handler.go", 58, "make([]byte, 98304) escapes to heap", Cause::TooLarge),
        ("api/handler.go", 96, "moved to heap: ev", Cause::ClosureCapture),
        ("store/sessions.go", 43, "&Session{...} escapes to heap", Cause::ContainerElement),
    ] {
        let decision = at(file, line);
        assert_eq!((decision.message().as_str(), decision.cause), (message, cause), "{file}:{line}");
    }
    assert!(at("event/line.go", 34).is_pool_misuse());
    assert_eq!(log.heap_decisions().iter().filter(|decision| decision.is_pool_misuse()).count(), 1);
}
