//! Files that a Go program left behind, recognised by their content.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};

use gomem_escape::EscapeLog;
use gomem_metrics::{GcTrace, Metrics};
use gomem_pprof::Profile;

use crate::bundle::{
    announced::begins_text_profile,
    folder::{self, Listing},
    recognise::Recogniser,
};

/// A file, by name and content.
#[derive(Debug, Clone)]
pub struct Artifact {
    /// Its path within the bundle.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// When it was written: milliseconds since the Unix epoch. Metrics that say no time of their own have this one.
    pub modified_ms: Option<i64>,
}

/// Everything that was recognised among a set of files, and what was not.
#[derive(Debug, Clone, Default)]
pub struct Bundle {
    pub(crate) name: String,
    pub(crate) heaps: Vec<HeapProfile>,
    pub(crate) cpu: Option<Profile>,
    pub(crate) goroutines: Vec<Profile>,
    pub(crate) escapes: Option<EscapeLog>,
    pub(crate) metrics: Metrics,
    pub(crate) gctrace: Option<Arc<GcTrace>>,
    /// Profiles of other programs that were left out: the file and the program.
    pub(crate) other_programs: Vec<(String, String)>,
    /// The program that was kept, when there are others.
    pub(crate) program: String,
    /// Of how many builds of the program the profiles are.
    pub(crate) builds: usize,
    pub(crate) contents: Vec<(String, Contents)>,
    pub(crate) unread: Vec<Unread>,
    pub(crate) remarks: Vec<Remark>,
}

/// A heap profile of the bundle.
#[derive(Debug, Clone)]
pub struct HeapProfile {
    /// The file's name.
    pub name: String,
    /// The profile.
    pub profile: Arc<Profile>,
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

impl Contents {
    /// All kinds, profiles first.
    pub const ALL: &'static [Self] =
        &[Self::Heap, Self::Cpu, Self::Goroutine, Self::EscapeLog, Self::GcTrace, Self::Metrics];

    /// What people call it, as the evidence of findings does.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Heap => "heap profile",
            Self::Cpu => "CPU profile",
            Self::Goroutine => "goroutine profile",
            Self::EscapeLog => "escape log",
            Self::GcTrace => "GC trace",
            Self::Metrics => "metrics",
        }
    }
}

/// A file that was not used, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Its name.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// A file that was used, with a reservation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Its name.
    pub name: String,
    /// The reservation.
    pub text: String,
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
    /// There is no file.
    #[error("{}: an empty folder; see `gomem postmortem --help` for what can be in a bundle", path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// Nothing was recognised.
    #[error(
        "{}: {}{reasons}; see `gomem postmortem --help` for what can be in a bundle",
        path.display(), nothing_among(*files)
    )]
    Nothing {
        /// The folder.
        path: PathBuf,
        /// How many files there were.
        files: usize,
        /// Why the first of them were not used.
        reasons: String,
    },
}

impl Bundle {
    /// Reads a folder with its subfolders, or one file.
    ///
    /// # Errors
    /// When it cannot be read, or holds nothing that is recognised. A file that is damaged is [`unread`](Self::unread).
    pub fn open(path: &Path) -> Result<Self, BundleError> {
        let io = |source| BundleError::Io { path: path.to_owned(), source };
        let mut listing = Listing::of(path).map_err(io)?;
        let mut files = std::mem::take(&mut listing.files);
        if files.is_empty() && listing.passed_over.is_empty() {
            return Err(BundleError::Empty { path: path.to_owned() });
        }
        let name =
            path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
        if files.len() > 1 {
            // Profiles in protobuf say more than those that are text: they come first.
            files.sort_by_cached_key(|file| begins_text_profile(&folder::head(file)));
        }
        let mut refused = None;
        let artifacts = files.iter().filter_map(|file| match artifact(path, file) {
            Ok(artifact) => Some(artifact),
            Err(problem) => {
                match problem {
                    problem if file == path => refused = Some(problem),
                    BundleError::Io { source, .. } => listing.pass_over(path, file, folder::reason(&source)),
                    problem => listing.pass_over(path, file, problem.to_string()),
                }
                None
            }
        });
        let mut bundle = Self::recognise(&name, artifacts);
        if let Some(problem) = refused {
            return Err(problem);
        }
        bundle.unread.append(&mut listing.passed_over);
        if bundle.contents.is_empty() {
            let told = |unread: &Unread| match files.as_slice() {
                [file] if file == path => unread.reason.clone(),
                _ => format!("{}: {}", unread.name, unread.reason),
            };
            let reasons: Vec<String> = bundle.unread.iter().take(3).map(told).collect();
            let (path, reasons) = (path.to_owned(), reasons.join("; "));
            return Err(BundleError::Nothing { path, files: bundle.unread.len(), reasons });
        }
        Ok(bundle)
    }

    /// Recognises files that are in memory already.
    #[must_use]
    pub fn from_artifacts(name: &str, artifacts: Vec<Artifact>) -> Self {
        let (texts, others): (Vec<_>, Vec<_>) =
            artifacts.into_iter().partition(|artifact| begins_text_profile(&artifact.bytes));
        Self::recognise(name, others.into_iter().chain(texts))
    }

    /// One file after the other, so that not all of them are in memory.
    fn recognise(name: &str, artifacts: impl Iterator<Item = Artifact>) -> Self {
        let mut recogniser = Recogniser::default();
        artifacts.for_each(|artifact| recogniser.read(artifact));
        recogniser.finish(name)
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

    /// Files that were used, with a reservation.
    #[must_use]
    pub fn remarks(&self) -> &[Remark] {
        &self.remarks
    }

    /// The goroutine profiles and dumps.
    #[must_use]
    pub fn goroutines(&self) -> &[Profile] {
        &self.goroutines
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
        self.gctrace.as_deref()
    }

    /// The heap profile that knows most: the latest one has counted the most allocation.
    #[must_use]
    pub fn latest_heap(&self) -> Option<&HeapProfile> {
        self.heaps.last()
    }
}

fn nothing_among(files: usize) -> String {
    match files {
        1 => String::new(),
        _ => format!("no profile, escape log, metrics or GC trace among {files} files, such as "),
    }
}

fn artifact(root: &Path, file: &Path) -> Result<Artifact, BundleError> {
    let io = |source| BundleError::Io { path: file.to_owned(), source };
    let mut opened = File::open(file).map_err(io)?;
    let about = opened.metadata().map_err(io)?;
    let modified_ms = about.modified().ok().and_then(unix_ms);
    let mut bytes = Vec::with_capacity(usize::try_from(about.len().min(folder::LARGEST_FILE)).unwrap_or(0));
    // What is named may be a pipe, which does not say how much it has.
    opened.by_ref().take(folder::LARGEST_FILE + 1).read_to_end(&mut bytes).map_err(io)?;
    if bytes.len() as u64 > folder::LARGEST_FILE {
        return Err(BundleError::TooLarge { path: file.to_owned(), limit: folder::LARGEST_FILE });
    }
    Ok(Artifact { name: folder::name_within(root, file), bytes, modified_ms })
}

fn unix_ms(time: std::time::SystemTime) -> Option<i64> {
    i64::try_from(time.duration_since(std::time::UNIX_EPOCH).ok()?.as_millis()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: &str, bytes: &[u8]) -> Bundle {
        Bundle::from_artifacts("b", vec![Artifact { name: name.to_owned(), bytes: bytes.to_vec(), modified_ms: None }])
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
            ("a", b"go_build_info 1\n", "no metric of the Go runtime in it"),
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
}
