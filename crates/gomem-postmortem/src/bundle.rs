//! Files that a Go program left behind, recognised by their content.

use std::path::{Path, PathBuf};

use gomem_escape::EscapeLog;
use gomem_metrics::{GcTrace, Metrics};
use gomem_pprof::Profile;

/// A file, by name and content.
#[derive(Debug, Clone)]
pub struct Artifact {
    /// Its path within the bundle.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Everything that was recognised among a set of files, and what was not.
#[derive(Debug, Clone, Default)]
pub struct Bundle {
    pub(crate) name: String,
    pub(crate) heaps: Vec<HeapProfile>,
    pub(crate) cpu: Option<Profile>,
    pub(crate) goroutines: Option<Profile>,
    pub(crate) escapes: Option<EscapeLog>,
    pub(crate) metrics: Metrics,
    pub(crate) gctrace: Option<GcTrace>,
    contents: Vec<(String, Contents)>,
    unread: Vec<Unread>,
}

/// A heap profile of the bundle.
#[derive(Debug, Clone)]
pub struct HeapProfile {
    /// The file's name.
    pub name: String,
    /// The profile.
    pub profile: Profile,
}

/// What a file was recognised as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Contents {
    /// A heap or allocs profile.
    Heap,
    /// A CPU profile.
    Cpu,
    /// A goroutine profile.
    Goroutine,
    /// The compiler's log.
    EscapeLog,
    /// GC traces, in whatever log.
    GcTrace,
    /// A scrape of metrics.
    Metrics,
}

/// A file that was not used, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Its name.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// Why a bundle cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// A file or folder cannot be read.
    #[error("{}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file is larger than any artefact should be.
    #[error("{}: larger than {limit} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit.
        limit: u64,
    },
    /// Nothing was recognised.
    #[error(
        "{}: no profile, escape log, metrics or GC trace among {files} files; \
         see `gomem postmortem --help` for what can be in a bundle", path.display()
    )]
    Nothing {
        /// The folder.
        path: PathBuf,
        /// How many files there were.
        files: usize,
    },
}

impl Bundle {
    /// Reads a folder with its subfolders, or one file.
    ///
    /// # Errors
    /// When it cannot be read, or holds nothing that is recognised. A file that is damaged is [`unread`](Self::unread).
    pub fn open(path: &Path) -> Result<Self, BundleError> {
        let mut files = Vec::new();
        list(path, &mut files, 0)?;
        files.sort();
        let mut artifacts = Vec::with_capacity(files.len());
        for file in &files {
            let io = |source| BundleError::Io { path: file.clone(), source };
            if std::fs::metadata(file).map_err(io)?.len() > LARGEST_FILE {
                return Err(BundleError::TooLarge { path: file.clone(), limit: LARGEST_FILE });
            }
            let relative = file.strip_prefix(path).ok().filter(|name| !name.as_os_str().is_empty()).unwrap_or(file);
            let name = relative.to_string_lossy().replace('\\', "/");
            artifacts.push(Artifact { name, bytes: std::fs::read(file).map_err(io)? });
        }
        let name =
            path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
        let bundle = Self::of(&name, artifacts);
        if bundle.contents.is_empty() {
            return Err(BundleError::Nothing { path: path.to_owned(), files: files.len() });
        }
        Ok(bundle)
    }

    /// Recognises files that are in memory already.
    #[must_use]
    pub fn of(name: &str, artifacts: Vec<Artifact>) -> Self {
        let mut bundle = Self { name: name.to_owned(), ..Self::default() };
        // Profiles in protobuf say more than those that are text: they come first.
        let (texts, others): (Vec<_>, Vec<_>) =
            artifacts.into_iter().partition(|artifact| is_text_profile(&artifact.bytes));
        for artifact in others.into_iter().chain(texts) {
            match bundle.recognise(&artifact) {
                Ok(contents) => bundle.contents.push((artifact.name, contents)),
                Err(reason) => bundle.unread.push(Unread { name: artifact.name, reason }),
            }
        }
        bundle.heaps.sort_by_key(|heap| heap.profile.time_nanos());
        bundle
    }

    /// The folder's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What each file was recognised as.
    #[must_use]
    pub fn contents(&self) -> &[(String, Contents)] {
        &self.contents
    }

    /// Files that were not used.
    #[must_use]
    pub fn unread(&self) -> &[Unread] {
        &self.unread
    }

