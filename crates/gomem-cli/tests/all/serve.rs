//! `gomem serve`, over HTTP: its numbers are those of the command line, and whom it refuses.

#![cfg(all(unix, feature = "serve"))]
#![allow(clippy::unwrap_used, clippy::panic)]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
};

use gomem_testkit::root;
use serde_json::Value;

/// A server that ends with its test.
struct Server {
    child: Child,
    address: SocketAddr,
}

struct Response {
    status: u16,
    head: String,
    body: String,
}

impl Server {
    fn start(arguments: &[&str]) -> Self {
        let mut child =
            gomem(&[&["serve", "--named-only"], arguments].concat()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("http://").and_then(|rest| rest.strip_suffix('/')).unwrap();
        Self { address: address.parse().unwrap(), child }
    }

    fn send(&self, request: &str) -> Response {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Response { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
    }

    fn get(&self, address: &str) -> Response {
        self.send(&format!("GET {address} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// In the folder of the workspace, so that the pages' commands are short.
fn gomem(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gomem"));
    command.args(arguments).current_dir(root()).stdin(Stdio::null());
    command
}

fn output(arguments: &[&str]) -> String {
    let output = gomem(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The command that a page names, word by word.
fn command_of(page: &str) -> Vec<String> {
    let (_, rest) = page.split_once("The same: <code>gomem ").unwrap();
    let line = rest.split_once("</code>").unwrap().0;
    let line = line
        .replace("&#39;", "'")
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&");
    let (mut words, mut is_quoted) = (vec![String::new()], false);
    for char in line.chars() {
        match char {
            '\'' => is_quoted = !is_quoted,
            ' ' if !is_quoted => words.push(String::new()),
            char => words.last_mut().unwrap().push(char),
        }
    }
    words
}

const INCIDENT: &str = "examples/incident/before";

#[test]
fn tables_are_those_of_the_command_that_the_page_names() {
    let server = Server::start(&[INCIDENT, "--source", "examples/incident/service"]);
    for address in [
        "/top?",
        "/top?profile=heap-3.pb.gz&sample_type=inuse_objects&by=line",
        "/top?profile=heap-3.pb.gz&focus=touch%7CdecodeLines&ignore=json&by=package",
        "/top?package=example.com%2Fingest%2F...&hide=%5Enet%2Fhttp&by=file",
        "/top?tagfocus=bytes%3D1kb%3A",
        "/top?profile=cpu.pb.gz&show_from=mallocgc",
        "/top?profile=heap-3.pb.gz&since=heap-1.pb.gz&sample_type=inuse_space&by=line",
        "/top?profile=heap-3.pb.gz&since=heap-1.pb.gz&focus=it%27s%7Ctouch&sample_type=alloc_space",
        "/top?to=2026-11-24+01%3A43&sample_type=inuse_space&by=line",
        "/top?from=2026-11-24T01%3A41%3A50&to=2026-11-24+01%3A44%3A08&focus=handler",
        "/flame?from=2026-11-24+01%3A42%3A00&to=2026-11-24+01%3A44%3A08",
        "/sizes?profile=heap-3.pb.gz&focus=handler",
        "/labels?profile=heap-3.pb.gz&package=fmt",
        "/list?list=%5C(%5C*Sessions%5C)&profile=heap-3.pb.gz&sample_type=inuse_space",
        "/list?list=decodeLines&focus=handler",
    ] {
        let page = server.get(address);
        assert_eq!(page.status, 200, "{address}: {}", page.body);
        let mut command = command_of(&page.body);
        match address {
            // Which profiles a window has stands in the command; the graph itself is compared elsewhere.
            _ if address.starts_with("/flame") => {
                let named = ["allocs.pb.gz", "heap-1.pb.gz"].map(|name| format!("{INCIDENT}/{name}"));
                assert_eq!((&command[1], &command[3]), (&named[0], &named[1]), "{command:?}");
                continue;
            }
            _ if address.starts_with("/sizes") => *command.last_mut().unwrap() = "json".to_owned(),
            _ => command.extend(["--format".to_owned(), "json".to_owned()]),
        }
        if address.starts_with("/list") {
            // What the bundle brings along is named on the command line.
            command.insert(3, format!("{INCIDENT}/escape.log"));
            command.extend(["--source".to_owned(), "examples/incident/service".to_owned()]);
            command.extend(["--go-version".to_owned(), "go1.26.8".to_owned()]);
        }
        let command: Vec<&str> = command.iter().map(String::as_str).collect();
        let served = server.get(&format!("{address}&format=json"));
        assert!(served.head.contains("content-type: application/json"), "{}", served.head);
        assert_eq!(served.body, output(&command), "{address}: {command:?}");
        assert!(served.body.lines().count() > 2, "{address}: no rows");
    }
}

#[test]
fn flame_graphs_and_sites_are_those_of_the_command_line() {
    let server = Server::start(&[INCIDENT]);
    let data = |page: &str| -> Value {
        let literal = page.split_once("const data=").unwrap().1.split_once(";\n").unwrap().0;
        let mut data: Value = serde_json::from_str(literal).unwrap();
        data.as_object_mut()
            .unwrap()
            .retain(|name, _| !["links", "source", "reason", "reasons"].contains(&name.as_str()));
        data
    };
    for address in [
        "/flame",
        "/flame?focus=handler&sample_type=inuse_space",
        "/flame?profile=heap-3.pb.gz&since=heap-1.pb.gz&ignore=json&sample_type=alloc_space",
    ] {
        let page = server.get(address).body;
        let mut command = command_of(&page);
        assert_eq!(command.pop().as_deref(), Some("flame.html"));
        command.push("-".to_owned());
        let command: Vec<&str> = command.iter().map(String::as_str).collect();
        assert_eq!(data(&page), data(&output(&command)), "{address}");
    }
    let path = |name: &str| format!("{INCIDENT}/{name}");
    let sites = output(&[
        "attribute",
        &path("allocs.pb.gz"),
        &path("escape.log"),
        "--cpu",
        &path("cpu.pb.gz"),
        "--go-version",
        "go1.26.8",
        "--named-only",
        "--format",
        "json",
    ]);
    assert_eq!(server.get("/sites?sample_type=alloc_space&format=json").body, sites);
}

#[test]
fn the_report_keeps_the_findings_that_filters_keep() {
    let server = Server::start(&[INCIDENT]);
    let ranks = |address: &str| -> Vec<String> {
        let page = server.get(address).body;
        page.split("<article id=\"finding-").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
    };
    let all = ranks("/");
    assert!(all.len() > 8);
    assert_eq!(ranks("/?focus=touch"), ["1"]);
    let of_store = ranks("/?package=example.com%2Fingest%2Finternal%2Fstore&ignore=touch");
    assert!(of_store.len() > 1 && of_store.len() < all.len() && !of_store.contains(&"1".to_owned()), "{of_store:?}");
    let page = server.get("/?focus=touch").body;
    assert!(page.contains(&format!("1 of {} findings", all.len())) && page.contains("pass the filters"));
    assert!(server.get("/").body.contains("gomem postmortem examples/incident/before -o report.html"));
    // A window of time makes all anew, as the command line does.
    let page = server.get("/?from=2026-11-24+01%3A42&to=2026-11-24+01%3A43").body;
    assert!(page.contains("in heap-1.pb.gz") && page.contains("in heap-2.pb.gz"), "the profiles of its ends");
    assert!(
        page.replace("&#39;", "'").contains("before --from '2026-11-24 01:42' --to '2026-11-24 01:43' -o report.html")
    );
    assert!(page.contains("of 180 lie in the window") && page.contains("1 of 4 lie in the window"));
    // Metrics need no profile in the window.
    let page = server.get("/?from=2026-11-24+01%3A41%3A15&to=2026-11-24+01%3A41%3A30").body;
    assert!(page.contains("no profile was taken until then") && page.contains("16 of 180 lie in the window"));
    assert!(server.get("/sizes").body.contains("<td class=\"bar\">"));
    assert!(server.get("/top").body.contains("<td class=\"n\">&lt; 0.1 %</td>"));
}

#[test]
fn what_cannot_be_asked_is_told_in_the_form() {
    let server = Server::start(&[INCIDENT]);
    for (address, status, text) in [
        ("/top?focus=a(&ignore=kept", 400, "<b>focus</b>: `a(`: unclosed group"),
        ("/flame?tagfocus=bytes%3D%5B", 400, "<b>tagfocus</b>"),
        ("/list?list=%5B", 400, "<b>list</b>: `[`: unclosed character class"),
        ("/list?list=nobody", 404, "no function matches"),
        ("/top?focsu=main", 400, "<b>focsu</b>: there is no such parameter"),
        ("/top?by=colour", 400, "<b>by</b>"),
        ("/top?profile=..%2Fescape.log", 400, "the bundle has no profile"),
        ("/top?sample_type=heat", 400, "does not count `heat`"),
        ("/top?profile=cpu.pb.gz&since=heap-1.pb.gz", 400, "<b>since</b>"),
        ("/sites?profile=cpu.pb.gz", 400, "only heap profiles"),
        ("/sites?profile=heap-1.pb.gz&since=heap-3.pb.gz", 400, "another process"),
        ("/flame?format=json", 400, "no table"),
        ("/sizes?profile=heap-3.pb.gz&since=heap-1.pb.gz", 400, "what is in use may be older"),
        ("/sizes?profile=cpu.pb.gz", 400, "only heap profiles have sizes"),
        ("/top?from=yesterday", 400, "<b>from</b>: `yesterday` is no time"),
        ("/top?to=2026-11-23", 400, "<b>to</b>: no profile was taken until then; the first is of 2026-11-24 01:41:44"),
        ("/top?from=2026-11-24+01%3A42&to=2026-11-24+01%3A41%3A50", 400, "<b>from</b>"),
        ("/top?from=2026-11-24+01%3A43&to=2026-11-24+01%3A43%3A30", 400, "no profile was taken in the window but"),
        ("/top?to=2026-11-24&profile=heap-1.pb.gz", 400, "<b>profile</b>: a window of time says which profiles"),
        ("/?to=2026-11-23", 400, "nothing lies in the window until 2026-11-23 23:59:59 UTC; what says when"),
        ("/top?focus=%3Cscript%3Ealert(1)%3C/script%3E(", 400, "&lt;script&gt;"),
        ("/../../etc/passwd", 404, "there is no page"),
    ] {
        let page = server.get(address);
        assert_eq!(page.status, status, "{address}");
        assert!(page.body.contains(text), "{address}: {}", page.body);
        assert!(!page.body.contains("<script>alert"));
    }
    let page = server.get("/top?focus=a(&ignore=kept").body;
    assert!(
        page.contains("name=\"focus\" value=\"a(\" aria-invalid=\"true\"") && page.contains("value=\"kept\""),
        "{page}"
    );
    let told = server.get("/top?focus=a(&format=json");
    assert_eq!((told.status, told.body.as_str()), (400, "{\"error\":\"focus: `a(`: unclosed group\"}\n"));
}

#[test]
fn strangers_and_writers_are_refused() {
    let server = Server::start(&[&format!("{INCIDENT}/heap-3.pb.gz")]);
    let port = server.address.port();
    for host in ["evil.example".to_owned(), format!("evil.example:{port}"), format!("127.0.0.1.evil.example:{port}")] {
        let refused = server.send(&format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"));
        assert_eq!(refused.status, 421, "{host}");
        assert!(!refused.body.contains("heap-3"));
    }
    let own = format!("127.0.0.1:{port}");
    for (request, status) in [
        (format!("GET / HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n"), 200),
        ("GET / HTTP/1.1\r\nConnection: close\r\n\r\n".to_owned(), 421),
        (format!("GET / HTTP/1.1\r\nHost: {own}\r\nHost: evil.example\r\nConnection: close\r\n\r\n"), 421),
        (format!("GET http://evil.example/ HTTP/1.1\r\nHost: {own}\r\nConnection: close\r\n\r\n"), 421),
        (format!("POST / HTTP/1.1\r\nHost: {own}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), 405),
        (format!("DELETE /top HTTP/1.1\r\nHost: {own}\r\nConnection: close\r\n\r\n"), 405),
        (format!("GET /{} HTTP/1.1\r\nHost: {own}\r\nConnection: close\r\n\r\n", "a".repeat(100_000)), 414),
        ("no HTTP\r\n\r\n".to_owned(), 400),
    ] {
        assert_eq!(server.send(&request).status, status, "{}", &request[..request.len().min(60)]);
    }
    let head = server.send(&format!("HEAD / HTTP/1.1\r\nHost: {own}\r\nConnection: close\r\n\r\n"));
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    for header in
        ["frame-ancestors 'none'", "nosniff", "cross-origin-resource-policy: same-origin", "cache-control: no-store"]
    {
        assert!(head.head.contains(header), "{header}: {}", head.head);
    }
    // Pages load nothing from elsewhere.
    for address in ["/", "/top", "/flame", "/list", "/sites", "/sizes", "/labels"] {
        let page = server.get(address);
        assert_eq!(page.status, 200, "{address}");
        for marker in ["src=", "<link", "@import", "url(", "http://", "https://", "fetch(", "XMLHttpRequest"] {
            assert!(!page.body.contains(marker), "{address}: {marker}");
        }
    }
}

#[test]
fn a_signal_ends_it_and_a_port_that_is_taken_is_told() {
    let mut server = Server::start(&[INCIDENT]);
    let port = server.address.port().to_string();
    let second = gomem(&["serve", INCIDENT, "--port", &port]).output().unwrap();
    assert_eq!(second.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&second.stderr).contains(&format!("--port {port}: ")));
    // A connection that says nothing is not waited for.
    let idle = TcpStream::connect(server.address).unwrap();
    let kill = Command::new("kill").args(["-INT", &server.child.id().to_string()]).status().unwrap();
    assert!(kill.success());
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    drop(idle);
    assert!(TcpStream::connect(server.address).is_err());
    let missing = gomem(&["serve", "nowhere"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(3));
}
