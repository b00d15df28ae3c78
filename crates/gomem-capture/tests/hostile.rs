//! Services that lie, stall, flood or lead elsewhere. Each is a thread on a loopback port.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::{
    fs,
    io::Write,
    net::{TcpListener, TcpStream},
    ops::ControlFlow,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use gomem_capture::{Capture, CaptureOptions, Error, Headers, Target, capture};
use gomem_testkit::{Service, answer_well, respond};

const TOKEN: &str = "s3cr3t-t0k3n-that-must-not-be-stored";

/// Quick answers, of little size.
fn options(service: &Service) -> CaptureOptions {
    CaptureOptions::new(Target::parse(service.address()).unwrap())
        .with_seconds(1)
        .with_timeout(Duration::from_secs(2))
        .with_limit_bytes(1 << 20)
}

fn take(options: &CaptureOptions, directory: &Path) -> Result<Capture, Error> {
    capture(options, directory, &mut |_| ControlFlow::Continue(()))
}

fn reason(capture: &Capture, what: &str) -> String {
    let failed = capture.manifest().failed.iter().find(|failed| failed.what.starts_with(what));
    failed.unwrap_or_else(|| panic!("{what}: {:?}", capture.manifest())).reason.clone()
}

fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push((entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()));
        }
    }
    found
}

fn has(folder: &Path, name: &str) -> bool {
    folder.join(name).exists()
}

#[test]
fn one_failing_endpoint_does_not_lose_the_others() {
    let service = Service::start(answer_well);
    let folder = tempfile::tempdir().unwrap();
    let taken = take(&options(&service), folder.path()).unwrap();
    let manifest = taken.manifest();
    for name in ["heap-1.pb.gz", "heap-2.pb.gz", "allocs.pb.gz", "cpu.pb.gz", "goroutine.txt", "manifest.json"] {
        assert!(has(folder.path(), name), "{name}: {manifest:?}");
    }
    assert_eq!(reason(&taken, "block"), "404 Not Found Unknown profile");
    assert_eq!(reason(&taken, "goroutine profile"), "not a compressed profile, but text/plain");
    assert_eq!((manifest.skipped.len(), manifest.skipped[0].what.as_str()), (1, "mutex profile at the end"));
    assert_eq!(manifest.go_version.as_deref(), Some("go1.26.8"));
    assert_eq!(manifest.window.as_ref().unwrap().alloc_bytes, 0);
    assert_eq!(fs::read_to_string(folder.path().join("manifest.json")).unwrap(), taken.manifest_json());
    assert!(!taken.manifest_json().contains("cmdline"));
    assert!(service.take_requests().iter().all(|request| !request.contains("cmdline")));
    // Two heap profiles and one allocs profile, a CPU profile, stacks, scrapes: a post-mortem reads it as it is.
    let bundle = gomem_postmortem::Bundle::open(folder.path()).unwrap();
    assert_eq!(bundle.heaps().len(), 3);
    assert!(bundle.contents().iter().any(|(_, contents)| *contents == gomem_postmortem::Contents::Metrics));
}

#[test]
fn the_token_is_sent_and_nowhere_stored() {
    let service = Service::start(|path, stream| match path.rsplit('/').next().unwrap() {
        // It gives the secret back, in an answer, in an excuse, and in a location.
        "allocs" => respond(stream, "200 OK", "application/octet-stream", &[b"\x1f\x8b", TOKEN.as_bytes()].concat()),
        "goroutine" => respond(stream, "403 Forbidden", "text/plain", format!("no access for {TOKEN}").as_bytes()),
        "block" => redirect(stream, &format!("http://127.0.0.2:1/{TOKEN}?t={TOKEN}")),
        _ => answer_well(path, stream),
    });
    let mut headers = Headers::default();
    headers.push_bearer(TOKEN).unwrap();
    headers.push_line(&format!("X-Api-Key: {TOKEN}-2")).unwrap();
    let address = service.address();
    let target = Target::parse(&format!("http://{TOKEN}@{address}/debug/pprof/?key={TOKEN}#{TOKEN}")).unwrap();
    let metrics = Target::parse(&format!("http://me:{TOKEN}@{address}/metrics?key={TOKEN}")).unwrap();
    let options = CaptureOptions::new(target)
        .with_metrics(metrics)
        .with_seconds(1)
        .with_timeout(Duration::from_secs(2))
        .with_headers(headers);
    let folder = tempfile::tempdir().unwrap();
    let taken = take(&options, folder.path()).unwrap();
    assert_eq!(reason(&taken, "allocs"), "the answer repeats a secret of the request: not stored");
    assert_eq!(reason(&taken, "goroutine stacks"), "403 Forbidden no access for ***");
    assert!(reason(&taken, "block").starts_with("redirects to http://127.0.0.2:1"));
    let bundle = files(folder.path());
    assert!(bundle.len() >= 6, "{:?}", taken.manifest());
    for (name, bytes) in bundle {
        assert!(!contains(&bytes, TOKEN), "{name}");
        assert!(!name.contains(TOKEN));
    }
    let said = format!("{options:?} {taken:?}");
    assert!(!said.contains(TOKEN), "{said}");
    let requests = service.take_requests();
    assert!(requests.iter().all(|request| request.contains(&format!("Bearer {TOKEN}")) && request.contains("key=")));
}

