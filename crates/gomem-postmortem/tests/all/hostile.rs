//! Bundles as they should not be, and inputs in every form that they come in.

#![allow(clippy::unwrap_used)]

use gomem_finding::Severity;
use gomem_metrics::Rule;
use gomem_postmortem::{Artifact, Bundle, BundleError, Contents, Finding, FindingKind, Report};
use gomem_testkit::{file, inflated, root};

const DUMP: &str = "goroutine 1 [running]:\nmain.main()\n\t/src/app/main.go:10 +0x1\n\n";

fn artifact(name: &str, bytes: impl Into<Vec<u8>>) -> Artifact {
    Artifact { name: name.to_owned(), bytes: bytes.into(), modified_ms: None }
}

fn bundle(files: Vec<Artifact>) -> Bundle {
    Bundle::from_artifacts("b", files)
}

fn of_kind(report: &Report, kind: FindingKind) -> Vec<&Finding> {
    report.findings().iter().filter(|finding| finding.kind == kind).collect()
}

fn reason(bundle: &Bundle, name: &str) -> String {
    bundle.unused_files().iter().find(|unread| unread.name == name).unwrap().reason.clone()
}

#[test]
fn every_format_of_metrics_is_recognised() {
    let memstats = inflated("testdata/go1.27.3/profiles/heap-2.txt.gz");
    for (name, text, expected) in [
        ("timed", "go_goroutines 1 1700000000000\n", 1_700_000_000_000),
        ("1700000000000.prom", "go_goroutines 1\n", 1_700_000_000_000),
        ("open", "# TYPE go_goroutines gauge\ngo_goroutines 1 1700000000\n# EOF\n", 1_700_000_000_000),
        (
            "api",
            "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{\"metric\":\
             {\"__name__\":\"go_goroutines\"},\"values\":[[1700000000,\"1\"]]}]}}",
            1_700_000_000_000,
        ),
        ("promtool", "go_goroutines{job=\"x\"} =>\n1 @[1700000000]\n", 1_700_000_000_000),
        ("expvar", "{\"cmdline\":[],\"memstats\":{\"HeapAlloc\":5,\"NumGC\":3,\"Sys\":9}}", 0),
        ("runtime", "{\"/gc/heap/live:bytes\":1,\"/sched/goroutines:goroutines\":4}", 0),
    ] {
        let bundle = bundle(vec![artifact(name, text)]);
        assert_eq!(bundle.contents(), [(name.to_owned(), Contents::Metrics)], "{name}: {:?}", bundle.unused_files());
        assert_eq!(bundle.metrics().state().times_ms()[0], expected, "{name}");
    }
    let bundle = bundle(vec![artifact("heap?debug=1", memstats)]);
    let kinds: Vec<Contents> = bundle.contents().iter().map(|found| found.1).collect();
    assert_eq!(kinds, [Contents::Heap, Contents::Metrics]);
    assert_eq!(Report::from_bundle(&bundle).files(), 1);
    let zipped = self::bundle(vec![artifact("m.prom.gz", file("testdata/incidents/leak.prom.gz"))]);
    assert_eq!(zipped.contents()[0].1, Contents::Metrics);
}

#[test]
fn metrics_without_a_time_do_not_spoil_those_that_have_one() {
    let timed = artifact("1700000000000.prom", "go_goroutines 1\n");
    let bundle_ = bundle(vec![timed, artifact("vars", "go_goroutines 900\n")]);
    assert_eq!(bundle_.metrics().scrape_times_ms(), [1_700_000_000_000]);
    assert!(reason(&bundle_, "vars").contains("<unix ms>.prom"));
    let two = bundle(vec![artifact("a", "go_goroutines 1\n"), artifact("b", "go_goroutines 2\n")]);
    assert!(two.contents().is_empty() && reason(&two, "b").contains("several"));
    let written = |name: &str, at| Artifact { modified_ms: Some(at), ..artifact(name, "go_goroutines 1\n") };
    let in_order = bundle(vec![written("a", 2_000_000_000_000), written("b", 2_000_000_001_000)]);
    assert_eq!(in_order.metrics().scrape_times_ms(), [2_000_000_000_000, 2_000_000_001_000]);
    assert_eq!(in_order.remarks().len(), 2);
}

