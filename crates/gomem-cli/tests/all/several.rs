//! Several profiles at once: their sum is that of `go tool pprof`, where Go is installed.

#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::{collections::BTreeMap, path::Path};

use gomem_testkit::{Lists, Pprof, Sums, root};
use serde_json::Value;

fn rows(args: &[&str]) -> Vec<Value> {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let args = ["gomem"].into_iter().chain(args.iter().copied()).chain(["--format", "json"]);
    let code = gomem_cli::run(args, &mut out, &mut err);
    assert_eq!(code, 0, "{}", String::from_utf8_lossy(&err));
    let document: Value = serde_json::from_slice(&out).unwrap();
    document["rows"].as_array().unwrap().clone()
}

fn number(row: &Value, column: &str) -> i128 {
    row[column].as_i64().unwrap().into()
}

fn text(row: &Value, column: &str) -> String {
    row[column].as_str().unwrap_or_default().to_owned()
}

/// Profiles of the incident.
fn profiles<const N: usize>(names: [&str; N]) -> [String; N] {
    names.map(|name| root().join("examples/incident/before").join(name).display().to_string())
}

const SERVICE: &str = "examples/incident/service";

#[test]
fn the_lines_of_several_profiles_are_summed() {
    let Some(pprof) = Pprof::find() else { return };
    let sources = root().join(SERVICE);
    // It looks for the paths of a trimmed build as they are.
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("example.com")).unwrap();
    std::os::unix::fs::symlink(&sources, folder.path().join("example.com/ingest")).unwrap();
    let [first, second, third, log] = profiles(["heap-1.pb.gz", "heap-2.pb.gz", "heap-3.pb.gz", "escape.log"]);
    let source = sources.display().to_string();
    let paths = [&first, &second, &third].map(Path::new);
    for kind in [("alloc_space", "bytes"), ("inuse_objects", "count")] {
        let expected = pprof.lists(&paths, kind, "^(main|example\\.com/)", folder.path());
        assert!(expected.len() > 10);
        let args = ["list", "^(main|example\\.com/)", &first, &log, &second, &third, "-s", kind.0, "--source", &source];
        let mut found = Lists::new();
        for row in rows(&args) {
            let lines: &mut BTreeMap<_, _> = found.entry((text(&row, "function"), text(&row, "file"))).or_default();
            let sums = (number(&row, "flat"), number(&row, "cum"));
            if sums != (0, 0) {
                lines.insert(row["line"].as_i64().unwrap(), sums);
            }
        }
        for (key, lines) in &expected {
            assert_eq!(found.get(key), Some(lines), "{key:?}");
        }
    }
    let decided = rows(&["list", "^main", &first, &log, "--source", &source]);
    assert!(decided.iter().any(|row| row["decisions"].as_array().is_some_and(|decisions| !decisions.is_empty())));
}

#[test]
fn several_profiles_are_subtracted_from_several() {
    let Some(pprof) = Pprof::find() else { return };
    let [first, second, third, allocs] = profiles(["heap-1.pb.gz", "heap-2.pb.gz", "heap-3.pb.gz", "allocs.pb.gz"]);
    // It takes one base alone; it can sum two beforehand.
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path().join("base.pb.gz").display().to_string();
    let printed = pprof.run(&["-proto", &format!("-output={base}"), &second], Path::new(&first));
    assert_eq!(printed, "", "it writes a file");
    let flags = [format!("-diff_base={base}"), allocs.clone()];
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let expected = pprof.top(Path::new(&third), ("alloc_space", "bytes"), &flags);
    let args = ["diff", &first, &third, &allocs, "--base", &second, "-s", "alloc_space", "-n", "0"];
    let found: Sums = rows(&args)
        .iter()
        .filter(|row| number(row, "delta") != 0 || number(row, "delta_cum") != 0)
        .map(|row| (text(row, "function"), (number(row, "delta"), number(row, "delta_cum"))))
        .collect();
    assert!(expected.len() > 50);
    for (function, sums) in &expected {
        assert_eq!(found.get(function), Some(sums), "{function}");
    }
    assert_eq!(found.len(), expected.len());
}