    /// The heap profiles, in order of time.
    #[must_use]
    pub fn heaps(&self) -> &[HeapProfile] {
        &self.heaps
    }

    /// The compiler's log.
    #[must_use]
    pub fn escapes(&self) -> Option<&EscapeLog> {
        self.escapes.as_ref()
    }

    /// The metrics.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// The GC trace.
    #[must_use]
    pub fn gctrace(&self) -> Option<&GcTrace> {
        self.gctrace.as_ref()
    }

    /// The heap profile that knows most: the latest one has counted the most allocation.
    #[must_use]
    pub fn latest_heap(&self) -> Option<&HeapProfile> {
        self.heaps.last()
    }

    fn recognise(&mut self, artifact: &Artifact) -> Result<Contents, String> {
        let bytes = artifact.bytes.as_slice();
        if bytes.is_empty() {
            return Err("empty".to_owned());
        }
        if bytes.starts_with(&[0x1f, 0x8b]) || !looks_like_text(bytes) || is_text_profile(bytes) {
            return self.profile(artifact);
        }
        // A service's log may hold GC traces anywhere; the compiler's log is told by its sections.
        if memchr::memmem::find(bytes, b" ms clock, ").is_some()
            && let Ok(trace) = GcTrace::decode(bytes)
        {
            return keep(&mut self.gctrace, trace, Contents::GcTrace);
        }
        if let Some(what) = known_text(bytes) {
            return Err(what.to_owned());
        }
        if COMPILER_WORDS.iter().any(|word| memchr::memmem::find(bytes, word).is_some()) {
            let log = EscapeLog::decode(bytes).map_err(|err| err.to_string())?;
            return keep(&mut self.escapes, log, Contents::EscapeLog);
        }
        if memchr::memmem::find(bytes, b"go_").is_some() {
            let time_ms =
                scrape_time(&artifact.name).ok_or("metrics, but the file's name is not its time: <unix ms>.prom")?;
            self.metrics.push_scrape(time_ms, bytes).map_err(|err| err.to_string())?;
            return Ok(Contents::Metrics);
        }
        Err("not recognised".to_owned())
    }

    fn profile(&mut self, artifact: &Artifact) -> Result<Contents, String> {
        let profile = Profile::decode(&artifact.bytes).map_err(|err| err.to_string())?;
        let has = |name: &str| profile.sample_type_index(name).is_some();
        if has("alloc_space") && has("inuse_space") {
            if profile.time_nanos().is_none() && !self.heaps.is_empty() {
                return Err("a heap profile without its time: the others are used".to_owned());
            }
            self.heaps.push(HeapProfile { name: artifact.name.clone(), profile });
            Ok(Contents::Heap)
        } else if has("cpu") {
            keep(&mut self.cpu, profile, Contents::Cpu)
        } else if has("goroutine") || has("goroutines") {
            keep(&mut self.goroutines, profile, Contents::Goroutine)
        } else {
            let kinds: Vec<&str> = profile.sample_types().iter().map(gomem_pprof::SampleType::name).collect();
            Err(format!("a profile of {}: no finding uses it", kinds.join(", ")))
        }
    }
}

/// One of a kind is used, the first by name.
fn keep<T>(place: &mut Option<T>, found: T, contents: Contents) -> Result<Contents, String> {
    if place.is_some() {
        return Err("a second one of its kind: the first by name is used".to_owned());
    }
    *place = Some(found);
    Ok(contents)
}

fn list(path: &Path, files: &mut Vec<PathBuf>, depth: usize) -> Result<(), BundleError> {
    let io = |source| BundleError::Io { path: path.to_owned(), source };
    if std::fs::metadata(path).map_err(io)?.is_dir() {
        for entry in std::fs::read_dir(path).map_err(io)? {
            let entry = entry.map_err(io)?;
            let is_dir = entry.file_type().map_err(io)?.is_dir();
            if files.len() >= MOST_FILES || (is_dir && depth >= DEEPEST) {
                continue;
            }
            list(&entry.path(), files, depth + 1)?;
        }
    } else {
        files.push(path.to_owned());
    }
    Ok(())
}

fn looks_like_text(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(512)];
    !head.contains(&0) && head.iter().filter(|&&byte| byte < 0x20 && !b"\n\r\t".contains(&byte)).count() == 0
}

