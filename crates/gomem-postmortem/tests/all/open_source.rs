//! Reasons and savings in programs made of libraries: `testdata/open-source/README.md`.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use gomem_escape::EscapeLog;
use gomem_postmortem::{Artifact, AttributeOptions, Bundle, Comparison, attribute};
use gomem_pprof::{Filter, Profile};
use gomem_statistics::median;
use gomem_testkit::{inflated, testdata};

const FIXES: [(&str, &[&str]); 8] = [
    ("lua", &["state", "event"]),
    ("sheet", &["stream", "names"]),
    ("minify", &["rows", "once", "buffer", "bytes"]),
    ("parquet", &["writer"]),
    ("dns", &["size", "zone"]),
    ("documents", &["query"]),
    ("mail", &["policy", "letters", "files"]),
    ("orders", &["views", "lines"]),
];

/// A row of `labels.tsv`.
struct Label {
    program: String,
    /// `function:line`, type arguments left out.
    site: String,
    reasons: Vec<String>,
    /// A part of the compiler's line; `-` where there is none, empty where several are right.
    message: String,
}

fn labels() -> Vec<Label> {
    let text = String::from_utf8(testdata("open-source/labels.tsv")).unwrap();
    let rows = text.lines().skip(1).map(|row| row.split('\t').map(str::to_owned).collect::<Vec<_>>());
    rows.map(|row| Label {
        program: row[0].clone(),
        site: row[1].clone(),
        reasons: row[2].split(',').map(str::to_owned).collect(),
        message: plain(row.get(3).map_or("", String::as_str)),
    })
    .collect()
}

/// Without the packages that the log puts before names of inlined functions.
fn plain(message: &str) -> String {
    let mut out = String::new();
    for word in message.split_inclusive(|next: char| !next.is_alphanumeric() && next != '_') {
        if word.ends_with('.') {
            continue;
        }
        out.push_str(word.trim_end());
    }
    out.replace('&', "")
}

#[test]
fn reasons_are_those_of_the_source() {
    for (program, _) in FIXES {
        let profile = Profile::decode(&testdata(format!("open-source/{program}/before-1.heap.pb.gz"))).unwrap();
        let log = EscapeLog::decode(&inflated(format!("testdata/open-source/{program}/escape.log.gz"))).unwrap();
        let labels: Vec<Label> = labels().into_iter().filter(|label| label.program == program).collect();
        let (mut all, mut labelled, mut right, mut wrong, mut wrong_message) = (0, 0, 0, 0, 0);
        for site in attribute(&profile, Some(&log), &AttributeOptions::default()) {
            all += site.bytes;
            let function = match site.place.function().split_once('[') {
                Some((function, _)) => format!("{function}[…]"),
                None => site.place.function().to_string(),
            };
            let place = format!("{function}:{}", site.place.line);
            let Some(label) = labels.iter().find(|label| label.site == place) else { continue };
            labelled += site.bytes;
            match site.reason {
                Some(reason) if label.reasons.iter().any(|name| name == reason.name()) => right += site.bytes,
                Some(reason) => {
                    wrong += site.bytes;
                    println!("{program} {place}: {} B {}", site.bytes, reason.name());
                }
                None => println!("{program} {place}: {} B without a reason", site.bytes),
            }
            let message = site.compiler_message().map(|message| plain(&message));
            if message.is_some_and(|message| label.message == "-" || !message.contains(&label.message)) {
                println!("{program} {place}: {} B with {:?}", site.bytes, site.compiler_message());
                wrong_message += site.bytes;
            }
        }
        let share = |bytes: i64| bytes as f64 / labelled as f64;
        println!(
            "{program}: {:.1} % of bytes labelled; {:.1} % right, {:.1} % wrong; {:.1} % with the line of others",
            100.0 * labelled as f64 / all as f64,
            100.0 * share(right),
            100.0 * share(wrong),
            100.0 * share(wrong_message)
        );
        assert!(labelled as f64 >= 0.8 * all as f64 && share(right) >= 0.98, "{program}");
        assert!(share(wrong) <= 0.015 && share(wrong_message) <= 0.01, "{program}");
    }
}

