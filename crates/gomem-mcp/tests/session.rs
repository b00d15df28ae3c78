//! Sessions with a command that is made up: what goes wrong, and that the server goes on.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::{
    ffi::OsString,
    io::{self, BufRead, BufReader, PipeReader, PipeWriter, Write},
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use gomem_mcp::{Host, Options, serve};
use gomem_table::checkpoint;
use serde_json::{Value, json};

static BEGUN: AtomicUsize = AtomicUsize::new(0);
static ENDED: AtomicUsize = AtomicUsize::new(0);

/// Counts an endless command that ended.
struct Ends;

impl Drop for Ends {
    fn drop(&mut self) {
        ENDED.fetch_add(1, Ordering::SeqCst);
    }
}

/// Does as the name of its last file says.
fn command(arguments: Vec<OsString>, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    let file = Path::new(arguments.last().unwrap()).file_name().unwrap().to_string_lossy().into_owned();
    match file.as_str() {
        "panic" => panic!("as it was asked"),
        "endless" => {
            let _ends = Ends;
            BEGUN.fetch_add(1, Ordering::SeqCst);
            loop {
                checkpoint();
                thread::yield_now();
            }
        }
        "fails" => {
            writeln!(err, "gomem: fails: byte 7: cut off\u{202e}; take it again").unwrap();
            3
        }
        "huge" => {
            let row = format!("{{\"text\":\"{}\"}}\n", "x".repeat(1 << 20));
            (0..1000).find_map(|_| out.write_all(row.as_bytes()).err()).map_or(0, |_| 3)
        }
        _ => {
            writeln!(err, "note: of {}", "many words ".repeat(200)).unwrap();
            (0..5000).try_for_each(|row| writeln!(out, "{{\"row\":{row},\"name\":\"a\\u202eb\\n\"}}")).unwrap();
            0
        }
    }
}

struct Client {
    to: Option<PipeWriter>,
    from: BufReader<PipeReader>,
    server: Option<thread::JoinHandle<io::Result<()>>>,
    asked: u64,
    folder: tempfile::TempDir,
}

impl Client {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["panic", "endless", "fails", "huge", "rows"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let options = Options::new(&[folder.path()]).unwrap();
        let host = Host { run: command, kind: |_| None };
        let (input, to) = io::pipe().unwrap();
        let (from, mut output) = io::pipe().unwrap();
        let server = thread::spawn(move || serve(options, host, input, &mut output));
        let from = BufReader::new(from);
        let mut client = Self { to: Some(to), from, server: Some(server), asked: 0, folder };
        let about = json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "t", "version": "1" } });
        assert_eq!(client.ask("initialize", about)["result"]["serverInfo"]["name"], "gomem");
        client
    }

    fn send(&mut self, line: &str) {
        let to = self.to.as_mut().unwrap();
        to.write_all(line.as_bytes()).unwrap();
        to.write_all(b"\n").unwrap();
    }

    fn start(&mut self, method: &str, params: Value) -> u64 {
        self.asked += 1;
        let request = json!({ "jsonrpc": "2.0", "id": self.asked, "method": method, "params": params });
        self.send(&request.to_string());
        self.asked
    }

    fn answer(&mut self) -> Value {
        let mut line = String::new();
        self.from.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.start(method, params);
        let answer = self.answer();
        assert_eq!(answer["id"], id, "{answer}");
        answer
    }

    fn call(&mut self, arguments: Value) -> Value {
        self.ask("tools/call", json!({ "name": "growth", "arguments": arguments }))["result"].take()
    }

    /// Hangs up; the server ends, and without a failure.
    fn close(mut self) {
        drop(self.to.take());
        self.server.take().unwrap().join().unwrap().unwrap();
    }
}

#[test]
fn a_panic_and_a_failure_are_errors_of_the_tool_and_the_server_goes_on() {
    let mut client = Client::new();
    for (file, said) in [
        ("panic", "as it was asked; please report it"),
        ("fails", "byte 7: cut off\\u{202e}; take it"),
        ("huge", "narrow it"),
    ] {
        let answer = client.call(json!({ "profiles": [file] }));
        let text = answer["content"][0]["text"].as_str().unwrap();
        assert!(answer["isError"] == true && text.contains(said), "{answer}");
    }
    let answer = client.call(json!({ "profiles": ["rows"] }));
    assert_eq!((&answer["isError"], &answer["structuredContent"]["total"]), (&false.into(), &5000.into()));
    assert_eq!(answer["structuredContent"]["rows"][0]["name"], "a\\u{202e}b\\n", "names are shown safely");
    assert!(answer["structuredContent"].to_string().len() <= 4096);
    assert_eq!(
        answer["content"][0]["text"],
        answer["structuredContent"].to_string(),
        "for clients that know texts only"
    );
    client.close();
}

