//! The report as one HTML document.

use std::collections::{BTreeMap, BTreeSet};

use foldhash::HashMap;
use gomem_escape::{Cause, HeapDecision, Step};
use gomem_finding::Severity;
use gomem_postmortem::{Contents, Place, Report, Site};
use gomem_symbol::{Symbol, shortened};
use gomem_table::{Unit, percent};
use minijinja::{Value, context};

use crate::{
    charts,
    flame::FlameHtml,
    pages::{
        holders::held, listing::STYLE, rendered::rendered, report_view::ReportView, source_folds::SourceFolds,
        trace::traced,
    },
    text::text,
    words::{benchmarks, cells, escape, facts, files, predicted, together, wants},
};

/// The report as one HTML document that needs nothing else.
///
/// Everything that comes from the bundle is escaped by the template engine; the flame graph and the chart
/// escape their own text.
///
/// ```
/// # let log = b"# p\n./a.go:1:2: moved to heap: x\n".to_vec();
/// # let artifact = gomem_postmortem::Artifact { name: "escape.log".into(), bytes: log, modified_ms: None };
/// # let bundle = gomem_postmortem::Bundle::from_artifacts("incident", vec![artifact]);
/// # let report = gomem_postmortem::Report::from_bundle(&bundle);
/// assert!(gomem_report::html(&report).contains("incident"));
/// ```
#[must_use]
pub fn html(report: &Report) -> String {
    html_with(report, ReportView::default())
}

/// The same of a part of it, as one page of several.
///
/// ```
/// # let log = b"# p\n./a.go:1:2: moved to heap: x\n".to_vec();
/// # let artifact = gomem_postmortem::Artifact { name: "escape.log".into(), bytes: log, modified_ms: None };
/// # let bundle = gomem_postmortem::Bundle::from_artifacts("incident", vec![artifact]);
/// # let report = gomem_postmortem::Report::from_bundle(&bundle);
/// use gomem_report::{ReportView, html_with};
///
/// assert!(html_with(&report, ReportView::default().with_above("<p>filters</p>")).contains("<p>filters</p>"));
/// ```
#[must_use]
pub fn html_with(report: &Report, view: ReportView<'_>) -> String {
    let sources = SourceFolds::new(report);
    let all_sites = view.sites.unwrap_or(report.sites());
    let what_if: Vec<[String; 4]> = report.gogc().iter().map(cells).collect();
    let safe = Value::from_safe_string;
    let (heap_chart, timeline) = (charts::heap_over_time(report.state()), charts::GcTimeline::new(report));
    let (benchmarks, more_benchmarks) = benchmarks(report);
    let of = |kind: Contents| files(report, kind);
    let held = report.heap_dump().and_then(held);
    let values = context! {
        name => report.name(),
        above => Value::from_safe_string(view.above.to_owned()),
        version => env!("CARGO_PKG_VERSION"),
        facts => facts(report.overview()),
        findings => findings(report, &view, &sources),
        severities => severities(report),
        packages => packages(report),
        contents => contents(report, held.is_some(), heap_chart.is_some(), timeline.is_some()),
        script => Value::from_safe_string(SCRIPT.to_owned()),
        together => report.together().filter(|_| view.kept.is_none()).map(together),
        what_if => what_if,
        benchmarks => benchmarks.into_iter().map(|of| {
            context! { name => of.name, measured => of.measured, lines => of.lines }
        }).collect::<Vec<_>>(),
        more_benchmarks => more_benchmarks,
        refusals => report.gogc().iter().any(|found| found.refusal.is_some()),
        sites => sites(all_sites, &sources),
        all_sites => all_sites.len(),
        listing_style => Value::from_safe_string(if sources.is_empty() { String::new() } else { STYLE.to_owned() }),
        chart_style => Value::from_safe_string(charts::STYLE.to_owned()),
        heap_chart => heap_chart.map(safe),
        memory_chart => charts::memory_over_time(report.state(), report.waterfall()).map(safe),
        timeline => timeline.map(|timeline| context! {
            heap => safe(timeline.heap),
            cpu => timeline.cpu.map(safe),
            source => timeline.source,
        }),
        held => held,
        traced => report.execution_trace().map(traced),
        what_if_chart => report.gogc_today().and_then(|today| charts::what_if(report.gogc(), today)).map(safe),
        sources => context! {
            heap => heap_name(report, &view),
            escapes => of(Contents::EscapeLog),
            memory_image => [of(Contents::HeapDump), of(Contents::Core)].concat(),
            metrics => of(Contents::Metrics),
            gctrace => of(Contents::GcTrace),
            trace => of(Contents::ExecutionTrace),
            benchmarks => of(Contents::Benchmarks),
        },
        all_sources => all_sources(report),
        memory => report.memory_now().map(|_| {
            // Within HTML no namespace is needed, and a report has no address in it.
            let svg = charts::waterfall_svg(report.waterfall()).replace(" xmlns=\"http://www.w3.org/2000/svg\"", "");
            Value::from_safe_string(svg)
        }),
        asides => report.asides().iter().map(|told| format!("{}: {}", told.rule.name(), told.summary)).collect::<Vec<_>>(),
        wants => wants(report),
        judged => report.rules().len() - report.unjudged().count(),
        remarks => report.remarks().iter().map(|remark| (remark.name.clone(), remark.text.clone())).collect::<Vec<_>>(),
        flame => flame(report, &sources, all_sites, view.flame).map(safe),
        unused_files => report.unused_files().iter().map(|file| (file.name.clone(), file.reason.clone())).collect::<Vec<_>>(),
        files => report.files(),
    };
    // If the template fails, the text report still says everything.
    rendered(TEMPLATE, values).unwrap_or_else(|err| {
        format!("<!DOCTYPE html><title>gomem</title><pre>{err}\n{}</pre>", escape(&text(report, COLUMNS)))
    })
}