/// A profile as `debug=1` or `debug=2` gives it.
fn is_text_profile(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(200)];
    let first = head.split(|&byte| byte == b'\n').next().unwrap_or(head);
    first.starts_with(b"heap profile:")
        || memchr::memmem::find(first, b" profile: total ").is_some()
        || [&b"--- mutex:"[..], b"--- contention:"].contains(&first)
        || (first.starts_with(b"goroutine ") && first.contains(&b'[') && first.ends_with(b":"))
}

/// Text that is recognised, and used by nothing yet.
fn known_text(bytes: &[u8]) -> Option<&'static str> {
    let is_notes = bytes.starts_with(b"{") && memchr::memmem::find(bytes, b"\"Action\"").is_none();
    is_notes.then_some("JSON: notes about the bundle")
}

/// `metrics/1700000000000.prom`: the time stands in the name, since a scrape does not say it.
fn scrape_time(name: &str) -> Option<i64> {
    let stem = name.rsplit('/').next()?.split('.').next()?;
    let time: i64 = stem.parse().ok()?;
    // Seconds would be 1000 times smaller; both are told apart until the year 5138.
    Some(if time < 100_000_000_000 { time * 1000 } else { time })
}

const COMPILER_WORDS: [&[u8]; 4] = [b" escapes to heap", b"moved to heap: ", b": can inline ", b" does not escape"];
const LARGEST_FILE: u64 = 4 << 30;
const MOST_FILES: usize = 200_000;
const DEEPEST: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: &str, bytes: &[u8]) -> Bundle {
        Bundle::of("b", vec![Artifact { name: name.to_owned(), bytes: bytes.to_vec() }])
    }

    #[test]
    fn files_are_recognised_by_content() {
        let trace =
            b"starting\ngc 1 @0.001s 10%: 0.026+2.4+0.069 ms clock, 0.053+0.13/0.67/2.4+0.13 ms cpu, 13->13->13 MB, \
                      13 MB goal, 0 MB stacks, 0 MB globals, 2 P\n";
        assert_eq!(one("x", trace).contents()[0].1, Contents::GcTrace);
        let wrapped = [b"{\"log\":\"", trace.strip_prefix(b"starting\n").unwrap(), b"\"}\n"].concat();
        assert_eq!(one("x", &wrapped).contents()[0].1, Contents::GcTrace);
        assert_eq!(one("x", b"# p\n./a.go:1:2: x escapes to heap\n").contents()[0].1, Contents::EscapeLog);
        assert_eq!(one("m/1700000000000.prom", b"go_goroutines 1\n").contents()[0].1, Contents::Metrics);
    }

    #[test]
    fn what_is_not_used_is_told_with_its_reason() {
        for (name, bytes, reason) in [
            ("a", &b""[..], "empty"),
            ("a", b"hello\n", "not recognised"),
            ("scrape.txt", b"go_goroutines 1\n", "metrics, but the file's name is not its time: <unix ms>.prom"),
            ("a", b"\x1f\x8bxx", "byte 4: damaged gzip stream"),
            ("a", b"--- mutex:\n", "a profile of contentions, delay: no finding uses it"),
            ("a", b"{\"a\": 1}", "JSON"),
        ] {
            let bundle = one(name, bytes);
            assert!(bundle.contents().is_empty());
            assert!(
                bundle.unread()[0].reason.starts_with(reason) || reason.starts_with("byte"),
                "{:?}",
                bundle.unread()
            );
        }
        let err = Bundle::open("/nonexistent".as_ref()).unwrap_err();
        assert!(matches!(err, BundleError::Io { .. }));
    }

    #[test]
    fn a_second_log_is_told() {
        let log =
            |name: &str| Artifact { name: name.to_owned(), bytes: b"# p\n./a.go:1:2: x escapes to heap\n".to_vec() };
        let bundle = Bundle::of("b", vec![log("a"), log("b")]);
        assert_eq!((bundle.contents().len(), bundle.unread()[0].name.as_str()), (1, "b"));
    }

    #[test]
    fn times_of_scrapes() {
        assert_eq!(scrape_time("m/1700000000000.prom"), Some(1_700_000_000_000));
        assert_eq!(scrape_time("1700000000.prom.txt"), Some(1_700_000_000_000));
        assert_eq!(scrape_time("metrics.prom"), None);
    }
}
