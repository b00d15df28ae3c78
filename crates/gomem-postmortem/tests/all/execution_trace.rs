//! A bundle with an execution trace: whose time the GC took, who stops the world, and what a GC model learns.

#![allow(clippy::unwrap_used)]

use gomem_gogc::{GcModel, Gogc};
use gomem_postmortem::{
    Artifact, Bundle, Contents, FindingKind, RecordingOptions, Report, record_bundle, record_execution_trace,
};
use gomem_testkit::{file, inflated};
use gomem_trace::{AssistRow, LifetimeBy, Trace};

fn bundle(names: &[&str]) -> Bundle {
    let artifact = |name: &&str| {
        let bytes = file(format!("testdata/traces/{name}"));
        Artifact { name: (*name).to_owned(), bytes, modified_ms: None }
    };
    Bundle::from_artifacts("traces", names.iter().map(artifact).collect())
}

#[test]
fn a_trace_is_an_input() {
    let bundle = bundle(&["service-1.26.8.trace", "service-1.27.3.trace"]);
    assert_eq!(bundle.contents(), [("service-1.27.3.trace".to_owned(), Contents::ExecutionTrace)]);
    assert!(bundle.unused_files()[0].reason.contains("the last one by name is used"));
    assert!(bundle.execution_trace().is_some());
}

#[test]
fn who_stops_the_world_by_measuring() {
    let report = Report::from_bundle(&bundle(&["stops-1.27.3.trace"]));
    let found = report.findings().iter().find(|finding| finding.kind == FindingKind::StwByMeasuring).unwrap();
    assert!(found.title.starts_with("measuring stops the world: "), "{}", found.title);
    assert!(found.summary.contains("main.stops"), "{}", found.summary);
    assert!(!found.summary.contains("start trace") && !found.summary.contains("GC "), "{}", found.summary);
    let quiet = Report::from_bundle(&bundle(&["service-1.27.3.trace"]));
    assert!(!quiet.findings().iter().any(|finding| finding.kind == FindingKind::StwByMeasuring));
}

#[test]
fn whose_slowest_tasks_help_the_garbage_collector() {
    let report = Report::from_bundle(&recording(&["trace.out"], "examples/checkout/recording"));
    let found = report.findings().iter().find(|finding| finding.kind == FindingKind::AssistLatency).unwrap();
    let trace = Trace::decode(&file("examples/checkout/recording/trace.out")).unwrap();
    let mut tasks = trace.tasks();
    tasks.retain(|task| task.name.as_deref() == Some("checkout") && task.seconds.is_some());
    tasks.sort_by(|one, other| other.seconds.unwrap().total_cmp(&one.seconds.unwrap()));
    tasks.truncate(tasks.len().div_ceil(100));
    let is_of_these = |assist: &&AssistRow| tasks.iter().any(|task| assist.charged.task == Some(task.task));
    let assists = trace.assists();
    let walls: Vec<f64> = assists.iter().filter(is_of_these).filter_map(|assist| assist.wall_seconds).collect();
    let fraction = walls.iter().sum::<f64>() / tasks.iter().filter_map(|task| task.seconds).sum::<f64>();
    let value = |place: usize| found.evidence[place].value;
    assert!(fraction > 0.2 && (value(0) - fraction).abs() < 1e-9, "{} beside {fraction}", value(0));
    assert_eq!(value(1), walls.iter().copied().fold(0.0, f64::max));
    assert!(found.title.starts_with("the slowest `checkout` tasks spend "), "{}", found.title);
    assert!(found.place.as_ref().is_some_and(|place| place.function().starts_with("main.")), "{:?}", found.place);
}

/// The same program with `GOGC=300`: its tasks are as many and as slow, and hardly help.
#[test]
fn tasks_that_hardly_help_are_no_finding() {
    let report = Report::from_bundle(&recording(&["trace.out"], "testdata/traces/calm"));
    let trace = Trace::decode(&file("testdata/traces/calm/trace.out")).unwrap();
    let of_checkout = trace.tasks().iter().filter(|task| task.name.as_deref() == Some("checkout")).count();
    assert!(of_checkout >= 200 && !trace.assists().is_empty());
    assert!(!report.findings().iter().any(|finding| finding.kind == FindingKind::AssistLatency));
}

