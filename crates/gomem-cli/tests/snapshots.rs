//! The help of every command, and what each answers about the files that come along, to the letter.
//!
//! After a change that is meant: `INSTA_UPDATE=always cargo test -p gomem-cli --test snapshots`, and read the difference.

#![allow(clippy::unwrap_used)]

use gomem_testkit::root;

fn gomem(args: &[&str]) -> String {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = gomem_cli::run(std::iter::once("gomem").chain(args.iter().copied()), &mut out, &mut err);
    let [out, err] = [out, err].map(|bytes| String::from_utf8(bytes).unwrap());
    format!("exit code {code}\n{out}{}", if err.is_empty() { String::new() } else { format!("--- error\n{err}") })
}

/// The names in the list of commands.
fn commands() -> Vec<String> {
    let help = gomem(&["--help"]);
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let is_name = |line: &&str| line.starts_with("  ") && !line.starts_with("   ");
    list.filter(is_name).map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
}

#[test]
fn help() {
    let commands = commands();
    assert!(commands.len() > 10, "{commands:?}");
    insta::assert_snapshot!("help", gomem(&["--help"]));
    for command in commands.iter().filter(|name| *name != "help") {
        let help = gomem(&[command, "--help"]);
        assert!(help.contains("Example"), "{command}: no example");
        insta::assert_snapshot!(format!("help-{command}"), help);
    }
}

/// Paths are in the answers: as one types them in the repository's folder.
fn at_home() {
    std::env::set_current_dir(root()).unwrap();
}

#[test]
fn answers() {
    at_home();
    let incident = "examples/incident/before";
    for (name, args) in [
        ("version", &["--version"][..]),
        ("help-of-a-command", &["help", "compare"]),
        ("postmortem", &["postmortem", incident]),
        ("compare", &["compare", incident, "examples/incident/after"]),
        ("top", &["top", HEAP, "-n", "5"]),
        ("top-csv", &["top", HEAP, "-n", "5", "--by", "line", "--format", "csv"]),
        ("top-json", &["top", HEAP, "-n", "2", "--format", "json"]),
        (
            "list",
            &[
                "list",
                "Line$|Interner",
                INCIDENT_HEAP,
                INCIDENT_LOG,
                "--source",
                "examples/incident/service",
                "-s",
                "alloc_space",
            ],
        ),
        ("list-without-sources", &["list", "Line$", INCIDENT_HEAP]),
        ("list-of-nothing", &["list", "nowhere", INCIDENT_HEAP]),
        ("tree", &["tree", HEAP, "-n", "2"]),
        ("traces", &["traces", CPU, "-n", "2"]),
        ("trace", &["trace", EXECUTION_TRACE, "-n", "5"]),
        ("trace-task-names", &["trace", EXECUTION_TRACE, "--by", "task-name"]),
        ("trace-cycles-csv", &["trace", EXECUTION_TRACE, "--by", "cycle", "-n", "3", "--format", "csv"]),
        ("trace-types", &["trace", "testdata/traces/lifetimes-1.27.3.trace", "--by", "type", "-n", "5"]),
        ("trace-pauses", &["trace", "testdata/traces/stops-1.27.3.trace", "--pauses", "-n", "5"]),
        ("tags", &["tags", CPU]),
        ("comments", &["comments", HEAP]),
        ("diff", &["diff", "testdata/go1.27.3/profiles/heap-1.pb.gz", HEAP, "-n", "5"]),
        ("growth", &["growth", "testdata/go1.27.3/profiles/heap-1.pb.gz", HEAP, "-n", "3"]),
        ("attribute", &["attribute", INCIDENT_HEAP, INCIDENT_LOG, "-n", "5"]),
        ("attribute-without-a-log", &["attribute", INCIDENT_HEAP, "-n", "3"]),
        ("escape", &["escape", LOG]),
        ("escape-json", &["escape", LOG, "--format", "json"]),
        ("escape-leaks", &["escape", LOG, "--show", "leaks"]),
        ("escape-inlining", &["escape", LOG, "--show", "inlining"]),
        ("escape-stack-buffers", &["escape", LOG, "--show", "stack_buffers"]),
        ("escape-github", &["escape", LOG, "--format", "github"]),
        ("escape-diff", &["escape", LOG, "--diff", "testdata/go1.21.13/escape.log"]),
        ("bench", &["bench", BENCH_BEFORE, BENCH_AFTER, "--fail-on", "allocs/op>0%", "--fail-on", "ns/op>50%"]),
        ("bench-csv", &["bench", BENCH_BEFORE, BENCH_AFTER, "--format", "csv"]),
        ("bench-alone", &["bench", BENCH_BEFORE]),
        ("gogc", &["gogc", TRACE]),
        ("gogc-recommend", &["gogc", TRACE, "--recommend", "1GiB"]),
        ("gogc-refused", &["gogc", TRACE, "--gogc", "off"]),
        ("metrics", &["metrics", SCRAPE]),
        ("metrics-cycles", &["metrics", "examples/incident/before/metrics", "--show", "cycles"]),
        ("metrics-memory", &["metrics", "examples/incident/before/metrics", "--show", "memory"]),
        ("metrics-json", &["metrics", SCRAPE, "--format", "json"]),
        ("diagnose", &["diagnose", "examples/incident/before/metrics", "--gctrace", TRACE]),
        ("diagnose-all", &["diagnose", SCRAPE, "--all"]),
        ("convert-folded", &["convert", CPU, "--to", "folded"]),
        ("convert-leaks", &["convert", LOG, "--table", "leaks", "--to", "csv"]),
        ("convert-series", &["convert", SCRAPE, "--to", "json"]),
        ("convert-gctrace", &["convert", "testdata/pairs/go1.24.11/bufio/before.gctrace.log.gz", "--to", "csv"]),
    ] {
        let answer = gomem(args);
        assert!(!answer.contains("exit code 3"), "{name}: {answer}");
        insta::assert_snapshot!(name, answer);
    }
}

