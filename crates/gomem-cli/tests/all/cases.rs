//! Questions from public trackers, with the answer that is right: `testdata/cases/README.md`.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{fs, path::Path};

use flate2::read::GzDecoder;
use gomem_testkit::{file, root};
use serde::Deserialize;
use serde_json::Value;

/// One question with its right answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// As people ask it; for who reads the case.
    #[serde(rename = "question")]
    _question: String,
    answer: String,
    /// What is said instead, where the answer is known to be wrong.
    wrong: Option<String>,
    /// How the bundle was made; for `record.py`.
    #[serde(rename = "record")]
    _record: Option<toml::Table>,
    #[serde(default)]
    finding: Vec<FindingPattern>,
    #[serde(default)]
    no_finding: Vec<FindingPattern>,
    #[serde(default)]
    verdict: Vec<Verdict>,
    #[serde(default)]
    run: Vec<Run>,
}

/// What a finding has; what is not given may be anything.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FindingPattern {
    kind: Option<OneOf>,
    severity: Option<OneOf>,
    /// How `file:line` ends.
    place: Option<String>,
    /// Among the first so many.
    within: Option<usize>,
    #[serde(default)]
    says: Vec<OneOf>,
    #[serde(default)]
    lacks: Vec<String>,
}

/// What a rule says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Verdict {
    rule: String,
    is: OneOf,
}

/// A command and what it prints, on either stream.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Run {
    args: Option<Vec<String>>,
    exit: Option<u8>,
    #[serde(default)]
    says: Vec<OneOf>,
    #[serde(default)]
    lacks: Vec<String>,
}

/// One text, or several of which one is enough.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOf {
    Text(String),
    Texts(Vec<String>),
}

impl OneOf {
    fn any(&self, holds: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::Text(text) => holds(text),
            Self::Texts(texts) => texts.iter().any(|text| holds(text)),
        }
    }
}

impl FindingPattern {
    fn fits(&self, rank: usize, finding: &Value) -> bool {
        let field = |name: &str| finding[name].as_str().unwrap_or("");
        let text = format!("{}\n{}\n{}", field("title"), field("summary"), field("action"));
        let place = format!("{}:{}", field("file"), finding["line"]);
        self.kind.as_ref().is_none_or(|kind| kind.any(|kind| kind == field("kind")))
            && self.severity.as_ref().is_none_or(|severity| severity.any(|severity| severity == field("severity")))
            && self.place.as_ref().is_none_or(|end| place.ends_with(end.as_str()))
            && self.within.is_none_or(|first| rank < first)
            && self.says.iter().all(|says| says.any(|says| text.contains(says)))
            && !self.lacks.iter().any(|lacks| text.contains(lacks.as_str()))
    }

    fn found(&self, report: &Value) -> bool {
        let findings = report["findings"].as_array().map_or(&[][..], Vec::as_slice);
        findings.iter().enumerate().any(|(rank, finding)| self.fits(rank, finding))
    }
}

impl Case {
    /// What is not as it should be.
    fn problems(&self, folder: &str, report: &Value) -> Vec<String> {
        let missing = self.finding.iter().filter(|pattern| !pattern.found(report));
        let extra = self.no_finding.iter().filter(|pattern| pattern.found(report));
        let rule = |name: &str| report["rules"].as_array()?.iter().find(|rule| rule["rule"] == name);
        let verdicts = self.verdict.iter().filter_map(|verdict| {
            let said = rule(&verdict.rule).and_then(|rule| rule["verdict"].as_str()).unwrap_or("nothing");
            (!verdict.is.any(|is| is == said)).then(|| format!("{} says {said}", verdict.rule))
        });
        let mut problems: Vec<_> = missing.map(|pattern| format!("no finding with {pattern:?}")).collect();
        problems.extend(extra.map(|pattern| format!("a finding with {pattern:?}")));
        problems.extend(verdicts);
        problems.extend(self.run.iter().flat_map(|run| run.problems(folder)));
        problems
    }
}

impl Run {
    fn problems(&self, folder: &str) -> Vec<String> {
        let args: Vec<String> = match &self.args {
            Some(args) => args.iter().map(|arg| arg.replace("BUNDLE", folder)).collect(),
            // Nothing but what the case has: the programs were once on the machine that recorded them.
            None => vec!["postmortem".into(), folder.into(), "--named-only".into()],
        };
        let (exit, out, err) = gomem(&args.iter().map(String::as_str).collect::<Vec<_>>());
        let text = format!("{}\n{}", unbroken(&out), unbroken(&err));
        let mut problems = Vec::new();
        if self.exit.is_some_and(|expected| expected != exit) {
            problems.push(format!("{args:?} exits with {exit}"));
        }
        let silent = self.says.iter().filter(|says| !says.any(|says| text.contains(says)));
        problems.extend(silent.map(|says| format!("{args:?} does not say {says:?}")));
        let wrong = self.lacks.iter().filter(|lacks| text.contains(lacks.as_str()));
        problems.extend(wrong.map(|lacks| format!("{args:?} says {lacks:?}")));
        problems
    }
}

