//! What a bundle says of itself.

use std::time::SystemTime;

use gomem_pprof::{DecodeOptions, Limits, Profile};
use serde::Serialize;

/// `manifest.json`: what was taken, when, where from, and what failed. It holds no credential.
///
/// ```
/// # use std::ops::ControlFlow;
/// # use gomem_capture::{CaptureOptions, Target, capture};
/// # let service = gomem_testkit::Service::start(gomem_testkit::answer_well);
/// # let options = CaptureOptions::new(Target::parse(service.address())?).with_seconds(1);
/// # let folder = tempfile::tempdir()?;
/// # let taken = capture(&options, &folder.path().join("incident"), &mut |_| ControlFlow::Continue(()))?;
/// let manifest = taken.manifest();
/// assert_eq!((manifest.seconds, manifest.go_version.as_deref()), (1, Some("go1.26.8")));
/// assert!(!manifest.interrupted && manifest.files.iter().any(|file| file.path == "heap-1.pb.gz"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, Serialize)]
#[non_exhaustive]
pub struct Manifest {
    /// What made the bundle: `gomem capture` and its version.
    pub tool: String,
    /// The service, without credentials and query.
    pub url: String,
    /// Where scrapes come from.
    pub metrics_url: String,
    /// When it began, in UTC.
    pub start: String,
    /// When it ended.
    pub end: String,
    /// Between the two heap profiles.
    pub seconds: u32,
    /// It was stopped before its end.
    pub interrupted: bool,
    /// The service's Go, when its metrics tell.
    pub go_version: Option<String>,
    /// The service's main module, when its metrics tell.
    pub build: Option<Build>,
    /// What happened between the two heap profiles.
    pub window: Option<Window>,
    /// What to know about the service or the capture.
    pub warnings: Vec<String>,
    /// The files.
    pub files: Vec<BundleFile>,
    /// What could not be taken.
    pub failed: Vec<Failure>,
    /// What was not asked for.
    pub skipped: Vec<Omission>,
}

/// A file of the bundle, or the folder of scrapes or of sources.
///
/// ```
/// # use std::ops::ControlFlow;
/// # use gomem_capture::{CaptureOptions, Target, capture};
/// # let service = gomem_testkit::Service::start(gomem_testkit::answer_well);
/// # let options = CaptureOptions::new(Target::parse(service.address())?).with_seconds(1);
/// # let folder = tempfile::tempdir()?;
/// # let taken = capture(&options, &folder.path().join("incident"), &mut |_| ControlFlow::Continue(()))?;
/// let heap = taken.manifest().files.iter().find(|file| file.path == "heap-1.pb.gz").ok_or("it was taken")?;
/// assert!(heap.url.ends_with("/debug/pprof/heap") && heap.bytes > 1000, "{heap:?}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct BundleFile {
    /// Within the bundle.
    pub path: String,
    /// What it is.
    pub what: String,
    /// Where it is from, without credentials and query; empty for what is no answer of the service.
    pub url: String,
    /// When it was asked for.
    pub start: String,
    /// When it was there.
    pub end: String,
    /// Its size; of a folder, that of its files together.
    pub bytes: u64,
    /// How many files it is.
    pub count: u32,
}

/// What could not be taken.
///
/// ```
/// # use std::ops::ControlFlow;
/// # use gomem_capture::{CaptureOptions, Target, capture};
/// # let service = gomem_testkit::Service::start(gomem_testkit::answer_well);
/// # let options = CaptureOptions::new(Target::parse(service.address())?).with_seconds(1);
/// # let folder = tempfile::tempdir()?;
/// # let taken = capture(&options, &folder.path().join("incident"), &mut |_| ControlFlow::Continue(()))?;
/// // One answer that is no profile costs that one alone.
/// let failed = taken.manifest().failed.iter().find(|failed| failed.what == "goroutine profile at the end");
/// assert_eq!(failed.ok_or("it is a text here")?.reason, "not a compressed profile, but text/plain");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Failure {
    /// What it would have been.
    pub what: String,
    /// Where it was asked for.
    pub url: String,
    /// When it failed; of several times the first.
    pub time: String,
    /// Why.
    pub reason: String,
    /// How often.
    pub count: u32,
}

/// What was not asked for.
///
/// ```
/// # use std::ops::ControlFlow;
/// # use gomem_capture::{CaptureOptions, Target, capture};
/// # let service = gomem_testkit::Service::start(gomem_testkit::answer_well);
/// # let options = CaptureOptions::new(Target::parse(service.address())?).with_seconds(1);
/// # let folder = tempfile::tempdir()?;
/// # let taken = capture(&options, &folder.path().join("incident"), &mut |_| ControlFlow::Continue(()))?;
/// let omission = taken.manifest().skipped.first().ok_or("a profile that is off is not asked for")?;
/// assert_eq!((&*omission.what, &*omission.reason), ("mutex profile at the end", "off, or without samples"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Omission {
    /// What it would have been.
    pub what: String,
    /// Why not.
    pub reason: String,
}

