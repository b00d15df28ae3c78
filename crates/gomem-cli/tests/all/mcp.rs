//! `gomem mcp` as an agent uses it: questions about recorded incidents are answered by calls of tools alone, with the numbers
//! of the command line.

#![cfg(feature = "mcp")]
#![allow(clippy::unwrap_used, clippy::panic)]

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use gomem_testkit::root;
use serde_json::{Map, Value, json};

/// A client with a script.
struct Client {
    server: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
    asked: u64,
}

impl Client {
    fn new(arguments: &[&str], folder: &Path) -> Self {
        let mut server = Command::new(env!("CARGO_BIN_EXE_gomem"))
            .arg("mcp")
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (to, from) = (server.stdin.take(), BufReader::new(server.stdout.take().unwrap()));
        let mut client = Self { server, to, from, asked: 0 };
        let own = json!({ "name": "test", "version": "1" });
        client.ask("initialize", json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": own }));
        client
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let request = json!({ "jsonrpc": "2.0", "id": self.asked, "method": method, "params": params });
        writeln!(self.to.as_mut().unwrap(), "{request}").unwrap();
        let mut line = String::new();
        self.from.read_line(&mut line).unwrap();
        let answer: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(answer["id"], self.asked);
        answer
    }

    fn call(&mut self, tool: &str, arguments: &Value) -> Value {
        let mut answer = self.ask("tools/call", json!({ "name": tool, "arguments": arguments }));
        let answer = answer["result"]["structuredContent"].take();
        assert!(answer.is_object(), "{tool} {arguments}");
        let bytes = answer.to_string().len();
        assert!(bytes <= 4096, "{tool} {arguments}: {bytes} bytes");
        answer
    }

    fn refusal(&mut self, tool: &str, arguments: &Value) -> String {
        let answer = self.ask("tools/call", json!({ "name": tool, "arguments": arguments }));
        assert_eq!(answer["result"]["isError"], true, "{tool} {arguments}: {answer}");
        answer["result"]["content"][0]["text"].as_str().unwrap().to_owned()
    }

    /// All rows with all columns, by cursors; and what was cut from them, by handles.
    fn rows(&mut self, tool: &str, arguments: &Value) -> Vec<Value> {
        let mut arguments = arguments.clone();
        arguments["columns"] = json!(["*"]);
        let mut rows = Vec::new();
        loop {
            let mut page = self.call(tool, &arguments);
            rows.extend(page["rows"].take().as_array().unwrap().clone());
            let Some(cursor) = page["cursor"].as_str() else { break };
            arguments["cursor"] = cursor.into();
        }
        rows.into_iter().map(|row| self.whole(row, tool, &arguments)).collect()
    }

    fn whole(&mut self, value: Value, tool: &str, arguments: &Value) -> Value {
        match value {
            Value::Array(mut items) => {
                let more = items.last().filter(|last| last.get("left_out").is_some()).map(|last| last["more"].clone());
                if more.is_some() {
                    items.pop();
                }
                let mut whole: Vec<Value> = items.into_iter().map(|item| self.whole(item, tool, arguments)).collect();
                if let Some(rest) = more.map(|more| self.behind(&more, tool, arguments)) {
                    whole.extend(rest.as_array().unwrap().clone());
                }
                whole.into()
            }
            Value::Object(mut members) => {
                if let (Some(Value::String(text)), Some(more), 2) =
                    (members.get("text"), members.get("more"), members.len())
                {
                    let rest = self.behind(&more.clone(), tool, arguments);
                    return format!("{text}{}", rest.as_str().unwrap()).into();
                }
                let more = members.remove("left_out").and_then(|_| members.remove("more"));
                let mut whole: Map<String, Value> =
                    members.into_iter().map(|(name, value)| (name, self.whole(value, tool, arguments))).collect();
                if let Some(rest) = more.map(|more| self.behind(&more, tool, arguments)) {
                    whole.extend(rest.as_object().unwrap().clone());
                }
                whole.into()
            }
            scalar => scalar,
        }
    }

    fn behind(&mut self, more: &Value, tool: &str, arguments: &Value) -> Value {
        let mut arguments = arguments.clone();
        arguments["cursor"] = more.clone();
        let value = self.call(tool, &arguments)["value"].take();
        self.whole(value, tool, &arguments)
    }
}

impl Drop for Client {
    /// Hangs up: the server ends by itself.
    fn drop(&mut self) {
        drop(self.to.take());
        assert!(self.server.wait().unwrap().success());
    }
}

/// What the command line writes as JSON.
fn json_of(arguments: &[&str]) -> Value {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let arguments = ["gomem"].iter().chain(arguments).chain(&["--format", "json"]).copied();
    let code = gomem_cli::run(arguments, &mut out, &mut err);
    assert_eq!(code, 0, "{}", String::from_utf8_lossy(&err));
    serde_json::from_slice(&out).unwrap()
}

fn rows_of(arguments: &[&str]) -> Vec<Value> {
    json_of(arguments)["rows"].as_array().unwrap().clone()
}

/// A row of the command line as a tool shows it: what is not known is left out.
fn known(row: &Value) -> Value {
    let members = row.as_object().unwrap().clone().into_iter();
    Value::Object(members.filter(|(_, value)| !value.is_null()).collect())
}

fn file(path: &str) -> String {
    root().join(path).display().to_string()
}

#[test]
fn every_tool_has_the_rows_of_the_command_line_all_of_them() {
    let root = root();
    let mut client = Client::new(&[], &root);
    let before = |name: &str| format!("examples/incident/before/{name}");
    let path = |name: &str| file(&before(name));
    let (heap1, heap2, heap3) = (before("heap-1.pb.gz"), before("heap-2.pb.gz"), before("heap-3.pb.gz"));
    let (log, trace, metrics) = (before("escape.log"), before("gctrace.log"), before("metrics"));
    let (dump, program) = ("testdata/heap/holders-go1.27.3.dump.gz", "testdata/heap/holders-go1.27.3.bin.gz");
    let execution = "testdata/traces/service-1.27.3.trace";
    let (by_file, by_option) = (path("escape.log"), format!("--gctrace={}", path("gctrace.log")));
    let (binary, sources) =
        (format!("--binary={}", file(program)), format!("--source={}", file("examples/incident/service")));
    let lines = |name: &str| format!("testdata/bench/lines/{}", name.replace('.', "-1.27.3."));
    let option = |name: &str, end: &str| format!("--{name}={}", file(&lines(end)));
    let options = [
        option("profile-before", "before.mem"),
        option("profile", "after.mem"),
        option("escapes-before", "before.log"),
        option("escapes", "after.log"),
    ];
    let questions: Vec<(&str, Value, Vec<&str>)> = vec![
        ("attribute", json!({ "profile": heap3, "logs": [log], "gctrace": trace }), vec!["attribute", &by_option]),
        ("attribute", json!({ "profile": heap3, "logs": [log], "by": "line" }), vec!["attribute", "--by=line"]),
        (
            "list",
            json!({ "pattern": "touch|UnmarshalLine", "profile": heap3, "logs": [log], "source": ["examples/incident/service"] }),
            vec!["list", &sources, "touch|UnmarshalLine"],
        ),
        ("growth", json!({ "profiles": [heap1, heap2, heap3] }), vec!["growth"]),
        ("diff", json!({ "base": heap1, "current": heap3, "by": "line" }), vec!["diff", "--by=line"]),
        ("escape", json!({ "logs": [log] }), vec!["escape"]),
        ("gogc", json!({ "recording": trace, "gogc": ["50", "100", "off"] }), vec!["gogc", "--gogc=50,100,off"]),
        ("diagnose", json!({ "metrics": [metrics], "gctrace": trace }), vec!["diagnose", &by_option]),
        ("heap", json!({ "dump": dump, "binary": program }), vec!["heap", &binary]),
        ("heap", json!({ "dump": dump, "binary": program, "by": "type" }), vec!["heap", &binary, "--by=type"]),
        ("trace", json!({ "trace": execution }), vec!["trace"]),
        ("bench", json!({ "outputs": ["testdata/bench/before.txt", "testdata/bench/after.txt"] }), vec!["bench"]),
        (
            "bench",
            json!({
                "outputs": [lines("before.txt"), lines("after.txt")], "profile_before": [lines("before.mem")],
                "profile": [lines("after.mem")], "escapes_before": lines("before.log"), "escapes": lines("after.log"),
                "show": "lines",
            }),
            vec!["bench", "--show=lines", &options[0], &options[1], &options[2], &options[3]],
        ),
        ("trace", json!({ "trace": execution, "pauses": true }), vec!["trace", "--pauses"]),
    ];
    for (tool, arguments, mut command) in questions {
        let places: Vec<String> = match tool {
            "attribute" | "list" => vec![path("heap-3.pb.gz"), by_file.clone()],
            "growth" => vec![path("heap-1.pb.gz"), path("heap-2.pb.gz"), path("heap-3.pb.gz")],
            "diff" => vec![path("heap-1.pb.gz"), path("heap-3.pb.gz")],
            "escape" => vec![by_file.clone()],
            "gogc" => vec![path("gctrace.log")],
            "diagnose" => vec![path("metrics")],
            "bench" if command.len() > 1 => vec![file(&lines("before.txt")), file(&lines("after.txt"))],
            "bench" => vec![file("testdata/bench/before.txt"), file("testdata/bench/after.txt")],
            "heap" => vec![file(dump)],
            _ => vec![file(execution)],
        };
        command.extend(places.iter().map(String::as_str));
        let expected: Vec<Value> = rows_of(&command).iter().map(known).collect();
        assert!(!expected.is_empty(), "{command:?}");
        let shown = client.rows(tool, &arguments);
        assert_eq!(shown.len(), expected.len(), "{command:?}");
        for (shown, expected) in shown.iter().zip(&expected) {
            // Texts are made safe, and these have nothing that is not but tabs and ends of lines.
            assert_eq!(plain(shown), plain(expected), "{command:?}");
        }
    }
    let report = json_of(&["postmortem", &file("examples/incident/before"), "--named-only"]);
    for (part, expected) in report.as_object().unwrap() {
        let Value::Array(expected) = expected else { continue };
        let shown = client.rows("postmortem", &json!({ "bundle": "examples/incident/before", "part": part }));
        let expected: Vec<Value> = expected.iter().map(known).collect();
        assert_eq!(
            shown.iter().map(plain).collect::<Vec<_>>(),
            expected.iter().map(plain).collect::<Vec<_>>(),
            "{part}"
        );
    }
    let findings = client.rows("findings", &json!({ "bundle": "examples/incident/before" }));
    assert_eq!(findings.len(), report["findings"].as_array().unwrap().len());
}

/// With control characters as an answer shows them.
fn plain(value: &Value) -> Value {
    match value {
        Value::String(text) => text.replace('\t', "\\t").replace('\n', "\\n").into(),
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), plain(value))).collect(),
        other => other.clone(),
    }
}

