//! A file says one thing: one that is long without its tests says several.

#![allow(clippy::expect_used)]

use gomem_testkit::{for_each_source, root};

const LONGEST: usize = 500;

#[test]
fn files_are_short_without_their_tests() {
    let mut long = Vec::new();
    for folder in ["crates", "python/src", "fuzz/src"] {
        for_each_source(&root().join(folder), &mut |path, text| {
            let lines = text.lines().take_while(|line| !line.starts_with("#[cfg(test)]")).count();
            // Tests of a crate stand together by what they are about.
            if lines > LONGEST && !path.components().any(|part| part.as_os_str() == "tests") {
                long.push(format!("{}: {lines}", path.display()));
            }
        });
    }
    assert!(long.is_empty(), "more than {LONGEST} lines: {long:#?}");
}
