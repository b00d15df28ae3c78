//! What the log says of allocations, held against what a run measures: `testdata/escape/allocations`, compiled and run by
//! several versions of Go with `testdata/escape/capture.sh`.

#![allow(clippy::unwrap_used)]

use std::{collections::BTreeMap, path::PathBuf};

use gomem_escape::{Certainty, EscapeLog};
use gomem_testkit::root;

#[test]
fn nothing_that_is_none_allocates_and_all_that_is_yes_does() {
    let testdata = root().join("testdata");
    let source = std::fs::read_to_string(testdata.join("escape/allocations/main.go")).unwrap();
    let mut wrong = Vec::new();
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    let folders: Vec<PathBuf> = std::fs::read_dir(&testdata)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|folder| folder.join("allocations.csv").exists())
        .collect();
    assert!(folders.len() >= 5);
    for folder in &folders {
        let log = EscapeLog::decode(&std::fs::read(folder.join("allocations.log")).unwrap()).unwrap();
        let measured = std::fs::read_to_string(folder.join("allocations.csv")).unwrap();
        assert!(measured.lines().count() >= 60);
        for (name, allocations) in measured.lines().map(|line| line.split_once(',').unwrap()) {
            let allocations: f64 = allocations.parse().unwrap();
            let line = 1 + source.lines().position(|line| line.starts_with(&format!("func {name}() {{"))).unwrap();
            let decisions: Vec<_> =
                log.heap_decisions().iter().filter(|decision| decision.line == Some(line as u32)).collect();
            let count = |certainty| decisions.iter().filter(|decision| decision.alloc_certainty == certainty).count();
            for decision in &decisions {
                *told.entry(decision.alloc_certainty.name()).or_default() += 1;
            }
            let yes = count(Certainty::Yes);
            let all_none = !decisions.is_empty() && count(Certainty::None) == decisions.len();
            if UNKNOWN_TYPES.contains(&name) {
                continue;
            }
            if allocations < yes as f64 || all_none && allocations > 0.0 {
                let said: Vec<_> = decisions
                    .iter()
                    .map(|decision| format!("{}: {}", decision.message(), decision.alloc_certainty.name()))
                    .collect();
                wrong.push(format!("{}, {name}: {allocations}, but {said:?}", folder.display()));
            }
        }
    }
    println!("{told:?}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Boxed values depend on the value; most of the rest is told for sure.
    let sure = told["yes"] + told["none"];
    assert!(sure * 5 > told.values().sum::<usize>() * 2, "{told:?}");
}

/// A variable of a type without size, and the variadic slice of such a type: the log does not name their types.
const UNKNOWN_TYPES: [&str; 2] = ["movedEmpty", "variadicEmpties"];
