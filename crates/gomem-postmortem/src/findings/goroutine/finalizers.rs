//! The goroutine that runs finalizers: while it waits in one of them no other runs, and what has one stays.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_pprof::{Profile, Sample};
use gomem_table::Unit;

use crate::{
    bundle::Bundle,
    findings::{
        finding::{Finding, FindingKind},
        goroutine::{wait::Wait, waiting::modules_of},
    },
};

/// A finalizer of the program that has waited for long, by the last dump that has it.
pub(crate) fn stuck_finalizer(bundle: &Bundle) -> Option<Finding> {
    let dumps = bundle.goroutines().iter().rev();
    let (waiting, minutes) = dumps.filter_map(|dump| waiting(dump)).next()?;
    let time = Unit::Seconds.humanize(minutes as f64 * 60.0);
    let title =
        format!("No finalizer runs: the goroutine that runs them has waited for {time} at {}", waiting.at.short());
    let severity = if minutes >= VERY_LONG { Severity::Critical } else { Severity::Warning };
    let mut finding = Finding::new(FindingKind::Runtime, severity, title);
    finding.summary = format!(
        "It is in {} in `{}`. One goroutine runs all finalizers, one after the other: until this one returns, whatever has a finalizer stays in \
         memory, with all that it refers to, and what it would free outside of Go stays too (files, memory of C).",
        waiting.state,
        waiting.at.short_function()
    );
    finding.action = "A finalizer must not wait: let it only hand over (a send with `default`, a list under a lock that is held briefly), or start a \
                      goroutine for what takes time. Better, Close what is used explicitly, and keep the finalizer as a last resort."
        .to_owned();
    finding.confidence = Confidence::High;
    let wait =
        Evidence::new("wait of the finalizer", minutes as f64 * 60.0, Unit::Seconds).with_source("goroutine dump");
    finding.evidence.push(wait);
    finding.place = Some(waiting.at);
    Some(finding)
}

/// What the goroutine that runs finalizers waits for in code of the program, and for how many minutes.
fn waiting(dump: &Profile) -> Option<(Wait, i64)> {
    let minutes = |sample: Sample<'_>| sample.labels().find(|label| label.key == WAIT).map(|label| label.number);
    let is_runner = |sample: &Sample<'_>| {
        sample.frames().skip(1).any(|line| line.function().is_some_and(|function| RUNNERS.contains(&function.name())))
    };
    let mut runners = dump.samples().filter(is_runner).peekable();
    runners.peek()?;
    let modules = modules_of(dump);
    let found = runners.filter_map(|sample| {
        let waiting = Wait::from_sample(sample, &modules)?;
        let is_own = !waiting.at.function().starts_with("runtime.");
        Some((waiting, minutes(sample)?)).filter(|(_, minutes)| is_own && *minutes >= LONG)
    });
    found.max_by_key(|(_, minutes)| *minutes)
}

/// What profiles call the minutes of a wait.
const WAIT: &str = "wait";
/// `runtime/mfinal.go`, before Go 1.25 and since. Cleanups have several goroutines, so that one that waits holds no other.
const RUNNERS: [&str; 2] = ["runtime.runfinq", "runtime.runFinalizers"];
/// Judgements: a finalizer that works does not take so long.
const LONG: i64 = 10;
const VERY_LONG: i64 = 60;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Artifact;

    fn told(state: &str, inner: &str) -> Option<(String, Severity)> {
        let dump = format!(
            "goroutine 18 [{state}]:\n{inner}runtime.runfinq()\n\t/usr/local/go/src/runtime/mfinal.go:255 +0x107\ncreated by runtime.createfing in \
             goroutine 1\n\t/usr/local/go/src/runtime/mfinal.go:163 +0x3d\n\ngoroutine 1 [IO wait, 931 minutes]:\nmain.main()\n\t/src/geo/main.go:40 +0x1f1\n"
        );
        let artifact = Artifact { name: "g.txt".to_owned(), bytes: dump.into_bytes(), modified_ms: None };
        let bundle = Bundle::from_artifacts("one", vec![artifact]);
        stuck_finalizer(&bundle).map(|finding| (finding.title, finding.severity))
    }

    #[test]
    fn a_finalizer_that_waits_holds_all_others() {
        let release = "main.(*handle).release(0xc00042a180)\n\t/src/geo/handle.go:71 +0x8c\n";
        let (title, severity) = told("chan send, 912 minutes", release).unwrap();
        assert_eq!(title, "No finalizer runs: the goroutine that runs them has waited for 15.2 h at geo/handle.go:71");
        assert_eq!(severity, Severity::Critical);
        assert_eq!(told("chan send, 12 minutes", release).unwrap().1, Severity::Warning);
        assert_eq!(told("chan send, 3 minutes", release), None);
        assert_eq!(told("chan send", release), None);
        // It waits for something to do.
        assert_eq!(told("finalizer wait, 912 minutes", ""), None);
    }
}