#[test]
fn rules_that_fire_are_findings_and_those_that_cannot_are_told() {
    let report =
        Report::from_bundle(&bundle(vec![artifact("m", inflated("testdata/incidents/goroutines_slow.prom.gz"))]));
    let leaks = of_kind(&report, FindingKind::Leak);
    assert_eq!(leaks.iter().flat_map(|leak| &leak.rules).collect::<Vec<_>>(), [&Rule::GoroutineLeak]);
    assert_eq!(leaks[0].severity, Severity::Warning);
    assert!(leaks[0].evidence.iter().any(|evidence| evidence.threshold.is_some()));
    let report = Report::from_bundle(&bundle(vec![artifact("m", inflated("testdata/incidents/low_gogc.prom.gz"))]));
    assert!(of_kind(&report, FindingKind::Runtime).iter().any(|finding| finding.rules.contains(&Rule::LowGogc)));
    let report = Report::from_bundle(&bundle(vec![artifact("1700000000000.prom", "go_goroutines 1\n")]));
    assert_eq!(report.rules().len(), Rule::ALL.len());
    assert!(report.unjudged().any(|one| !one.missing.is_empty()));
}

#[test]
fn leaking_goroutines_are_told_with_what_they_wait_on_and_who_made_them() {
    let mut dump = DUMP.to_owned();
    for number in 2..60 {
        dump += &format!(
            "goroutine {number} [chan receive, 3 minutes]:\nexample.com/app/jobs.wait(0x1)\n\t/src/app/jobs/wait.go:21 +0x2\n\
             created by example.com/app/jobs.Start in goroutine 1\n\t/src/app/jobs/start.go:9 +0x3\n\n"
        );
    }
    let metrics = artifact("m", inflated("testdata/incidents/goroutines_slow.prom.gz"));
    // A dump from before they leaked names nobody.
    let report = Report::from_bundle(&bundle(vec![metrics.clone(), artifact("early", DUMP)]));
    assert!(of_kind(&report, FindingKind::Leak)[0].place.is_none());
    // As a file of its own, and at the end of the log of a program that crashed.
    for text in [dump.clone(), format!("listening\npanic: boom\n\n{dump}")] {
        let report = Report::from_bundle(&bundle(vec![metrics.clone(), artifact("dump", text)]));
        let leaks = of_kind(&report, FindingKind::Leak);
        assert_eq!(leaks.len(), 1);
        assert_eq!(leaks[0].place.as_ref().unwrap().short(), "jobs/wait.go:21");
        assert!(leaks[0].summary.contains("58 in chan receive at `jobs/wait.go:21`"), "{}", leaks[0].summary);
        assert!(leaks[0].summary.contains("made by `jobs.Start`"), "{}", leaks[0].summary);
        assert!(leaks[0].action.contains("closed"), "{}", leaks[0].action);
    }
}

#[test]
fn goroutines_that_the_runtime_knows_to_be_leaked_are_told() {
    for version in ["go1.26.6", "go1.27.3"] {
        let read = |name: &str| artifact(name, file(format!("testdata/{version}/leaked/{name}")));
        // As protobuf, as debug=1 and as debug=2; alone, and beside a profile of all goroutines.
        for name in ["goroutineleak.pb.gz", "goroutineleak.txt", "goroutineleak-2.txt"] {
            for files in [vec![read(name)], vec![read("goroutine.pb.gz"), read(name)]] {
                let bundle = bundle(files);
                assert!(bundle.contents().iter().all(|found| found.1 == Contents::Goroutine), "{version} {name}");
                let report = Report::from_bundle(&bundle);
                let leaks = of_kind(&report, FindingKind::Leak);
                assert_eq!(leaks.len(), 1, "{version} {name}");
                let Finding { title, summary, action, .. } = leaks[0];
                assert!(title.contains("42 goroutines can never go on, 30 of them at waits/main.go:25"), "{title}");
                // debug=1 does not name the runtime's frames, by which a wait is known.
                let (sends, receives, advice) = match name {
                    "goroutineleak.txt" => ("30 at `waits/main.go:25`", "12 at `waits/main.go:31`", "should end them"),
                    _ => ("30 in chan send", "12 in chan receive", "receive on every path"),
                };
                assert!(summary.contains(sends) && summary.contains(receives), "{summary}");
                assert!(action.contains(advice), "{action}");
            }
        }
        let report = Report::from_bundle(&bundle(vec![read("goroutine.pb.gz")]));
        assert!(of_kind(&report, FindingKind::Leak).is_empty());
    }
}

