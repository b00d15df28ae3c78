//! An execution trace as one HTML document.

use gomem_table::Unit;
use gomem_trace::Trace;
use minijinja::{Value, context};

use crate::{
    charts::{self, TraceTimeline},
    pages::rendered::rendered,
    words::{Stall, worst_stalls},
};

/// An execution trace as one HTML file that loads nothing: the heap, its goal, pauses and assists over time, with the worst
/// twenty stalls named.
///
/// ```
/// let trace = gomem_trace::Trace::decode(&gomem_testkit::testdata("traces/service-1.27.3.trace"))?;
/// assert!(gomem_report::trace_html(&trace, "service").contains("<svg"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn trace_html(trace: &Trace, name: &str) -> String {
    let values = context! {
        name,
        chart_style => Value::from_safe_string(charts::STYLE.to_owned()),
        version => env!("CARGO_PKG_VERSION"),
        format => trace.format().name(),
        seconds => Unit::Seconds.humanize(trace.duration_seconds()),
        procs => trace.procs(),
        cycles => trace.cycles(None).len(),
        diagnostics => trace.diagnostics().iter().map(|found| found.flaw.to_string()).collect::<Vec<_>>(),
        traced => traced(trace),
    };
    rendered(TEMPLATE, values).unwrap_or_else(|err| format!("<!DOCTYPE html><title>gomem</title>{err}"))
}

/// What a page shows of a trace.
pub(super) fn traced(trace: &Trace) -> Value {
    let worst = worst_stalls(trace);
    let timeline = TraceTimeline::new(trace, &worst);
    let row = |(stall, number): (Stall, usize)| {
        context! {
            number,
            start => Unit::Seconds.humanize(stall.start_seconds),
            seconds => Unit::Seconds.humanize(stall.seconds),
            what => stall.what,
            place => stall.place,
            work => stall.work,
            goroutine => stall.goroutine,
        }
    };
    context! {
        heap => timeline.heap.map(Value::from_safe_string),
        stalls => timeline.stalls.map(Value::from_safe_string),
        worst => worst.into_iter().zip(1..).map(row).collect::<Vec<_>>(),
    }
}

const TEMPLATE: &str = include_str!("../../assets/trace.html");