#[test]
fn headers_stay_with_the_origin_they_are_for() {
    let elsewhere = Service::start(answer_well);
    let service = Service::start(answer_well);
    let mut headers = Headers::default();
    headers.push_bearer(TOKEN).unwrap();
    // The host is the same, and the port another.
    let metrics = Target::parse(&format!("http://{}/metrics", elsewhere.address())).unwrap();
    let options = options(&service).with_metrics(metrics).with_headers(headers);
    let folder = tempfile::tempdir().unwrap();
    let taken = take(&options, folder.path()).unwrap();
    assert!(taken.manifest().warnings[0].contains("another origin"));
    let requests = elsewhere.take_requests();
    assert!(!requests.is_empty() && requests.iter().all(|request| !request.contains(TOKEN)));

    let folder = tempfile::tempdir().unwrap();
    let taken = take(&options.with_headers_to_metrics(), folder.path()).unwrap();
    assert!(taken.manifest().warnings.is_empty());
    let requests = elsewhere.take_requests();
    assert!(!requests.is_empty() && requests.iter().all(|request| request.contains(TOKEN)));
}

#[test]
fn a_secret_goes_unencrypted_only_where_that_is_allowed() {
    let mut headers = Headers::default();
    headers.push_line("X-Vault: hunter2222").unwrap();
    let target = |text: &str| Target::parse(text).unwrap();
    // Addresses for documentation: nobody answers there, and nothing is asked.
    for (url, metrics) in [
        ("http://192.0.2.1/", None),
        ("http://localhost.example/", None),
        ("https://192.0.2.1/", Some("http://192.0.2.1/metrics?token=abcdefgh")),
        ("http://127.0.0.1:1/", Some("http://me:abcdefgh@192.0.2.1/metrics")),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut options = CaptureOptions::new(target(url)).with_headers(headers.clone());
        if let Some(metrics) = metrics {
            options = options.with_metrics(target(metrics));
        }
        let refused = take(&options, &folder.path().join("new")).unwrap_err();
        assert!(matches!(refused, Error::Unencrypted { .. }), "{url}: {refused}");
        assert!(!folder.path().join("new").exists());
    }
    let options = CaptureOptions::new(target("http://127.0.0.1:1")).with_headers(headers);
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(take(&options, folder.path()).unwrap_err(), Error::Nothing { .. }), "loopback needs no leave");
}

