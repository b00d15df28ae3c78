//! The cases that the formats' own projects keep, in folders that the user names: `make conformance`.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{env, fs, path::PathBuf};

use gomem_metrics::{Dialect, Exposition};

/// `tests/testdata/parsers` of `prometheus/OpenMetrics`: a folder a case, with the text in `metrics`, and in `test.json` or
/// `test.yml` whether it `shouldParse`.
#[test]
fn open_metrics() {
    let cases = files("OPENMETRICS").into_iter().filter_map(|folder| {
        let about = ["test.json", "test.yml"].iter().find_map(|name| fs::read_to_string(folder.join(name)).ok())?;
        let verdict = about.lines().find(|line| line.contains("shouldParse"))?.contains("true");
        Some((folder.display().to_string(), fs::read(folder.join("metrics")).unwrap(), verdict))
    });
    check("OpenMetrics", Dialect::OpenMetrics, cases);
}

/// `expfmt/fuzz/corpus` of `prometheus/common`: files called by whether its own parser takes them.
#[test]
fn prometheus() {
    let cases = files("PROMETHEUS").into_iter().filter_map(|file| {
        let name = file.file_name()?.to_str()?.to_owned();
        let is_case = name.starts_with("from_test_parse_");
        is_case.then(|| (file.display().to_string(), fs::read(&file).unwrap(), !name.contains("error")))
    });
    check("Prometheus text", Dialect::Prometheus, cases);
}

/// What is in the folder that the environment names; nothing where it names none.
fn files(variable: &str) -> Vec<PathBuf> {
    let Some(folder) = env::var_os(variable).filter(|folder| !folder.is_empty()) else { return Vec::new() };
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn check(suite: &str, dialect: Dialect, cases: impl Iterator<Item = (String, Vec<u8>, bool)>) {
    let (mut count, mut wrong) = (0, Vec::new());
    for (name, text, verdict) in cases {
        count += 1;
        let flaw = Exposition::check(&text, dialect);
        if flaw.is_none() != verdict {
            wrong.push(format!("{name}: should parse: {verdict}; {flaw:?}"));
        }
    }
    println!("{suite}: {} of {count} cases as the suite says", count - wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
