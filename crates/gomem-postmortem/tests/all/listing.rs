//! Listings beside those of `go tool pprof -list`, where Go is installed: of the profile that the Go compiler writes of itself,
//! and of those that a program of the examples wrote. `make parity` compares more.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use gomem_postmortem::{Listing, ListingOptions};
use gomem_pprof::Profile;
use gomem_source::SourceTree;
use gomem_testkit::{Lists, Pprof, root};

/// Flat and cum of each line that has any, by function and file, of functions whose source was found.
fn lists(listing: &Listing) -> Lists {
    let listed = listing.functions.iter().filter(|function| function.source.is_some());
    listed
        .map(|function| {
            let lines = function.lines.iter().filter(|line| (line.flat, line.cum) != (0, 0));
            let key = (function.function.clone(), function.file.clone().unwrap_or_default());
            (key, lines.map(|line| (line.line, (line.flat, line.cum))).collect())
        })
        .collect()
}

/// How many functions were compared.
fn compare(pprof: &Pprof, path: &Path, kind: (&str, &str), sources: &Path) -> usize {
    let expected = pprof.lists(&[path], kind, ".", sources);
    let profile = Profile::decode(&fs::read(path).unwrap()).unwrap();
    let tree = SourceTree::open(&[sources]).unwrap();
    let options = ListingOptions::default().with_sample_type(Some(kind.0)).with_sources(Some(&tree));
    let listing = Listing::new(&profile, ".", &options).unwrap();
    for function in listing.functions.iter().filter(|function| function.source.is_some()) {
        assert_eq!(function.note, None, "{} {:?}", function.function, function.file);
        assert!(function.lines.iter().all(|line| line.text.is_some()), "{}", function.function);
    }
    let found = lists(&listing);
    for (key, lines) in &expected {
        assert_eq!(found.get(key), Some(lines), "{key:?} in {}", path.display());
    }
    expected.len()
}

/// The profile that the compiler writes of itself while it compiles a package.
fn of_compiler(folder: &Path, package: &str) -> Option<PathBuf> {
    let folder = folder.join(package.replace('/', "-"));
    fs::create_dir(&folder).ok()?;
    let flags = format!("-gcflags=-memprofile={} -memprofilerate=4096", folder.display());
    let is_built = Command::new("go").args(["build", &flags, "-o", "/dev/null", package]).status().ok()?.success();
    let file = fs::read_dir(&folder).ok()?.flatten().next()?.path();
    is_built.then_some(file)
}

#[test]
fn every_line_costs_what_go_tool_pprof_says() {
    let Some(pprof) = Pprof::find() else { return };
    let goroot = Command::new("go").args(["env", "GOROOT"]).output().unwrap().stdout;
    let src = PathBuf::from(String::from_utf8(goroot).unwrap().trim()).join("src");
    let folder = tempfile::tempdir().unwrap();
    let packages: &[&str] = if env::var("GOMEM_PARITY").is_ok() { &["go/types", "net/http", "fmt"] } else { &["sort"] };
    let mut compared = 0;
    for profile in packages.iter().map(|package| of_compiler(folder.path(), package)) {
        // A compiler that does not write a profile into a folder is too old.
        let Some(profile) = profile else { continue };
        for kind in [("alloc_space", "bytes"), ("alloc_objects", "count"), ("inuse_space", "bytes")] {
            compared += compare(&pprof, &profile, kind, &src);
        }
    }
    println!("{compared} functions");
}

/// The program was built with `-trimpath`, and its sources lie elsewhere.
#[test]
fn sources_of_a_trimmed_build_are_found_and_fit() {
    let tree = SourceTree::open(&[root().join("examples/incident/service")]).unwrap();
    for name in ["before/heap-3.pb.gz", "before/cpu.pb.gz", "before/goroutine.pb.gz"] {
        let profile = Profile::decode(&fs::read(root().join("examples/incident").join(name)).unwrap()).unwrap();
        let options = ListingOptions::default().with_sources(Some(&tree));
        let listing = Listing::new(&profile, "^(main|example\\.com/)", &options).unwrap();
        for function in &listing.functions {
            assert!(function.source.is_some() && function.note.is_none(), "{name}: {function:?}");
        }
    }
}

/// The same program, repaired: what was moved since is told.
#[test]
fn a_file_that_was_changed_is_told() {
    let tree = SourceTree::open(&[root().join("examples/incident/service-fixed")]).unwrap();
    let profile = Profile::decode(&fs::read(root().join("examples/incident/before/heap-3.pb.gz")).unwrap()).unwrap();
    let options = ListingOptions::default().with_sources(Some(&tree));
    let listing = Listing::new(&profile, "^(main|example\\.com/)", &options).unwrap();
    let notes: Vec<&str> = listing.functions.iter().filter_map(|function| function.note.as_deref()).collect();
    assert!(!notes.is_empty() && notes.iter().all(|note| note.starts_with("not the file that was compiled: line ")));
}
