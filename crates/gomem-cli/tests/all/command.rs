//! The command as a user runs it.

#![allow(clippy::unwrap_used)]

use gomem_table::ToTable;
use gomem_testkit::root;

fn incident(name: &str) -> String {
    root().join("examples/incident").join(name).display().to_string()
}

/// Exit code, standard output, standard error.
fn gomem(args: &[&str]) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = gomem_cli::run(std::iter::once("gomem").chain(args.iter().copied()), &mut out, &mut err);
    (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

#[test]
fn postmortem_prints_writes_and_gates() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (html, json) = (path("report.html"), path("report.json"));
    let (code, out, err) =
        gomem(&["postmortem", &incident("before"), "-o", &html, "--json", &json, "--fail-on", "critical"]);
    assert_eq!((code, err.as_str()), (1, "gomem: failed: critical\n"));
    assert!(out.contains("event/line.go:34") && out.contains("report: "));
    assert!(std::fs::read_to_string(html).unwrap().starts_with("<!DOCTYPE html>"));
    let json: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(json).unwrap()).unwrap();
    assert_eq!(json["findings"][0]["kind"], "leak");
    let (code, out, _) = gomem(&["postmortem", &incident("after"), "--json", "-", "--fail-on", "critical"]);
    assert_eq!(code, 0);
    assert!(serde_json::from_str::<serde_json::Value>(&out).is_ok(), "nothing but JSON");
}

