//! Traces that are cut, damaged, or larger than is accepted.

#![allow(clippy::expect_used)]

use std::{fs, path::PathBuf};

use gomem_testkit::root;
use gomem_trace::{DecodeOptions, Flaw, Limits, Trace, TraceReader};

#[test]
fn what_is_cut_is_read_to_the_cut() {
    for path in traces() {
        let bytes = fs::read(&path).expect("a trace");
        let whole = Trace::decode(&bytes).expect("a trace");
        assert!(whole.is_complete(), "{}: {:?}", path.display(), whole.diagnostics());
        let mut events_before = 0;
        for part in 1..40 {
            let length = bytes.len() * part / 40;
            let cut = Trace::decode(&bytes[..length]).expect("its header is whole");
            let events: u64 = cut.event_counts().map(|(_, count)| count).sum();
            assert!(events >= events_before, "{} at {length}: {events} of {events_before} events", path.display());
            events_before = events;
            assert!(cut.cycles(None).len() <= whole.cycles(None).len());
            let offset = cut.diagnostics().iter().find_map(|diagnostic| match diagnostic.flaw {
                Flaw::Cut { bytes } => Some(diagnostic.offset.expect("a place") + bytes),
                _ => None,
            });
            assert!(offset.is_none_or(|end| end == length as u64));
            assert!(!cut.is_complete() || cut.generations().len() < whole.generations().len());
        }
    }
}

#[test]
fn a_header_alone_is_a_trace_of_nothing() {
    let trace = Trace::decode(b"go 1.26 trace\0\0\0").expect("a header");
    assert!(trace.is_complete() && trace.generations().is_empty() && trace.cycles(None).is_empty());
    assert_eq!(trace.duration_seconds(), 0.0);
    assert_eq!(Trace::decode(b"go 1.26 t").expect_err("no header").kind().name(), "not_a_trace");
    assert_eq!(Trace::decode(b"go 1.21 trace\0\0\0").expect_err("an old one").kind().name(), "unsupported");
}

#[test]
fn damaged_traces_do_no_harm() {
    let mut random = fastrand::Rng::with_seed(24);
    for path in traces() {
        let bytes = fs::read(&path).expect("a trace");
        for _ in 0..8 {
            let mut damaged = bytes.clone();
            for _ in 0..random.usize(1..40) {
                let place = random.usize(16..damaged.len());
                damaged[place] = random.u8(..);
            }
            damaged.truncate(random.usize(damaged.len() / 2..=damaged.len()));
            let trace = Trace::decode(&damaged).expect("the header is whole");
            for view in Trace::TABLES {
                assert_eq!(view.table(&trace).columns().len(), view.schema().columns.len());
            }
            let read = TraceReader::new(damaged.as_slice()).and_then(TraceReader::finish).expect("the same");
            assert_eq!(read.diagnostics(), trace.diagnostics());
        }
    }
}

#[test]
fn limits_end_the_reading() {
    let bytes = fs::read(root().join("testdata/traces/lifetimes-1.27.3.trace")).expect("a trace");
    for (limits, what) in [
        (Limits::default().with_events(100), "events"),
        (Limits::default().with_generation_bytes(1000), "bytes of a generation"),
        (Limits::default().with_threads(1), "threads"),
        (Limits::default().with_stacks(3), "stacks"),
        (Limits::default().with_text_bytes(10), "bytes of text"),
        (Limits::default().with_objects(10), "objects"),
    ] {
        let error = Trace::decode_with(&bytes, &DecodeOptions::default().with_limits(limits)).expect_err("too much");
        assert!(error.is_limit() && error.to_string().contains(what), "{error}");
    }
}

fn traces() -> Vec<PathBuf> {
    let files = fs::read_dir(root().join("testdata/traces")).expect("a folder");
    let mut paths: Vec<PathBuf> = files.map(|file| file.expect("a file").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "trace"));
    paths.sort();
    assert!(paths.len() > 10);
    paths
}
