//! What each gate does with each kind of input: it fails with evidence alone, and what cannot be read is no pass.

#![allow(clippy::unwrap_used)]

use std::{fs, path::Path};

use gomem_testkit::root;

/// Exit code, standard output, standard error.
fn gomem(args: &[&str]) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = gomem_cli::run(std::iter::once("gomem").chain(args.iter().copied()), &mut out, &mut err);
    (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

/// A heap profile of so many objects of 1 KiB picked at each line, at one in 512 KiB.
fn write_profile(folder: &Path, name: &str, picked: &[u64]) {
    let mut text = "heap profile: 0: 0 [0: 0] @ heap/1048576\n".to_owned();
    for (line, picked) in picked.iter().enumerate() {
        let (pc, bytes) = (0x40_1000 + line * 0x100, picked * 1024);
        text.push_str(&format!(
            "{picked}: {bytes} [{picked}: {bytes}] @ {pc:#x}\n#\t{pc:#x}\tmain.f{line}+0x10\t/app/a.go:{}\n\n",
            line + 1
        ));
    }
    fs::write(folder.join(name), text).unwrap();
}

/// Ten starts of a test program with two benchmarks of some noise, the first of which takes so much longer.
fn starts(slower: usize) -> String {
    let start = |start: usize| {
        let noise = start * 7 % 10;
        let (first, second) = (400 + slower + 3 * noise, 200 + noise);
        format!("pkg: p\nBenchmarkA-2 100 {first} ns/op\nBenchmarkB-2 100 {second} ns/op\nPASS\nok  \tp\t1.0s\n")
    };
    (0..10).map(start).collect()
}

/// What the inputs are that the table names; the paths of those that are not made here.
fn inputs(folder: &Path) {
    let incident = root().join("examples/incident");
    let copy = |from: &Path, name: &str| assert!(fs::copy(from, folder.join(name)).unwrap() > 0);
    let log = fs::read_to_string(incident.join("before/escape.log")).unwrap();
    for (name, text) in [
        ("new.log", log.clone() + "# example.com/app\n./x.go:1:2: new(int) escapes to heap\n"),
        ("failed.log", log.clone() + "./x.go:3:1: syntax error: unexpected newline\n"),
        ("half.log", log.chars().take(log.len() / 2).collect()),
        ("other.log", log.replace(" escapes to heap", " wanders to heap").replace("moved to heap", "wandered")),
        ("empty", String::new()),
        ("notes.txt", "bring milk\n".to_owned()),
    ] {
        fs::write(folder.join(name), text).unwrap();
    }
    copy(&incident.join("before/escape.log"), "log");
    copy(&incident.join("before/heap-3.pb.gz"), "heap.pb.gz");
    copy(&root().join("testdata/go1.27.3/profiles/cpu.pb.gz"), "cpu.pb.gz");
    for name in ["before.txt", "after.txt", "failed.txt"] {
        copy(&root().join("testdata/bench").join(name), name);
    }
    let bench = fs::read_to_string(folder.join("after.txt")).unwrap();
    fs::write(folder.join("half.txt"), &bench[..bench.rfind("Benchmark").unwrap() + 20]).unwrap();
    for (name, slower) in [("often", 0), ("again.txt", 3), ("slow", 130)] {
        fs::write(folder.join(name), starts(slower)).unwrap();
    }
    let heap = fs::read(folder.join("heap.pb.gz")).unwrap();
    fs::write(folder.join("half.pb.gz"), &heap[..heap.len() / 2]).unwrap();
    write_profile(folder, "base", &[100, 100, 0]);
    write_profile(folder, "again", &[112, 91, 3]);
    write_profile(folder, "grown", &[100, 100, 90]);
    // What tells of allocation alone, which is read fast.
    for name in ["before", "after"] {
        fs::create_dir(folder.join(name)).unwrap();
        for file in ["heap-3.pb.gz", "escape.log"] {
            copy(&incident.join(name).join(file), &format!("{name}/{file}"));
        }
    }
    fs::create_dir(folder.join("nothing")).unwrap();
}

/// Gate, exit code, and what is said of it.
const TABLE: &[(&str, u8, &str)] = &[
    // The compiler's logs.
    ("escape new.log --diff log --fail-on new", 1, "failed: new\n"),
    ("escape log --diff log --fail-on new", 0, ""),
    ("escape log --diff new.log --fail-on new", 0, ""),
    ("escape failed.log --diff log --fail-on new", 3, "the build failed"),
    ("escape log --diff failed.log --fail-on new", 3, "the build failed"),
    ("escape other.log --diff log --fail-on new", 3, "not understood"),
    ("escape empty --diff log --fail-on new", 3, "empty"),
    ("escape log --diff notes.txt --fail-on new", 3, "notes.txt"),
    ("escape heap.pb.gz --diff log --fail-on new", 3, "no compiler diagnostics"),
    ("escape log --diff missing.log --fail-on new", 3, "no such file"),
    ("escape log --fail-on new", 2, "--diff"),
    // Benchmarks.
    ("bench before.txt after.txt --fail-on allocs/op>0%", 1, "failed: allocs/op>0%"),
    ("bench after.txt before.txt --fail-on allocs/op>0%", 0, ""),
    ("bench before.txt before.txt --fail-on ns/op>0%", 0, "insufficient: ns/op>0%: 3 with too few starts"),
    ("bench often slow --fail-on ns/op>10%", 1, "failed: ns/op>10%"),
    ("bench often slow --fail-on ns/op>40%", 0, ""),
    ("bench often again.txt --fail-on ns/op>10% --fail-on ns/op>0%", 0, ""),
    ("bench often before.txt --fail-on ns/op>10%", 0, "insufficient: ns/op>10%: 2 without a run after"),
    ("bench before.txt failed.txt --fail-on allocs/op>0%", 3, "failed.txt"),
    ("bench before.txt half.txt --fail-on allocs/op>0%", 3, "half.txt"),
    ("bench before.txt empty --fail-on allocs/op>0%", 3, "no benchmark"),
    ("bench before.txt log --fail-on allocs/op>0%", 3, "no benchmark"),
    ("bench before.txt after.txt --fail-on new-escape", 2, "--escapes"),
    ("bench before.txt after.txt --escapes-before log --escapes new.log --fail-on new-escape", 1, "failed: new-escape"),
    (
        "bench before.txt after.txt --escapes-before log --escapes failed.log --fail-on new-escape",
        3,
        "the build failed",
    ),
    // Profiles.
    ("diff base grown -s alloc_space --fail-on growth", 1, "main.f2"),
    ("diff base grown -s alloc_space --fail-on total>2%", 1, "failed: total>2%"),
    ("diff base grown -s alloc_space --fail-on total>20%", 0, ""),
    ("diff base grown -s alloc_space --fail-on growth>90%", 0, ""),
    ("diff base again -s alloc_space --fail-on growth", 0, ""),
    ("diff grown base -s alloc_space --fail-on growth --fail-on total", 0, ""),
    ("diff base again -s alloc_space --normalize --fail-on growth", 0, ""),
    ("diff cpu.pb.gz cpu.pb.gz --fail-on growth", 0, "insufficient"),
    ("diff base half.pb.gz -s alloc_space --fail-on growth", 3, "half.pb.gz"),
    ("diff base log -s alloc_space --fail-on growth", 3, "the compiler's log"),
    ("diff base empty --fail-on growth", 3, "empty"),
    ("diff base grown --fail-on growth>many", 2, "no gate"),
    // Bundles.
    ("compare BEFORE AFTER --fail-on new-line --fail-on new-leak", 0, ""),
    ("compare AFTER BEFORE --fail-on new-leak", 1, "failed: new-leak"),
    ("compare AFTER BEFORE --fail-on new-line>1%", 1, "failed: new-line>1%"),
    ("compare BEFORE BEFORE --fail-on new-line --fail-on new-leak", 0, ""),
    ("compare log log --fail-on new-line --fail-on new-leak", 0, "insufficient"),
    ("compare BEFORE nothing --fail-on new-line", 3, "nothing"),
    ("compare BEFORE AFTER --fail-on new-lines", 2, "no gate"),
    ("postmortem BEFORE --fail-on critical", 1, "failed: critical\n"),
    ("postmortem BEFORE --fail-on info", 1, "failed: info\n"),
    ("postmortem AFTER --fail-on critical", 0, ""),
    ("postmortem notes.txt --fail-on critical", 3, "notes.txt"),
    ("diagnose SCRAPES --fail-on warning", 1, "failed: warning\n"),
    ("diagnose SCRAPES --fail-on critical", 0, ""),
];

#[test]
fn every_gate_says_what_it_shows() {
    let folder = tempfile::tempdir().unwrap();
    inputs(folder.path());
    let incident = |name: &str| root().join("examples/incident").join(name).display().to_string();
    let argument = |word: &str| match word {
        "BEFORE" => incident("before"),
        "AFTER" => incident("after"),
        "SCRAPES" => incident("before/metrics"),
        word if folder.path().join(word).exists() => folder.path().join(word).display().to_string(),
        word => word.to_owned(),
    };
    let mut wrong = Vec::new();
    for &(command, code, says) in TABLE {
        let args: Vec<String> = command.split(' ').map(argument).collect();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let (found, _, err) = gomem(&args);
        if found != code || !err.contains(says) || (code == 3 && err.lines().count() != 1) {
            wrong.push(format!("{command}: {found}, not {code}: {err}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whatever the form, the same gate has the same exit code, and the form is whole.
#[test]
fn every_form_of_a_review_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    inputs(folder.path());
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (new, log, base, grown) = (at("new.log"), at("log"), at("base"), at("grown"));
    let (text_before, text_after) = (at("before.txt"), at("after.txt"));
    let (before, after) = (at("before"), at("after"));
    for (args, code) in [
        (vec!["escape", &new, "--diff", &log, "--fail-on", "new"], 1),
        (vec!["bench", &text_before, &text_after, "--fail-on", "allocs/op>0%"], 1),
        (vec!["diff", &base, &grown, "-s", "alloc_space", "--fail-on", "growth"], 1),
        (vec!["compare", &after, &before, "--fail-on", "new-line>1%"], 1),
        (vec!["postmortem", &before, "--fail-on", "warning"], 1),
    ] {
        let run = |format: &str| {
            let (found, out, err) = gomem(&[&args[..], &["--format", format]].concat());
            assert_eq!(found, code, "{args:?} {format}: {err}");
            out
        };
        let comment = run("markdown");
        assert!(comment.starts_with(&format!("<!-- gomem {} -->\n### gomem {}: ", args[0], args[0])), "{comment}");
        assert!(comment.len() < 60_000 && comment.contains("| where | what | why |"), "{comment}");
        assert_eq!(comment, run("markdown"), "the same each time");
        let sarif: serde_json::Value = serde_json::from_str(&run("sarif")).unwrap();
        let results = sarif["runs"][0]["results"].as_array().unwrap();
        assert!(!results.is_empty() && results.iter().all(|result| !result["message"]["text"].is_null()));
        let github = run("github");
        assert_eq!(github.lines().count(), results.len(), "{github}");
        assert!(github.lines().all(|line| line.starts_with("::") && line.contains("title=")), "{github}");
        let gitlab: serde_json::Value = serde_json::from_str(&run("gitlab")).unwrap();
        let located = results.iter().filter(|result| result["locations"].is_array()).count();
        assert_eq!(gitlab.as_array().unwrap().len(), located);
        for format in ["json", "ndjson", "csv"] {
            let out = run(format);
            assert!(!out.is_empty(), "{args:?} {format}");
            if format == "json" {
                let json: serde_json::Value = serde_json::from_str(&out).unwrap();
                assert!(json["schema_version"].is_u64(), "{args:?}");
            }
        }
    }
}