#[test]
fn postmortem_takes_folders_of_sources() {
    let (code, page, err) = gomem(&["postmortem", &incident("before"), "--source", &incident("service"), "-o", "-"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(page.contains("<details class=\"code\""));
    let (code, _, err) = gomem(&["postmortem", &incident("before"), "--source", "/nowhere/at/all"]);
    assert!(code == 3 && err.contains("/nowhere/at/all"), "{code} {err}");
    // Without the option, nothing is read, whatever the profiles name.
    let (_, page, _) = gomem(&["postmortem", &incident("before"), "-o", "-"]);
    assert!(!page.contains("<details class=\"code\""));
}

#[test]
fn compare_shows_predicted_beside_measured() {
    let (code, out, _) = gomem(&["compare", &incident("before"), &incident("after")]);
    assert_eq!(code, 0);
    assert!(out.contains("predicted after") && out.contains("GC cycles saved"), "{out}");
}

#[test]
fn tables_in_every_format() {
    let heap = incident("before/heap-3.pb.gz");
    let (code, out, _) = gomem(&["top", &heap, "-s", "alloc_space", "--by", "line", "-n", "1", "--format", "csv"]);
    assert_eq!(code, 0);
    assert!(
        out.starts_with("place,short_function,flat,cum,flat_fraction,cum_fraction,function,file,line,schema_version\n"),
        "{out}"
    );
    assert!(out.lines().count() == 2 && out.ends_with(",1\n"), "{out}");
    let (_, out, _) = gomem(&["top", &heap, "-n", "1", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&json["schema_version"], &json["table"]), (&1.into(), &"top".into()));
    assert!(json["rows"][0]["flat"].is_i64());
    let (_, out, _) = gomem(&["top", &heap, "-n", "1", "--format", "ndjson"]);
    let mut row: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(row.as_object_mut().unwrap().remove("schema_version"), Some(1.into()));
    assert_eq!(row, json["rows"][0]);
    #[cfg(feature = "columnar")]
    for format in ["parquet", "arrow"] {
        let mut out = Vec::new();
        gomem_cli::run(["gomem", "top", &heap, "--format", format], &mut out, &mut Vec::new());
        assert!(out.windows(14).any(|window| window == b"schema_version"), "{format}");
    }
    let (_, out, _) = gomem(&["top", &heap, "-n", "1", "--format", "markdown"]);
    assert!(out.contains("\n| function | flat |") && out.lines().last().unwrap().starts_with("| `"), "{out}");
    let (_, out, _) = gomem(&["escape", &incident("before/escape.log")]);
    assert!(out.contains("interface_boxing"));
    let (_, out, _) = gomem(&["gogc", &incident("before/gctrace.log")]);
    assert!(out.contains("gc_cycles"));
}

#[test]
fn places_have_the_compilers_reason() {
    let (heap, log) = (incident("before/heap-3.pb.gz"), incident("before/escape.log"));
    let trace = incident("before/gctrace.log");
    let (code, out, err) = gomem(&["attribute", &heap, &log, "--gctrace", &trace, "--limit", "3"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(out.lines().count(), 6, "what it is, a heading, three sites and a note: {out}");
    assert!(
        out.contains("are in packages without a log: build with -gcflags=all=-m=2"),
        "the log is of the module's own packages: {out}"
    );
    assert!(out.contains("event/line.go:34") && out.contains("interface_boxing"), "{out}");
    let first = |sample_type: &str| {
        let (code, out, _) = gomem(&["attribute", &heap, &log, "-s", sample_type, "-n", "0", "--format", "ndjson"]);
        assert_eq!(code, 0);
        let rows: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(rows.len() > 10 && rows.iter().all(|row| row["gc_cycles_saved_fraction"].is_null()));
        let most = rows.iter().map(|row| row["inuse_bytes"].as_i64().unwrap()).max();
        (rows[0]["inuse_bytes"].as_i64() == most, rows[0]["reason"].clone())
    };
    assert!(first("inuse_space").0 && !first("alloc_space").0);
    let (code, out, _) = gomem(&["attribute", &heap]);
    assert!(code == 0 && out.contains("no log"), "{out}");
    let (code, _, err) = gomem(&["attribute", &log, &log]);
    assert!(code == 3 && err.contains("escape.log"), "{err}");
}

#[test]
fn settings_are_predicted_recommended_and_drawn() {
    let log = incident("before/gctrace.log");
    let (code, out, _) = gomem(&["gogc", &log, "--gogc", "50,off", "--memory-limit", "1GiB,2GiB", "--format", "csv"]);
    assert_eq!((code, out.lines().count()), (0, 5), "{out}");
    let (_, out, _) = gomem(&["gogc", &log, "--recommend", "1GiB", "--objective", "latency"]);
    assert!(out.contains("reason") && out.contains("note: "), "{out}");
    let (_, out, _) = gomem(&["gogc", &log, "--recommend", "1MiB"]);
    assert!(out.contains("no setting fits; the smallest predicted peak is 94."), "{out}");
    let (_, out, _) = gomem(&["gogc", &log, "--recommend", "94MiB"]);
    assert!(out.starts_with("no setting fits"), "{out}");
    let page = tempfile::tempdir().unwrap().path().with_extension("html");
    let (code, ..) = gomem(&["gogc", &incident("before"), "-o", page.to_str().unwrap()]);
    assert_eq!(code, 0);
    let html = std::fs::read_to_string(&page).unwrap();
    std::fs::remove_file(&page).unwrap();
    assert!(html.contains("<svg") && !html.contains("://"), "one file that loads nothing");
    for wrong in [
        &["gogc", &log, "--gogc", "many"][..],
        &["gogc", &log, "--memory-limit", "1GB"],
        &["gogc", &log, "--cpu-price", "1"],
    ] {
        assert_eq!(gomem(wrong).0, 2, "{wrong:?}");
    }
    assert_eq!(gomem(&["gogc", &incident("before/escape.log")]).0, 3, "no GC cycles in it");
}

#[test]
fn no_setting_is_recommended_that_needs_more_than_the_container() {
    let mut told = [0, 0];
    for mib in (20..260).step_by(15) {
        let size = format!("{mib}MiB");
        let (code, out, err) = gomem(&["gogc", &incident("before"), "--recommend", &size, "--format", "ndjson"]);
        assert_eq!(code, 0);
        if err.starts_with("no setting fits") {
            assert_eq!(out, "", "{size}");
            told[0] += 1;
            continue;
        }
        told[1] += 1;
        let rows = out.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let highest = rows.map(|row| row["peak_heap_bytes"].as_f64().unwrap()).fold(0.0, f64::max);
        assert!(0.0 < highest && highest <= f64::from(mib << 20), "{size}: {out}");
    }
    assert!(told[0] > 3 && told[1] > 3, "{told:?}");
}

#[test]
fn metrics_are_shown_and_diagnosed() {
    let scrapes = incident("before/metrics");
    let (code, out, err) = gomem(&["metrics", &scrapes, "--show", "cycles", "--format", "csv"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.starts_with("target,run,time,cycle,"), "{out}");
    let (_, out, _) = gomem(&["metrics", &scrapes, "--show", "memory"]);
    assert!(out.contains("off_heap"), "{out}");
    let trace = incident("before/gctrace.log");
    let (code, out, _) =
        gomem(&["diagnose", &scrapes, "--gctrace", &trace, "--format", "ndjson", "--fail-on", "warning"]);
    assert_eq!((code, out.lines().count()), (1, gomem_metrics::Rule::ALL.len()));
    let first: serde_json::Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
    assert_eq!(first["verdict"], "fired");
    let (code, out, _) = gomem(&["diagnose", &scrapes]);
    assert_eq!(code, 0);
    assert!(out.contains("looked for and not found"), "{out}");
    let (code, _, err) = gomem(&["diagnose", &incident("before/escape.log")]);
    assert_eq!((code, err.contains("no sample found")), (3, true), "{err}");
    assert_eq!(gomem(&["metrics", &scrapes, "--input-format", "xml"]).0, 2);
}

#[test]
fn a_window_of_time_is_looked_at() {
    let scrapes = incident("before/metrics");
    let window = ["--from", "2026-11-24 01:42", "--to", "2026-11-24T01:43Z"];
    let rows = |args: &[&str]| {
        let (code, out, err) =
            gomem(&[&["metrics", &scrapes, "--show", "state", "-n", "0", "--format", "csv"], args].concat());
        assert_eq!((code, err.as_str()), (0, ""));
        out.lines().count() - 1
    };
    assert_eq!((rows(&[]), rows(&window)), (180, 120));
    let (code, out, _) = gomem(&[&["postmortem", &incident("before")], &window[..]].concat());
    assert!(
        code == 0 && out.contains("(120 of 180 lie in the window from 2026-11-24 01:42:00 to 2026-11-24 01:43:59 UTC)")
    );
    for (args, code, told) in [
        (["--from", "yesterday"].as_slice(), 2, "--from: `yesterday` is no time"),
        (&["--to", "0:30"], 2, "--to: `0:30` is no time"),
        (&["--from", "2026-11-25", "--to", "2026-11-24"], 2, "the window ends before it begins"),
        (&["--from", "2026-11-25", "--gctrace", "x.log"], 2, "a GC trace has no dates"),
        (
            &["--to", "2026-11-23"],
            3,
            "no sample lies in the window until 2026-11-23 23:59:59 UTC; they are from 2026-11-24",
        ),
    ] {
        let (found, _, err) = gomem(&[&["diagnose", &scrapes], args].concat());
        assert!(found == code && err.contains(told), "{args:?}: {found}, {err}");
    }
}

#[test]
fn profiles_are_shown_compared_and_converted() {
    let (first, last) = (incident("before/heap-1.pb.gz"), incident("before/heap-3.pb.gz"));
    let (code, out, _) = gomem(&["tree", &last, "-s", "alloc_space", "--peek", "postEvents$"]);
    assert_eq!(code, 0);
    assert!(out.contains("| example.com/ingest/internal/api.(*Handler).postEvents"), "{out}");
    assert!(out.contains("|   net/http.HandlerFunc.ServeHTTP"), "its caller: {out}");
    let (_, out, _) = gomem(&["diff", &first, &last, "-s", "inuse_space", "-n", "3"]);
    assert!(out.contains("changed") && out.contains("delta"), "{out}");
    let (_, out, _) = gomem(&["growth", &first, &last, &incident("before/heap-2.pb.gz")]);
    assert!(out.lines().nth(1).unwrap().contains("sessions") || out.contains("43"), "{out}");
    let (_, out, _) = gomem(&["top", &last, "-s", "alloc_space", "--focus", "json", "--format", "csv", "-n", "0"]);
    assert!(out.contains("json"), "{out}");
    let (_, both, _) = gomem(&["top", &first, &last, "-s", "alloc_objects", "-n", "1", "--format", "ndjson"]);
    assert!(serde_json::from_str::<serde_json::Value>(&both).unwrap()["flat"].as_i64().unwrap() > 0);
    let folder = tempfile::tempdir().unwrap();
    for name in
        ["a.pb.gz", "a.pb", "a.csv", "a.json", "a.folded", "a.speedscope.json", "a.callgrind", "a.dot", "a.html"]
    {
        let path = folder.path().join(name).display().to_string();
        assert_eq!(gomem(&["convert", &last, "-o", &path]).0, 0, "{name}");
        assert!(std::fs::metadata(&path).unwrap().len() > 1000, "{name}");
        if name.starts_with("a.pb") {
            assert_eq!(gomem(&["top", &path]).1, gomem(&["top", &last]).1);
        }
    }
    let nowhere = folder.path().join("a.xyz").display().to_string();
    assert_eq!(gomem(&["convert", &last, "-o", &nowhere]).0, 2);
    let html = folder.path().join("diff.html").display().to_string();
    assert_eq!(gomem(&["flame", &last, "--base", &first, "-o", &html]).0, 0);
    assert!(std::fs::read_to_string(html).unwrap().contains("\"diff\":true"));
}

#[test]
fn samples_labels_and_units_are_shown() {
    let profiles = root().join("testdata/go1.26.8/profiles");
    let cpu = profiles.join("cpu.pb.gz").display().to_string();
    let heap = profiles.join("heap-2.pb.gz").display().to_string();
    let (code, out, _) = gomem(&["traces", &cpu, "--tagfocus", "tenant=t1", "-n", "1"]);
    assert_eq!(code, 0);
    assert!(out.contains("tenant:  t1") && out.contains("ms   ") && out.trim_end().ends_with("runtime.main"), "{out}");
    let (_, out, _) = gomem(&["tags", &cpu, "--format", "csv"]);
    assert!(out.starts_with("key,value,number,unit,weight,fraction,schema_version\ntenant,"), "{out}");
    assert_eq!(gomem(&["comments", &cpu]), (0, String::new(), String::new()));
    let (_, out, _) = gomem(&["top", &heap, "--unit", "MB", "-n", "1", "--format", "ndjson"]);
    assert!(serde_json::from_str::<serde_json::Value>(&out).unwrap()["flat"].is_f64());
    let (code, _, err) = gomem(&["top", &heap, "--unit", "ms"]);
    assert_eq!((code, err.as_str()), (2, "gomem: values in `bytes` cannot be told in `ms`\n"));
    let (_, out, _) = gomem(&["top", &heap, "-s", "alloc_space", "--by", "origin", "--format", "csv"]);
    assert!(out.starts_with("origin,flat,cum") && out.contains("\nuser,"), "{out}");
    let (code, _, _) = gomem(&["top", &heap, "--strict", "--repair-truncated"]);
    assert_eq!(code, 0);
}

#[test]
fn the_escape_gate_fails_on_what_is_new() {
    let (before, after) = (incident("before/escape.log"), incident("after/escape.log"));
    let (code, out, _) = gomem(&["escape", &before, "--diff", &after, "--fail-on", "new"]);
    assert_eq!(code, 1);
    assert!(out.contains("new") && out.contains("buf escapes to heap"), "{out}");
    assert_eq!(gomem(&["escape", &before, "--diff", &before, "--fail-on", "new"]).0, 0);
    assert_eq!(gomem(&["escape", &before, "--fail-on", "new"]).0, 2, "there is nothing to compare with");
}

#[test]
fn escape_logs_in_every_format() {
    let (before, after) = (incident("before/escape.log"), incident("after/escape.log"));
    let (code, out, _) = gomem(&["escape", &before, "--format", "sarif"]);
    let sarif: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &sarif["version"]), (0, &"2.1.0".into()));
    assert!(sarif["runs"][0]["results"].as_array().unwrap().len() > 100);
    let (code, out, _) = gomem(&["escape", &before, "--diff", &after, "--fail-on", "new", "--format", "github"]);
    assert_eq!(code, 1);
    assert!(out.lines().all(|line| line.starts_with("::warning file=") && line.contains(",title=")), "{out}");
    for show in ["leaks", "inlining", "stack_buffers", "stays"] {
        let (code, out, err) = gomem(&["escape", &before, "--show", show, "--format", "csv"]);
        assert_eq!((code, err.as_str()), (0, ""));
        assert!(out.starts_with("package,variant,file,line,column,") && out.lines().count() > 5, "{out}");
    }
    let (code, out, _) = gomem(&["escape", &before, "--diff", &after]);
    assert_eq!(code, 0);
    assert!(out.lines().last().unwrap().ends_with(" unchanged"), "{out}");
    assert_eq!(gomem(&["escape", &before, "--show", "leaks", "--format", "sarif"]).0, 2);
}

#[test]
fn bad_usage_is_2_and_bad_input_3_with_one_line() {
    let heap = incident("before/heap-3.pb.gz");
    for (args, code, says) in [
        (vec!["top"], 2, "Usage"),
        (vec!["top", &heap, "--by", "colour"], 2, "`colour` is none of function"),
        (vec!["top", &heap, "-s", "cpu"], 2, "there are alloc_objects"),
        (vec!["top", "/nonexistent"], 3, "gomem: /nonexistent: "),
        (vec!["postmortem", "/nonexistent"], 3, "gomem: /nonexistent: "),
        (vec!["escape", &heap], 3, "no compiler diagnostics"),
    ] {
        let (found, out, err) = gomem(&args);
        assert_eq!((found, out.as_str()), (code, ""), "{args:?}");
        assert!(err.contains(says), "{err}");
        assert!(code != 3 || err.trim_end().lines().count() == 1, "{err}");
    }
    assert_eq!(gomem(&["--help"]).0, 0);
}

#[test]
fn profiles_become_columnar_files_and_streams() {
    let heap = incident("before/heap-3.pb.gz");
    let folder = tempfile::tempdir().unwrap();
    for (name, magic) in [("a.parquet", &b"PAR1"[..]), ("a.arrow", b"ARROW1"), ("a.feather", b"ARROW1")] {
        let path = folder.path().join(name);
        assert_eq!(gomem(&["convert", &heap, "-o", path.to_str().unwrap()]).0, 0, "{name}");
        let bytes = std::fs::read(path).unwrap();
        assert!(bytes.starts_with(magic) && bytes.ends_with(magic), "{name}");
    }
    let (code, folded, err) = gomem(&["convert", &heap, "-s", "alloc_space", "--to", "folded"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(folded.lines().all(|line| line.rsplit_once(' ').unwrap().1.parse::<i64>().is_ok()), "nothing but stacks");
    assert_eq!(gomem(&["convert", &heap]).0, 2, "neither form nor output");
    let (code, _, err) = gomem(&["convert", &heap, "-o", "a.xyz"]);
    assert_eq!(code, 2);
    assert!(err.contains(".parquet") && err.contains("--to"), "{err}");
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let log = incident("before/escape.log");
    assert_eq!(gomem_cli::run(["gomem", "escape", &log, "--format", "parquet"], &mut out, &mut err), 0);
    assert!(out.starts_with(b"PAR1") && out.ends_with(b"PAR1"));
}

#[test]
fn every_input_becomes_the_table_that_python_calls_so() {
    let (log, metrics, trace) =
        (incident("before/escape.log"), incident("before/metrics"), incident("before/gctrace.log"));
    let heap = incident("before/heap-3.pb.gz");
    for (input, table, columns) in [
        (&heap, "samples", "sample,stack,alloc_objects,"),
        (&heap, "frames", "stack_id,depth,function,"),
        (&log, "escapes", "place,function,subject,decision,"),
        (&log, "leaks", "package,variant,file,line,column,"),
        (&log, "inlining", "package,variant,file,line,column,"),
        (&log, "stack_buffers", "package,variant,file,line,column,"),
        (&log, "diagnostics", "package,variant,file,line,column,kind,"),
        (&metrics, "series", "time,metric,labels,value"),
        (&metrics, "state", "target,run,time,"),
        (&metrics, "cycles", "target,run,time,cycle,"),
        (&metrics, "waterfall", "target,time,component,"),
        (&trace, "gctrace", "cycle,start_seconds,gc_percent,"),
    ] {
        let (code, out, err) = gomem(&["convert", input, "--table", table, "--to", "csv"]);
        assert_eq!((code, err.as_str()), (0, ""), "{table}");
        assert!(out.starts_with(columns) && out.lines().count() > 2, "{table}: {}", out.lines().next().unwrap());
        if ["samples", "escapes", "series", "gctrace"].contains(&table) {
            assert!(gomem(&["convert", input, "--to", "csv"]).1 == out, "{table} is what it is without --table");
        }
    }
    assert_eq!(gomem(&["convert", &incident("before"), "--to", "csv"]).0, 3, "a bundle is of many kinds");
    assert!(gomem(&["convert", &incident("before"), "--table", "leaks", "--to", "csv"]).1.starts_with("package,"));
    for (args, says) in [
        (&["convert", &log, "--to", "folded"][..], "folded is a form of profiles and heaps, and "),
        (
            &["convert", &log, "--table", "series", "--to", "csv"],
            "it has escapes, leaks, inlining, stack_buffers, diagnostics",
        ),
        (&["convert", &heap, "--table", "frames", "--to", "folded"], "folded is no table: leave out --table"),
        (&["convert", &metrics, "--focus", "main", "--to", "csv"], "sample types and filters are of profiles"),
        (&["convert", &trace, "-s", "cpu", "--to", "csv"], "sample types and filters are of profiles"),
    ] {
        let (code, out, err) = gomem(args);
        assert_eq!((code, out.as_str()), (2, ""), "{args:?}");
        assert!(err.contains(says) && err.lines().count() == 1, "{err}");
    }
}

/// What Parquet keeps is the table, column by column: names, types, values.
#[test]
fn a_core_becomes_tables_and_what_holders_keep() {
    let example = |name: &str| root().join("examples/holders-core").join(name).display().to_string();
    let (core, binary) = (example("core.zst"), example("service.bin.gz"));
    let convert = |more: &[&str]| gomem(&[&["convert", &core, "--binary", &binary][..], more].concat());
    let (code, holders, err) = convert(&["--table", "holders", "--to", "csv"]);
    assert!(code == 0 && holders.contains("main.audit"), "{code} {err} {holders}");
    let (code, folded, err) = convert(&["-s", "retained_space", "--to", "folded"]);
    assert!(code == 0 && folded.contains("main.audit;"), "{code} {err}");
    let (code, _, err) = gomem(&["convert", &core, "--to", "csv"]);
    assert!(code == 2 && err.contains("--binary FILE names it"), "{code} {err}");
    let (code, _, err) = convert(&["--focus", "audit", "--to", "folded"]);
    assert!(code == 2 && err.contains("filters are of profiles"), "{code} {err}");
    let heap = incident("before/heap-3.pb.gz");
    let (code, _, err) = gomem(&["convert", &heap, "--binary", &binary, "--to", "csv"]);
    assert!(code == 2 && err.contains("--binary is of heap dumps and cores"), "{code} {err}");
}

#[test]
fn rules_judge_an_execution_trace() {
    let trace = root().join("testdata/traces/service-1.27.3.trace").display().to_string();
    let (code, alone, err) = gomem(&["diagnose", &trace, "--all"]);
    assert!(code == 0 && alone.contains("assist_pressure"), "{code} {err} {alone}");
    let scrapes = incident("before/metrics");
    let beside = gomem(&["diagnose", &scrapes, "--trace", &trace, "--all"]);
    assert!(beside.0 == 0 && beside.1.contains("live_heap_leak") && beside.1.contains("assist_pressure"), "{beside:?}");
    let (code, _, err) = gomem(&["diagnose", &trace, "--memory-limit", "1000000"]);
    assert!(code == 2 && err.contains("judged alone"), "{code} {err}");
}

#[test]
fn parquet_holds_the_table() {
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    let table = gomem_escape::EscapeLog::decode(&std::fs::read(incident("before/escape.log")).unwrap()).unwrap();
    let expected = gomem_arrow::record_batch(&table.heap_decisions().to_table()).unwrap();
    let file = tempfile::tempdir().unwrap();
    let path = file.path().join("escapes.parquet");
    let (code, ..) = gomem(&["convert", &incident("before/escape.log"), "-o", path.to_str().unwrap()]);
    assert_eq!(code, 0);
    let reader = ParquetRecordBatchReaderBuilder::try_new(std::fs::File::open(path).unwrap()).unwrap();
    let batches: Vec<_> = reader.with_batch_size(1 << 20).build().unwrap().map(Result::unwrap).collect();
    let [found] = batches.as_slice() else { panic!("{} batches", batches.len()) };
    assert_eq!(found.schema().fields(), expected.schema().fields());
    assert_eq!(found.columns(), expected.columns());
}

#[test]
fn benchmarks_are_gated_and_what_did_not_run_is_bad_input() {
    let path = |name: &str| root().join("testdata/bench").join(name).display().to_string();
    let (before, after, failed) = (path("before.txt"), path("after.txt"), path("failed.txt"));
    let log = incident("before/escape.log");
    for (args, code) in [
        (&["bench", &before, &after][..], 0),
        (&["bench", &before, &after, "--fail-on", "allocs/op>0%"], 1),
        (&["bench", &before, &after, "--fail-on", "allocs/op>50%"], 0),
        (&["bench", &after, &before, "--fail-on", "allocs/op>0%"], 0),
        (&["bench", &before, &before, "--fail-on", "ns/op>0%"], 0),
        (&["bench", &before, &failed, "--fail-on", "allocs/op>0%"], 3),
        (&["bench", &before, &after, "--fail-on", "allocs/op"], 2),
        (&["bench", &before, &after, "--fail-on", "new-escape"], 2),
        (&["bench", &before, "--fail-on", "allocs/op>0%"], 2),
        (&["bench", &log], 3),
        (&["bench", &before, &after, "--escapes-before", &log, "--escapes", &log, "--fail-on", "new-escape"], 0),
    ] {
        let (found, out, err) = gomem(args);
        assert_eq!(found, code, "{args:?}\n{out}\n{err}");
    }
}

#[test]
fn a_frames_source_has_what_the_compiler_decided() {
    let (heap, source, log) = (incident("before/heap-3.pb.gz"), incident("service"), incident("before/escape.log"));
    let (_, plain, _) = gomem(&["flame", &heap, "-s", "alloc_space", "--source", &source, "-o", "-"]);
    assert!(plain.contains("UnmarshalLine") && !plain.contains("class=\"decision\""));
    let (_, decided, _) =
        gomem(&["flame", &heap, "-s", "alloc_space", "--source", &source, "--escapes", &log, "-o", "-"]);
    assert!(decided.contains("buf escapes to heap: interface boxing; may allocate"));
}

#[test]
fn a_long_table_is_as_long_as_somebody_says() {
    for args in [
        &["escape", &incident("before/escape.log")][..],
        &["metrics", &incident("before/metrics"), "--show", "series"],
        &["list", ".", &incident("before/heap-3.pb.gz")],
    ] {
        for (rows, lines) in [("3", 3), ("7", 7)] {
            let (_, out, _) = gomem(&[args, &["-n", rows, "--format", "ndjson"]].concat());
            assert_eq!(out.lines().count(), lines, "{args:?}");
        }
        let (_, people, _) = gomem(&[args, &["--format", "markdown"]].concat());
        assert!(people.contains("the first 30 of ") && people.contains("-n 0 shows all"), "{people}");
    }
}
