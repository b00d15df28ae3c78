//! The text of a build and its `-json` folder, of one program by several versions of Go.

#![allow(clippy::unwrap_used)]

use std::{collections::BTreeSet, fs::File, path::PathBuf};

use gomem_escape::{Decision, EscapeLog, EscapeReader, HeapDecision, Limits, files_of};
use gomem_testkit::root;

fn read(sources: &[PathBuf]) -> EscapeLog {
    let mut reader = EscapeReader::new(Limits::default());
    for file in sources.iter().flat_map(|source| files_of(source).unwrap().files) {
        reader.read(File::open(file).unwrap()).unwrap();
    }
    reader.finish().unwrap()
}

/// What is decided in the program itself, by its file's name.
fn decided(log: &EscapeLog) -> BTreeSet<(u32, Option<u32>, String, bool)> {
    let own = |decision: &&HeapDecision| decision.file.ends_with("main.go");
    let key = |decision: &HeapDecision| {
        let is_moved = decision.decision == Decision::MovedToHeap;
        (decision.line.unwrap_or(0), decision.column, decision.subject.to_string(), is_moved)
    };
    log.heap_decisions().iter().filter(own).map(key).collect()
}

#[test]
fn both_say_the_same_and_are_merged() {
    let testdata = root().join("testdata");
    for (version, minor) in [("go1.21.13", 21), ("go1.24.11", 24), ("go1.27.3", 27)] {
        let (text, json) = (testdata.join(version).join("escape.log"), testdata.join(version).join("escape-json"));
        let both = read(&[text.clone(), json.clone()]);
        let (text, json) = (read(&[text]), read(&[json]));
        for log in [&text, &json, &both] {
            assert_eq!((log.coverage().unknown, log.coverage().skipped), (0, 0), "{version}");
        }
        assert_eq!((json.go_versions().oldest(), json.go_versions().newest()), (minor, minor));
        let missing: Vec<_> = decided(&text).difference(&decided(&json)).cloned().collect();
        // Since Go 1.25 the text names a constant where the record names the variable that holds it.
        assert!(missing.len() <= 4, "{version}: {missing:?}");
        assert_eq!(decided(&both).len(), decided(&text).union(&wrappers(&json)).count(), "{version}");
        let inlined = both.heap_decisions().iter().filter(|decision| !decision.inlined_from.is_empty());
        assert!(inlined.count() > 3, "{version}");
        let with_file = both.heap_decisions().iter().filter(|decision| decision.absolute_file.is_some()).count();
        assert!(with_file * 10 > both.heap_decisions().len() * 9, "{version}");
    }
}

/// Function literals that `go f(x)` makes: the text has only their explanation.
fn wrappers(json: &EscapeLog) -> BTreeSet<(u32, Option<u32>, String, bool)> {
    decided(json).into_iter().filter(|decided| decided.2 == "func literal").collect()
}