#[test]
fn logs_and_traces_of_one_program_are_one() {
    let log = |line: u32| format!("# example.com/p\n./a.go:{line}:2: x escapes to heap\n");
    let both = bundle(vec![artifact("a", log(1)), artifact("b", log(2))]);
    assert_eq!(both.contents().len(), 2);
    assert_eq!(both.escapes().unwrap().heap_decisions().len(), 2);
    let json = "{\"version\":0,\"package\":\"main\",\"goos\":\"linux\",\"goarch\":\"amd64\",\"gc_version\":\"go1.27.3\",\
                \"file\":\"/src/main.go\"}\n";
    let empty = bundle(vec![artifact("main.json", json)]);
    assert!(empty.contents().len() == 1 || reason(&empty, "main.json").contains("no compiler diagnostics"));
    let trace = |cycle: u32| {
        format!(
            "gc {cycle} @{cycle}.001s 1%: 0.026+2.4+0.069 ms clock, 0.053+0.13/0.67/2.4+0.13 ms cpu, 13->13->13 MB, \
             13 MB goal, 0 MB stacks, 0 MB globals, 2 P\n"
        )
    };
    // A rotated log: the older part has the later name.
    let files = vec![
        artifact("stderr.log", trace(3) + &trace(4)),
        artifact("stderr.log.1", trace(1) + &trace(2)),
        artifact("copy.log", trace(3) + &trace(4)),
    ];
    let rotated = bundle(files);
    let cycles: Vec<u64> = rotated.gctrace().unwrap().lines().iter().map(|line| line.cycle).collect();
    assert_eq!(cycles, [1, 2, 3, 4]);
    assert_eq!(reason(&rotated, "copy.log"), "the same GC trace as another file");
}

#[test]
fn a_log_of_another_program_or_build_is_told() {
    let heap = || artifact("heap", file("examples/incident/before/heap-3.pb.gz"));
    let told = |log: Vec<u8>| {
        let report = Report::from_bundle(&bundle(vec![heap(), artifact("log", log)]));
        of_kind(&report, FindingKind::Mismatch).into_iter().cloned().collect::<Vec<_>>()
    };
    assert!(told(file("examples/incident/before/escape.log")).is_empty());
    // What -m alone would say: few functions, and wrappers that begin elsewhere.
    let whole = String::from_utf8(file("examples/incident/before/escape.log")).unwrap();
    let short: Vec<&str> = whole
        .lines()
        .filter(|line| !line.contains("cannot inline") && (!line.contains("can inline") || line.contains("deferwrap")))
        .collect();
    assert!(told(short.join("\n").into_bytes()).is_empty());
    let build = told(file("examples/incident/after/escape.log"));
    assert!(build[0].title.contains("another build"), "{}", build[0].title);
    assert_eq!(build[0].severity, Severity::Warning);
    let program = told(file("testdata/go1.27.3/escape.log"));
    assert!(program[0].title.contains("not of the profile's program"), "{}", program[0].title);
}

