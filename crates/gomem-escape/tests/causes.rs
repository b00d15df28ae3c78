//! Small functions with the cause that a Go programmer would name: `testdata/escape/*/`, compiled by several versions of
//! Go with `testdata/escape/capture.sh`.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use gomem_escape::EscapeLog;
use gomem_testkit::root;

struct Label {
    file: String,
    line: u32,
    subject: String,
    cause: String,
    oldest: u32,
    newest: u32,
}

#[test]
fn causes_are_what_a_programmer_would_say() {
    for folder in ["causes", "unseen"] {
        let labels = labels(&testdata().join("escape").join(folder));
        let (mut seen, mut failed) = (0, Vec::new());
        for (version, log) in logs(folder) {
            let mut wrong = Vec::new();
            let (mut right, mut all) = (0, 0);
            for label in labels.iter().filter(|label| (label.oldest..=label.newest).contains(&version)) {
                all += 1;
                match found(&log, label) {
                    Some(cause) if cause == label.cause => right += 1,
                    other => wrong.push(format!(
                        "{}:{} {} is {}, not {}",
                        label.file,
                        label.line,
                        label.subject,
                        other.unwrap_or("not found"),
                        label.cause
                    )),
                }
            }
            println!("{folder}, Go 1.{version}: {right} of {all} right\n{}", wrong.join("\n"));
            if all < 60 || right * 100 < all * 97 {
                failed.push(format!("{folder}, Go 1.{version}: {right} of {all}\n{}", wrong.join("\n")));
            }
            seen += 1;
        }
        assert!(seen >= 3 && failed.is_empty(), "{}", failed.join("\n"));
    }
}

/// The cause of the decision that a label means. A name that ends in `*` is the beginning of one.
fn found<'a>(log: &'a EscapeLog, label: &Label) -> Option<&'a str> {
    let is_named = |subject: &str| match label.subject.strip_suffix('*') {
        Some(start) if start.len() > 4 => subject.starts_with(start),
        _ => subject == label.subject,
    };
    let mut decisions = log.heap_decisions().iter();
    decisions
        .find(|decision| {
            decision.line == Some(label.line) && decision.file.ends_with(&label.file) && is_named(&decision.subject)
        })
        .map(|decision| decision.cause.name())
}

/// `// want "SUBJECT" CAUSE`, `// want>=1.25 "SUBJECT" CAUSE` behind the lines of all Go files.
fn labels(folder: &Path) -> Vec<Label> {
    let mut labels = Vec::new();
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.extension().is_none_or(|extension| extension != "go") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.starts_with("//")) {
            for comment in line.split("// want").skip(1) {
                let (condition, rest) = comment.split_once(' ').unwrap();
                let end = rest.rfind('"').unwrap();
                let minor = |version: &str| version.strip_prefix("1.").unwrap().parse().unwrap();
                labels.push(Label {
                    file: path.file_name().unwrap().to_str().unwrap().to_owned(),
                    line: number as u32 + 1,
                    subject: rest[1..end].replace("\\\"", "\""),
                    cause: rest[end + 1..].trim().split(' ').next().unwrap().to_owned(),
                    oldest: condition.strip_prefix(">=").map_or(0, minor),
                    newest: condition.strip_prefix("<=").map_or(u32::MAX, minor),
                });
            }
        }
    }
    labels
}

/// The logs of a folder, by the minor version of Go.
fn logs(name: &str) -> Vec<(u32, EscapeLog)> {
    let mut logs = Vec::new();
    for folder in std::fs::read_dir(testdata()).unwrap().map(|entry| entry.unwrap().path()) {
        let version = folder.file_name().unwrap().to_str().unwrap().strip_prefix("go1.").map(str::to_owned);
        let Some(version) = version else { continue };
        let Ok(log) = std::fs::read(folder.join(format!("{name}.log"))) else { continue };
        let minor = version.split('.').next().unwrap().parse().unwrap();
        logs.push((minor, EscapeLog::decode(&log).unwrap()));
    }
    logs.sort_by_key(|(version, _)| *version);
    logs
}

fn testdata() -> PathBuf {
    root().join("testdata")
}
