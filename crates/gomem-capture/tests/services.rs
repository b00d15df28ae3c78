//! Real services, built by the Go that is installed; without one these tests are skipped.
//!
//! `GOMEM_GO` names the commands of other versions, separated by spaces.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

use std::{
    fs,
    io::{BufRead, BufReader},
    ops::ControlFlow,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

use gomem_capture::{Authorities, Capture, CaptureOptions, Headers, Target, capture};
use gomem_postmortem::{Bundle, Contents, Report};

/// A running service, which ends with the test.
struct Service {
    process: Child,
    url: String,
}

impl Service {
    fn start(program: &Path, flags: &[&str]) -> Self {
        let mut process = Command::new(program).args(flags).stdout(Stdio::piped()).spawn().unwrap();
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut url).unwrap();
        Self { process, url: url.trim().to_owned() }
    }

    fn options(&self, seconds: u32) -> CaptureOptions {
        CaptureOptions::new(Target::parse(&self.url).unwrap())
            .with_seconds(seconds)
            .with_timeout(Duration::from_secs(3))
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The service by each Go there is.
fn programs() -> &'static [PathBuf] {
    static PROGRAMS: OnceLock<Vec<PathBuf>> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        let others = std::env::var("GOMEM_GO").unwrap_or_default();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/service");
        let mut programs = Vec::new();
        for (i, go) in std::iter::once("go").chain(others.split_whitespace()).enumerate() {
            let program = folder.join(format!("service-{i}"));
            let built = Command::new(go)
                .args(["build", "-o"])
                .arg(&program)
                .args(["main.go", "certificate.go"].map(|file| source.join(file)))
                .env("GOTOOLCHAIN", "local")
                .current_dir(folder)
                .status();
            match built {
                Ok(status) => assert!(status.success(), "{go} builds the service"),
                Err(_) if i == 0 => eprintln!("skipped: no go here"),
                Err(err) => panic!("{go}: {err}"),
            }
            programs.extend(program.exists().then_some(program));
        }
        programs
    })
}

fn take(options: &CaptureOptions, folder: &Path) -> Capture {
    capture(options, folder, &mut |_| ControlFlow::Continue(())).unwrap()
}

fn reason<'a>(capture: &'a Capture, what: &str) -> &'a str {
    let failed = capture.manifest().failed.iter().find(|failed| failed.what.starts_with(what));
    &failed.unwrap_or_else(|| panic!("{what}: {:?}", capture.manifest())).reason
}

fn paths(capture: &Capture) -> Vec<&str> {
    capture.manifest().files.iter().map(|file| file.path.as_str()).collect()
}

#[test]
fn a_capture_goes_straight_into_a_post_mortem() {
    for program in programs() {
        let service = Service::start(program, &["-contend"]);
        let folder = tempfile::tempdir().unwrap();
        let taken = take(&service.options(3), folder.path());
        let manifest = taken.manifest();
        assert!(
            manifest.failed.is_empty() && manifest.skipped.is_empty() && manifest.warnings.is_empty(),
            "{manifest:?}"
        );
        let mut found = paths(&taken);
        found.sort_unstable();
        assert_eq!(
            found,
            [
                "allocs.pb.gz",
                "block.pb.gz",
                "cpu.pb.gz",
                "goroutine.pb.gz",
                "goroutine.txt",
                "heap-1.pb.gz",
                "heap-2.pb.gz",
                "metrics/",
                "mutex.pb.gz"
            ]
        );
        assert!(manifest.go_version.as_ref().is_some_and(|version| version.starts_with("go1.")));
        assert_eq!(manifest.build.as_ref().unwrap().path, "example.com/service");
        // 16 times 16 KiB each millisecond, by a sampling profiler on a machine that may be busy.
        let window = manifest.window.as_ref().unwrap();
        assert!((50 << 20..2000 << 20).contains(&window.alloc_bytes), "{window:?}");
        let scrapes = manifest.files.iter().find(|file| file.path == "metrics/").unwrap().count;
        assert!((2..=4).contains(&scrapes), "{scrapes}");

        let bundle = Bundle::open(folder.path()).unwrap();
        let count = |what| bundle.contents().iter().filter(|(_, contents)| *contents == what).count();
        // Goroutines are there twice: counted, and one by one.
        assert_eq!((count(Contents::Heap), count(Contents::Cpu), count(Contents::Goroutine)), (3, 1, 2));
        assert_eq!(count(Contents::Metrics), scrapes as usize);
        let text = gomem_report::text(&Report::from_bundle(&bundle), 100);
        assert!(text.contains("main.allocate"), "{text}");
        for heap in bundle.heaps() {
            assert!(heap.profile.time_nanos().is_some());
        }
    }
}