/// Exit code, standard output, standard error.
fn gomem(args: &[&str]) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = gomem_cli::run(std::iter::once("gomem").chain(args.iter().copied()), &mut out, &mut err);
    (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

/// In one line: lines are broken to the width of a terminal, texts of a case are not.
fn unbroken(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn report(folder: &str) -> Value {
    let (_, out, _) = gomem(&["postmortem", folder, "--named-only", "--json", "-"]);
    serde_json::from_str(&out).unwrap_or(Value::Null)
}

#[test]
fn public_cases_are_answered_rightly() {
    let mut names: Vec<_> =
        fs::read_dir(root().join("testdata/cases")).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.retain(|path| path.join("case.toml").is_file());
    names.sort();
    let mut failures = Vec::new();
    for path in names {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let case: Case = toml::from_str(&fs::read_to_string(path.join("case.toml")).unwrap())
            .unwrap_or_else(|problem| panic!("{name}: {problem}"));
        let unpacked = unpacked(&path);
        let folder = unpacked.path().to_str().unwrap();
        let report = report(folder);
        let mut problems = case.problems(folder, &report);
        problems.extend(contradictions(&report));
        let first = report["findings"][0]["title"].as_str().unwrap_or("no finding");
        let mark = if problems.is_empty() { "right" } else { "WRONG" };
        println!("{name:<18} {mark} {}\n{:<24} {first}", case.answer, "");
        for problem in &problems {
            println!("{:<24} {problem}", "");
        }
        match (&case.wrong, problems.is_empty()) {
            (None, false) => failures.push(format!("{name}: {}", problems.join("; "))),
            (Some(_), true) => failures.push(format!("{name}: is right now; take `wrong` out of its case.toml")),
            _ => {}
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Where a report says two things that cannot both be true.
fn contradictions(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().map_or(&[][..], Vec::as_slice);
    let rules = report["rules"].as_array().map_or(&[][..], Vec::as_slice);
    let is_clear = |name: &str| rules.iter().any(|rule| rule["rule"] == name && rule["verdict"] == "clear");
    let mut found = Vec::new();
    for finding in findings {
        let title = finding["title"].as_str().unwrap_or("");
        let mut wrong = |what: &str| found.push(format!("{what}: {title}"));
        let leaks_bytes = finding["kind"] == "leak" && finding["bytes"].is_i64();
        if leaks_bytes && is_clear("live_heap_leak") {
            wrong("a leak, and the live heap does not grow");
        }
        let number = |name: &str| finding[name].as_f64();
        let interval = ["_low", "", "_high"].map(|end| number(&format!("gc_cycles_saved_fraction{end}")));
        if let [Some(low), Some(value), Some(high)] = interval
            && !(low <= value && value <= high)
        {
            wrong("a saving outside of its interval");
        }
        // What is kept has no saving, and a warning says what to do.
        if title.ends_with("and kept") && interval[1].is_some() {
            wrong("a saving by what is kept");
        }
        if finding["severity"] != "info" && finding["action"] == "" {
            wrong("a warning without an action");
        }
        let share = title.split(": ").nth(1).and_then(|rest| rest.split_once(" % of bytes")?.0.parse::<f64>().ok());
        if let (Some(said), Some(fraction)) = (share, number("bytes_fraction"))
            && (said - fraction * 100.0).abs() > 0.06
        {
            wrong("another share than its bytes have");
        }
        if let Some(problem) = growth_problem(finding["summary"].as_str().unwrap_or("")) {
            wrong(&problem);
        }
    }
    found
}

/// `38.9 MiB at first, 335.3 MiB at last (762 % more)`: whether the share is that of the two numbers.
fn growth_problem(summary: &str) -> Option<String> {
    let (before, rest) = summary.split_once(" at first, ")?;
    let (last, rest) = rest.split_once(" at last (")?;
    let more: f64 = rest.split_once(" % more")?.0.parse().ok()?;
    let amount = |text: &str| {
        let mut words = text.rsplit(' ');
        let unit = words.next()?;
        let scale = ["B", "KiB", "MiB", "GiB"].iter().position(|known| *known == unit)?;
        Some(words.next()?.parse::<f64>().ok()? * 1024_f64.powi(i32::try_from(scale).ok()?))
    };
    let (first, last) = (amount(before)?, amount(last)?);
    let real = (last / first - 1.0) * 100.0;
    // Both were rounded to a tenth of their unit.
    ((real - more).abs() > 2.0 + 0.02 * real.abs()).then(|| format!("{more} % more, and {real:.0} by its numbers"))
}

fn unpacked(case: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let bytes = file(case.join("bundle.tar.gz"));
    tar::Archive::new(GzDecoder::new(bytes.as_slice())).unpack(folder.path()).unwrap();
    folder
}
