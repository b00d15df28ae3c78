//! Goroutines that are more in each profile of `testdata/goroutines`, without metrics.

#![allow(clippy::unwrap_used)]

use gomem_postmortem::{Bundle, Finding, FindingKind, Report};
use gomem_testkit::root;

#[test]
fn goroutines_that_nobody_answers_are_a_leak() {
    let folder = root().join("testdata/goroutines/go1.27.3");
    let report = Report::from_bundle(&Bundle::open(&folder).unwrap());
    let is_rising = |finding: &&Finding| finding.kind == FindingKind::Leak && finding.title.contains("more goroutines");
    let finding = report.findings().iter().find(is_rising).unwrap();
    assert_eq!(finding.place.as_ref().unwrap().line, 17, "{}", finding.title);
    for text in ["100 → 200 → 300", "main.request", "chan send"] {
        assert!(finding.summary.contains(text), "{}", finding.summary);
    }
    // Those that wait for a ticker stay as many.
    assert_eq!(report.findings().iter().filter(|finding| finding.title.contains("more goroutines")).count(), 1);
}

#[test]
fn two_profiles_are_too_few() {
    let folder = root().join("testdata/goroutines/go1.27.3");
    let two = ["goroutines-1.pb.gz", "goroutines-3.pb.gz"].map(|name| gomem_postmortem::Artifact {
        name: name.to_owned(),
        bytes: std::fs::read(folder.join(name)).unwrap(),
        modified_ms: None,
    });
    let report = Report::from_bundle(&Bundle::from_artifacts("two", two.into()));
    assert!(report.findings().iter().all(|finding| !finding.title.contains("more goroutines")));
}
