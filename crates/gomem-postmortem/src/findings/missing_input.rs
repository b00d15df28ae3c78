//! Inputs that are not there, and what each would tell.

use gomem_finding::Severity;

use crate::{
    bundle::Bundle,
    findings::finding::{Finding, FindingKind},
    pacing::NoPacing,
};

/// What would tell more; `no_pacing` is why no model of the pacer was fitted.
pub(crate) fn missing_input(bundle: &Bundle, no_pacing: Option<&NoPacing>) -> Option<Finding> {
    let mut wanted: Vec<String> = Vec::new();
    if bundle.escapes().is_none() {
        wanted.push(LOG_WANTED.into());
    }
    if bundle.heaps().is_empty() {
        wanted.push("a heap profile (/debug/pprof/heap): what allocates".into());
    } else if bundle.heaps().len() < 3 {
        wanted.push("three heap profiles over time: what leaks".into());
    }
    if bundle.metrics().series().is_empty() {
        wanted.push("scrapes of /metrics, each in a file named <unix ms>.prom: live heap over time".into());
    }
    let no_trace = no_pacing.filter(|none| none.is_missing);
    wanted.extend(no_trace.map(|none| format!("what a fix or another GOGC saves ({})", none.why)));
    if wanted.is_empty() {
        return None;
    }
    let mut finding = Finding::new(
        FindingKind::MissingInput,
        Severity::Info,
        match wanted.len() {
            1 => "One more input would tell more".to_owned(),
            several => format!("{several} more inputs would tell more"),
        },
    );
    finding.summary = "Not in the bundle.".into();
    finding.action = format!("Add {}.", wanted.join("; "));
    Some(finding)
}

const LOG_WANTED: &str = "the compiler's log (go build -gcflags=all=-m=2 ./... 2> escape.log, or, of your own packages \
                          alone, -gcflags=-m=2): why each site allocates";
