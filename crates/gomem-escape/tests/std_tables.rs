//! The tables of the standard library that come along.

#![cfg(feature = "std-tables")]
#![allow(clippy::unwrap_used)]

use gomem_escape::{Cause, EscapeLog, StdDecisions, StdTables};

const RELEASES: [&str; 7] = ["go1.21.13", "go1.22.10", "go1.23.9", "go1.24.11", "go1.25.5", "go1.26.8", "go1.27.3"];

fn of(release: &str) -> &'static StdDecisions {
    StdTables::embedded().of(release).unwrap()
}

#[test]
fn every_release_is_there_and_small() {
    assert!(StdTables::embedded().releases().eq(RELEASES));
    for release in RELEASES {
        let minor = release.split('.').nth(1).unwrap().parse().unwrap();
        let log = of(release).log();
        assert_eq!((log.go_versions().oldest(), log.go_versions().newest()), (minor, minor));
        assert!(log.heap_decisions().len() > 15_000, "{release}");
    }
    assert!(StdTables::embedded().of("go1.20.1").is_none());
}

#[test]
fn known_decisions_are_at_their_lines() {
    for (release, file, line, message, cause) in [
        ("go1.26.8", "errors/errors.go", 65, "&errorString{...} escapes to heap", Cause::ReturnedPointer),
        ("go1.21.13", "errors/errors.go", 62, "&errorString{...} escapes to heap", Cause::ReturnedPointer),
        ("go1.26.8", "bytes/buffer.go", 155, "make([]byte, n, 64) escapes to heap", Cause::UnknownSize),
        ("go1.26.8", "bufio/bufio.go", 599, "make([]byte, size) escapes to heap", Cause::UnknownSize),
    ] {
        let mut here =
            of(release).log().heap_decisions().iter().filter(|row| &*row.file == file && row.line == Some(line));
        let told: Vec<_> = here.clone().map(|row| (row.message(), row.cause)).collect();
        assert!(here.any(|row| row.message() == message && row.cause == cause), "{release} {file}:{line}: {told:?}");
    }
}

#[test]
fn a_line_is_of_a_function_in_its_own_release() {
    let path = "/usr/local/go/src/bytes/buffer.go";
    assert!(of("go1.26.8").has("bytes.(*Buffer).grow", path, 155, 0));
    assert!(!of("go1.26.8").has("bytes.(*Buffer).Write", path, 155, 0), "of another function");
    assert!(!of("go1.26.8").has("bytes.(*Buffer).grow", path, 155, 9), "it begins elsewhere");
    assert!(!of("go1.26.8").has("bytes.(*Buffer).grow", "/src/app/buffer.go", 155, 0), "of another file");
    assert!(of("go1.26.8").has("slices.Grow[...]", "slices/slices.go", 426, 0), "of a trimmed path");
}

#[test]
fn what_is_written_is_read_again() {
    let text = "# fmt\nfmt/a.go:3:6: cannot inline f: marked go:noinline\nfmt/a.go:5:9: new(T) escapes to heap in f:\n\
                fmt/a.go:5:9:   flow: ~r0 ← &{storage for new(T)}:\nfmt/a.go:5:9:     from new(T) (spill) at fmt/a.go:5:9\n\
                fmt/a.go:5:9:     from return new(T) (return) at fmt/a.go:5:2\nfmt/a.go:5:9: new(T) escapes to heap\n\
                fmt/a.go:6:4: string(b) does not escape\nfmt/a.go:7:4: 1 escapes to heap\n";
    let release = |name| StdDecisions::from_log(name, EscapeLog::decode(text.as_bytes()).unwrap());
    let bytes = StdTables::encode(&[release("go1.26.1"), release("go1.26.2")]);
    let tables = StdTables::decode(&bytes).unwrap();
    let log = tables.of("go1.26.2").unwrap().log();
    let [decision] = log.heap_decisions() else { panic!("{:?}", log.heap_decisions()) };
    assert_eq!((decision.line, decision.column, &*decision.package), (Some(5), Some(9), "fmt"));
    assert_eq!((decision.message(), decision.cause), ("new(T) escapes to heap".to_owned(), Cause::ReturnedPointer));
    assert_eq!(decision.function.as_deref(), Some("f"));
    assert_eq!(log.stack_buffers().len(), 1);
    for end in 0..bytes.len() {
        assert!(StdTables::decode(&bytes[..end]).is_none(), "{end}");
    }
}
