//! The real incident of `examples/incident`, whole.

#![allow(clippy::unwrap_used)]

use std::{collections::BTreeSet, fs, io::Read};

use flate2::read::GzDecoder;
use gomem_escape::{Cause, EscapeLog};
use gomem_finding::{Confidence, Severity};
use gomem_postmortem::{
    Artifact, AttributeOptions, BuildMatch, Bundle, Comparison, Explanation, FindingKind, Report, Site, attribute,
    line_costs,
};
use gomem_pprof::Profile;
use gomem_testkit::root;

fn bundle(name: &str) -> Bundle {
    Bundle::open(&root().join("examples/incident").join(name)).unwrap()
}

#[test]
fn the_culprits_are_found_with_place_share_and_cause() {
    let report = Report::from_bundle(&bundle("before"));
    let first: Vec<_> = report
        .findings()
        .iter()
        .take(7)
        .map(|finding| {
            let place = finding.place.as_ref().unwrap().short();
            let share = (finding.bytes_fraction.unwrap() * 100.0).round();
            (finding.kind, finding.severity, place, share, finding.cause)
        })
        .collect();
    let (site, warning) = (FindingKind::AllocationSite, Severity::Warning);
    assert_eq!(
        first,
        [
            (FindingKind::Leak, Severity::Critical, "store/sessions.go:43".into(), 77.0, Some(Cause::ContainerElement)),
            (site, warning, "api/handler.go:58".into(), 37.0, Some(Cause::TooLarge)),
            (FindingKind::PoolMisuse, warning, "event/line.go:34".into(), 28.0, Some(Cause::InterfaceBoxing)),
            (site, warning, "api/handler.go:96".into(), 13.0, Some(Cause::ClosureCapture)),
            (site, warning, "api/handler.go:100".into(), 7.0, Some(Cause::SliceGrowth)),
            // What `fmt.Sprintf` allocates, and the boxes of its arguments.
            (FindingKind::Call, warning, "store/store.go:39".into(), 5.0, None),
            (site, warning, "store/store.go:39".into(), 5.0, Some(Cause::InterfaceBoxing)),
        ]
    );
    assert!(report.findings()[0].action.contains("t.byID[ev.Session] = &Session{...}"));
    assert!(report.findings().iter().any(|finding| finding.kind == FindingKind::Gogc));
}

#[test]
fn the_fixed_service_has_none_of_them() {
    let report = Report::from_bundle(&bundle("after"));
    let bad = report.findings().iter().find(|finding| {
        matches!(finding.kind, FindingKind::Leak | FindingKind::PoolMisuse) || finding.severity == Severity::Critical
    });
    assert!(bad.is_none(), "{bad:?}");
}

#[test]
fn the_prediction_holds_in_the_second_bundle() {
    let comparison = Comparison::new(&bundle("before"), &bundle("after"));
    let predicted = comparison.predicted_gc_cycles.unwrap();
    let measured = comparison.after.gc_cycles.unwrap();
    assert!(predicted.low <= measured && measured <= predicted.high, "{predicted:?}, measured {measured}");
    assert!(comparison.fixed_fraction > 0.9 && comparison.fixed_fraction <= 1.0);
    assert!(
        (comparison.predicted.unwrap().gc_cycles.value - comparison.measured_gc_cycles_saved().unwrap()).abs() < 0.02
    );
}

#[test]
fn shares_add_up_and_tables_fit_their_schemas() {
    let report = Report::from_bundle(&bundle("before"));
    let sum: f64 = report.sites().iter().map(|site| site.bytes_fraction).sum();
    assert!((sum - 1.0).abs() < 1e-9, "{sum}");
    let lines = line_costs(report.sites());
    let bytes: i64 = report.sites().iter().map(|site| site.bytes).sum();
    assert_eq!(lines.iter().map(|line| line.bytes).sum::<i64>(), bytes);
    let rows = [report.findings().len(), report.sites().len(), lines.len(), report.gogc().len()];
    for (view, rows) in Report::TABLES.iter().zip(rows) {
        assert_eq!(view.table(&report).rows(), rows, "{}", view.schema().name);
    }
    let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
    assert_eq!(json["findings"][2]["line"], 34);
    // It has no benchmarks.
    let with_rows = Report::TABLES.iter().filter(|view| view.table(&report).rows() > 0);
    let tables = with_rows.map(|view| (view.schema().name.into_owned(), view));
    for (name, view) in tables.map(|(name, view)| (if name == "diagnosis" { "rules".to_owned() } else { name }, view)) {
        let row = json[&name][0].as_object().unwrap();
        let columns: BTreeSet<String> = view.schema().columns.iter().map(|column| column.name.to_string()).collect();
        assert_eq!(row.keys().cloned().collect::<BTreeSet<_>>(), columns, "{name}");
    }
}