/// What the page says of each finding that it keeps.
fn findings(report: &Report, view: &ReportView<'_>, sources: &SourceFolds<'_>) -> Vec<Value> {
    report
        .findings()
        .iter()
        .zip(1..)
        .filter(|(_, rank)| view.is_kept(rank - 1))
        .map(|(finding, rank)| {
            context! {
                rank => rank,
                source => sources.of_finding(rank - 1),
                source_line => sources.link_of(rank - 1, finding),
                is_open => finding.severity > Severity::Info,
                package => finding.place.as_ref().map(package),
                at_a_glance => finding.place.is_some() || finding.severity > Severity::Info,
                severity => finding.severity.name(),
                kind => finding.kind.name().replace('_', " "),
                title => finding.title.clone(),
                summary => with_code(&finding.summary),
                action => with_code(&finding.action),
                short => finding.place.as_ref().map(Place::short),
                place => finding.place.as_ref().map(|place| format!("{}:{}", place.file(), place.line)),
                function => finding.place.as_ref().map(Place::short_function),
                message => finding.compiler_message.clone(),
                cause => finding.cause.map(Cause::words),
                share => finding.bytes_fraction.map(|share| percent(share, 1)),
                width => finding.bytes_fraction.map(|share| format!("{:.1}", share.clamp(0.0, 1.0) * 100.0)),
                predicted => finding.saving.map(predicted),
                confidence => finding.confidence.name(),
                evidence => finding.evidence.iter().map(|evidence| {
                    let value = evidence.unit.humanize(evidence.value);
                    let threshold = evidence.threshold.map(|found| format!(", against {}", evidence.unit.humanize(found)));
                    format!("{}: {value}{} ({})", evidence.quantity, threshold.unwrap_or_default(), evidence.source)
                }).collect::<Vec<_>>(),
                confounders => finding.confounders.clone(),
                missing => finding.missing.join(", "),
            }
        })
        .collect()
}

/// What the page says of the largest sites.
fn sites(sites: &[Site], sources: &SourceFolds<'_>) -> Vec<Value> {
    sites
        .iter()
        .take(SITES)
        .map(|site| {
            context! {
                place => site.place.short(),
                source => sources.link_to(&site.place),
                function => site.place.short_function(),
                charged_to => (site.place != site.charged_to).then(|| site.charged_to.short()),
                bytes => Unit::Bytes.humanize(site.bytes as f64),
                share => percent(site.bytes_fraction, 1),
                objects => percent(site.objects_fraction, 1),
                inuse => percent(site.inuse_fraction, 1),
                cause => site.cause().map(Cause::words),
                message => site.compiler_message().map(|message| shortened(&message).into_owned()),
                explanation => site.explained(),
                flow => site.decision.as_deref().map(flow).unwrap_or_default(),
                advice => site.advice().map(|advice| with_code(&advice)),
            }
        })
        .collect()
}

/// The headings that the page has, each with its anchor.
fn contents(report: &Report, has_holders: bool, has_heap: bool, has_timeline: bool) -> Vec<[&'static str; 2]> {
    let has_rules = !report.asides().is_empty() || report.unjudged().next().is_some();
    let parts = [
        (!report.findings().is_empty(), ["findings", "Findings"]),
        (report.latest_heap().is_some(), ["flame", "Flame graph"]),
        (has_holders, ["holders", "Holders"]),
        (has_heap, ["heap", "Heap"]),
        (has_timeline, ["gc", "GC"]),
        (report.execution_trace().is_some(), ["trace", "Stalls"]),
        (report.memory_now().is_some(), ["memory", "Memory"]),
        (!report.gogc().is_empty(), ["gogc", "GOGC"]),
        (!report.benchmarks().is_empty(), ["benchmarks", "Benchmarks"]),
        (!report.sites().is_empty(), ["sites", "Sites"]),
        (has_rules, ["rules", "Metrics"]),
    ];
    parts.into_iter().filter(|(is_there, _)| *is_there).map(|(_, part)| part).collect()
}

