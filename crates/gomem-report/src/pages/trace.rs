//! An execution trace as one HTML document.

use gomem_table::Unit;
use gomem_trace::Trace;
use minijinja::{Environment, Value, context};

use crate::{
    charts::{self, TraceTimeline},
    words::{Stall, escape, worst_stalls},
};

/// An execution trace as one HTML file that loads nothing: the heap, its goal, pauses and assists over time, with the worst
/// twenty stalls named.
#[must_use]
pub fn trace_html(trace: &Trace, name: &str) -> String {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
    let values = context! {
        name => escaped(name),
        chart_style => Value::from_safe_string(charts::STYLE.to_owned()),
        version => env!("CARGO_PKG_VERSION"),
        format => trace.format().name(),
        seconds => Unit::Seconds.humanize(trace.duration_seconds()),
        procs => trace.procs(),
        cycles => trace.cycles(None).len(),
        diagnostics => trace.diagnostics().iter().map(|found| found.flaw.to_string()).collect::<Vec<_>>(),
        traced => traced(trace),
    };
    environment.render_str(TEMPLATE, values).unwrap_or_else(|err| format!("<!DOCTYPE html><title>gomem</title>{err}"))
}

/// What a page shows of a trace.
pub(super) fn traced(trace: &Trace) -> Value {
    let worst = worst_stalls(trace);
    let timeline = TraceTimeline::new(trace, &worst);
    let row = |(stall, number): (&Stall, usize)| {
        context! {
            number,
            start => Unit::Seconds.humanize(stall.start_seconds),
            seconds => Unit::Seconds.humanize(stall.seconds),
            what => escaped(&stall.what),
            place => escaped(&stall.place),
            work => escaped(&stall.work),
            goroutine => stall.goroutine,
        }
    };
    context! {
        heap => timeline.heap.map(Value::from_safe_string),
        stalls => timeline.stalls.map(Value::from_safe_string),
        worst => worst.iter().zip(1..).map(row).collect::<Vec<_>>(),
    }
}

/// Names are of users: they cannot become markup, and they cannot turn text around.
fn escaped(text: &str) -> Value {
    Value::from_safe_string(escape(text))
}

const TEMPLATE: &str = include_str!("../../assets/trace.html");