#[test]
fn profiles_of_two_programs_are_told_apart() {
    let mixed = bundle(vec![
        artifact("a1", file("examples/incident/before/heap-1.pb.gz")),
        artifact("a2", file("examples/incident/before/heap-2.pb.gz")),
        artifact("other", file("testdata/go1.27.3/profiles/heap-1.pb.gz")),
    ]);
    assert_eq!(mixed.heaps().len(), 2);
    assert!(reason(&mixed, "other").contains("another program"));
    let report = Report::from_bundle(&mixed);
    let told = of_kind(&report, FindingKind::Mismatch);
    assert!(told[0].title.contains("example.com/ingest") && told[0].summary.contains("other"), "{told:?}");
    let folder = |name: &str| Bundle::open(&root().join("examples/incident").join(name)).unwrap();
    for name in ["before", "after"] {
        assert!(of_kind(&Report::from_bundle(&folder(name)), FindingKind::Mismatch).is_empty());
    }
}

#[test]
fn damage_is_told_with_its_place() {
    let heap = file("examples/incident/before/heap-3.pb.gz");
    let log = inflated("testdata/incidents/gctraces.log.gz");
    let cut = &log[..log.len() - 20];
    let damaged = bundle(vec![
        artifact("cut.pb.gz", &heap[..heap.len() / 2]),
        artifact(
            "api.json",
            "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{\"metric\":{\"__name__\":\"go_gc\"",
        ),
        artifact("trace.log", cut),
        artifact("1700000000000.prom", "go_goroutines 1\ngo_memstats_alloc_by"),
        artifact("refused.json", "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"parse error: go_x\"}"),
    ]);
    assert!(reason(&damaged, "cut.pb.gz").starts_with("byte "), "{}", reason(&damaged, "cut.pb.gz"));
    assert!(reason(&damaged, "api.json").contains("line 1"), "{}", reason(&damaged, "api.json"));
    assert!(reason(&damaged, "refused.json").contains("parse error"), "{}", reason(&damaged, "refused.json"));
    let remark = damaged.remarks().iter().find(|remark| remark.name == "1700000000000.prom").unwrap();
    assert!(remark.text.contains("line 2"), "{}", remark.text);
    let report = Report::from_bundle(&damaged);
    assert!(report.unused_files().iter().any(|unread| unread.name == "cut.pb.gz"));
}

#[test]
fn empty_folders_and_foreign_ones_are_clear_errors() {
    let folder = std::env::temp_dir().join(format!("gomem-hostile-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let err = Bundle::open(&folder).unwrap_err();
    assert!(matches!(err, BundleError::Empty { .. }) && err.to_string().contains("an empty folder"), "{err}");
    std::fs::write(folder.join("notes.txt"), "hello\n").unwrap();
    let err = Bundle::open(&folder).unwrap_err();
    assert!(err.to_string().contains("notes.txt: not recognised"), "{err}");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn files_cut_anywhere_are_told_or_read() {
    let files = [
        ("heap.pb.gz", file("examples/incident/before/heap-3.pb.gz")),
        ("cpu.pb.gz", file("examples/incident/before/cpu.pb.gz")),
        ("goroutineleak.pb.gz", file("testdata/go1.27.3/leaked/goroutineleak.pb.gz")),
        ("escape.log", file("examples/incident/before/escape.log")),
        ("gctrace.log", file("examples/incident/before/gctrace.log")),
        ("scrapes", inflated("testdata/incidents/leak.prom.gz")),
        ("dump.txt", file("testdata/go1.27.3/leaked/goroutineleak-2.txt")),
    ];
    for (name, bytes) in files {
        for part in [0, 1, 2, 3, 5, 8, 9] {
            let cut = bundle(vec![artifact(name, &bytes[..bytes.len() * part / 10 + usize::from(part > 4)])]);
            let told = cut.contents().len() + cut.unused_files().len() + cut.remarks().len();
            assert!(told > 0, "{name} at {part}0 %");
            let is_profile = name.ends_with(".pb.gz");
            assert!(!is_profile || cut.contents().is_empty() && !reason(&cut, name).is_empty(), "{name} at {part}0 %");
            let report = Report::from_bundle(&cut);
            let is_told = |told: &String| told == name;
            let told =
                report.contents().iter().map(|found| &found.0).chain(report.unused_files().iter().map(|one| &one.name));
            assert!(told.chain(report.remarks().iter().map(|one| &one.name)).any(is_told), "{name} at {part}0 %");
        }
    }
}
