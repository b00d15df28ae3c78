//! The report as one HTML document.

use gomem_escape::{HeapDecision, Step};
use gomem_symbol::turns_text;
use minijinja::{Environment, Value, context};

use crate::{
    attribution::Place,
    bundle::Contents,
    findings::{Severity, sentence, wants},
    render::{
        chart,
        text::{cells, predicted},
    },
    report::Report,
};

/// The document. Everything that comes from the bundle is escaped by the template engine; the flame graph and the chart
/// escape their own text.
pub(crate) fn render(report: &Report) -> String {
    let mut environment = Environment::new();
    // The engine's own escaping turns every `/` of a path into an entity, which nobody can search for.
    environment.set_formatter(|out, _, value| {
        let text = if value.is_none() || value.is_undefined() { String::new() } else { value.to_string() };
        out.write_str(&if value.is_safe() { text } else { escape(&text) })?;
        Ok(())
    });
    let findings: Vec<Value> = report
        .findings()
        .iter()
        .zip(1..)
        .map(|(finding, rank)| {
            context! {
                rank => rank,
                at_a_glance => finding.place.is_some() || finding.severity > Severity::Info,
                severity => finding.severity.name(),
                kind => finding.kind.name().replace('_', " "),
                title => finding.title.clone(),
                summary => with_code(&finding.summary),
                action => with_code(&finding.action),
                short => finding.place.as_ref().map(Place::short),
                place => finding.place.as_ref().map(|place| format!("{}:{}", place.file, place.line)),
                function => finding.place.as_ref().map(Place::short_function),
                message => finding.compiler_message.clone(),
                cause => finding.cause.map(|cause| cause.name().replace('_', " ")),
                share => finding.bytes_fraction.map(|share| format!("{:.1} %", share * 100.0)),
                width => finding.bytes_fraction.map(|share| format!("{:.1}", share.clamp(0.0, 1.0) * 100.0)),
                predicted => finding.saving.map(predicted),
                confidence => finding.confidence,
                evidence => finding.evidence.iter().map(|evidence| {
                    let value = evidence.unit.humanize(evidence.value);
                    let threshold = evidence.threshold.map(|found| format!(", against {}", evidence.unit.humanize(found)));
                    format!("{}: {value}{} ({})", evidence.quantity, threshold.unwrap_or_default(), evidence.source)
                }).collect::<Vec<_>>(),
                confounders => finding.confounders.clone(),
                enable => finding.missing.join(", "),
            }
        })
        .collect();
    let sites: Vec<Value> = report
        .sites()
        .iter()
        .take(SITES)
        .map(|site| {
            context! {
                place => site.place.short(),
                function => site.place.short_function(),
                charged_to => (site.place != site.charged_to).then(|| site.charged_to.short()),
                bytes => gomem_table::Unit::Bytes.humanize(site.bytes as f64),
                share => format!("{:.1} %", site.bytes_fraction * 100.0),
                objects => format!("{:.1} %", site.objects_fraction * 100.0),
                inuse => format!("{:.1} %", site.inuse_fraction * 100.0),
                cause => site.cause().map(|cause| cause.name().replace('_', " ")),
                message => site.decision().map(HeapDecision::message),
                explanation => site.explanation,
                flow => site.decision().map(flow).unwrap_or_default(),
                advice => site.advice().map(|advice| with_code(&advice)),
            }
        })
        .collect();
    let what_if: Vec<[String; 4]> = report.what_if().iter().map(cells).collect();
    let safe = |html: &str| Value::from_safe_string(html.to_owned());
    let sources = report.sources();
    let values = context! {
        name => report.name(),
        version => env!("CARGO_PKG_VERSION"),
        facts => report.overview().facts(),
        findings => findings,
        together => report.together().map(|(count, fraction, saving)| {
            format!("Fixing the {count} sites with a warning ({:.1} % of all bytes) together. {}", fraction * 100.0, predicted(saving))
        }),
        what_if => what_if,
        refusals => report.what_if().iter().any(|found| found.refusal.is_some()),
        sites => sites,
        all_sites => report.sites().len(),
        chart_style => Value::from_safe_string(chart::STYLE.to_owned()),
        heap_chart => report.heap_chart().map(safe),
        memory_chart => report.memory_chart().map(safe),
        timeline => report.gc_timeline().map(|timeline| context! {
            heap => safe(&timeline.heap),
            cpu => timeline.cpu.as_deref().map(safe),
            source => timeline.source.clone(),
        }),
        what_if_chart => report.what_if_chart().map(safe),
        sources => context! {
            heap => sources.latest_heap.clone(),
            escapes => sources.files(Contents::EscapeLog),
            metrics => sources.files(Contents::Metrics),
            gctrace => sources.files(Contents::GcTrace),
        },
        all_sources => sources.all().map(|(kind, files)| (kind, files.to_owned())).collect::<Vec<_>>(),
        memory => report.memory_now().map(|_| {
            // Within HTML no namespace is needed, and a report has no address in it.
            let svg = report.waterfall().to_svg().replace(" xmlns=\"http://www.w3.org/2000/svg\"", "");
            Value::from_safe_string(svg)
        }),
        asides => report.asides().map(|told| format!("{}: {}", told.rule.name(), sentence(&told.summary))).collect::<Vec<_>>(),
        wants => wants(report.unjudged()),
        judged => report.diagnosis().map_or(0, |diagnosis| diagnosis.findings().len() - report.unjudged().len()),
        remarks => report.remarks().iter().map(|remark| (remark.name.clone(), remark.text.clone())).collect::<Vec<_>>(),
        flame => report.flame().map(|flame| Value::from_safe_string(flame.fragment())),
        unread => report.unread().iter().map(|unread| (unread.name.clone(), unread.reason.clone())).collect::<Vec<_>>(),
        files => report.files(),
    };
    // The template is part of the program and tested with it: if it fails, the text report still says everything.
    environment.render_str(TEMPLATE, values).unwrap_or_else(|err| {
        format!("<!DOCTYPE html><title>gomem</title><pre>{err}\n{}</pre>", escape(&report.to_text()))
    })
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

fn escape(text: &str) -> String {
    let text = text.replace(turns_text, "\u{fffd}");
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

const TEMPLATE: &str = include_str!("../../assets/report.html");

/// Sites that the report lists; all of them are in [`Report::sites`].
const SITES: usize = 40;
