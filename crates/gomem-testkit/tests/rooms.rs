//! Inside each crate arrows run one way: no file uses itself by way of others, and no room one to its right.

#![allow(clippy::expect_used)]

use std::collections::BTreeSet;

use gomem_testkit::{Modules, root};

/// The rooms of each large crate, and of its large folders, left to right: a room uses only those before it. DESIGN.md
/// draws them.
const ROOMS: &[(&str, &[&str])] = &[
    ("gomem-capture", &["error", "service", "bundle", "capture", "process"]),
    ("gomem-cli", &["failure", "show", "read", "commands", "arguments"]),
    (
        "gomem-cli/commands",
        &[
            "gate",
            "fail_on",
            "shell",
            "profile",
            "service",
            "attribute",
            "bench",
            "compare",
            "convert",
            "diagnose",
            "escape",
            "gogc",
            "heap",
            "metrics",
            "postmortem",
            "trace",
        ],
    ),
    ("gomem-escape", &["error", "source", "text", "json", "read", "decide", "model", "log", "std_library"]),
    (
        "gomem-mcp",
        &[
            "refusal",
            "clean",
            "cursor",
            "fence",
            "host",
            "piece",
            "argument",
            "document",
            "kept",
            "page",
            "resources",
            "tool",
            "description",
            "tools",
            "work",
            "options",
            "server",
            "serve",
        ],
    ),
    ("gomem-metrics", &["error", "decode", "model", "analysis", "rules", "diagnosis"]),
    (
        "gomem-heap",
        &[
            "error", "packing", "memory", "dump", "program", "core", "graph", "holders", "answers", "heap", "tables",
            "encode",
        ],
    ),
    ("gomem-heap/core", &["elf", "runtime", "decode", "taking"]),
    ("gomem-trace", &["error", "wire", "model", "replay", "trace", "tables"]),
    (
        "gomem-pprof",
        &["error", "pattern", "wire", "model", "legacy", "decode", "transform", "view", "growth", "encode"],
    ),
    ("gomem-postmortem", &["bundle", "pacing", "attribution", "benchmark", "listing", "findings", "report"]),
    (
        "gomem-postmortem/bundle",
        &[
            "error",
            "options",
            "signature",
            "sources",
            "artifact",
            "file_remarks",
            "packing",
            "text",
            "bundle",
            "log_stream",
            "recognition",
            "window",
            "reader",
        ],
    ),
    (
        "gomem-postmortem/bundle/text",
        &[
            "printed",
            "printed_profile",
            "log_time",
            "pprof_session",
            "function_listing",
            "profile_index",
            "benchmark_rows",
            "benchmark_table",
            "machine",
            "words",
            "log",
            "tool_output",
            "blocks",
            "delve_goroutines",
            "pasted",
        ],
    ),
    (
        "gomem-postmortem/findings",
        &[
            "finding",
            "sentence",
            "breakdown",
            "amount",
            "cost",
            "live_heap",
            "moment",
            "growth",
            "gc",
            "calls",
            "keeping",
            "allocation",
            "goroutine",
            "leak",
            "paste",
            "mismatch",
            "missing_input",
            "consistency",
            "ranking",
        ],
    ),
    (
        "gomem-serve",
        &[
            "answer",
            "caller",
            "refusal",
            "query",
            "profiles",
            "window_ends",
            "chosen",
            "view",
            "draw",
            "views",
            "served",
            "server",
        ],
    ),
    ("gomem-report", &["words", "charts", "flame", "text", "pages"]),
];

/// Circles that are meant; DESIGN.md says why.
const CIRCLES: &[(&str, &[&str])] = &[];

#[test]
fn no_file_uses_itself_by_way_of_others() {
    let mut found = Vec::new();
    for (name, modules) in crates() {
        for circle in modules.circles() {
            if !CIRCLES.contains(&(name.as_str(), circle.as_slice())) {
                found.push(format!("{name}: {} files: {}", circle.len(), circle.join(" ")));
            }
        }
    }
    assert!(found.is_empty(), "circles of files:\n{}", found.join("\n"));
}

#[test]
fn no_room_uses_one_to_its_right() {
    let crates = crates();
    let mut found = Vec::new();
    for &(place, order) in ROOMS {
        let (name, folder) = place.split_once('/').unwrap_or((place, ""));
        let (_, modules) = crates.iter().find(|(known, _)| known == name).expect("a crate of the workspace");
        let known: BTreeSet<&str> = order.iter().copied().collect();
        assert_eq!(modules.rooms(folder), known, "the rooms of {place}");
        let index = |room: &str| order.iter().position(|known| *known == room);
        for ((from, to), (file, used)) in modules.arrows_between_rooms(folder) {
            if index(from) < index(to) {
                found.push(format!("{place}: {file} uses {used}, and {from} is left of {to}"));
            }
        }
    }
    assert!(found.is_empty(), "arrows to the right:\n{}", found.join("\n"));
}

/// More than so many files on one level are rooms that nobody made.
const MOST_ROOMS: usize = 21;

/// Files that are all alike: none uses another, and a reader looks for one by its name.
const ALIKE: &[&str] = &["gomem-metrics/rules"];

#[test]
fn levels_are_small() {
    let mut found = Vec::new();
    for (name, modules) in crates() {
        for folder in modules.folders() {
            let place = if folder.is_empty() { name.clone() } else { format!("{name}/{folder}") };
            let rooms = modules.rooms(folder).len();
            if rooms > MOST_ROOMS && !ALIKE.contains(&place.as_str()) {
                found.push(format!("{place} has {rooms} files side by side"));
            }
            if folder.is_empty() && rooms > 14 && !ROOMS.iter().any(|(known, _)| *known == name) {
                found.push(format!("{name} has {rooms} files side by side, and no order of them is said"));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

fn crates() -> Vec<(String, Modules)> {
    let folders = std::fs::read_dir(root().join("crates")).expect("the workspace has crates");
    let mut crates: Vec<(String, Modules)> = folders
        .map(|entry| entry.expect("a folder").path())
        .filter(|path| path.join("src/lib.rs").exists())
        .map(|path| (path.file_name().expect("a name").to_string_lossy().into_owned(), Modules::read(&path)))
        .collect();
    crates.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(crates.len() > 5);
    crates
}
