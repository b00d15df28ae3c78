//! At which lines benchmarks allocate more, by recorded profiles: `testdata/bench/README.md`.

#![allow(clippy::unwrap_used)]

use gomem_testkit::root;

/// Standard output and standard error.
fn gomem(args: &[&str]) -> (String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = gomem_cli::run(std::iter::once("gomem").chain(args.iter().copied()), &mut out, &mut err);
    let [out, err] = [out, err].map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(code, 0, "{args:?}\n{out}\n{err}");
    (out, err)
}

fn compared(go: &str, sides: [&str; 2], more: &[&str]) -> (String, String) {
    let path =
        |side: &str, end: &str| root().join(format!("testdata/bench/lines/{side}-{go}.{end}")).display().to_string();
    let [before, after] = sides;
    let (outputs, profiles) = ([path(before, "txt"), path(after, "txt")], [path(before, "mem"), path(after, "mem")]);
    let logs = [path(before, "log"), path(after, "log")];
    let mut args = vec!["bench", &outputs[0], &outputs[1], "--profile-before", &profiles[0], "--profile", &profiles[1]];
    args.extend(["--escapes-before", &logs[0], "--escapes", &logs[1]]);
    args.extend(more);
    gomem(&args)
}

/// Benchmark, line, and what is said of it.
const SEEDED: &[(&str, &str, &str)] = &[
    ("BenchmarkArray", "lines.go:87", "moved_to_heap array"),
    ("BenchmarkCall", "lines.go:93", "strings.Join"),
    ("BenchmarkClosure", "lines.go:55", "func literal"),
    ("BenchmarkConcatenation", "lines.go:64", "text + text"),
    ("BenchmarkGrowth", "lines.go:48", ""),
    ("BenchmarkMap", "lines.go:71", "map_growth"),
    ("BenchmarkMoved", "lines.go:38", "moved_to_heap size"),
    ("BenchmarkPointer", "lines.go:83", "&Size{...}"),
];

#[test]
fn seeded_regressions_have_their_line_and_cause() {
    for go in ["1.24.11", "1.27.3"] {
        let (out, _) = compared(go, ["before", "after"], &["--show", "lines", "--format", "ndjson"]);
        let rows: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let number = |row: &serde_json::Value, name: &str| row[name].as_f64().unwrap();
        for &(benchmark, place, says) in SEEDED {
            let more = rows.iter().filter(|row| row["benchmark"] == benchmark && number(row, "bytes_delta") > 0.0);
            let more: Vec<_> = more.filter(|row| row["is_shared"] == false).collect();
            assert_eq!(more.len(), 1, "Go {go}, {benchmark}: {more:?}");
            let (found, told) = (more[0]["place"].as_str().unwrap(), more[0].to_string());
            let words = says.split(' ').all(|word| told.replace("moved to heap", "moved_to_heap").contains(word));
            assert!(found.ends_with(place) && words, "Go {go}, {benchmark}: {told}");
        }
        // All that changed: sums are what the benchmarks print.
        let (printed, _) = compared(go, ["before", "after"], &["--format", "ndjson"]);
        for row in printed.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()) {
            let name = row["benchmark"].as_str().unwrap().rsplit_once('-').unwrap().0;
            if row["unit"] != "B/op" || name.contains("Parts") || name.contains("SetUp") {
                continue;
            }
            let of = rows.iter().filter(|row| row["benchmark"] == name);
            let sum: f64 = of.map(|row| number(row, "bytes_delta")).sum();
            let most = number(&row, "current").max(number(&row, "base"));
            assert!((sum - number(&row, "delta")).abs() <= most * 0.005 + 1.0, "Go {go}, {name}: {sum}, {row}");
        }
        let unknown = ["BenchmarkSame", "BenchmarkSmall", "BenchmarkParts", "BenchmarkSetUp"];
        assert!(rows.iter().all(|row| unknown.iter().all(|name| row["benchmark"] != **name)), "Go {go}");
    }
}

#[test]
fn what_is_not_known_is_told_and_the_same_is_nothing() {
    for go in ["1.24.11", "1.27.3"] {
        let (out, err) = compared(go, ["after", "after"], &["--show", "lines", "--format", "ndjson"]);
        assert_eq!(out, "", "Go {go}");
        for says in ["BenchmarkParts before: its lines are not known", "BenchmarkSetUp after", "9.4 of its allocs/op"] {
            assert!(err.contains(says), "Go {go}: {err}");
        }
        let (comment, _) = compared(go, ["before", "after"], &["--format", "markdown"]);
        assert!(comment.contains("lines.go:55` | BenchmarkClosure: +1 allocs/op"), "{comment}");
    }
}
