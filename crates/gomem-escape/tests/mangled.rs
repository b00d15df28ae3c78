//! Logs that were cut, shuffled or mixed with other output still give what they hold.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use gomem_escape::{DiagnosticsReader, EscapeLog, EscapeReader, Limits, MessageKind, Record, records};
use gomem_table::ToTable;
use gomem_testkit::root;
use proptest::prelude::*;

fn log(version: &str) -> Vec<u8> {
    let path = root().join(format!("testdata/go{version}/causes.log"));
    std::fs::read(path).unwrap()
}

/// Reads it in every way, and checks that nothing is lost.
fn read(text: &[u8]) -> Option<EscapeLog> {
    let mut diagnostics = DiagnosticsReader::default();
    diagnostics.read(text).unwrap();
    let rows = diagnostics.finish().len() as u64;
    let log = EscapeLog::decode(text).ok()?;
    let coverage = log.coverage();
    assert_eq!(coverage.parsed + coverage.unknown + coverage.skipped, coverage.lines);
    let (mut sections, mut unknown, mut finals) = (0, 0, BTreeSet::new());
    for (_, line) in records(text) {
        let record = Record::parse(&line);
        assert_eq!(record.render(), line);
        match record {
            Record::Section(_) => sections += 1,
            Record::Diagnostic { message, .. } => match message.kind() {
                MessageKind::Unknown => unknown += 1,
                MessageKind::EscapesToHeap | MessageKind::MovedToHeap => {
                    finals.insert(line.to_string());
                }
                _ => {}
            },
            _ => {}
        }
    }
    assert_eq!(coverage.unknown, unknown, "what is unknown to one is unknown to all");
    assert_eq!(rows, coverage.parsed + coverage.unknown - sections);
    assert_eq!(log.heap_decisions().len(), finals.len(), "a row for each final line");
    Some(log)
}

#[test]
fn cut_anywhere() {
    for version in ["1.21.13", "1.27.3"] {
        let text = log(version);
        for end in (0..text.len()).step_by(4001) {
            read(&text[..end]);
            read(&text[end..]);
        }
    }
}

#[test]
fn other_output_between_the_lines() {
    let text = String::from_utf8(log("1.24.11")).unwrap();
    let expected = read(text.as_bytes()).unwrap();
    let noisy: String = text.lines().map(|line| format!("{line}\nmkdir -p $WORK/b001/\n\n")).collect();
    let found = EscapeLog::decode(noisy.as_bytes()).unwrap();
    assert_eq!(found.heap_decisions(), expected.heap_decisions());
    assert_eq!(found.coverage().skipped, 2 * expected.coverage().lines);
    // Each line with a time of its own.
    let stamped: String =
        text.lines().enumerate().map(|(n, line)| format!("2026-01-02T03:04:{n:09}Z {line}\r\n")).collect();
    assert_eq!(EscapeLog::decode(stamped.as_bytes()).unwrap().heap_decisions(), expected.heap_decisions());
}

/// As people quote it: the explanation alone, or below what `-m` said without one.
#[test]
fn an_explanation_without_its_last_line_decides() {
    let explained = "./seal.go:37:6: key escapes to heap:\n./seal.go:37:6:   flow: {heap} = &key:\n\
                     ./seal.go:37:6:     from key (address-of) at ./seal.go:39:24\n\
                     ./seal.go:37:6:     from s.XOR(key[:]) (call parameter) at ./seal.go:39:16\n";
    for before in ["", "./seal.go:37:6: moved to heap: key\n"] {
        let log = EscapeLog::decode(format!("{before}{explained}").as_bytes()).unwrap();
        let [decision] = log.heap_decisions() else { panic!("{before}") };
        assert_eq!((&*decision.subject, decision.decision.name()), ("key", "moved_to_heap"));
        assert_eq!((decision.cause.name(), decision.steps.len()), ("unknown_callee", 2), "{before}");
    }
}

#[test]
fn several_parts_are_one_log() {
    let text = log("1.27.3");
    let mut reader = EscapeReader::new(Limits::default());
    reader.read(&text[..]).unwrap();
    reader.read(&text[..]).unwrap();
    let (twice, once) = (reader.finish().unwrap(), EscapeLog::decode(&text).unwrap());
    assert_eq!(twice.heap_decisions().len(), once.heap_decisions().len());
    assert!(twice.heap_decisions().iter().zip(once.heap_decisions()).all(|(two, one)| two.copies == 2 * one.copies));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn shuffled(seed in any::<u64>(), version in prop_oneof![Just("1.21.13"), Just("1.24.11"), Just("1.27.3")]) {
        let text = String::from_utf8(log(version)).unwrap();
        let mut lines: Vec<&str> = text.lines().collect();
        let mut state = seed | 1;
        for at in (1..lines.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            lines.swap(at, (state >> 33) as usize % (at + 1));
        }
        let shuffled = read(lines.join("\n").as_bytes()).unwrap();
        prop_assert_eq!(shuffled.coverage().unknown, 0);
    }

    #[test]
    fn changed_bytes(at in 0_usize..100_000, byte in any::<u8>()) {
        let mut text = log("1.27.3");
        let at = at % text.len();
        text[at] = byte;
        let _ = EscapeLog::decode(&text).map(|log| log.heap_decisions().to_table());
    }
}