#[test]
fn a_bundle_without_most_inputs_says_what_is_missing() {
    let heap = root().join("examples/incident/before/heap-1.pb.gz");
    let report = Report::from_bundle(&Bundle::open(&heap).unwrap());
    let missing = report.findings().iter().find(|finding| finding.kind == FindingKind::MissingInput).unwrap();
    for input in ["-gcflags=all=-m=2", "three heap profiles", "/metrics", "gctrace=1"] {
        assert!(missing.action.contains(input), "{}", missing.action);
    }
    assert!(report.latest_heap().is_some());
    assert!(report.gogc().is_empty());
}

/// The profile of a `-trimpath` build joined with what `-gcflags=-json=0,file://DIR` wrote of the same sources.
#[test]
fn a_json_folder_tells_what_the_text_does() {
    let root = root();
    let before = root.join("examples/incident/before");
    let profile = Profile::decode(&fs::read(before.join("allocs.pb.gz")).unwrap()).unwrap();
    let mut json = Vec::new();
    let packed = fs::File::open(root.join("testdata/go1.26.8/incident-json.log.gz")).unwrap();
    GzDecoder::new(packed).read_to_end(&mut json).unwrap();
    let [json, text] = [json, fs::read(before.join("escape.log")).unwrap()].map(|log| EscapeLog::decode(&log).unwrap());
    let options = AttributeOptions::default();
    let (by_json, by_text) = (attribute(&profile, Some(&json), &options), attribute(&profile, Some(&text), &options));
    assert_eq!(by_json.len(), by_text.len());
    for site in &by_text {
        let key = |site: &Site| (site.place.clone(), site.inlined_into.clone(), site.callee.clone(), site.bytes);
        let is_it = |other: &&Site| key(other) == key(site);
        let other = by_json.iter().filter(is_it).find(|other| other.charged_to == site.charged_to).unwrap();
        assert_eq!(other.reason, site.reason, "{}", site.charged_to.short());
    }
    let pool = by_json.iter().find(|site| site.place.short() == "event/line.go:34").unwrap();
    assert_eq!(pool.cause(), Some(Cause::InterfaceBoxing));
}

#[test]
fn two_heap_profiles_name_the_leak_that_the_metrics_show() {
    let leak = |skip: &[&str]| {
        let folder = root().join("examples/incident/before");
        let mut artifacts = Vec::new();
        for folder in [folder.clone(), folder.join("metrics")] {
            for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                if path.is_file() && !skip.iter().any(|part| name.contains(part)) {
                    artifacts.push(Artifact { name, bytes: fs::read(&path).unwrap(), modified_ms: None });
                }
            }
        }
        let report = Report::from_bundle(&Bundle::from_artifacts("two", artifacts));
        let found =
            report.findings().iter().find(|finding| finding.kind == FindingKind::Leak && finding.place.is_some());
        found.cloned()
    };
    let found = leak(&["heap-2"]).unwrap();
    let (place, summary) = (found.place.as_ref().unwrap().short(), &found.summary);
    assert_eq!((place.as_str(), found.severity), ("store/sessions.go:43", Severity::Critical), "{summary}");
    assert_eq!(found.confidence, Confidence::Medium, "two profiles tell the place, and little of the time between");
    assert!(summary.contains("each of 2 heap profiles") && summary.contains("The metrics agree"), "{summary}");
    let alone = leak(&["heap-2", ".prom", "gctrace"]).unwrap();
    assert!(alone.title.starts_with("Growth between two heap profiles: store/sessions.go:43"), "{}", alone.title);
    assert_eq!(
        (alone.severity, alone.confidence),
        (Severity::Warning, Confidence::Low),
        "two points always lie on a line"
    );
}

/// The log of the program after its fixes: half of what it says stands at other lines, and that it says nothing of a line that
/// is gone proves nothing.
#[test]
fn a_log_of_another_build_explains_nothing_that_moved() {
    let (before, after) = (bundle("before"), bundle("after"));
    let profile = &before.latest_heap().unwrap().profile;
    let (log, right) = (after.escapes().unwrap(), before.escapes().unwrap());
    let found = BuildMatch::new(profile, log);
    assert!(found.is_of_other_build() && !found.is_of_other_program(), "{found:?}");
    assert_eq!(BuildMatch::new(profile, right).agreement(), 1.0);
    let reasons = |log| {
        let sites = attribute(profile, Some(log), &AttributeOptions::default());
        let known = |site: Site| Some((site.place.clone(), site.bytes, site.reason?));
        sites.into_iter().filter_map(known).collect::<Vec<_>>()
    };
    let right = reasons(right);
    for (place, bytes, reason) in reasons(log) {
        let known: Vec<_> = right.iter().filter(|known| known.0 == place).map(|known| known.2).collect();
        assert!(known.contains(&reason), "{place:?}: {reason:?} of {bytes} bytes instead of {known:?}");
    }
    let sites = attribute(profile, Some(log), &AttributeOptions::default());
    let put = sites.iter().find(|site| site.place.short() == "event/line.go:34").unwrap();
    assert_eq!(put.reason, None);
    assert!(put.explanation == Some(Explanation::OtherBuild), "{:?}", put.explanation);
}
