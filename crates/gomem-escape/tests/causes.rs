//! Small functions with the cause that a Go programmer would name: `testdata/escape/*/`, compiled by several versions of
//! Go with `testdata/escape/capture.sh`.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use gomem_escape::{Cause, Certainty, EscapeLog};
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

/// A field prints as a method value does. Go 1.26 wrote this of a program that has both under one name.
#[test]
fn a_field_is_no_method_value() {
    let log = b"# p
./p.go:18:6: can inline (*other).current with cost 4 as: method(*other) func() int { return i.n }
./p.go:28:23: w.from.current escapes to heap in (*walker).same:
./p.go:28:23:   flow: {heap} \xe2\x86\x90 &{storage for w.from.current}:
./p.go:28:23:     from w.from.current (spill) at ./p.go:28:23
./p.go:28:23:     from w.equal(w.from.current, w.to.current) (call parameter) at ./p.go:28:16
./p.go:27:7: parameter w leaks to {storage for w.from.current} for (*walker).same with derefs=1:
./p.go:27:7:   flow: {storage for w.from.current} \xe2\x86\x90 *w:
./p.go:27:7:     from w.from (dot of pointer) at ./p.go:28:18
./p.go:27:7:     from w.from.current (dot of pointer) at ./p.go:28:23
./p.go:27:7:     from w.from.current (interface-converted) at ./p.go:28:23
./p.go:27:7: leaking param content: w
./p.go:28:23: w.from.current escapes to heap
./p.go:32:15: w.last.current escapes to heap in (*walker).number:
./p.go:32:15:   flow: {heap} \xe2\x86\x90 &{storage for w.last.current}:
./p.go:32:15:     from w.last.current (spill) at ./p.go:32:15
./p.go:32:15:     from w.keep(w.last.current) (call parameter) at ./p.go:32:8
./p.go:32:15: w.last.current escapes to heap
./p.go:36:10: o.current escapes to heap in (*walker).method:
./p.go:36:10:   flow: {heap} \xe2\x86\x90 &{storage for o.current}:
./p.go:36:10:     from o.current (spill) at ./p.go:36:10
./p.go:36:10:     from w.call(o.current) (call parameter) at ./p.go:36:8
./p.go:35:25: parameter o leaks to {storage for o.current} for (*walker).method with derefs=0:
./p.go:35:25:   flow: {temp} \xe2\x86\x90 o:
./p.go:35:25:   flow: {storage for o.current} \xe2\x86\x90 {temp}:
./p.go:35:25: leaking param: o
./p.go:36:10: o.current escapes to heap
./p.go:40:17: w.last - o.current escapes to heap in (*walker).sum:
./p.go:40:17:   flow: {heap} \xe2\x86\x90 &{storage for w.last - o.current}:
./p.go:40:17:     from w.last - o.current (spill) at ./p.go:40:17
./p.go:40:17:     from w.keep(w.last - o.current) (call parameter) at ./p.go:40:8
./p.go:40:17: w.last - o.current escapes to heap
";
    let log = EscapeLog::decode(log).unwrap();
    let told: Vec<(Option<u32>, Cause, Certainty)> =
        log.heap_decisions().iter().map(|decision| (decision.line, decision.cause, decision.alloc_certainty)).collect();
    // Of the second nothing says what it is: a number, or a method without a receiver that the compiler follows.
    let expected = [
        (Some(28), Cause::InterfaceBoxing, Certainty::Maybe),
        (Some(32), Cause::MethodValue, Certainty::Maybe),
        (Some(36), Cause::MethodValue, Certainty::Yes),
        // What is reckoned is no method.
        (Some(40), Cause::InterfaceBoxing, Certainty::Maybe),
    ];
    assert_eq!(told, expected);
}
