//! The help of every command, and what each answers about the files that come along, to the letter.
//!
//! After a change that is meant: `INSTA_UPDATE=always cargo test -p gomem-cli --test snapshots`, and read the difference.

#![allow(clippy::unwrap_used)]

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

#[test]
fn answers() {
    // Paths are in the answers.
    std::env::set_current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).unwrap();
    let heap = "testdata/go1.27.3/profiles/heap-2.pb.gz";
    let cpu = "testdata/go1.27.3/profiles/cpu.pb.gz";
    let log = "testdata/go1.27.3/escape.log";
    let trace = "examples/incident/before/gctrace.log";
    for (name, args) in [
        ("top", &["top", heap, "-n", "5"][..]),
        ("top-csv", &["top", heap, "-n", "5", "--by", "line", "--format", "csv"]),
        ("top-json", &["top", heap, "-n", "2", "--format", "json"]),
        ("tree", &["tree", heap, "-n", "2"]),
        ("traces", &["traces", cpu, "-n", "2"]),
        ("tags", &["tags", cpu]),
        ("diff", &["diff", "testdata/go1.27.3/profiles/heap-1.pb.gz", heap, "-n", "5"]),
        ("growth", &["growth", "testdata/go1.27.3/profiles/heap-1.pb.gz", heap, "-n", "3"]),
        ("folded", &["convert", cpu, "--to", "folded"]),
        ("escape", &["escape", log]),
        ("escape-json", &["escape", log, "--format", "json"]),
        ("escape-diff", &["escape", log, "--diff", "testdata/go1.21.13/escape.log"]),
        ("gogc", &["gogc", trace]),
        ("gogc-recommend", &["gogc", trace, "--recommend", "1GiB"]),
        ("metrics", &["metrics", "examples/incident/before/metrics", "--show", "memory"]),
        ("diagnose", &["diagnose", "examples/incident/before/metrics", "--gctrace", trace]),
        ("missing-file", &["top", "no-such-file"]),
        ("not-a-profile", &["top", log]),
        ("not-a-log", &["escape", heap]),
        ("unknown-sample-type", &["top", heap, "-s", "cpu"]),
        ("unknown-form", &["convert", heap, "-o", "heap.xyz"]),
        ("no-such-command", &["tpo"]),
    ] {
        insta::assert_snapshot!(name, gomem(args));
    }
}