/// The severities that the findings have, the worst first.
fn severities(report: &Report) -> Vec<&'static str> {
    let is_there = |name: &str| report.findings().iter().any(|finding| finding.severity.name() == name);
    Severity::NAMES.iter().rev().copied().filter(|name| is_there(name)).collect()
}

/// The packages that the findings are in, by name.
fn packages(report: &Report) -> Vec<String> {
    let named: BTreeSet<String> =
        report.findings().iter().filter_map(|finding| finding.place.as_ref().map(package)).collect();
    named.into_iter().collect()
}

/// The package of a place.
fn package(place: &Place) -> String {
    Symbol::decode(place.function()).package().to_owned()
}

/// The file that the flame graph is of.
fn heap_name(report: &Report, view: &ReportView<'_>) -> Option<String> {
    let other = view.flame.as_ref().map(|(name, _)| name.clone());
    other.or_else(|| report.latest_heap().map(|heap| heap.name.clone()))
}

/// The flame graph of the heap profile that the sites are of, or the one that is shown instead.
fn flame(
    report: &Report,
    sources: &SourceFolds<'_>,
    sites: &[Site],
    other: Option<(String, FlameHtml)>,
) -> Option<String> {
    let flame = other.map(|(_, flame)| flame).or_else(|| own_flame(report))?;
    let flame = flame.with_reasons(&reasons_by_function(sites));
    Some(flame.with_sources(|name| sources.link_to_function(name)).fragment())
}

fn own_flame(report: &Report) -> Option<FlameHtml> {
    let heap = report.latest_heap()?;
    let shown: Vec<usize> = ["alloc_space", "inuse_space", "alloc_objects", "inuse_objects"]
        .iter()
        .filter_map(|name| heap.profile.sample_type_index(name))
        .collect();
    let title = format!("{}: flame graph of {}", report.name(), heap.name);
    Some(FlameHtml::from_profile(&title, &heap.profile, &shown))
}

/// The reason of most of the bytes that each function allocates itself.
fn reasons_by_function(sites: &[Site]) -> HashMap<&str, String> {
    let mut bytes: HashMap<&str, BTreeMap<String, i64>> = HashMap::default();
    for site in sites {
        let reason = match site.reason {
            Some(reason) => reason.words(),
            None if site.is_not_logged() => "not logged".to_owned(),
            None => "not known".to_owned(),
        };
        *bytes.entry(site.place.function()).or_default().entry(reason).or_default() += site.bytes;
    }
    let most =
        |reasons: BTreeMap<String, i64>| reasons.into_iter().max_by_key(|&(_, bytes)| bytes).map(|(reason, _)| reason);
    bytes.into_iter().filter_map(|(function, reasons)| Some((function, most(reasons)?))).collect()
}

/// Every kind of input that there is, by name, with its files.
fn all_sources(report: &Report) -> Vec<(&'static str, String)> {
    let kinds = Contents::ALL.iter().map(|&kind| (kind.name(), files(report, kind)));
    kinds.filter(|(_, files)| !files.is_empty()).collect()
}

/// How the value gets to the heap, step by step, in the compiler's words.
fn flow(decision: &HeapDecision) -> Vec<Value> {
    let step = |step: &Step| {
        let place = step.line.map_or_else(|| step.file.to_string(), |line| format!("{}:{line}", step.file));
        context! { from => step.from.to_string(), why => step.why.to_string(), place => place }
    };
    decision.steps.iter().map(step).collect()
}

/// `` `code` `` as an element; everything is escaped.
fn with_code(text: &str) -> Value {
    let mut parts = text.split('`');
    let mut html = escape(parts.next().unwrap_or_default());
    for (index, part) in parts.enumerate() {
        html.push_str(if index % 2 == 0 { "<code>" } else { "</code>" });
        html.push_str(&escape(part));
    }
    if text.matches('`').count() % 2 == 1 {
        html.push_str("</code>");
    }
    Value::from_safe_string(html)
}

const SCRIPT: &str = include_str!("../../assets/report.js");

const TEMPLATE: &str = include_str!("../../assets/report.html");

/// Sites that the report lists; all of them are in [`Report::sites`].
const SITES: usize = 40;

/// Of the text that stands in for the page.
const COLUMNS: usize = 100;