/// The questions of whoever is on call, each answered by what the one before it said.
#[test]
fn an_incident_is_followed_from_the_question_to_the_line() {
    let root = root();
    let mut client = Client::new(&["--root", "examples", "--root", "testdata"], &root);
    let tools = client.ask("tools/list", json!({}));
    let names: Vec<&str> =
        tools["result"]["tools"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    for tool in
        ["postmortem", "findings", "attribute", "list", "growth", "diff", "escape", "gogc", "diagnose", "heap", "trace"]
    {
        assert!(names.contains(&tool), "{tool}");
    }
    // What is there?
    let files = client.call("files", &json!({ "folder": "incident/before", "where": { "kind": "a profile" } }));
    let heap = files["rows"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|row| row["path"].as_str())
        .find(|path| path.ends_with("heap-3.pb.gz"));
    let heap = heap.unwrap().to_owned();
    let bundle = Path::new(&heap).parent().unwrap().display().to_string();
    // Which line allocates most, and why?
    let sites = client.call("attribute", &json!({ "profile": heap, "logs": [format!("{bundle}/escape.log")] }));
    let (most, command) = (&sites["rows"][0], &rows_of(&["attribute", &heap, &format!("{bundle}/escape.log")])[0]);
    assert_eq!((&most["place"], &most["reason"]), (&"api/handler.go:58".into(), &"too_large".into()));
    for column in ["bytes", "bytes_fraction", "objects", "compiler_message", "advice"] {
        assert!(!command[column].is_null() && most[column] == command[column], "{column}: {most}");
    }
    // What leaks, and where is it kept?
    let ranked = client.call("postmortem", &json!({ "bundle": bundle }));
    let leak = ranked["rows"].as_array().unwrap().iter().find(|row| row["kind"] == "leak").unwrap().clone();
    let told = client.call("findings", &json!({ "bundle": bundle, "where": { "rank": leak["rank"] } }));
    assert_eq!(leak["place"], "store/sessions.go:43");
    assert!(told["rows"][0]["action"].as_str().unwrap().contains("t.byID[ev.Session]"), "{told}");
    let lines =
        client.call("list", &json!({ "pattern": "Sessions..touch$", "profile": heap, "source": ["incident/service"] }));
    let line = lines["rows"].as_array().unwrap().iter().find(|row| row["line"] == 43).unwrap();
    assert!(line["text"].as_str().unwrap().contains("Session{"), "{line}");
    assert_eq!(line["flat"], leak["bytes"]);
    // Who keeps it? A dump tells.
    let (dump, program) = ("heap/holders-go1.27.3.dump.gz", "heap/holders-go1.27.3.bin.gz");
    let held = client.call("heap", &json!({ "dump": dump, "binary": program, "where": { "kind": "global" } }));
    let holder = held["rows"][0]["holders"][0].as_str().unwrap().to_owned();
    let binary = format!("--binary={}", file(&format!("testdata/{program}")));
    let dump = file(&format!("testdata/{dump}"));
    let rows = rows_of(&["heap", &binary, &dump]);
    let command = rows.iter().find(|row| row["kind"] == "global").unwrap();
    assert_eq!((&holder, &held["rows"][0]["retained_bytes"]), (&"main.buffers".to_owned(), &command["retained_bytes"]));
    let steps = client.call("heap", &json!({ "dump": dump, "binary": program, "path_to": holder }));
    assert!(steps["rows"][0]["retained_bytes"].as_u64().unwrap() > 0, "{steps}");
    // What does GOGC do?
    let trace = format!("{bundle}/gctrace.log");
    let settings = client.call("gogc", &json!({ "recording": trace, "gogc": ["100", "400"] }));
    let command = rows_of(&["gogc", &trace, "--gogc=100,400"]);
    let by_gogc: BTreeMap<u64, &Value> = settings["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["gogc"].as_u64().unwrap(), &row["gc_cycles"]))
        .collect();
    assert_eq!((by_gogc[&100], by_gogc[&400]), (&command[0]["gc_cycles"], &command[1]["gc_cycles"]));
    assert!(by_gogc[&400].as_f64() < by_gogc[&100].as_f64());
}

#[test]
fn nothing_outside_of_the_folders_is_read_and_nothing_is_written() {
    let (inside, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let heap = "examples/incident/before/heap-3.pb.gz";
    std::fs::copy(root().join(heap), outside.path().join("heap.pb.gz")).unwrap();
    std::fs::copy(root().join(heap), inside.path().join("heap.pb.gz")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(outside.path(), inside.path().join("way")).unwrap();
    let mut client = Client::new(&[], inside.path());
    assert!(client.call("attribute", &json!({ "profile": "heap.pb.gz" }))["total"].as_u64() > Some(0));
    let other = outside.path().join("heap.pb.gz").display().to_string();
    for path in
        [other.as_str(), "way/heap.pb.gz", "../heap.pb.gz", "/etc/passwd", "-", "http://127.0.0.1/debug/pprof/heap"]
    {
        let refused = client.refusal("attribute", &json!({ "profile": path }));
        assert!(refused.starts_with(path) && refused.contains("not"), "{refused}");
    }
    for (arguments, said) in [
        (json!({ "profile": "heap.pb.gz", "by": "colour" }), "by: one of site, line is expected, not \"colour\""),
        (json!({ "profile": "heap.pb.gz", "logs": ["heap.pb.gz"] }), "heap.pb.gz: "),
        (
            json!({ "profile": "heap.pb.gz", "own": ["--std-from=/"], "by": "line", "sample_type": "inuse_space" }),
            "cannot be used",
        ),
        (json!({ "profile": "heap.pb.gz", "columns": ["size"] }), "no column `size`; there are advice, "),
    ] {
        let refused = client.refusal("attribute", &arguments);
        assert!(refused.contains(said), "{arguments}: {refused}");
    }
    let resources = client.ask("resources/list", json!({}));
    let resources = resources["result"]["resources"].as_array().unwrap();
    let uris: Vec<&str> = resources.iter().map(|resource| resource["uri"].as_str().unwrap()).collect();
    assert_eq!(uris, ["gomem://report/.", "gomem://file/heap.pb.gz"], "the link leads nowhere");
    let read = client.ask("resources/read", json!({ "uri": uris[1] }));
    let about: Value = serde_json::from_str(read["result"]["contents"][0]["text"].as_str().unwrap()).unwrap();
    assert_eq!((&about["kind"], &about["path"]), (&"a profile".into(), &"heap.pb.gz".into()));
    let report = client.ask("resources/read", json!({ "uri": uris[0] }));
    let report = report["result"]["contents"][0]["text"].as_str().unwrap();
    assert!(report.contains("handler.go:58") && report.len() <= 4096, "{report}");
    for uri in ["file:///etc/passwd", "gomem://file/%2Fetc%2Fpasswd", "gomem://report/way"] {
        assert!(client.ask("resources/read", json!({ "uri": uri }))["error"].is_object(), "{uri}");
    }
    assert!(client.ask("tools/call", json!({ "name": "write_report", "arguments": {} }))["error"].is_object());
    drop(client);
    let count = |folder: &Path| std::fs::read_dir(folder).unwrap().count();
    assert_eq!((count(inside.path()), count(outside.path())), (1 + usize::from(cfg!(unix)), 1));
}

#[test]
fn a_report_is_written_where_it_may_be() {
    let (inside, reports) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::copy(root().join("examples/incident/before/heap-3.pb.gz"), inside.path().join("heap.pb.gz")).unwrap();
    let write = reports.path().display().to_string();
    let mut client = Client::new(&["--write", &write], inside.path());
    let written = client.call("write_report", &json!({ "bundle": ".", "name": "one.html" }));
    let html = std::fs::read_to_string(reports.path().join("one.html")).unwrap();
    assert!(html.starts_with("<!DOCTYPE html>") && written["bytes"] == html.len());
    for name in ["one.html", "../two.html", "/tmp/two.html", ".two"] {
        client.refusal("write_report", &json!({ "bundle": ".", "name": name }));
    }
    assert_eq!(std::fs::read_dir(reports.path()).unwrap().count(), 1);
}