/// Some dozen tasks have no slowest hundredth.
#[test]
fn few_tasks_say_nothing() {
    let report = Report::from_bundle(&bundle(&["service-1.27.3.trace"]));
    assert!(!report.findings().iter().any(|finding| finding.kind == FindingKind::AssistLatency));
}

#[test]
fn a_model_learns_from_a_trace() {
    let trace = Trace::decode(&file("testdata/traces/generations-1.27.3.trace")).unwrap();
    let options = RecordingOptions::default();
    let recording = record_execution_trace(&trace, &options);
    assert!(recording.cycles.iter().all(|cycle| cycle.heap_live_bytes > 0.0 && cycle.goal_bytes > 0.0));
    assert_eq!(recording.rounding_bytes, 0.0);
    assert!(recording.remarks[0].contains("GOGC=100"), "{:?}", recording.remarks);
    let off = record_execution_trace(&trace, &options.with_gogc(Gogc::Off));
    assert_eq!(off.initial_live_bytes, None);
    let of_bundle = record_bundle(&bundle(&["generations-1.27.3.trace"]), &options).unwrap().unwrap();
    assert_eq!(of_bundle.cycles.len(), recording.cycles.len());
    if recording.cycles.len() >= 4 {
        assert!(GcModel::fit(&recording).is_ok());
    }
}

fn recording(names: &[&str], folder: &str) -> Bundle {
    let artifact = |name: &&str| {
        let bytes = file(format!("{folder}/{name}"));
        Artifact { name: (*name).to_owned(), bytes, modified_ms: None }
    };
    Bundle::from_artifacts("recording", names.iter().map(artifact).collect())
}

#[test]
fn sites_have_what_their_goroutines_lost() {
    let report =
        Report::from_bundle(&recording(&["heap.pb.gz", "escape.log", "trace.out"], "examples/checkout/recording"));
    let trace = Trace::decode(&file("examples/checkout/recording/trace.out")).unwrap();
    let of_line = |function: &str, line: u64| {
        let is_there = |assist: &&AssistRow| {
            assist.charged.place.as_ref().is_some_and(|place| &*place.function == function && place.line == line)
        };
        let assists = trace.assists();
        let walls: Vec<f64> = assists.iter().filter(is_there).filter_map(|assist| assist.wall_seconds).collect();
        (walls.iter().sum::<f64>(), walls.iter().copied().fold(0.0, f64::max))
    };
    let (sum, longest) = of_line("main.render", 22);
    let site = report.sites().iter().find(|site| site.place.function() == "main.render").unwrap();
    let cost = site.assists.as_ref().unwrap();
    assert_eq!(site.place.line, 22);
    assert!(sum > 0.0 && (cost.seconds - sum).abs() < 1e-9 && cost.max_seconds == longest, "{cost:?} {sum} {longest}");
    assert_eq!(cost.task().map(|task| &**task), Some("checkout"));
    assert!(cost.trigger_count > 0);
    // Of what is not allocated while the trace was taken, nothing was lost.
    let start = report.sites().iter().find(|site| site.charged_to.function() == "main.newShop").unwrap();
    assert_eq!(start.assists.as_ref().map(|cost| (cost.seconds, cost.trigger_count)), Some((0.0, 0)));
    let finding = &report.findings()[0];
    assert!(
        finding.summary.contains("its goroutines stood still for ")
            && finding.summary.contains("most in task checkout")
    );
    let lines = gomem_postmortem::line_costs(report.sites());
    let own = lines.iter().find(|line| line.place.function() == "main.render" && line.callee.is_none()).unwrap();
    assert!((own.assists.as_ref().unwrap().seconds - sum).abs() < 1e-9);
    let without = Report::from_bundle(&recording(&["heap.pb.gz", "escape.log"], "examples/checkout/recording"));
    assert!(without.sites().iter().all(|site| site.assists.is_none()));
}

