//! A bundle with benchmarks: what they come to, at which lines they allocate, and what became of them.

#![allow(clippy::unwrap_used)]

use std::{collections::BTreeSet, fmt::Write as _};

use gomem_bench::{BenchmarkMedian, Benchmarks};
use gomem_postmortem::{Artifact, BenchmarkLine, Bundle, Comparison, Contents, Report, benchmark_allocations};
use gomem_pprof::Profile;
use gomem_table::Row as _;
use gomem_testkit::file;

fn artifact(name: &str, bytes: Vec<u8>) -> Artifact {
    Artifact { name: name.to_owned(), bytes, modified_ms: None }
}

/// A side of the recorded pairs.
fn bundle(side: &str) -> Bundle {
    let of = |end: &str| artifact(end, file(format!("testdata/bench/lines/{side}-1.27.3.{end}")));
    Bundle::from_artifacts(side, ["txt", "mem", "log"].map(of).into())
}

#[test]
fn benchmarks_have_their_medians_and_lines() {
    let report = Report::from_bundle(&bundle("after"));
    assert!(report.contents().contains(&("txt".to_owned(), Contents::Benchmarks)));
    let of = |benchmark: &str, unit: &str| {
        let mut all = report.benchmarks().iter();
        all.find(|of| &*of.benchmark == benchmark && &*of.unit == unit).unwrap().summary
    };
    assert_eq!((of("BenchmarkMoved-2", "allocs/op").center, of("BenchmarkMoved-2", "allocs/op").runs), (3.0, 2));
    let moved: Vec<_> = report.benchmark_lines().iter().filter(|line| &*line.benchmark == "BenchmarkMoved").collect();
    assert_eq!((moved[0].site.charged_to.line, moved[0].allocs.round()), (45, 3.0));
    assert!(report.remarks().iter().any(|remark| remark.name == "BenchmarkParts"), "{:?}", report.remarks());
    let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
    for (name, schema) in [("benchmarks", BenchmarkMedian::schema()), ("benchmark_lines", BenchmarkLine::schema())] {
        let columns: BTreeSet<&str> = schema.columns.iter().map(|column| &*column.name).collect();
        assert_eq!(json[name][0].as_object().unwrap().keys().map(String::as_str).collect::<BTreeSet<_>>(), columns);
    }
}

#[test]
fn what_became_of_them() {
    let comparison = Comparison::new(&bundle("before"), &bundle("after"));
    let benchmarks = comparison.benchmarks.as_ref().unwrap();
    assert_eq!(
        benchmarks.rows().iter().filter(|row| row.verdict.name() == "worse" && &*row.unit == "allocs/op").count(),
        20
    );
    let closure = comparison.benchmark_lines.iter().find(|change| change.benchmark == "BenchmarkClosure").unwrap();
    assert_eq!((closure.place.line, closure.is_new_decision), (62, Some(true)));
    assert!(Comparison::new(&bundle("before"), &Bundle::default()).benchmarks.is_none());
}

/// `go test -bench=. -gcflags=-m=2 > bench.txt 2>&1`, and what `go test -json` makes of a line.
#[test]
fn they_are_found_among_other_lines() {
    let run = "pkg: example.com/app\nBenchmarkA-8 \t 100\t 250 ns/op\t 8 B/op\t 1 allocs/op\n";
    let log = "# example.com/app\n./a.go:1:2: x escapes to heap\n";
    let events = "{\"Action\":\"output\",\"Package\":\"example.com/app\",\"Output\":\"BenchmarkA-8 \\t\"}\n\
                  {\"Action\":\"output\",\"Package\":\"example.com/app\",\"Output\":\" 100\\t 250 ns/op\\n\"}\n";
    let both = [Contents::EscapeLog, Contents::Benchmarks];
    for (text, kinds) in
        [(format!("{log}{run}"), &both[..]), (events.to_owned(), &both[1..]), (run.repeat(2), &both[1..])]
    {
        let bundle = Bundle::from_artifacts("app", vec![artifact("bench.txt", text.clone().into_bytes())]);
        let found: Vec<Contents> = bundle.contents().iter().map(|(_, kind)| *kind).collect();
        assert_eq!(found, kinds, "{text}");
        assert_eq!(&*bundle.benchmarks().unwrap().runs()[0].name, "BenchmarkA-8");
    }
    let prose = artifact("notes.txt", b"Benchmark of today: 12 ns/op\n".to_vec());
    let bundle = Bundle::from_artifacts("app", vec![prose]);
    assert!(bundle.benchmarks().is_none() && bundle.unused_files()[0].reason.contains("no benchmark in 1 lines"));
}

/// A large log of the compiler is read as a stream, and its benchmarks with it.
#[test]
fn they_are_found_in_a_stream() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = "# example.com/app\n".to_owned();
    for line in 1..40_000 {
        writeln!(log, "./a.go:{line}:2: x escapes to heap").unwrap();
    }
    log.push_str("pkg: example.com/app\nBenchmarkA-8 \t 100\t 250 ns/op\t 8 B/op\t 1 allocs/op\nPASS\n");
    assert!(log.len() > 1 << 20, "{}", log.len());
    std::fs::write(folder.path().join("all.log"), log).unwrap();
    let bundle = Bundle::open(folder.path()).unwrap();
    assert_eq!(&*bundle.benchmarks().unwrap().runs()[0].package, "example.com/app");
}

/// Each benchmark goes through the whole profile: more than can be gone through is refused.
#[test]
fn too_many_for_a_profile_are_refused() {
    let profile = Profile::decode(&file("testdata/bench/lines/after-1.27.3.mem")).unwrap();
    let mut text = String::new();
    for number in 0..=20_000_000 / profile.samples().len() {
        writeln!(text, "BenchmarkB{number} 100 5 ns/op").unwrap();
    }
    let allocations = benchmark_allocations(&Benchmarks::parse(text.as_bytes()).unwrap(), &profile, None);
    assert!(allocations.iter().all(|of| of.unknown().unwrap().contains("too many benchmarks")));
}
