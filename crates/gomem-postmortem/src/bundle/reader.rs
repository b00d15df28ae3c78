//! From files to a bundle.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

use gomem_transport::Folder;

use crate::bundle::{
    artifact::{Artifact, UnusedFile},
    bundle::Bundle,
    error::BundleError,
    log_stream::LogStream,
    options::BundleOptions,
    packing::allowance::Allowance,
    recognition::recogniser::Recogniser,
    signature::begins_text_profile,
    sources::Sources,
};

impl Bundle {
    /// Reads a folder with its subfolders, or one file.
    ///
    /// # Errors
    /// When it cannot be read, or holds nothing that is recognised. A file that is damaged is among
    /// [`unused_files`](Self::unused_files).
    pub fn open(path: &Path) -> Result<Self, BundleError> {
        Self::open_with(path, BundleOptions::default())
    }

    /// The same, with options.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with(path: &Path, options: BundleOptions) -> Result<Self, BundleError> {
        let limits = options.limits;
        let io = |source| BundleError::Io { path: path.to_owned(), source };
        let (mut files, mut passed_over) = (vec![path.to_owned()], Vec::new());
        if fs::metadata(path).map_err(io)?.is_dir() {
            let folder = Folder::read(path, limits.into()).map_err(io)?;
            files = folder.files;
            passed_over.extend(folder.passed_over.into_iter().map(|passed| unused(path, &passed.path, passed.reason)));
        }
        if files.is_empty() && passed_over.is_empty() {
            return Err(BundleError::Empty { path: path.to_owned() });
        }
        let name =
            path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
        if files.len() > 1 {
            // Profiles in protobuf say more than those that are text: they come first.
            files.sort_by_cached_key(|file| begins_text_profile(&head(file)));
        }
        let mut refused = None;
        let mut recogniser = Recogniser::default();
        // One file after the other, so that not all of them are in memory.
        for file in &files {
            match read(&mut recogniser, path, file, limits.file_bytes) {
                Ok(()) => {}
                Err(problem) if file == path => refused = Some(problem),
                Err(BundleError::Io { source, .. }) => passed_over.push(unused(path, file, said(&source))),
                Err(BundleError::TooLarge { problem, .. }) => passed_over.push(unused(path, file, problem)),
                Err(problem) => passed_over.push(unused(path, file, problem.to_string())),
            }
        }
        let mut bundle = recogniser.finish(&name);
        if let Some(problem) = refused {
            return Err(problem);
        }
        bundle.unused_files.append(&mut passed_over);
        if !bundle.has_evidence() {
            let told = |unused: &UnusedFile| match files.as_slice() {
                [file] if file == path => unused.reason.clone(),
                _ => format!("{}: {}", unused.name, unused.reason),
            };
            let sources = bundle.contents.iter().map(|(name, _)| (name.clone(), "a source file".to_owned()));
            bundle.unused_files.extend(sources.map(|(name, reason)| UnusedFile { name, reason }));
            let reasons: Vec<String> = bundle.unused_files.iter().take(3).map(told).collect();
            let (path, reasons) = (path.to_owned(), reasons.join("; "));
            return Err(BundleError::Nothing { path, files: bundle.unused_files.len(), reasons });
        }
        bundle.shorten();
        Ok(bundle)
    }

    /// Recognises files that are in memory already.
    ///
    /// ```
    /// # let log = b"# p\n./a.go:1:2: x escapes to heap\n".to_vec();
    /// # let artifact = gomem_postmortem::Artifact { name: "escape.log".into(), bytes: log, modified_ms: None };
    /// # let bundle = gomem_postmortem::Bundle::from_artifacts("incident", vec![artifact]);
    /// assert_eq!(bundle.escapes().unwrap().heap_decisions().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn from_artifacts(name: &str, artifacts: Vec<Artifact>) -> Self {
        let (texts, others): (Vec<_>, Vec<_>) =
            artifacts.into_iter().partition(|artifact| begins_text_profile(&artifact.bytes));
        let mut recogniser = Recogniser::default();
        others.into_iter().chain(texts).for_each(|artifact| recogniser.read(artifact));
        let mut bundle = recogniser.finish(name);
        bundle.shorten();
        bundle
    }
}

/// Reads a file: a large log of the compiler as a stream, all else at once.
fn read(recogniser: &mut Recogniser, root: &Path, file: &Path, limit: u64) -> Result<(), BundleError> {
    let io = |source| BundleError::Io { path: file.to_owned(), source };
    let name = name_within(root, file);
    let is_source = Sources::path_within(&name).is_some();
    let log = if is_source { None } else { LogStream::open(file, limit).map_err(io)? };
    match log {
        Some(log) => recogniser.read_log(name, log),
        None => recogniser.read(artifact(root, file, limit)?),
    }
    Ok(())
}

fn artifact(root: &Path, file: &Path, limit: u64) -> Result<Artifact, BundleError> {
    let io = |source: io::Error| match source.kind() {
        io::ErrorKind::FileTooLarge => BundleError::TooLarge { path: file.to_owned(), problem: source.to_string() },
        _ => BundleError::Io { path: file.to_owned(), source },
    };
    let opened = File::open(file).map_err(io)?;
    let modified_ms = opened.metadata().and_then(|about| about.modified()).ok().and_then(unix_ms);
    Ok(Artifact { name: name_within(root, file), bytes: Allowance::read(opened, limit).map_err(io)?, modified_ms })
}

/// The beginning of a file; nothing of one that cannot be read.
fn head(file: &Path) -> Vec<u8> {
    let mut head = Vec::new();
    let read = File::open(file).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    read.map_or_else(|_| Vec::new(), |_| head)
}

fn unused(root: &Path, path: &Path, reason: String) -> UnusedFile {
    UnusedFile { name: name_within(root, path), reason }
}

/// A file's name in a bundle.
fn name_within(root: &Path, path: &Path) -> String {
    let relative = path.strip_prefix(root).ok().filter(|name| !name.as_os_str().is_empty()).unwrap_or(path);
    relative.to_string_lossy().replace('\\', "/")
}

/// What the system says, without its number.
fn said(problem: &io::Error) -> String {
    let text = problem.to_string();
    text.split(" (os error ").next().unwrap_or(&text).to_lowercase()
}

fn unix_ms(time: std::time::SystemTime) -> Option<i64> {
    i64::try_from(time.duration_since(std::time::UNIX_EPOCH).ok()?.as_millis()).ok()
}

/// Enough for the first line of what was gzipped.
const HEAD: u64 = 4096;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::artifact::Contents;

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
                bundle.unused_files()[0].reason.starts_with(reason) || reason.starts_with("byte"),
                "{:?}",
                bundle.unused_files()
            );
        }
        let err = Bundle::open("/nonexistent".as_ref()).unwrap_err();
        assert!(matches!(err, BundleError::Io { .. }));
    }
}
