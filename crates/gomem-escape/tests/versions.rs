//! One program, compiled by several versions of Go: `testdata/escape/capture.sh` made the logs.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use gomem_escape::{Cause, EscapeLog, Record, records};
use gomem_testkit::root;

fn logs() -> Vec<(String, Vec<u8>)> {
    let testdata = root().join("testdata");
    let mut logs: Vec<(String, Vec<u8>)> = std::fs::read_dir(testdata)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter_map(|path| {
            let version = path.file_name().unwrap().to_str().unwrap().to_owned();
            Some((version, std::fs::read(path.join("escape.log")).ok()?))
        })
        .collect();
    logs.sort();
    assert!(logs.len() >= 4);
    logs
}

#[test]
fn every_line_of_every_version_renders_back_and_is_accounted_for() {
    for (version, text) in logs() {
        for (number, line) in records(&text) {
            assert_eq!(Record::parse(&line).render(), line, "{version}, line {number}");
        }
        let log = EscapeLog::decode(&text).unwrap();
        let coverage = log.coverage();
        let lines: Vec<_> = records(&text).filter(|(number, _)| log.unknown_lines().contains(number)).collect();
        assert_eq!(lines, [], "{version}");
        assert_eq!(coverage.parsed + coverage.skipped, coverage.lines);
        assert_eq!(coverage.skipped, 0, "{version}");
    }
}

#[test]
fn the_causes_are_those_that_the_functions_are_named_for() {
    let expected = [
        ("n", 23, Cause::InterfaceBoxing),
        ("\"constant\"", 25, Cause::ConstantBoxing),
        ("p", 27, Cause::InterfaceBoxing),
        ("&point{...}", 29, Cause::ReturnedPointer),
        ("p", 31, Cause::ReturnedPointer),
        ("&point{...}", 33, Cause::StoredInHeap),
        ("&point{...}", 37, Cause::ChannelSend),
        ("make([]byte, n)", 44, Cause::UnknownSize),
        ("count", 47, Cause::ClosureCapture),
        ("func literal", 48, Cause::EscapingClosure),
        ("func literal", 51, Cause::EscapingClosure),
        ("func literal", 53, Cause::Goroutine),
        ("buffer", 55, Cause::InterfaceBoxing),
        ("tenant", 59, Cause::InterfaceBoxing),
        ("string(b)", 61, Cause::StringConversion),
        ("a + \" + \" + b", 63, Cause::Concatenation),
        ("map[string]int{...}", 65, Cause::MapCreation),
        // The compiler prints it like a field.
        ("p.area", 67, Cause::MethodValue),
        ("v", 69, Cause::ReturnedPointer),
    ];
    for (version, text) in logs() {
        let log = EscapeLog::decode(&text).unwrap();
        let found: BTreeMap<(String, u32), Cause> = log
            .heap_decisions()
            .iter()
            .filter(|decision| decision.file.ends_with("main.go"))
            .map(|decision| ((decision.subject.to_string(), decision.line.unwrap_or(0)), decision.cause))
            .collect();
        for (subject, line, cause) in expected {
            assert_eq!(found.get(&(subject.to_owned(), line)), Some(&cause), "{version}: {subject} in line {line}");
        }
        // The element of a slice: the compiler names the append where it reports it.
        assert_eq!(found.get(&("&point{...}".to_owned(), 35)), Some(&Cause::ContainerElement), "{version}");
        let number = if version == "go1.21.13" { "100_000" } else { "100000" };
        assert_eq!(found.get(&(format!("make([]byte, {number})"), 40)), Some(&Cause::TooLarge), "{version}");
        let misuses: Vec<_> = log.heap_decisions().iter().filter(|decision| decision.is_pool_misuse()).collect();
        // Where it is written, and where it is inlined into `main`; the pointer is none.
        assert!(misuses.iter().any(|decision| decision.line == Some(55)), "{version}");
        assert!(misuses.iter().all(|decision| &*decision.subject == "buffer" || decision.line > Some(80)), "{version}");
        assert!(!found.keys().any(|(_, line)| *line == 75), "{version}: `stays` stays");
    }
}