#[test]
fn a_service_that_echoes_everything_leaves_no_secret_in_any_file() {
    let service = Service::start(|path, stream| {
        let echo = echo();
        match path.rsplit('/').next().unwrap() {
            "goroutine" => {
                // In chunks that end within the token.
                write!(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n")?;
                for piece in format!("goroutine 1 [running]:\n{echo}").as_bytes().chunks(7) {
                    write!(stream, "{:x}\r\n", piece.len())?;
                    stream.write_all(piece)?;
                    stream.write_all(b"\r\n")?;
                }
                stream.write_all(b"0\r\n\r\n")
            }
            "metrics" => respond(stream, "200 OK", "text/plain", format!("# {echo}\ngo_goroutines 5\n").as_bytes()),
            "allocs" => respond(stream, "200 OK", "application/octet-stream", &gzip(&format!("profile of {echo}"))),
            "mutex" => respond(stream, &format!("500 {TOKEN}"), &format!("text/{TOKEN}"), echo.as_bytes()),
            "block" => respond(stream, "200 OK", &echo, echo.as_bytes()),
            _ => answer_well(path, stream),
        }
    });
    let mut headers = Headers::default();
    headers.push_bearer(TOKEN).unwrap();
    headers.push_line("X-Scope-OrgID: tenant-one").unwrap();
    headers.push_line("Cookie: id=abcdefgh; session=ij/klm%n\"op").unwrap();
    let url = format!("http://me:pass%26word@{}/?key=query%20token", service.address());
    let options = CaptureOptions::new(Target::parse(&url).unwrap()).with_seconds(1).with_headers(headers);
    let folder = tempfile::tempdir().unwrap();
    let taken = take(&options, folder.path()).unwrap();
    assert!(
        has(folder.path(), "goroutine.txt") && has(folder.path(), "metrics") && !has(folder.path(), "allocs.pb.gz")
    );
    assert!(taken.manifest().warnings.iter().any(|warning| warning.contains("blanked")), "{:?}", taken.manifest());
    for (name, bytes) in files(folder.path()) {
        for written in echo().split(['\u{1}']) {
            assert!(!contains(&bytes, written), "{name}: {written}");
        }
    }
}

/// What was sent, in the forms that services write.
fn echo() -> String {
    let basic = STANDARD.encode("me:pass&word");
    let secrets = [TOKEN, "tenant-one", "abcdefgh", "ij/klm%n\"op", "pass&word", "query token", &basic];
    let forms = secrets.iter().flat_map(|secret| {
        let percent: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        let json = serde_json::to_string(secret).unwrap().trim_matches('"').replace('&', "\\u0026");
        let base64 = STANDARD.encode(format!("user:{secret}"));
        [secret.to_string(), percent.replace('+', "%20"), percent, json, base64]
    });
    forms.collect::<Vec<_>>().join("\u{1}")
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn endless_and_slow_answers_end() {
    let service = Service::start(|path, stream| match path.rsplit('/').next().unwrap() {
        "heap" => {
            write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\x1f")?;
            flood(stream)
        }
        // One byte now and then: never idle, never done.
        "allocs" => {
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")?;
            for _ in 0..200 {
                stream.write_all(b"x")?;
                thread::sleep(Duration::from_millis(50));
            }
            Ok(())
        }
        "goroutine" => flood(stream),
        _ => answer_well(path, stream),
    });
    let folder = tempfile::tempdir().unwrap();
    let start = Instant::now();
    let taken = take(&options(&service), folder.path()).unwrap();
    assert_eq!(reason(&taken, "heap profile at the start"), "larger than 1048576 bytes");
    assert_eq!(reason(&taken, "allocs"), "not finished after 2 s");
    reason(&taken, "goroutine profile");
    assert!(
        has(folder.path(), "cpu.pb.gz") && !has(folder.path(), "heap-1.pb.gz") && !has(folder.path(), "allocs.pb.gz")
    );
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
}

#[test]
fn scrapes_do_not_fill_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let service = Service::start(|path, stream| match path {
        "/metrics" => respond(stream, "200 OK", "text/plain", &[b'#'; 20_000]),
        _ => answer_well(path, stream),
    });
    let taken = take(&options(&service).with_seconds(9).with_limit_bytes(20_000), folder.path()).unwrap();
    assert_eq!(reason(&taken, "scrapes"), "larger than 160000 bytes together");
    let scrapes = taken.manifest().files.iter().find(|file| file.path == "metrics/").unwrap();
    assert_eq!((scrapes.count, scrapes.bytes), (9, 180_000));
}

#[test]
fn a_gzip_bomb_is_stored_as_it_came() {
    // The head of a stream, and then what would inflate without end: a megabyte less one byte is within the limit.
    let mut bomb = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    bomb.resize((1 << 20) - 1, 0);
    let served = bomb.clone();
    let service = Service::start(move |path, stream| match path.rsplit('/').next().unwrap() {
        "heap" => {
            let length = served.len();
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {length}\r\n\r\n")?;
            stream.write_all(&served)
        }
        _ => answer_well(path, stream),
    });
    let folder = tempfile::tempdir().unwrap();
    let taken = take(&options(&service), folder.path()).unwrap();
    assert_eq!(fs::read(folder.path().join("heap-1.pb.gz")).unwrap(), bomb);
    assert_eq!(taken.manifest().window, None);
}

#[test]
fn redirects_stay_at_the_origin() {
    let other = Service::start(answer_well);
    let (elsewhere, visits) = (other.address().to_owned(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&visits);
    let service = Service::start(move |path, stream| match path.rsplit('/').next().unwrap() {
        "heap" => redirect(stream, &format!("http://{elsewhere}/debug/pprof/heap")),
        "allocs" => redirect(stream, "/moved/heap-of-all"),
        "heap-of-all" => answer_well("heap", stream),
        "block" => {
            counted.fetch_add(1, Ordering::Relaxed);
            redirect(stream, "block")
        }
        _ => answer_well(path, stream),
    });
    let folder = tempfile::tempdir().unwrap();
    let taken = take(&options(&service), folder.path()).unwrap();
    assert!(reason(&taken, "heap profile at the start").starts_with("redirects to http://127.0.0.1:"));
    assert!(has(folder.path(), "allocs.pb.gz"), "within the origin it is followed");
    assert_eq!(reason(&taken, "block"), "more than 5 redirects");
    assert_eq!(visits.load(Ordering::Relaxed), 6);
    assert!(other.take_requests().is_empty());
}

#[test]
fn a_login_page_is_no_profile() {
    let service = Service::start(|path, stream| match path {
        "/debug/pprof/goroutine" => answer_well("/heap", stream),
        _ => respond(stream, "200 OK", "text/html", b"<html>log in"),
    });
    let folder = tempfile::tempdir().unwrap();
    let taken = take(&options(&service), folder.path()).unwrap();
    assert_eq!(reason(&taken, "heap"), "not a compressed profile, but text/html");
    assert_eq!(reason(&taken, "scrapes"), "not metrics as text, but text/html");
    assert_eq!(taken.manifest().files.len(), 1);
}

#[test]
fn a_dead_service_is_told_at_once_and_leaves_nothing() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let folder = tempfile::tempdir().unwrap();
    let directory = folder.path().join("new");
    let start = Instant::now();
    let options = CaptureOptions::new(Target::parse(&address).unwrap());
    let err = take(&options, &directory).unwrap_err().to_string();
    assert!(err.starts_with(&format!("nothing could be taken from http://{address}/: ")), "{err}");
    assert!(err.contains("efused"), "{err}");
    assert!(start.elapsed() < Duration::from_secs(10) && !directory.exists());
}

#[test]
fn a_folder_with_something_in_it_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mine"), "x").unwrap();
    let err = take(&CaptureOptions::new(Target::parse("127.0.0.1:1").unwrap()), folder.path()).unwrap_err();
    assert!(matches!(err, Error::NotEmpty { .. }));
    let err =
        take(&CaptureOptions::new(Target::parse("127.0.0.1:1").unwrap()), &folder.path().join("mine")).unwrap_err();
    assert!(matches!(err, Error::Io { .. }));
    assert_eq!(files(folder.path()).len(), 1);
}

#[test]
fn a_stop_is_at_once_and_keeps_what_there_is() {
    let service = Service::start(answer_well);
    let folder = tempfile::tempdir().unwrap();
    let options = options(&service).with_seconds(3600);
    let start = Instant::now();
    let taken = capture(&options, folder.path(), &mut |progress| {
        if progress.elapsed > Duration::from_millis(1500) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .unwrap();
    assert!(start.elapsed() < Duration::from_secs(4));
    assert!(taken.manifest().interrupted && has(folder.path(), "heap-1.pb.gz") && has(folder.path(), "manifest.json"));
}

fn redirect(stream: &mut TcpStream, location: &str) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

/// 64 MiB: far beyond the limit of the tests.
fn flood(stream: &mut TcpStream) -> std::io::Result<()> {
    (0..1024).try_for_each(|_| stream.write_all(&[0x8b; 1 << 16]))
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
