//! `gomem capture` as a user runs it, against a service on a loopback port.

#![allow(clippy::unwrap_used)]

use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, channel},
    thread,
};

use gomem_testkit::root;

/// Exit code, standard output, standard error.
fn gomem(args: &[&str]) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = gomem_cli::run(std::iter::once("gomem").chain(args.iter().copied()), &mut out, &mut err);
    (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

/// A service with nothing but a heap profile; gives its URL and the requests.
fn service() -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (requests, seen) = channel();
    let heap = root().join("examples/incident/before/heap-3.pb.gz");
    let heap = fs::read(heap).unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().take(100) {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let n = stream.read(&mut request).unwrap_or(0);
            let request = String::from_utf8_lossy(&request[..n]).into_owned();
            let (status, body) = if request.contains("/debug/pprof/heap ") {
                ("200 OK", heap.as_slice())
            } else {
                ("404 Not Found", &b""[..])
            };
            let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(body);
            let _ = requests.send(request);
        }
    });
    (url, seen)
}

/// An answer without what differs from run to run: places, sizes of JSON, and how often something was tried.
fn masked(answer: &str, names: &[(&str, &str)]) -> String {
    let answer = names.iter().fold(answer.to_owned(), |answer, (name, mask)| answer.replace(name, mask));
    let is_steady = |line: &&str| !line.contains("manifest.json");
    let once = |line: &str| line.split(" (").next().unwrap_or(line).trim_end().to_owned();
    let mut lines: Vec<String> = answer.lines().filter(is_steady).map(once).collect();
    // Requests run at the same time.
    lines.chunk_by_mut(|a, b| a.starts_with("  failed") && b.starts_with("  failed")).for_each(<[String]>::sort);
    lines.join("\n")
}

fn path(folder: &tempfile::TempDir, name: &str) -> PathBuf {
    folder.path().join(name)
}

#[test]
fn a_capture_and_then_a_post_mortem() {
    let (url, requests) = service();
    let folder = tempfile::tempdir().unwrap();
    let (token, bundle) = (path(&folder, "token"), path(&folder, "bundle"));
    fs::write(&token, "a-token-of-its-own\n").unwrap();
    let bundle = bundle.to_str().unwrap();
    let command = ["capture", &url, "-o", bundle, "--seconds", "1", "--bearer-token-file", token.to_str().unwrap()];
    let (code, out, err) = gomem(&command);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("heap-2.pb.gz") && out.contains("CPU profile over the whole time: 404 Not Found"), "{out}");
    assert!(out.contains("Between the heap profiles: 0 B allocated in 0 objects"), "{out}");
    assert!(out.ends_with(&format!("next: gomem postmortem {bundle}\n")), "{out}");
    assert!(!out.contains("a-token"));
    insta::assert_snapshot!("capture", masked(&out, &[(&url, "URL"), (bundle, "DIR")]));
    assert!(requests.try_iter().all(|request| request.contains("Bearer a-token-of-its-own")));
    assert!(!fs::read_to_string(Path::new(bundle).join("manifest.json")).unwrap().contains("a-token"));

    let (code, out, _) = gomem(&["postmortem", bundle]);
    assert!(code == 0 && out.contains("event/line.go:34"), "{out}");
    let (code, _, err) = gomem(&command);
    assert_eq!((code, err), (2, format!("gomem: {bundle}: not empty; a capture needs a folder of its own\n")));
}

#[test]
fn sources_are_copied_when_they_are_asked_for() {
    let (url, _requests) = service();
    let folder = tempfile::tempdir().unwrap();
    let (with, without) = (path(&folder, "with"), path(&folder, "without"));
    let sources = root().join("examples/incident/service");
    let command =
        ["capture", &url, "-o", with.to_str().unwrap(), "--seconds", "1", "--source", sources.to_str().unwrap()];
    let (code, out, err) = gomem(&command);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.contains("  src/ ") && out.contains("sources that the profiles name, "), "{out}");
    assert!(out.contains("of the standard library, are in none of the folders, such as "), "{out}");
    assert!(with.join("src/example.com/ingest/internal/store/sessions.go").is_file());
    // What no profile names stays where it is.
    assert!(!with.join("src/example.com/ingest/go.mod").exists());
    let (code, page, _) = gomem(&["postmortem", with.to_str().unwrap(), "-o", "-"]);
    assert!(code == 0 && page.contains("<details class=\"code\"") && page.contains("steps, err := decode("), "{code}");

    let (code, _, err) = gomem(&["capture", &url, "-o", without.to_str().unwrap(), "--seconds", "1"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(!without.join("src").exists());
}

/// A profile is read from its address, as `go tool pprof` does; nothing that may be secret is sent so.
#[test]
fn profiles_are_read_from_their_address() {
    let (url, requests) = service();
    let (address, file) = (format!("{url}/debug/pprof/heap"), root().join("examples/incident/before/heap-3.pb.gz"));
    let file = file.to_str().unwrap();
    for args in [&["top", file][..], &["list", "touch", file], &["diff", file, file]] {
        let remote: Vec<&str> = args.iter().map(|arg| if *arg == file { &*address } else { arg }).collect();
        let (code, out, err) = gomem(&remote);
        assert_eq!((code, &*err), (0, ""), "{out}");
        assert_eq!(out.replace(&address, file), gomem(args).1);
    }
    let asked: Vec<String> = requests.try_iter().collect();
    assert!(asked.iter().all(|request| request.starts_with("GET /debug/pprof/heap HTTP/1.1")), "{asked:?}");
    for (address, problem) in [
        (format!("{url}/debug/pprof/allocs"), "404"),
        (address.replace("http://", "http://me:hunter22@"), "gomem capture"),
        (format!("{address}?token=hunter22"), "gomem capture"),
        ("https://".to_owned(), "not the URL of a service"),
        ("http://127.0.0.1:1/debug/pprof/heap".to_owned(), "nothing could be taken from"),
    ] {
        let (code, _, err) = gomem(&["top", &address]);
        assert!(code == 3 && err.contains(problem) && !err.contains("hunter22"), "{code} {err}");
    }
    assert_eq!(requests.try_iter().count(), 1);
}

#[test]
fn what_cannot_be_captured() {
    let folder = tempfile::tempdir().unwrap();
    let bundle = path(&folder, "bundle");
    let bundle = bundle.to_str().unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let (code, _, err) = gomem(&["capture", &closed, "-o", bundle]);
    assert!(code == 3 && err.starts_with(&format!("gomem: nothing could be taken from http://{closed}/: ")), "{err}");
    for (args, said) in [
        (&["capture", "ftp://h", "-o", bundle][..], "not the URL of a service"),
        (&["capture", &closed], "--output <DIR>"),
        (&["capture", &closed, "-o", bundle, "--seconds", "0"], "1..=3600"),
        (&["capture", &closed, "-o", bundle, "--header", "hunter2222"], "no colon"),
        (&["capture", &closed, "-o", bundle, "--bearer-token-env", "GOMEM_NO_SUCH"], "not set"),
    ] {
        let (code, _, err) = gomem(args);
        assert!(code == 2 && err.contains(said) && !err.contains("hunter2222"), "{code} {err}");
    }
    assert!(!Path::new(bundle).exists());
}

#[test]
fn where_a_service_listens() {
    let (url, requests) = service();
    let (code, out, err) = gomem(&["capture", &url, "--listen-check"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(
        out.contains("loopback")
            && out.contains("as it should be")
            && out.contains("ListenAndServe(\"127.0.0.1:6060\"")
    );
    assert!(requests.try_iter().all(|request| request.is_empty()), "nothing is asked");
}
