//! Folders as they come: what cannot be read is told of, and the rest is.

#![allow(clippy::unwrap_used)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use gomem_postmortem::{Bundle, BundleError, BundleLimits, BundleOptions, Contents, Report};
use gomem_testkit::root;

fn incident(name: &str) -> PathBuf {
    root().join("examples/incident/before").join(name)
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(incident("heap-3.pb.gz"), folder.path().join("heap.pb.gz")).unwrap();
    folder
}

/// The names and reasons of what was not read, when exactly the heap profile was.
fn unread(folder: &Path) -> Vec<(String, String)> {
    let bundle = Bundle::open(folder).unwrap();
    assert_eq!(bundle.contents(), [("heap.pb.gz".to_owned(), Contents::Heap)]);
    let report = Report::from_bundle(&bundle);
    assert!(report.findings().iter().any(|finding| finding.title.contains("api/handler.go:58")));
    bundle.unused_files().iter().map(|unread| (unread.name.clone(), unread.reason.clone())).collect()
}

#[cfg(unix)]
#[test]
fn links_may_lead_in_circles_or_nowhere() {
    let folder = folder();
    let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, folder.path().join(name)).unwrap();
    link(".", "self");
    link("nowhere", "dangling");
    link("circle", "circle");
    link("/dev/zero", "zeros");
    fs::create_dir(folder.path().join("logs")).unwrap();
    link("../logs", "logs/again");
    let mut unread = unread(folder.path());
    unread.sort();
    let names: Vec<&str> = unread.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["circle", "dangling", "logs/again", "self", "zeros"], "{unread:?}");
    assert!(unread.iter().all(|(_, reason)| reason == "a link: links are not followed"), "{unread:?}");
}

/// What is outside may be a secret, which a report would pass on; what is within is read where it is.
#[cfg(unix)]
#[test]
fn a_bundle_ends_at_its_folder() {
    let (folder, other) = (folder(), tempfile::tempdir().unwrap());
    fs::copy(incident("escape.log"), other.path().join("escape.log")).unwrap();
    let link = |to: &Path, name: &str| std::os::unix::fs::symlink(to, folder.path().join(name)).unwrap();
    link(other.path(), "logs");
    link(&other.path().join("escape.log"), "escape.log");
    link("heap.pb.gz".as_ref(), "latest");
    link("/proc/self/environ".as_ref(), "environ");
    let names: Vec<String> = unread(folder.path()).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["environ", "escape.log", "latest", "logs"]);
}

#[test]
fn many_files_that_are_not_recognised_are_a_number() {
    let folder = folder();
    for number in 0..20_000 {
        fs::write(folder.path().join(format!("{number}.junk")), [7, 7]).unwrap();
    }
    let bundle = Bundle::open(folder.path()).unwrap();
    assert!(bundle.unused_files().len() < 20, "{} rows", bundle.unused_files().len());
    let last = bundle.unused_files().last().unwrap();
    assert!(last.reason.starts_with("19990 more: "), "{last:?}");
}

/// A sparse file claims what it does not hold: 4 GiB here, and hardly a block on the disk.
#[test]
fn a_size_that_is_claimed_is_not_believed() {
    let folder = folder();
    fs::File::create(folder.path().join("sparse")).unwrap().set_len(4 << 30).unwrap();
    let said = "larger than 1 MiB, the most that is read of a file that begins with zeros".to_owned();
    assert_eq!(unread(folder.path()), [("sparse".to_owned(), said.clone())]);
    let err = Bundle::open(&folder.path().join("sparse")).unwrap_err();
    assert!(matches!(err, BundleError::TooLarge { problem, .. } if problem == said));
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for() {
    let folder = folder();
    let pipe = folder.path().join("pipe");
    if !std::process::Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()) {
        return;
    }
    assert_eq!(unread(folder.path()), [("pipe".to_owned(), "neither a file nor a folder".to_owned())]);
}