fn wait_for(counter: &AtomicUsize, count: usize) {
    let since = Instant::now();
    while counter.load(Ordering::SeqCst) < count {
        assert!(since.elapsed() < Duration::from_secs(60), "{count} are not reached");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_cancelled_request_ends_its_work_and_has_no_answer() {
    let mut client = Client::new();
    // More than there are places: each gives its own back.
    for count in 1..=4 {
        let id = client.start("tools/call", json!({ "name": "growth", "arguments": { "profiles": ["endless"] } }));
        wait_for(&BEGUN, count);
        let cancelled = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": id } });
        client.send(&cancelled.to_string());
        wait_for(&ENDED, count);
        assert!(client.ask("ping", json!({}))["result"].is_object(), "the next answer is that of the next request");
    }
    assert_eq!(client.call(json!({ "profiles": ["rows"] }))["structuredContent"]["total"], 5000, "there is a place");
    // Who hangs up waits for nothing either.
    client.start("tools/call", json!({ "name": "growth", "arguments": { "profiles": ["endless"] } }));
    wait_for(&BEGUN, 5);
    client.close();
}

#[test]
fn a_cursor_is_stable_and_does_not_run_the_command_again() {
    let mut client = Client::new();
    let first = client.call(json!({ "profiles": ["rows"] }));
    let cursor = first["structuredContent"]["cursor"].as_str().unwrap().to_owned();
    let next = client.call(json!({ "profiles": ["rows"], "cursor": cursor }))["structuredContent"].take();
    assert_eq!(next["rows"][0]["row"], first["structuredContent"]["rows"].as_array().unwrap().len());
    assert_eq!(next, client.call(json!({ "profiles": ["rows"], "cursor": cursor }))["structuredContent"]);
    // Of other rows it is none, and neither is what was made up.
    let of_others = json!({ "profiles": ["rows"], "cursor": cursor, "where": { "row": 7 } });
    let huge = "9".repeat(100_000);
    for arguments in
        [of_others, json!({ "profiles": ["rows"], "cursor": huge }), json!({ "profiles": ["rows"], "cursor": 7 })]
    {
        let answer = client.call(arguments);
        let text = answer["content"][0]["text"].as_str().unwrap();
        assert!(answer["isError"] == true && text.contains("cursor") && text.len() < 300, "{answer}");
    }
    client.close();
    // Another server, which holds nothing, knows it as well.
    let mut other = Client::new();
    let again = other.call(json!({ "profiles": ["rows"], "cursor": cursor }))["structuredContent"].take();
    assert_eq!(again["rows"], next["rows"]);
    other.close();
}

#[test]
fn what_is_no_request_ends_nothing() {
    let mut client = Client::new();
    for torn in [
        "{",
        "{\"jsonrpc\":\"2.0\",\"id\":9,\"meth",
        "\u{0}",
        "nonsense",
        "[[[[",
        "",
        &format!("\"{}\"", "x".repeat(3 << 20)),
    ] {
        client.send(torn);
    }
    assert!(client.ask("ping", json!({}))["result"].is_object());
    client.send("{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}");
    assert!(client.answer()["error"].is_object(), "JSON that is no request is told");
    let unknown = client.ask("tools/call", json!({ "name": "rm\u{202e}", "arguments": {} }));
    assert!(
        unknown["error"]["message"].as_str().unwrap().contains("no tool rm\\u{202e}; there are files,"),
        "{unknown}"
    );
    assert!(client.ask("resources/write", json!({}))["error"].is_object());
    for wrong in [
        json!({}),
        json!({ "profiles": 3 }),
        json!({ "profiles": ["rows"], "colums": [] }),
        json!({ "profiles": ["../x"] }),
    ] {
        let answer = client.call(wrong.clone());
        assert!(
            answer["isError"] == true && answer["content"][0]["text"].as_str().unwrap().len() < 600,
            "{wrong}: {answer}"
        );
    }
    let folder = client.folder.path().display().to_string();
    let written = client.ask("tools/call", json!({ "name": "write_report", "arguments": { "bundle": folder } }));
    assert!(
        written["error"]["message"].as_str().unwrap().contains("no tool write_report"),
        "read-only unless it is said"
    );
    client.close();
}
