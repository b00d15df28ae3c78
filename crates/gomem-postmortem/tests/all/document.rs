//! The JSON of a report, read back; and what serialises beside it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use gomem_finding::Severity;
use gomem_postmortem::{Bundle, DocumentError, FindingKind, Listing, ListingOptions, Report, ReportDocument};
use gomem_source::SourceTree;
use gomem_testkit::root;
use serde_json::{Value, json};

fn reports() -> impl Iterator<Item = Report> {
    let bundles = ["examples/incident/before", "examples/incident/after", "testdata/heap/bundle"];
    let folders = bundles.into_iter().map(|bundle| root().join(bundle)).filter(|folder| folder.is_dir());
    folders.map(|folder| Report::from_bundle(&Bundle::open(&folder).unwrap()))
}

/// What serialises, through its text: the reader of numbers may be off in their last digit, here as there.
fn of(value: impl serde::Serialize) -> Value {
    serde_json::from_str(&serde_json::to_string(&value).unwrap()).unwrap()
}

/// No field is lost, and none is missing.
#[test]
fn a_report_is_read_back_from_its_json() {
    for report in reports() {
        let json = report.to_json();
        let document = ReportDocument::parse(&json).unwrap();
        let (written, read): (Value, Value) = (serde_json::from_str(&json).unwrap(), json!(document));
        for (field, value) in written.as_object().unwrap() {
            assert!(&read[field] == value, "{field}");
        }
        assert_eq!(document.findings.len(), report.findings().len());
        for (read, finding) in document.findings.iter().zip(report.findings()) {
            assert_eq!(read.kind.parse(), Ok(finding.kind));
            assert_eq!(read.severity, finding.severity);
        }
    }
}

#[test]
fn rows_serialise_as_their_table_has_them() {
    for report in reports() {
        let written: Value = serde_json::from_str(&report.to_json()).unwrap();
        assert!(of(report.findings()) == written["findings"], "findings");
        assert!(of(report.sites()) == written["sites"], "sites");
        assert!(of(report.gogc()) == written["gogc"], "gogc");
        assert!(of(report.overview()) == written["overview"], "overview");
    }
    assert_eq!(json!([FindingKind::PoolMisuse, FindingKind::Leak]), json!(["pool_misuse", "leak"]));
    assert_eq!(serde_json::from_value::<Severity>(json!("warning")).unwrap(), Severity::Warning);
    let problem = serde_json::from_value::<Severity>(json!("fatal")).unwrap_err();
    assert_eq!(problem.to_string(), "\"fatal\" is not one of info, warning, critical");
}

/// The lines of a finding's function, with what they cost in the listing of the whole profile.
#[test]
fn sources_are_in_it_where_they_were_given() {
    let tree = SourceTree::open(&[root().join("examples/incident/service")]).unwrap();
    let bundle = Bundle::open(&root().join("examples/incident/before")).unwrap().with_sources(Some(tree));
    let report = Report::from_bundle(&bundle);
    let document = ReportDocument::parse(&report.to_json()).unwrap();
    assert!(document.sources.len() > 3);
    for source in &document.sources {
        let profile = &bundle.latest_heap().unwrap().profile;
        let pattern = format!("^{}$", gomem_pprof::quoted(&source.function));
        let options =
            ListingOptions::default().with_sample_type(Some(&source.sample_type)).with_sources(bundle.sources());
        let Ok(listing) = Listing::new(profile, &pattern, &options) else { continue };
        let whole = &listing.functions[0];
        assert_eq!((source.flat, source.cum), (i64::try_from(whole.flat).ok(), i64::try_from(whole.cum).ok()));
        for line in &source.lines {
            let same = whole.lines.iter().find(|same| same.line == line.line).unwrap();
            assert_eq!((line.flat, &line.text), (i64::try_from(same.flat).ok(), &same.text));
        }
        for rank in &source.findings {
            let finding = &document.findings[usize::try_from(*rank).unwrap() - 1];
            assert_eq!(finding.rank, *rank);
            assert!(source.lines.iter().any(|line| Some(line.line) == finding.line), "{finding:?}");
        }
    }
    let decided = document.sources.iter().flat_map(|source| &source.lines).flat_map(|line| &line.decisions);
    assert!(decided.count() > 0);
    assert!(ReportDocument::parse(&reports().next().unwrap().to_json()).unwrap().sources.is_empty());
}

#[test]
fn what_is_no_report_is_refused() {
    let version = ReportDocument::parse("{\"schema_version\": 1}").unwrap_err();
    assert!(matches!(version, DocumentError::Version { found: 1 }), "{version}");
    let problem = ReportDocument::parse("{\"schema_version\": 2,\n \"gomem_version\": 7}").unwrap_err().to_string();
    assert!(problem.contains("line 2") && problem.contains("string"), "{problem}");
    assert!(ReportDocument::parse("[]").is_err());
}