/// The main module of a service, by `go_build_info`.
///
/// ```
/// # use std::ops::ControlFlow;
/// # use gomem_capture::{CaptureOptions, Target, capture};
/// # use gomem_testkit::{Service, answer_well, respond};
/// # let service = Service::start(|path, stream| match path {
/// #     "/metrics" => respond(stream, "200 OK", "text/plain", br#"go_build_info{checksum="",path="example.com/app",version="v1.4.0"} 1
/// # "#),
/// #     _ => answer_well(path, stream),
/// # });
/// # let options = CaptureOptions::new(Target::parse(service.address())?).with_seconds(1);
/// # let folder = tempfile::tempdir()?;
/// # let taken = capture(&options, &folder.path().join("incident"), &mut |_| ControlFlow::Continue(()))?;
/// let build = taken.manifest().build.as_ref().ok_or("its metrics have go_build_info")?;
/// assert_eq!((&*build.path, &*build.version), ("example.com/app", "v1.4.0"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Build {
    /// Its path.
    pub path: String,
    /// Its version.
    pub version: String,
    /// Its checksum.
    pub checksum: String,
}

/// What happened between two heap profiles: counters are differences, gauges are kept as they were at either end.
///
/// ```
/// # use std::ops::ControlFlow;
/// # use gomem_capture::{CaptureOptions, Target, capture};
/// # let service = gomem_testkit::Service::start(gomem_testkit::answer_well);
/// # let options = CaptureOptions::new(Target::parse(service.address())?).with_seconds(1);
/// # let folder = tempfile::tempdir()?;
/// # let taken = capture(&options, &folder.path().join("incident"), &mut |_| ControlFlow::Continue(()))?;
/// let window = taken.manifest().window.as_ref().ok_or("two heap profiles were taken")?;
/// // The service answers with the same profile twice.
/// assert_eq!((window.inuse_bytes_end - window.inuse_bytes_start, window.alloc_bytes), (0, 0));
/// assert!(window.inuse_bytes_start > 20_000_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Window {
    /// Bytes allocated meanwhile.
    pub alloc_bytes: i64,
    /// Objects allocated meanwhile.
    pub alloc_objects: i64,
    /// Bytes in use at the start.
    pub inuse_bytes_start: i64,
    /// Bytes in use at the end.
    pub inuse_bytes_end: i64,
}

impl Window {
    /// `None` when one is no heap profile, or inflates to more than is worth it here.
    pub(crate) fn between(start: &[u8], end: &[u8]) -> Option<Self> {
        let total = |profile: &Profile, name: &str| i64::try_from(profile.total(profile.sample_type_index(name)?)).ok();
        let options = DecodeOptions::default().with_limits(Limits::default().with_decompressed_bytes(MOST_INFLATED));
        let decode = |bytes| Profile::decode_with(bytes, &options).ok();
        let (start, end) = (decode(start)?, decode(end)?);
        Some(Self {
            alloc_bytes: total(&end, "alloc_space")?.saturating_sub(total(&start, "alloc_space")?),
            alloc_objects: total(&end, "alloc_objects")?.saturating_sub(total(&start, "alloc_objects")?),
            inuse_bytes_start: total(&start, "inuse_space")?,
            inuse_bytes_end: total(&end, "inuse_space")?,
        })
    }
}

impl Manifest {
    /// As `manifest.json` has it.
    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Learns Go's version and the main module from a scrape.
    pub(crate) fn learn(&mut self, scrape: &[u8]) {
        let text = String::from_utf8_lossy(scrape);
        for line in text.lines() {
            if line.starts_with("go_info{") {
                self.go_version = label(line, "version");
            } else if line.starts_with("go_build_info{") {
                let of = |name| label(line, name).unwrap_or_default();
                self.build = Some(Build { path: of("path"), version: of("version"), checksum: of("checksum") });
            }
        }
    }
}

/// In UTC, to the millisecond.
pub(crate) fn rfc3339(time: SystemTime) -> String {
    humantime::format_rfc3339_millis(time).to_string()
}

fn label(line: &str, name: &str) -> Option<String> {
    let labels = line.split_once('{')?.1;
    let value = labels.split(&format!("{name}=\"")).nth(1)?;
    Some(value.split('"').next()?.chars().filter(|char| !char.is_control()).take(LONGEST_LABEL).collect())
}

/// The heap profile of a large service inflates to a few MiB.
const MOST_INFLATED: u64 = 64 << 20;
const LONGEST_LABEL: usize = 200;

#[cfg(test)]
mod tests {
    use gomem_testkit::root;

    use super::*;

    #[test]
    fn versions_by_metrics() {
        let mut manifest = Manifest::default();
        manifest.learn(
            b"# TYPE go_info gauge\ngo_info{version=\"go1.26.8\"} 1\n\
              go_build_info{checksum=\"\",path=\"example.com/a\",version=\"(devel)\"} 1\n",
        );
        assert_eq!(manifest.go_version.as_deref(), Some("go1.26.8"));
        let build = manifest.build.unwrap();
        assert_eq!((build.path.as_str(), build.version.as_str()), ("example.com/a", "(devel)"));
    }

    #[test]
    fn counters_are_differences_and_gauges_are_kept() {
        let heap = |n: u32| {
            let path = root().join(format!("examples/incident/before/heap-{n}.pb.gz"));
            std::fs::read(path).unwrap()
        };
        let window = Window::between(&heap(1), &heap(3)).unwrap();
        let back = Window::between(&heap(3), &heap(1)).unwrap();
        assert!(window.alloc_bytes > 1 << 30 && window.alloc_objects > 0, "{window:?}");
        assert_eq!(window.alloc_bytes, -back.alloc_bytes);
        assert_eq!(window.inuse_bytes_start, back.inuse_bytes_end);
        assert_eq!(Window::between(b"\x1f\x8b", &heap(1)), None);
    }
}