/// Each change was recorded twice, as was the program without it; the cycles are those of whole runs.
#[test]
fn savings_come_true() {
    let mut errors = Vec::new();
    println!("| change | GC cycles before | after | predicted saving (90 %) | measured | error |");
    println!("|---|---:|---:|---:|---:|---:|");
    for (program, fixes) in FIXES {
        let before = [1, 2].map(|number| bundle(program, "before", number));
        for fix in fixes {
            let after = [1, 2].map(|number| bundle(program, fix, number));
            let [cycles_before, cycles_after] = [&before, &after].map(|runs| runs.iter().map(cycles).sum::<f64>());
            let measured = 1.0 - cycles_after / cycles_before;
            for (before, after) in before.iter().zip(&after) {
                let predicted = Comparison::new(before, after).predicted.unwrap().gc_cycles;
                let error = 100.0 * (predicted.value - measured).abs();
                println!(
                    "| {program} {fix} | {cycles_before:.0} | {cycles_after:.0} | {:.1} % ({:.1}–{:.1}) | {:.1} % | {error:.1} |",
                    100.0 * predicted.value,
                    100.0 * predicted.low,
                    100.0 * predicted.high,
                    100.0 * measured
                );
                assert!((predicted.low..=predicted.high).contains(&measured), "{program} {fix}");
                errors.push(error);
            }
        }
    }
    let median = median(&mut errors).unwrap();
    println!("median error {median:.1} points");
    assert!(median <= 5.0);
}

/// Two calls of one line's function allocate by the same functions of `reflect`: what one of them no longer does the other does.
#[test]
fn a_call_that_was_not_changed_is_not_named() {
    let comparison = Comparison::new(&bundle("orders", "before", 1), &bundle("orders", "views", 1));
    let callees: Vec<Option<&str>> = comparison.site_fixes.iter().map(|fix| fix.callee.as_deref()).collect();
    assert_eq!(callees, [Some("github.com/jinzhu/copier.Copy")]);
    assert_eq!(comparison.work, Some(1.0), "one function has most of the bytes, and was changed");
}

#[test]
fn two_runs_of_one_program_differ_in_nothing() {
    for program in ["lua", "minify", "dns", "mail"] {
        let [first, second] = [1, 2].map(|number| bundle(program, "before", number));
        let comparison = Comparison::new(&first, &second);
        assert_eq!(comparison.site_fixes.len(), 0, "{program}: {:?}", comparison.site_fixes);
        let new = comparison.new_sites.unwrap_or_default();
        assert_eq!(new.len(), 0, "{program}: {new:?}");
    }
}

fn bundle(program: &str, fix: &str, number: usize) -> Bundle {
    let artifact = |name: &str, path: String| Artifact {
        name: name.to_owned(),
        bytes: testdata(format!("open-source/{program}/{path}")),
        modified_ms: None,
    };
    let artifacts = [
        artifact("heap.pb.gz", format!("{fix}-{number}.heap.pb.gz")),
        artifact("gctrace.log.gz", format!("{fix}-{number}.gctrace.log.gz")),
        artifact("escape.log.gz", "escape.log.gz".to_owned()),
    ];
    Bundle::from_artifacts(fix, artifacts.into())
}

/// Two runs of one program, of which one function's work is known: what that calls says that the work is the same. How much
/// another one is, it does not tell: all that it calls may have changed together.
#[test]
fn one_function_tells_that_the_work_is_the_same() {
    let work = |times| {
        let [before, after] = [(1, 1), (2, times)].map(|(number, times)| one_alone(number, times));
        Comparison::new(&before, &after).work
    };
    assert_eq!((work(1), work(2)), (Some(1.0), None));
}

/// A run of `minify` with the samples of one function, so many times.
fn one_alone(number: usize, times: usize) -> Bundle {
    let file = |ending: &str| testdata(format!("open-source/minify/before-{number}.{ending}"));
    let mut filter = Filter::default();
    filter.focus = "main.render$".to_owned();
    let heap = Profile::decode(&file("heap.pb.gz")).unwrap().filter(&filter).unwrap();
    let heap = Profile::merge(vec![&heap; times]).unwrap();
    let artifact = |name: &str, bytes| Artifact { name: name.to_owned(), bytes, modified_ms: None };
    let artifacts = vec![artifact("heap.pb.gz", heap.encode()), artifact("gctrace.log.gz", file("gctrace.log.gz"))];
    Bundle::from_artifacts("render", artifacts)
}

fn cycles(bundle: &Bundle) -> f64 {
    bundle.gctrace().unwrap().lines().len() as f64
}
