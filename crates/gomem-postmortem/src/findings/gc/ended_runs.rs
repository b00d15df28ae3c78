//! Runs of a GC trace that ended as high as they had come: a program that grows until it is killed.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_metrics::{GcRun, GcTrace, Rule};
use gomem_statistics::span_medians;
use gomem_table::{MIB, Unit};

use crate::findings::finding::{Finding, FindingKind};

/// Says that runs before the last one rose until each ended. The last one alone, just begun, shows nothing of that; one that lives
/// on for longer than any before has got over it.
pub(crate) fn grew_until_ended(trace: Option<&GcTrace>, findings: &[Finding]) -> Option<Finding> {
    let is_told = |finding: &Finding| finding.kind == FindingKind::Leak || finding.rules.contains(&Rule::RestartLoop);
    if findings.iter().any(is_told) {
        return None;
    }
    let runs: Vec<GcRun<'_>> = GcRun::all(trace?).collect();
    let (last, before) = runs.split_last()?;
    // Other processes of the same log are other programs, as it seems.
    let ended: Vec<_> =
        before.iter().filter(|run| run.origin == last.origin && seconds(run) >= LEAST_SECONDS).collect();
    let ends: Vec<f64> = ended.iter().filter_map(|run| climb(run)).collect();
    let longest = ended.iter().map(|run| seconds(run)).fold(0.0, f64::max);
    if ends.len() < FEWEST || ends.len() * 3 < ended.len() * 2 || seconds(last) >= LONGER * longest {
        return None;
    }
    let highest = ends.iter().copied().fold(0.0, f64::max);
    let title = format!(
        "What survives GC grew until the program ended, in {} of {} runs: to {}",
        ends.len(),
        ended.len(),
        Unit::Bytes.humanize(highest)
    );
    let mut finding = Finding::new(FindingKind::Runtime, Severity::Warning, title);
    let shown: Vec<String> = ends.iter().take(SHOWN).map(|end| Unit::Bytes.humanize(*end)).collect();
    finding.summary = format!(
        "They ended at {}, after {} at most. The last run, of {}, is too short to show it.",
        shown.join(", "),
        Unit::Seconds.humanize(longest),
        Unit::Seconds.humanize(seconds(last))
    );
    finding.action =
        "See how they ended (exit code 137, OOMKilled, the kernel's log): a program that is killed so leaks, and each \
                      restart hides it for a while. Take heap profiles some minutes apart within one run: \
                      gomem growth heap-*.pb.gz."
            .to_owned();
    finding.confidence = Confidence::Low;
    finding.confounders.push("a batch that builds something up until it is done looks the same".to_owned());
    finding
        .evidence
        .push(Evidence::new("live heap at the end of a run", highest, Unit::Bytes).with_source("GC cycles"));
    Some(finding)
}

fn seconds(run: &GcRun<'_>) -> f64 {
    run.lines.first().zip(run.lines.last()).map_or(0.0, |(first, last)| last.start_seconds - first.start_seconds)
}

/// What a run ended at, if it rose all the time: of four spans each is above the one before, as `restart_loop` asks of metrics.
fn climb(run: &GcRun<'_>) -> Option<f64> {
    let points: Vec<(f64, f64)> =
        run.lines.iter().map(|line| (line.start_seconds, line.heap_live_mb as f64 * MIB)).collect();
    if points.len() < FEWEST_CYCLES {
        return None;
    }
    let levels = span_medians(&points, 4);
    let [_, second, _, last] = levels[..] else { return None };
    let rises = levels.windows(2).all(|pair| pair[0] < pair[1]) && last >= LEAST_RISE * second;
    (rises && last >= LEAST_BYTES).then(|| points.iter().map(|point| point.1).fold(0.0, f64::max))
}

/// Judgements: less is a tool, or the start of a program.
const LEAST_SECONDS: f64 = 60.0;
const FEWEST_CYCLES: usize = 20;
const LEAST_BYTES: f64 = 32.0 * MIB;
/// Once is chance.
const FEWEST: usize = 2;
/// As `restart_loop` has them.
const LEAST_RISE: f64 = 1.3;
const LONGER: f64 = 1.5;
/// A line holds no more.
const SHOWN: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    /// A run of a cycle each ten seconds, with so many MiB alive.
    fn run(live: impl IntoIterator<Item = u64>) -> String {
        let cycle = |(number, mib): (u64, u64)| {
            let heap = format!("{mib}->{mib}->{mib} MB, {} MB goal, 0 MB stacks, 0 MB globals, 2 P", 2 * mib);
            let at = 10 * number;
            format!("gc {number} @{at}.000s 1%: 0.01+0.50+0.01 ms clock, 0.02+0.10/0.40/0.20+0.02 ms cpu, {heap}\n")
        };
        (1..).zip(live).map(cycle).collect()
    }

    /// A run that keeps ten MiB more with each cycle.
    fn leak(first: u64) -> String {
        run((0..40).map(|step| first + 10 * step))
    }

    fn title(log: &str) -> Option<String> {
        let trace = GcTrace::decode(log.as_bytes()).unwrap();
        grew_until_ended(Some(&trace), &[]).map(|finding| finding.title)
    }

    #[test]
    fn a_program_that_is_killed_again_and_again_grows() {
        let log = leak(20) + &leak(21) + &leak(22) + &run([20, 21, 22]);
        let expected = "What survives GC grew until the program ended, in 3 of 3 runs: to 412.0 MiB";
        assert_eq!(title(&log).as_deref(), Some(expected));
    }

    #[test]
    fn what_ends_otherwise_is_no_growth() {
        let level = |mib: u64| run([mib; 40]);
        let healthy = run([100; 80]);
        assert_eq!(title(&(leak(20) + &run([20, 21, 22]))), None, "once");
        assert_eq!(title(&(level(100) + &level(101) + &run([20, 21, 22]))), None, "level");
        assert_eq!(title(&(leak(20) + &leak(21) + &healthy)), None, "mended");
        assert_eq!(title(&(leak(20) + &level(100) + &level(101) + &run([20]))), None, "one of three");
        let tool = |first: u64| run((0..5).map(|step| first + 10 * step));
        assert_eq!(title(&(tool(20) + &tool(21) + &run([20, 21, 22]))), None, "tools of a build");
    }
}
