//! Inputs that are not of one program, or not of one build.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_table::Unit;

use crate::{
    attribution::BuildMatch,
    bundle::Bundle,
    findings::finding::{Finding, FindingKind},
};

/// What does not belong together.
pub(crate) fn find(bundle: &Bundle) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let (Some(heap), Some(log)) = (bundle.latest_heap(), bundle.escapes()) {
        findings.extend(other_log(&heap.name, &BuildMatch::new(&heap.profile, log)));
    }
    findings.extend(other_programs(bundle));
    findings.extend(other_builds(bundle));
    findings
}

fn other_log(heap: &str, found: &BuildMatch) -> Option<Finding> {
    let &BuildMatch { functions, known, placed, agree, .. } = found;
    let (title, summary) = if found.is_of_other_program() {
        (
            "The compiler's log is not of the profile's program".to_owned(),
            format!(
                "Of {functions} functions of the program's own code in {heap}, the log knows {known}: it is of another \
                 program, or these packages were built without -m=2."
            ),
        )
    } else if found.is_of_other_build() {
        (
            "The compiler's log is of another build than the profile's".to_owned(),
            format!(
                "Of {placed} functions that {heap} and the log both have, {} begin at another line: the source was \
                 changed between the two, and what the log says of a line may be about another one. So it is not used for \
                 these functions, and a line that it does not name may allocate all the same.",
                placed - agree
            ),
        )
    } else {
        return None;
    };
    let mut finding = Finding::new(FindingKind::Mismatch, Severity::Warning, title);
    finding.summary = summary;
    finding.action =
        "Build the profiled version again with go build -gcflags=all=-m=2 ./... 2> escape.log (the build cache \
                      gives the log again), and replace the log."
            .to_owned();
    finding.confidence =
        if functions >= 10 && (known == 0 || found.agreement() < 0.5) { Confidence::High } else { Confidence::Medium };
    let count = |quantity, value: usize, source| Evidence::new(quantity, value as f64, Unit::Count).with_source(source);
    finding.evidence = vec![
        count("own functions", functions, "heap profile"),
        count("of these in the log", known, "escape log"),
        count("of these with a line", placed, "heap profile"),
        count("of these at the same line", agree, "escape log"),
    ];
    Some(finding)
}

fn other_programs(bundle: &Bundle) -> Option<Finding> {
    let (file, other) = bundle.other_programs.first()?;
    let title = format!("The bundle mixes profiles of {} and of other programs ({other})", bundle.program);
    let mut finding = Finding::new(FindingKind::Mismatch, Severity::Warning, title);
    let files: Vec<&str> = bundle.other_programs.iter().map(|(file, _)| file.as_str()).collect();
    finding.summary = format!(
        "Their own functions have hardly any in common. Left out: {}.",
        if files.len() > 5 { format!("{} files, {file} first", files.len()) } else { files.join(", ") }
    );
    finding.action = "Put what each program left behind into a folder of its own.".to_owned();
    finding.evidence =
        vec![Evidence::new("profiles left out", files.len() as f64, Unit::Count).with_source("profiles")];
    finding
        .confounders
        .push("metrics and GC traces do not say whose they are: they are taken for the kept one's".into());
    Some(finding)
}

fn other_builds(bundle: &Bundle) -> Option<Finding> {
    if bundle.builds < 2 {
        return None;
    }
    let title = format!("The profiles are of {} builds of the program", bundle.builds);
    let mut finding = Finding::new(FindingKind::Mismatch, Severity::Info, title);
    finding.summary = "Their build ids differ: it was deployed anew in between, and its memory began anew.".to_owned();
    finding.action = "Compare the builds: gomem compare BEFORE AFTER, each in a folder of its own.".to_owned();
    finding.evidence = vec![Evidence::new("build ids", bundle.builds as f64, Unit::Count).with_source("profiles")];
    Some(finding)
}
