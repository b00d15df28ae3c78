//! The real heap profiles of `examples/incident`, against `go tool pprof` where Go is installed.

#![allow(clippy::unwrap_used)]

use std::{collections::BTreeMap, path::PathBuf, process::Command};

use gomem_pprof::{Granularity, Profile, TopOptions};

fn incident(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/incident/before").join(name)
}

/// Flat and cum by name, as `go tool pprof -top` prints them, in whole units.
fn reference(
    path: &PathBuf,
    sample_index: &str,
    granularity: &str,
    unit: &str,
) -> Option<BTreeMap<String, (i64, i64)>> {
    let output = Command::new("go")
        .args(["tool", "pprof", "-symbolize=none", "-top", "-nodecount=0", "-nodefraction=0", "-edgefraction=0"])
        .args([format!("-sample_index={sample_index}"), format!("-{granularity}"), format!("-unit={unit}")])
        .arg(path)
        .env("PPROF_TMPDIR", std::env::temp_dir())
        .output()
        .ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let rows = text.lines().skip_while(|line| !line.trim_start().starts_with("flat ")).skip(1);
    let number = |text: &str| text.trim_end_matches(|c: char| c.is_alphabetic()).parse::<i64>().unwrap();
    let mut found: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for row in rows {
        let words: Vec<&str> = row.split_whitespace().collect();
        let name = words[5..].join(" ");
        let name = name.trim_end_matches(" (inline)").trim_end_matches(" (partial-inline)").to_owned();
        found.insert(name, (number(words[0]), number(words[3])));
    }
    Some(found)
}

#[test]
fn top_equals_go_tool_pprof() {
    let cases = [
        ("heap-3.pb.gz", "alloc_space", "bytes"),
        ("heap-3.pb.gz", "alloc_objects", "count"),
        ("heap-1.pb.gz", "inuse_space", "bytes"),
        ("cpu.pb.gz", "cpu", "nanoseconds"),
        ("goroutine.pb.gz", "goroutine", "count"),
    ];
    for (file, sample_index, unit) in cases {
        let profile = Profile::decode(&std::fs::read(incident(file)).unwrap()).unwrap();
        assert!(profile.diagnostics().is_empty());
        let sample_type = profile.sample_type_index(sample_index).unwrap();
        for (by, flag) in [
            (Granularity::Function, "functions"),
            (Granularity::FileFunction, "filefunctions"),
            (Granularity::Line, "lines"),
            (Granularity::Address, "addresses"),
        ] {
            let Some(expected) = reference(&incident(file), sample_index, flag, unit) else {
                println!("skipped: `go` is not installed, so there is nothing to compare with");
                return;
            };
            let top = profile.top(&TopOptions::new(sample_type).by(by));
            let found: BTreeMap<String, (i64, i64)> =
                top.rows().iter().map(|row| (row.name(), (row.flat, row.cum))).collect();
            assert_eq!(found, expected, "{file} {sample_index} {flag}");
        }
    }
}

#[test]
fn the_incident_is_what_it_is() {
    let profile = Profile::decode(&std::fs::read(incident("heap-3.pb.gz")).unwrap()).unwrap();
    let names: Vec<_> = profile.sample_types().iter().map(|kind| (kind.name(), kind.unit())).collect();
    let (objects, space) = ("count", "bytes");
    assert_eq!(
        names,
        [("alloc_objects", objects), ("alloc_space", space), ("inuse_objects", objects), ("inuse_space", space)]
    );
    assert_eq!((profile.default_sample_type(), profile.period()), (3, 524_288));
    let top = profile.top(&TopOptions::new(1).by(Granularity::Line));
    let first = &top.rows()[0];
    assert_eq!(
        first.name(),
        "example.com/ingest/internal/api.(*Handler).postEvents example.com/ingest/internal/api/handler.go:58"
    );
    assert!((top.fraction(first.flat) - 0.367).abs() < 0.001);
}
