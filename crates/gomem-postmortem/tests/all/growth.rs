//! What grows over the profiles of a bundle, and what only seems to.

#![allow(clippy::unwrap_used)]

use gomem_finding::Confidence;
use gomem_postmortem::{Artifact, Bundle, Finding, FindingKind, Report};
use gomem_testkit::root;

fn artifact(path: &str) -> Artifact {
    let path = root().join(path);
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    Artifact { name, bytes: std::fs::read(path).unwrap(), modified_ms: None }
}

fn leaks(files: Vec<Artifact>) -> Vec<Finding> {
    let report = Report::from_bundle(&Bundle::from_artifacts("b", files));
    report.findings().iter().filter(|finding| finding.kind == FindingKind::Leak).cloned().collect()
}

/// Whether all that is told of growth is that two profiles do not tell.
fn is_untold(found: &[Finding]) -> bool {
    let is_growth = |finding: &Finding| finding.title.starts_with("Growth between two heap profiles");
    found.iter().all(|finding| is_growth(finding) && finding.confidence == Confidence::Low)
}

/// A service with a bounded cache was restarted after the first profile, and does more work since: its cache is larger in each
/// profile, and fills anew.
#[test]
fn a_restart_is_no_leak() {
    let heaps = ["1", "2", "3"].map(|number| artifact(&format!("testdata/restart/heap-{number}.pb.gz")));
    assert!(is_untold(&leaks(heaps.into())));
}

/// `allocs` is a heap profile under another name: with two of those it does not make three.
#[test]
fn a_profile_under_two_names_is_one() {
    let before = |name: &str| artifact(&format!("examples/incident/before/{name}"));
    assert!(is_untold(&leaks(vec![before("heap-1.pb.gz"), before("heap-3.pb.gz"), before("allocs.pb.gz")])));
    let three = leaks(vec![before("heap-1.pb.gz"), before("heap-2.pb.gz"), before("heap-3.pb.gz")]);
    assert_eq!(three.len(), 1, "{three:?}");
}
