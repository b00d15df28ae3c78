//! Each public type and function of a published crate has an example in its documentation, at itself or at a method.

#![allow(clippy::expect_used)]

use std::{collections::BTreeSet, fs};

use gomem_testkit::{for_each_source, root};

/// Crates that are not published, and those whose only interface is the command.
const WITHOUT: &[&str] = &["gomem", "gomem-cli", "gomem-testkit"];

#[test]
fn each_public_type_has_an_example() {
    let folders = fs::read_dir(root().join("crates")).expect("crates").map(|entry| entry.expect("a crate").path());
    let mut missing = Vec::new();
    for folder in folders {
        let name = folder.file_name().expect("a name").to_string_lossy().into_owned();
        if WITHOUT.contains(&&*name) {
            continue;
        }
        let exported = exported(&fs::read_to_string(folder.join("src/lib.rs")).expect("lib.rs"));
        let (mut public, mut shown) = (BTreeSet::new(), BTreeSet::new());
        for_each_source(&folder.join("src"), &mut |_, text| look(text, &mut public, &mut shown));
        missing.extend(
            public.difference(&shown).filter(|item| exported.contains(*item)).map(|item| format!("{name}: {item}")),
        );
    }
    assert_eq!(missing, Vec::<String>::new(), "without an example");
}

/// The names that a crate gives.
fn exported(lib: &str) -> BTreeSet<String> {
    let uses = lib.split("pub use").skip(1).filter_map(|rest| rest.split(';').next());
    let here = lib.lines().filter_map(item);
    uses.flat_map(|names| names.split(|char: char| !char.is_alphanumeric() && char != '_'))
        .chain(here)
        .map(str::to_owned)
        .collect()
}

/// Adds the types and functions of a file, and those that have an example.
fn look(text: &str, public: &mut BTreeSet<String>, shown: &mut BTreeSet<String>) {
    // Whether the documentation in front of what comes next has an example, whether a block of it is open, and of which type a
    // method is.
    let (mut has_example, mut is_open, mut of) = (false, false, None);
    for line in text.lines() {
        if let Some(subject) = line.strip_prefix("impl") {
            let subject =
                if subject.starts_with('<') { subject.split_once("> ").map_or("", |parts| parts.1) } else { subject };
            let mut words =
                subject.rsplit(" for ").next().unwrap_or(subject).split(|char: char| !char.is_alphanumeric());
            of = words.find(|word| word.starts_with(char::is_uppercase) && word.len() > 1);
        } else if let Some(language) = line.trim_start().strip_prefix("/// ```") {
            is_open = !is_open;
            if is_open && ["", "rust", "no_run"].contains(&language) {
                has_example = true;
                shown.extend(of.filter(|_| line.starts_with(' ')).map(str::to_owned));
            }
        } else if let Some(name) = item(line) {
            public.insert(name.to_owned());
            if has_example {
                shown.insert(name.to_owned());
            }
            has_example = false;
        } else if line.starts_with('}') {
            (has_example, of) = (false, None);
        } else if line.starts_with(char::is_alphabetic) {
            // What is defined is none of these.
            has_example = false;
        }
    }
}

/// The name of what a line defines for others.
fn item(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("pub ")?;
    let rest = ["struct ", "enum ", "trait ", "fn ", "const fn "].iter().find_map(|kind| rest.strip_prefix(kind))?;
    rest.split(|char: char| !char.is_alphanumeric() && char != '_').next()
}