#[test]
fn profiles_that_are_off_are_not_taken() {
    let Some(program) = programs().first() else { return };
    let service = Service::start(program, &[]);
    let folder = tempfile::tempdir().unwrap();
    let taken = take(&service.options(1), folder.path());
    let skipped: Vec<&str> = taken.manifest().skipped.iter().map(|skipped| skipped.reason.as_str()).collect();
    assert_eq!(skipped, ["off, or without samples"; 2]);
    assert!(!folder.path().join("mutex.pb.gz").exists() && !folder.path().join("block.pb.gz").exists());
}

#[test]
fn a_slow_endpoint_runs_out_of_time() {
    let Some(program) = programs().first() else { return };
    let service = Service::start(program, &["-slow", "/allocs"]);
    let folder = tempfile::tempdir().unwrap();
    let taken = take(&service.options(1), folder.path());
    assert_eq!(reason(&taken, "allocs"), "not finished after 3 s");
    assert!(paths(&taken).contains(&"goroutine.txt") && paths(&taken).contains(&"heap-2.pb.gz"));
}

#[test]
fn a_service_that_dies_midway_leaves_what_it_said_before() {
    let Some(program) = programs().first() else { return };
    let service = Service::start(program, &["-die-after", "2s"]);
    let folder = tempfile::tempdir().unwrap();
    let taken = take(&service.options(4), folder.path());
    assert!(paths(&taken).contains(&"heap-1.pb.gz") && paths(&taken).contains(&"metrics/"));
    assert!(!paths(&taken).contains(&"cpu.pb.gz"));
    for what in ["CPU", "heap profile at the end", "goroutine stacks", "scrapes"] {
        reason(&taken, what);
    }
    assert!(!Bundle::open(folder.path()).unwrap().contents().is_empty());
}

#[test]
fn a_certificate_that_nobody_signed_is_refused() {
    let Some(program) = programs().first() else { return };
    let service = Service::start(program, &["-tls"]);
    let folder = tempfile::tempdir().unwrap();
    let start = Instant::now();
    let err = capture(&service.options(60), folder.path(), &mut |_| ControlFlow::Continue(())).unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(20), "it does not wait for what cannot come");
    assert!(service.url.starts_with("https://") && err.to_string().contains("certificate"), "{err}");
    assert!(fs::read_dir(folder.path()).unwrap().next().is_none());
}

#[test]
fn a_certificate_of_an_authority_of_ones_own_is_trusted_when_it_is_named() {
    let Some(program) = programs().first() else { return };
    let folder = tempfile::tempdir().unwrap();
    let [file, refused, taken] = ["ca.pem", "refused", "taken"].map(|name| folder.path().join(name));
    let service = Service::start(program, &["-ca", file.to_str().unwrap()]);
    let authorities = Authorities::decode(&fs::read(&file).unwrap()).unwrap();
    let attempt = |options: CaptureOptions| {
        capture(&options, &refused, &mut |_| ControlFlow::Continue(())).unwrap_err().to_string()
    };
    let err = attempt(service.options(60));
    assert!(err.contains("certificate"), "not by the system's authorities: {err}");
    // The certificate is for 127.0.0.1 alone.
    let elsewhere = Target::parse(&service.url.replace("127.0.0.1", "localhost")).unwrap();
    let err = attempt(CaptureOptions::new(elsewhere).with_authorities(authorities.clone()));
    assert!(err.contains("certificate"), "not for another name: {err}");
    let taken = take(&service.options(1).with_authorities(authorities), &taken);
    assert!(taken.manifest().failed.is_empty() && taken.manifest().url.starts_with("https://"), "{taken:?}");
}

#[test]
fn a_bearer_token_opens_and_is_stored_nowhere() {
    let Some(program) = programs().first() else { return };
    let token = "s3cr3t-t0k3n-of-the-service";
    let service = Service::start(program, &["-token", token]);
    let folder = tempfile::tempdir().unwrap();
    let without = capture(&service.options(60), folder.path(), &mut |_| ControlFlow::Continue(())).unwrap_err();
    assert!(without.to_string().ends_with("401 Unauthorized no entry"), "{without}");
    let mut headers = Headers::default();
    headers.push_bearer(token).unwrap();
    let taken = take(&service.options(1).with_headers(headers), folder.path());
    assert!(taken.manifest().failed.is_empty(), "{:?}", taken.manifest());
    let mut folders = vec![folder.path().to_owned()];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
                continue;
            }
            files += 1;
            let mut bytes = fs::read(&entry).unwrap();
            if bytes.starts_with(&[0x1f, 0x8b]) {
                let raw = Command::new("gzip").arg("-dc").arg(&entry).output();
                bytes.extend(raw.map(|raw| raw.stdout).unwrap_or_default());
            }
            assert!(!bytes.windows(token.len()).any(|window| window == token.as_bytes()), "{}", entry.display());
        }
    }
    assert!(files >= 8);
}
