//! What shows in a process only: standard input, pipes that close, a full disk, signals, completions and manual pages.

#![allow(clippy::unwrap_used)]

use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Write},
    process::{Command, Output, Stdio},
};

use gomem_testkit::root;

fn gomem(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gomem"));
    command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn incident(name: &str) -> String {
    root().join("examples/incident").join(name).display().to_string()
}

fn ended(command: &mut Command) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

#[test]
fn every_reader_takes_standard_input() {
    let file = |name: &str| Stdio::from(File::open(incident(name)).unwrap());
    for (input, args) in [
        ("before/heap-3.pb.gz", &["top", "-"][..]),
        ("before/heap-3.pb.gz", &["tree", "-"]),
        ("before/heap-3.pb.gz", &["traces", "-"]),
        ("before/heap-3.pb.gz", &["tags", "-"]),
        ("before/heap-3.pb.gz", &["comments", "-"]),
        ("before/heap-3.pb.gz", &["flame", "-", "-o", "-"]),
        ("before/heap-3.pb.gz", &["convert", "-", "--to", "csv"]),
        ("before/heap-3.pb.gz", &["diff", "-", &incident("before/heap-1.pb.gz")]),
        ("before/heap-3.pb.gz", &["postmortem", "-"]),
        ("before/escape.log", &["escape", "-"]),
        ("before/gctrace.log", &["gogc", "-"]),
        ("before/gctrace.log", &["postmortem", "-", "--json", "-"]),
    ] {
        let (code, out, err) = ended(gomem(args).stdin(file(input)));
        assert_eq!((code, err.as_str()), (Some(0), ""), "{args:?}");
        assert!(!out.is_empty() || args[0] == "comments", "{args:?}");
    }
    for args in [&["top", "-"][..], &["escape", "-"], &["metrics", "-"], &["gogc", "-"], &["postmortem", "-"]] {
        let (code, out, err) = ended(&mut gomem(args));
        assert_eq!((code, out.as_str()), (Some(3), ""), "{args:?}: nothing in it");
        assert!(err.starts_with("gomem: -: ") && err.lines().count() == 1, "{args:?}: {err}");
    }
}

#[test]
fn a_pipe_that_closes_early_is_no_error() {
    for args in [
        &["top", &incident("before/heap-3.pb.gz"), "-n", "0"][..],
        &["escape", &incident("before/escape.log"), "--format", "csv"],
        &["escape", &incident("before/escape.log"), "--format", "sarif"],
        &["postmortem", &incident("before"), "--json", "-"],
        &["completions", "bash"],
        &["tree", &incident("before/heap-3.pb.gz"), "-n", "0"],
        &["traces", &incident("before/heap-3.pb.gz")],
        &["convert", &incident("before/heap-3.pb.gz"), "--to", "folded"],
        &["convert", &incident("before/metrics"), "--to", "csv"],
        &["diff", &incident("before/heap-1.pb.gz"), &incident("before/heap-3.pb.gz"), "-n", "0"],
        &["growth", &incident("before/heap-1.pb.gz"), &incident("before/heap-3.pb.gz"), "-n", "0"],
        &["attribute", &incident("before/heap-3.pb.gz"), &incident("before/escape.log"), "--format", "json"],
        &["metrics", &incident("before/metrics"), "--show", "series"],
        &["diagnose", &incident("before/metrics"), "--all"],
        &["compare", &incident("before"), &incident("after")],
        &["postmortem", &incident("before")],
        &["flame", &incident("before/heap-3.pb.gz"), "-o", "-"],
        &["gogc", &incident("before/gctrace.log")],
        &["--help"],
    ] {
        let mut child = gomem(args).spawn().unwrap();
        let mut first = String::new();
        let mut out = BufReader::with_capacity(16, child.stdout.take().unwrap());
        out.read_line(&mut first).unwrap();
        drop(out);
        let mut err = String::new();
        child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert_eq!((child.wait().unwrap().code(), err.as_str()), (Some(0), ""), "{args:?}");
        assert!(!first.is_empty());
    }
}

#[test]
fn gzipped_logs_are_read_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let gzipped = |name: &str| {
        let path = folder.path().join(name.replace('/', "-"));
        let mut gzip = flate2::write::GzEncoder::new(File::create(&path).unwrap(), flate2::Compression::fast());
        gzip.write_all(&std::fs::read(incident(name)).unwrap()).unwrap();
        gzip.finish().unwrap();
        path.display().to_string()
    };
    for (name, command) in [
        ("before/escape.log", &["escape"][..]),
        ("before/escape.log", &["convert", "--to", "csv"]),
        ("before/escape.log", &["convert", "--table", "diagnostics", "--to", "csv"]),
        ("before/gctrace.log", &["gogc"]),
        ("before/gctrace.log", &["convert", "--to", "csv"]),
    ] {
        let answer = |path: &str| ended(&mut gomem(&[command, &[path]].concat()));
        let (code, out, err) = answer(&gzipped(name));
        assert_eq!((code, err.as_str()), (Some(0), ""), "{command:?}");
        assert!(out == answer(&incident(name)).1, "{command:?}");
    }
    let log = gzipped("before/escape.log");
    let (_, out, _) = ended(gomem(&["escape", "-"]).stdin(File::open(log).unwrap()));
    assert!(out == ended(&mut gomem(&["escape", &incident("before/escape.log")])).1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told() {
    let heap = incident("before/heap-3.pb.gz");
    for args in [
        &["top", &heap][..],
        &["convert", &heap, "--to", "pb.gz"],
        &["escape", &incident("before/escape.log"), "--format", "csv"],
        &["postmortem", &incident("before")],
        &["--help"],
    ] {
        let (code, _, err) = ended(gomem(args).stdout(File::create("/dev/full").unwrap()));
        assert_eq!(code, Some(3), "{args:?}");
        assert_eq!(err, "gomem: cannot write the output: No space left on device\n", "{args:?}");
    }
    let (code, _, err) = ended(&mut gomem(&["flame", &heap, "-o", "/dev/full"]));
    assert_eq!((code, err.as_str()), (Some(3), "gomem: /dev/full: no space left on the device\n"));
}

#[test]
fn colours_are_for_terminals_unless_asked_for() {
    let scrapes = incident("before/metrics");
    for args in [&["--help"][..], &["diagnose", &scrapes], &["top"]] {
        let is_coloured = |more: &[&str], variable: Option<&str>| {
            let mut command = gomem(&[args, more].concat());
            command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env_remove("CLICOLOR");
            command.envs(variable.map(|name| (name, "1")));
            let (_, out, err) = ended(&mut command);
            (out + &err).contains('\u{1b}')
        };
        assert!(!is_coloured(&[], None), "{args:?}");
        assert!(!is_coloured(&[], Some("NO_COLOR")), "{args:?}");
        assert!(is_coloured(&[], Some("CLICOLOR_FORCE")), "{args:?}");
        assert!(is_coloured(&["--color", "always"], Some("NO_COLOR")), "{args:?}");
        assert!(!is_coloured(&["--color=never"], Some("CLICOLOR_FORCE")), "{args:?}");
    }
    let parquet = ["escape", &incident("before/escape.log"), "--color", "always", "--format", "parquet"];
    let bytes = gomem(&parquet).output().unwrap().stdout;
    assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"), "never in what is no text");
}

#[test]
fn messages_stay_in_one_line() {
    let (code, _, err) = ended(&mut gomem(&["top", "no\u{1b}[2Jsuch\nfile"]));
    assert_eq!(code, Some(3));
    assert!(err.starts_with("gomem: no\\u{1b}[2Jsuch\\nfile: ") && err.lines().count() == 1, "{err}");
}

/// What a command shows on a terminal of so many columns; `script` comes with util-linux.
#[cfg(target_os = "linux")]
fn on_a_terminal(columns: usize, words: &str) -> Option<String> {
    let command = format!("stty rows 40 cols {columns}; {} {words}", env!("CARGO_BIN_EXE_gomem"));
    let shown = Command::new("script").args(["-qec", &command, "/dev/null"]).env("TERM", "xterm").output().ok()?;
    Some(String::from_utf8(shown.stdout).unwrap().replace("\r\n", "\n"))
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_gets_what_fits() {
    let (heap, bundle) = (incident("before/heap-3.pb.gz"), incident("before"));
    for words in [format!("top {heap}"), format!("escape {bundle}/escape.log"), format!("growth {bundle}/heap-*.pb.gz")]
    {
        let Some(shown) = on_a_terminal(80, &words) else { return };
        let text = anstream::adapter::strip_str(shown.rsplit("\u{1b}[1A").next().unwrap()).to_string();
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{words}: {text}");
        assert!(shown.contains('\u{1b}') && text.contains('…'), "{words}: {text}");
    }
    let shown = on_a_terminal(80, &format!("convert {heap} --to parquet")).unwrap();
    assert!(shown.contains("this form is binary") && !shown.contains("PAR1"), "{shown}");
    let shown = on_a_terminal(80, "top - ; echo code $?").unwrap();
    assert!(shown.contains("standard input is a terminal") && shown.contains("code 2"), "{shown}");
}

#[test]
fn completions_and_manual_pages() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (code, script, _) = ended(&mut gomem(&["completions", shell]));
        assert!(code == Some(0) && script.contains("postmortem") && script.contains("sample-type"), "{shell}");
    }
    for (shell, check) in [("bash", &["-n"][..]), ("zsh", &["-n"]), ("fish", &["--no-execute"])] {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("gomem");
        std::fs::write(&script, ended(&mut gomem(&["completions", shell])).1).unwrap();
        // A shell that is not there cannot judge.
        let Ok(judged) = Command::new(shell).args(check).arg(&script).output() else { continue };
        assert!(judged.status.success() && judged.stderr.is_empty(), "{shell}: {judged:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    let man = folder.path().join("man1");
    assert_eq!(ended(&mut gomem(&["man", man.to_str().unwrap()])).0, Some(0));
    let page = std::fs::read_to_string(man.join("gomem-top.1")).unwrap();
    assert!(page.contains(".TH") && page.contains("sample\\-type") && page.contains("gomem top heap.pb.gz"), "{page}");
    assert!(man.join("gomem.1").exists());
}

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_what_came() {
    stopped_by("-INT");
}

#[cfg(unix)]
#[test]
fn so_does_sigterm() {
    stopped_by("-TERM");
}

/// Captures from a service that answers with a heap profile and lets the caller of all else wait.
#[cfg(unix)]
fn stopped_by(signal: &str) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let heap = std::fs::read(incident("before/heap-3.pb.gz")).unwrap();
    let (asked, cpu_is_asked) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut waiting = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let n = stream.read(&mut request).unwrap_or(0);
            let request = String::from_utf8_lossy(&request[..n]).into_owned();
            if request.contains("/profile?") {
                let _ = asked.send(());
                waiting.push(stream);
                continue;
            }
            let (status, body) =
                if request.contains("/heap ") { ("200 OK", heap.as_slice()) } else { ("404 Not Found", &b""[..]) };
            let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(body);
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("bundle");
    let child = gomem(&["capture", &url, "-o", bundle.to_str().unwrap(), "--seconds", "60"]).spawn().unwrap();
    cpu_is_asked.recv_timeout(std::time::Duration::from_secs(20)).unwrap();
    // The answer before that is on its way to the folder.
    for _ in 0..200 {
        if bundle.join("heap-1.pb.gz").exists() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
    let ended = child.wait_with_output().unwrap();
    let (out, err) = (String::from_utf8(ended.stdout).unwrap(), String::from_utf8(ended.stderr).unwrap());
    assert_eq!(ended.status.code(), Some(130), "{err}");
    assert!(out.contains("heap-1.pb.gz") && out.contains("interrupted: the bundle holds what came"), "{out}");
    let manifest = std::fs::read_to_string(bundle.join("manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(manifest["interrupted"], true);
}

/// What never ends is read up to the limit of its kind, from a device, a pipe and a file that claims more than it holds.
#[cfg(target_os = "linux")]
#[test]
fn no_input_is_read_without_end() {
    let folder = tempfile::tempdir().unwrap();
    let sparse = folder.path().join("sparse");
    File::create(&sparse).unwrap().set_len(4 << 30).unwrap();
    for command in ["top", "metrics", "gogc", "postmortem"] {
        for input in [std::path::Path::new("/dev/zero"), sparse.as_path(), std::path::Path::new("-")] {
            let zeros = File::open("/dev/zero").unwrap();
            let ended = gomem(&[command, input.to_str().unwrap()]).stdin(zeros).output().unwrap();
            let err = String::from_utf8(ended.stderr).unwrap();
            assert!(ended.status.code() == Some(3) && err.contains("larger than 1 MiB"), "{command} {input:?}: {err}");
        }
    }
}

/// A link that leads out, a pipe and 20,000 other files: a line for all of them, and no waiting.
#[cfg(unix)]
#[test]
fn what_a_folder_holds_besides_is_a_number() {
    let folder = tempfile::tempdir().unwrap();
    let within = |name: &str| folder.path().join(name);
    std::fs::write(within("1700000000000.prom"), "go_goroutines 1\n").unwrap();
    std::fs::write(within("escape.log"), "# p\n./a.go:1:2: moved to heap: x\n").unwrap();
    std::os::unix::fs::symlink("/proc", within("outside.prom")).unwrap();
    assert!(Command::new("mkfifo").arg(within("pipe.prom")).status().unwrap().success());
    for number in 0..20_000 {
        std::fs::write(within(&format!("{number}.junk")), "x").unwrap();
    }
    for (command, own) in [("metrics", "1700000000000.prom"), ("escape", ".log"), ("postmortem", "escape.log")] {
        let ended = gomem(&[command, folder.path().to_str().unwrap()]).output().unwrap();
        let (out, err) = (String::from_utf8(ended.stdout).unwrap(), String::from_utf8(ended.stderr).unwrap());
        assert_eq!(ended.status.code(), Some(0), "{command} ({own}): {err}");
        assert!(out.len() + err.len() < 20_000, "{command}: {} bytes", out.len() + err.len());
        assert!(format!("{out}{err}").contains("links are not followed"), "{command}: {out}{err}");
    }
}
