//! Sources in a bundle, and what a report holds of them.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::{fs, path::Path};

use gomem_postmortem::{Artifact, Bundle, BundleError, Contents, Report, ReportOptions, SourceLimits};
use gomem_source::SourceTree;
use gomem_testkit::root;

fn incident() -> Bundle {
    Bundle::open(&root().join("examples/incident/before")).unwrap()
}

fn service(name: &str) -> SourceTree {
    SourceTree::open(&[root().join("examples/incident").join(name)]).unwrap()
}

fn artifact(name: &str, bytes: &[u8]) -> Artifact {
    Artifact { name: name.to_owned(), bytes: bytes.to_vec(), modified_ms: None }
}

/// All files below a folder, with their paths within it.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else {
                let name = entry.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
                found.push((name, fs::read(entry).unwrap()));
            }
        }
    }
    found
}

#[test]
fn findings_have_the_source_of_their_function() {
    let report = Report::from_bundle(&incident().with_sources(Some(service("service"))));
    let view = report.sources().unwrap();
    let mut shown = 0;
    for (index, finding) in report.findings().iter().enumerate() {
        let Some(place) = &finding.place else { continue };
        let Some(at) = view.of_finding(index) else { continue };
        let listing = &view.listings[at];
        let [function] = listing.functions.as_slice() else { panic!("one function each") };
        let line = function.lines.iter().find(|line| line.line == place.line).unwrap();
        assert!(function.contains(place) && line.text.is_some() && line.cum > 0, "{place:?}");
        assert!(view.of_place(place).is_some());
        if finding.kind.name() == "leak" {
            assert_eq!((listing.sample_type.as_str(), finding.bytes), ("inuse_space", i64::try_from(line.cum).ok()));
        }
        shown += 1;
    }
    assert!(shown >= 5, "{shown}");
    assert!(!report.remarks().iter().any(|remark| remark.name == "sources"), "{:?}", report.remarks());
    assert!(Report::from_bundle(&incident()).sources().is_none());
}

/// A text in a source is no evidence: here a crash, a GC trace, a log of the compiler and metrics.
#[test]
fn files_in_src_are_sources_and_nothing_else() {
    let evil = b"package p\n\nvar text = `\npanic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:10 +0x1\n\n\
                 gc 1 @0.001s 10%: 0.026+2.4+0.069 ms clock, 0.053+0.13/0.67/2.4+0.13 ms cpu, 13->13->13 MB, 13 MB goal, 0 MB \
                 stacks, 0 MB globals, 2 P\n./a.go:1:2: x escapes to heap\ngo_goroutines 1\n`\n";
    let of = |name: &str| Bundle::from_artifacts("b", vec![artifact(name, evil)]);
    let source = of("src/p/evil_test.go");
    assert_eq!(source.contents(), [("src/p/evil_test.go".to_owned(), Contents::Source)]);
    assert!(!source.has_evidence() && source.sources().is_some_and(|tree| tree.len() == 1));
    assert!(of("src/p/evil.log").has_evidence() && of("evil.go").has_evidence());
}

#[test]
fn sources_alone_are_no_bundle() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("src")).unwrap();
    fs::write(folder.path().join("src/main.go"), "package main\n").unwrap();
    let refused = Bundle::open(folder.path()).unwrap_err();
    assert!(
        matches!(&refused, BundleError::Nothing { .. }) && refused.to_string().contains("a source file"),
        "{refused}"
    );
}

/// What the bundle brings is used as a folder that is named would be; the named one comes first, unless it was changed since.
#[test]
fn a_bundle_brings_its_sources() {
    let mut artifacts: Vec<Artifact> = files(&root().join("examples/incident/before"))
        .into_iter()
        .map(|(name, bytes)| artifact(&name, &bytes))
        .collect();
    for (name, bytes) in files(&root().join("examples/incident/service")) {
        artifacts.push(artifact(&format!("src/example.com/ingest/{name}"), &bytes));
    }
    let bundle = Bundle::from_artifacts("b", artifacts);
    let named = |bundle: Bundle| {
        let report = Report::from_bundle(&bundle);
        let view = report.sources().unwrap();
        assert!(view.listings.iter().all(|listing| listing.functions[0].note.is_none()), "{view:?}");
        view.listings.iter().map(|listing| listing.functions[0].source.clone().unwrap()).collect::<Vec<_>>()
    };
    let own = named(bundle.clone());
    assert!(own.len() >= 4 && own.iter().all(|name| name.starts_with("example.com/ingest/internal/")), "{own:?}");
    let (same, changed) = (service("service"), service("service-fixed"));
    assert!(named(bundle.clone().with_sources(Some(same))).iter().all(|name| name.contains("incident/service/")));
    let mixed = named(bundle.with_sources(Some(changed)));
    assert!(mixed.iter().any(|name| name.starts_with("example.com/ingest/")), "{mixed:?}");
}

#[test]
fn what_is_missing_or_too_much_is_told() {
    let told = |tree: SourceTree, limits: SourceLimits| {
        let options = ReportOptions::default().with_source_limits(limits);
        let report = Report::from_bundle_with(&incident().with_sources(Some(tree)), options);
        let view = report.sources().unwrap().clone();
        let remark = report.remarks().iter().find(|remark| remark.name == "sources").map(|remark| remark.text.clone());
        (view, remark.unwrap_or_default())
    };
    let (view, remark) = told(SourceTree::default(), SourceLimits::default());
    assert!(view.listings.is_empty() && remark.starts_with("no source for store.(*Sessions).touch in "), "{remark}");
    let mut limits = SourceLimits::default();
    limits.functions = 2;
    let (view, remark) = told(service("service"), limits);
    assert!(view.listings.len() == 2 && remark.ends_with("are left out: more than the report holds"), "{remark}");
    let mut limits = SourceLimits::default();
    (limits.lines, limits.bytes) = (10, 2000);
    let (view, _) = told(service("service"), limits);
    let lines = view.listings.iter().map(|listing| listing.functions[0].lines.len());
    assert!(!view.listings.is_empty() && lines.clone().all(|lines| lines <= 10), "{lines:?}");
    let text = |listing: &gomem_postmortem::Listing| -> usize {
        listing.functions[0].lines.iter().filter_map(|line| line.text.as_ref()).map(String::len).sum()
    };
    assert!(view.listings.iter().map(text).sum::<usize>() <= 2000);
}