#[cfg(unix)]
#[test]
fn what_may_not_be_read_is_told() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = folder();
    let (log, sub) = (folder.path().join("escape.log"), folder.path().join("sub"));
    fs::copy(incident("escape.log"), &log).unwrap();
    fs::create_dir(&sub).unwrap();
    for path in [&log, &sub] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o000)).unwrap();
    }
    // Root may read everything.
    if fs::read(&log).is_err() {
        let denied = |name: &str| (name.to_owned(), "permission denied".to_owned());
        let mut unread = unread(folder.path());
        unread.sort();
        assert_eq!(unread, [denied("escape.log"), denied("sub")]);
    }
    fs::set_permissions(&sub, fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn folders_nest_so_deep_and_no_deeper() {
    let folder = folder();
    let deep = (0..30).fold(folder.path().to_owned(), |path, _| path.join("d"));
    fs::create_dir_all(&deep).unwrap();
    fs::copy(incident("escape.log"), deep.join("escape.log")).unwrap();
    let unread = unread(folder.path());
    assert_eq!(unread.len(), 1);
    assert_eq!(unread[0].1, "a folder nested too deep");
}

#[test]
fn nothing_in_it() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(Bundle::open(folder.path()), Err(BundleError::Empty { .. })));
    fs::create_dir(folder.path().join("empty")).unwrap();
    assert!(matches!(Bundle::open(folder.path()), Err(BundleError::Empty { .. })));
    fs::write(folder.path().join("zero"), "").unwrap();
    fs::write(folder.path().join("noise"), [7; 3000]).unwrap();
    let err = Bundle::open(folder.path()).unwrap_err().to_string();
    assert!(err.contains("among 2 files") && err.contains("zero: empty"), "{err}");
}

#[test]
fn limits_are_kept_and_what_is_beyond_them_is_told() {
    let folder = folder();
    fs::create_dir(folder.path().join("logs")).unwrap();
    fs::copy(incident("escape.log"), folder.path().join("logs/escape.log")).unwrap();
    let mut limits = BundleLimits::default();
    (limits.file_bytes, limits.folder_depth) = (100, 0);
    let options = BundleOptions::default().with_limits(limits);
    let problem = Bundle::open_with(folder.path(), options).unwrap_err();
    assert!(problem.to_string().contains("heap.pb.gz: larger than 100 bytes"), "{problem}");
    limits.file_bytes = 1 << 20;
    let bundle = Bundle::open_with(folder.path(), BundleOptions::default().with_limits(limits)).unwrap();
    assert_eq!(bundle.contents(), [("heap.pb.gz".to_owned(), Contents::Heap)]);
    assert_eq!(bundle.unused_files()[0].reason, "a folder nested too deep");
    let mut limits = BundleLimits::default();
    limits.bytes = fs::metadata(folder.path().join("heap.pb.gz")).unwrap().len();
    let bundle = Bundle::open_with(folder.path(), BundleOptions::default().with_limits(limits)).unwrap();
    assert_eq!(bundle.unused_files()[0].reason, "more bytes than are read of one folder");
}

/// A large log is read as a stream; what the program that was built wrote into the same file is found all the same.
#[test]
fn a_large_log_is_a_stream() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = String::from("# example.com/app\n");
    for line in 1..20_000 {
        text += &format!("./main.go:{line}:10: make([]byte, {line}) escapes to heap\n");
    }
    text += "gc 1 @0.001s 10%: 0.026+2.4+0.069 ms clock, 0.053+0.13/0.67/2.4+0.13 ms cpu, 13->13->13 MB, 13 MB goal, \
             0 MB stacks, 0 MB globals, 2 P\n";
    text += "./main.go:20000:2: moved to heap: last\n";
    text += "goroutine 7 [chan receive]:\nmain.wait(0x1)\n\t/app/main.go:9 +0x1d\n";
    assert!(text.len() > 1 << 20);
    let mut deflated = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut deflated, text.as_bytes()).unwrap();
    let mut gzipped = deflated.finish().unwrap();
    // Stored beside, so that the file itself is large.
    gzipped.extend(
        std::iter::repeat_n([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0], 60_000).flatten(),
    );
    for (name, bytes) in [("build.log", text.into_bytes()), ("build.log.gz", gzipped)] {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        let bundle = Bundle::open(&path).unwrap();
        let kinds: Vec<Contents> = bundle.contents().iter().map(|(_, contents)| *contents).collect();
        assert_eq!(kinds, [Contents::EscapeLog, Contents::GcTrace, Contents::Goroutine], "{name}");
        assert_eq!(bundle.escapes().unwrap().heap_decisions().len(), 20_000, "{name}");
    }
}

/// Its figures are of other runs: a folder is often that of the project.
#[test]
fn what_a_project_says_of_itself_is_no_evidence() {
    let folder = folder();
    fs::create_dir(folder.path().join("docs")).unwrap();
    let text = "# Memory\n\nThe RSS is 1.5 GB while the heap has 700 MB in use.\n";
    for name in ["README.md", "docs/memory.md"] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let unread = unread(folder.path());
    let names: Vec<&str> = unread.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["README.md", "docs/memory.md"], "{unread:?}");
    assert!(unread.iter().all(|(_, reason)| reason.contains("documentation")), "{unread:?}");
}
