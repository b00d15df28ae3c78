//! What the compiler's log says where no profile tells what of it costs.

use gomem_escape::{Certainty, HeapDecision};
use gomem_finding::{Confidence, Severity};

use crate::{
    bundle::Bundle,
    findings::finding::{Finding, FindingKind},
};

/// The decisions, each where they are few.
pub(crate) fn log_alone(bundle: &Bundle) -> Option<Finding> {
    let has_profile = !bundle.heaps().is_empty() || !bundle.printed.is_empty() || !bundle.tables.is_empty();
    let log = bundle.escapes().filter(|_| !has_profile)?;
    let all: Vec<&HeapDecision> =
        log.heap_decisions().iter().filter(|decision| decision.alloc_certainty != Certainty::None).collect();
    // What is explained says more than a line of `-m`.
    let first = all.iter().find(|decision| !decision.steps.is_empty()).or(all.first())?;
    let words = |decision: &HeapDecision| {
        let line = decision.line.map_or_else(String::new, |line| format!(":{line}"));
        let file = decision.file.rsplit('/').next().unwrap_or_default();
        let cause = if decision.steps.is_empty() { "no word why".to_owned() } else { decision.cause.words() };
        format!("`{}` at {file}{line}: {cause}", decision.subject)
    };
    let title = match all.len() {
        1 => format!("To the heap goes {}", words(first)),
        count => format!("{count} decisions put something on the heap, {} first", words(first)),
    };
    let mut finding = Finding::new(FindingKind::Printed, Severity::Info, title);
    finding.summary = if all.len() <= MOST {
        let others: Vec<String> = all.iter().filter(|other| *other != first).map(|decision| words(decision)).collect();
        let steps: Vec<String> = first.steps.iter().map(|step| format!("`{}` ({})", step.from, step.why)).collect();
        let flow =
            if steps.is_empty() { String::new() } else { format!("It flows by way of {}. ", steps.join(", then ")) };
        let more = if others.is_empty() { String::new() } else { format!("Also {}. ", others.join("; ")) };
        format!("{flow}{more}Each time the line runs it may allocate; how often that is no log says.")
    } else {
        "That is the compiler's log alone: how often each of them is made, and of how many bytes, it does not say."
            .to_owned()
    };
    finding.action =
        if all.len() <= MOST { format!("{}. ", first.advice.trim_end_matches('.')) } else { String::new() };
    finding.action += "`gomem escape` lists what the log has; a heap profile beside it (/debug/pprof/heap, or go test -bench . -benchmem \
                       -memprofile) says which of it costs: change nothing before.";
    if all.iter().any(|decision| decision.steps.is_empty()) {
        finding.action += " With -gcflags=-m=2 the log says why.";
    }
    finding.confidence = Confidence::Medium;
    Some(finding)
}

/// So many are told one by one.
const MOST: usize = 6;