/// Lines of another program, or of another build, are of no site.
#[test]
fn a_trace_of_another_build_says_nothing_of_sites() {
    let mut sites = recording_sites();
    let other = Trace::decode(&file("testdata/traces/service-1.27.3.trace")).unwrap();
    gomem_postmortem::join_trace(&mut sites, &other);
    assert!(sites.iter().all(|site| site.assists.is_none()));
    for site in &mut sites {
        site.place.line += 1;
        site.charged_to.line += 1;
    }
    let own = Trace::decode(&file("examples/checkout/recording/trace.out")).unwrap();
    gomem_postmortem::join_trace(&mut sites, &own);
    assert!(sites.iter().all(|site| site.assists.is_none()));
}

fn recording_sites() -> Vec<gomem_postmortem::Site> {
    let profile = gomem_pprof::Profile::decode(&file("examples/checkout/recording/heap.pb.gz")).unwrap();
    gomem_postmortem::attribute(&profile, None, &gomem_postmortem::AttributeOptions::default())
}

#[test]
fn births_and_deaths_prove_a_pool_or_withdraw_it() {
    let names = ["heap.pb.gz", "escape.log", "trace.out"];
    let candidates = |report: &Report| {
        let made =
            |site: &gomem_postmortem::Site| (site.compiler_message().unwrap_or_default(), site.is_pool_candidate());
        let mut made: Vec<_> = report
            .sites()
            .iter()
            .map(made)
            .filter(|(message, _)| message.contains("Frame") || message.contains("Session{"))
            .collect();
        made.sort();
        made
    };
    let message = |name: &str| format!("{name} escapes to heap");
    let (session, frame) = (message("&Session{}"), message("new(Frame)"));
    let by_profile = Report::from_bundle(&recording(&names[..2], "testdata/traces/pools/bundle"));
    assert_eq!(candidates(&by_profile), [(session.clone(), true), (frame.clone(), true)]);
    let by_trace = Report::from_bundle(&recording(&names, "testdata/traces/pools/bundle"));
    assert_eq!(candidates(&by_trace), [(session, false), (frame, true)]);
    let told = |part: &str| {
        let is_told = |finding: &&gomem_postmortem::Finding| {
            finding.compiler_message.as_ref().is_some_and(|found| found.contains(part))
        };
        by_trace.findings().iter().find(is_told).unwrap().clone()
    };
    assert!(told("Frame").action.contains("a sync.Pool of pointers would pay"));
    assert!(told("Frame").summary.contains("objects of main.Frame in the execution trace, "));
    assert!(!told("Session").action.contains("would pay"));
    assert!(told("Session").summary.contains("So a sync.Pool would save little"), "{}", told("Session").summary);
}

/// The flight recorder leaves types out: nothing is proved, and the report says so.
#[test]
fn objects_without_types_prove_nothing() {
    let mut sites = recording_sites();
    let trace = Trace::decode(&inflated("testdata/traces/flight-births-1.26.8.trace.gz")).unwrap();
    let lifetimes = trace.lifetimes(LifetimeBy::Type).unwrap();
    assert!(lifetimes.iter().map(|row| row.allocated).sum::<u64>() > 100_000);
    assert!(lifetimes.iter().all(|row| row.type_name.is_none()));
    assert!(trace.diagnostics().iter().any(|found| found.flaw.name() == "no_types"));
    gomem_postmortem::join_trace(&mut sites, &trace);
    assert!(sites.iter().all(|site| site.lifespan.is_none()));
}

#[test]
fn a_trace_alone_has_rules() {
    let report = Report::from_bundle(&bundle(&["generations-1.27.3.trace"]));
    let rules: Vec<(&str, &str)> = report.rules().iter().map(|told| (told.rule.name(), told.verdict.name())).collect();
    assert_eq!(rules.len(), 4, "{rules:?}");
    assert!(rules.contains(&("periodic_gc_only", "clear")), "{rules:?}");
}
