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
    ("BenchmarkArray", "lines.go:94", "moved_to_heap array"),
    ("BenchmarkBuffered", "lines.go:156", "bytes.(*Buffer).WriteString"),
    ("BenchmarkCall", "lines.go:100", "strings.Join"),
    ("BenchmarkChannel", "lines.go:130", "channel"),
    ("BenchmarkClosure", "lines.go:62", "func literal"),
    ("BenchmarkCompiled", "lines.go:181", "regexp.MustCompile"),
    ("BenchmarkConcatenation", "lines.go:71", "text + text"),
    ("BenchmarkCopied", "lines.go:176", "slice_growth|copy"),
    ("BenchmarkFailed", "lines.go:151", "errors.New"),
    ("BenchmarkFields", "lines.go:166", "strings.Split"),
    ("BenchmarkFormatted", "lines.go:121", "fmt.Sprintf"),
    ("BenchmarkGrowth", "lines.go:55", "slice_growth"),
    ("BenchmarkLarge", "lines.go:170", "too_large make([]byte"),
    ("BenchmarkMap", "lines.go:78", "map_growth"),
    ("BenchmarkMethodValue", "lines.go:146", "method_value size.Sum"),
    ("BenchmarkMoved", "lines.go:45", "moved_to_heap size"),
    ("BenchmarkPointer", "lines.go:90", "&Size{...}"),
    ("BenchmarkSorted", "lines.go:161", "interface_boxing sort.IntSlice(list)"),
    ("BenchmarkText", "lines.go:125", "string_conversion string(bytes)"),
    ("BenchmarkVariadic", "lines.go:139", "slice_growth"),
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
            // A line can allocate for two reasons; the one with most comes first.
            let all_there = more.iter().all(|row| row["place"].as_str().unwrap().ends_with(place));
            assert!(all_there && !more.is_empty(), "Go {go}, {benchmark}: {more:?}");
            let told = more[0].to_string().replace("moved to heap", "moved_to_heap");
            // Before Go 1.25 no log has what an `append` without pointers copies.
            let is_told = |words: &str| words.split('|').any(|word| told.contains(word));
            assert!(says.split(' ').all(is_told), "Go {go}, {benchmark}: {told}");
        }
        // All that changed: sums are what the benchmarks print.
        let mut checked = 0;
        let (printed, _) = compared(go, ["before", "after"], &["--format", "ndjson"]);
        for row in printed.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()) {
            let name = row["benchmark"].as_str().unwrap().rsplit_once('-').unwrap().0;
            // Where runs do not agree, the runtime's own allocations are in some of them.
            if row["unit"] != "B/op" || row["basis"] != "exact" || name.contains("Parts") || name.contains("SetUp") {
                continue;
            }
            checked += 1;
            let of = rows.iter().filter(|row| row["benchmark"] == name);
            let sum: f64 = of.map(|row| number(row, "bytes_delta")).sum();
            let most = number(&row, "current").max(number(&row, "base"));
            assert!((sum - number(&row, "delta")).abs() <= most * 0.005 + 1.0, "Go {go}, {name}: {sum}, {row}");
        }
        assert!(checked > 15, "Go {go}: {checked}");
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
        assert!(comment.contains("lines.go:62` | BenchmarkClosure: +1 allocs/op"), "{comment}");
    }
}