/// One line each: which file, where, what, and what to do.
#[test]
fn errors() {
    at_home();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (empty, bundle, text) = (path("empty"), path("bundle"), path("notes.txt"));
    std::fs::write(&empty, "").unwrap();
    std::fs::write(&text, "bring milk\n").unwrap();
    std::fs::create_dir(&bundle).unwrap();
    let mut told = String::new();
    for args in [
        &["top", "no-such-file"][..],
        &["top", "testdata/go1.27.3/profiles/heap2.pb.gz"],
        &["top", "nowhere/heap.pb.gz"],
        &["top", "README.md/heap.pb.gz"],
        &["postmortem", "examples/incidents"],
        &["top", "examples"],
        &["escape", "examples/incident/before/metrics"],
        &["metrics", "examples"],
        &["convert", "examples/notebooks", "--to", "csv"],
        &["top", &empty],
        &["escape", &empty],
        &["metrics", &empty],
        &["gogc", &empty],
        &["convert", &empty, "--to", "csv"],
        &["postmortem", &empty],
        &["postmortem", &bundle],
        &["postmortem", &text],
        &["compare", "examples/incident/before", &text],
        &["top", &text],
        &["escape", &text],
        &["metrics", &text],
        &["gogc", &text],
        &["convert", &text, "--to", "csv"],
        &["top", LOG],
        &["top", SCRAPE],
        &["top", TRACE],
        &["escape", HEAP],
        &["escape", TRACE],
        &["metrics", HEAP],
        &["metrics", LOG],
        &["diagnose", SCRAPE, "--gctrace", LOG],
        &["gogc", LOG],
        &["gogc", HEAP],
        &["attribute", CPU, LOG],
        &["attribute", HEAP, HEAP],
        &["growth", CPU, CPU],
        &["top", HEAP, "-s", "cpu"],
        &["top", HEAP, "--by", "colour"],
        &["top", HEAP, "--focus", "("],
        &["top", HEAP, "--unit", "ms"],
        &["convert", HEAP, "-o", "heap.xyz"],
        &["convert", LOG, "--to", "folded"],
        &["convert", LOG, "--table", "series", "--to", "csv"],
        &["flame", HEAP, "-o", "nowhere/flame.html"],
        &["man", "README.md/man1"],
        &["postmortem", SCRAPE, "-o", "-", "--json", "-"],
        &["capture", "ftp://example.com", "-o", &bundle],
        &["tpo"],
        &["top", HEAP, "--formt", "csv"],
        &["top", HEAP, "--format", "xml"],
        &["gogc", TRACE, "--memory-limit", "1GB"],
    ] {
        let answer = gomem(args);
        let error = answer.split_once("--- error\n").map_or("", |(_, error)| error);
        assert!(answer.starts_with("exit code 2\n") || error.lines().count() == 1, "{args:?}: {answer}");
        told += &format!("$ gomem {}\n{answer}\n", args.join(" "));
    }
    insta::assert_snapshot!("errors", told.replace(folder.path().to_str().unwrap(), "DIR"));
}

const HEAP: &str = "testdata/go1.27.3/profiles/heap-2.pb.gz";
const CPU: &str = "testdata/go1.27.3/profiles/cpu.pb.gz";
const BENCH_BEFORE: &str = "testdata/bench/before.txt";
const BENCH_AFTER: &str = "testdata/bench/after.txt";
const LOG: &str = "testdata/go1.27.3/escape.log";
const INCIDENT_HEAP: &str = "examples/incident/before/heap-3.pb.gz";
const INCIDENT_LOG: &str = "examples/incident/before/escape.log";
const EXECUTION_TRACE: &str = "examples/checkout/recording/trace.out";
const TRACE: &str = "examples/incident/before/gctrace.log";
const SCRAPE: &str = "examples/incident/before/metrics/1795484503996.prom";
