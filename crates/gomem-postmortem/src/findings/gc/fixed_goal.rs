//! What a heap goal that stays where it is says, or one that moves without cause.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_metrics::{GcTrace, GcTraceLine, GoState};
use gomem_table::{MIB, Unit};

use crate::{
    findings::finding::{Finding, FindingKind},
    pacing::FixedGoal,
};

/// By a GC trace, where no metrics have the limit itself.
pub(crate) fn fixed_goal(trace: Option<&GcTrace>, state: &GoState) -> Option<Finding> {
    let goal = FixedGoal::find(trace?, state)?;
    let lines = goal.lines;
    let bytes = |mebibytes: f64| Unit::Bytes.humanize(mebibytes * MIB);
    let course = match goal.most_of_gogc_mb {
        Some(_) => format!("the goal moves by {} about {}", bytes(goal.moves_by_mb), bytes(goal.goal_mb)),
        None => format!("the goal stays at {}", bytes(goal.goal_mb)),
    };
    let other = goal
        .or_gogc
        .map_or_else(|| "what sets GOGC anew".to_owned(), |percent| format!("a GOGC of about {percent:.0}"));
    let title = format!("A memory limit starts the GC, or {other}: {course}");
    let mut finding = Finding::new(FindingKind::Runtime, Severity::Info, title);
    let per_cycle = |value: fn(&GcTraceLine) -> f64| lines.iter().map(value).sum::<f64>() / lines.len() as f64;
    let (mark, cpu) = (per_cycle(|line| line.mark_ms), per_cycle(|line| line.assist_cpu_ms + line.background_cpu_ms));
    let seconds = lines.last()?.start_seconds - lines.first()?.start_seconds;
    let moves = match goal.moves_by_mb {
        moves if let Some(most) = goal.most_of_gogc_mb => {
            format!("moves by {}; one GOGC alone would move it by {} at most", bytes(moves), bytes(most))
        }
        0.0 if goal.or_gogc.is_some() => "does not move either".to_owned(),
        moves if goal.or_gogc.is_some() => format!("moves by no more than {}", bytes(moves)),
        0.0 => format!("does not move; {OF_GOGC}"),
        moves => format!("moves by no more than {}; {OF_GOGC}", bytes(moves)),
    };
    finding.summary = format!(
        "In the last {} GC cycles {} to {} are live, and the goal {moves}. A cycle begins each {} on average, marks for {}, and takes {} of CPU.",
        lines.len(),
        bytes(goal.live_mb.0),
        bytes(goal.live_mb.1),
        Unit::Seconds.humanize(seconds / (lines.len() - 1) as f64),
        Unit::Milliseconds.humanize(mark),
        Unit::Milliseconds.humanize(cpu),
    );
    finding.action = "GOMEMLIMIT, debug.SetMemoryLimit or a library (automemlimit) sets it, a little above the goal, or code that calls \
                      debug.SetGCPercent: beside a limit another GOGC changes nothing. The nearer the live heap comes to it, the more often \
                      GC runs, up to half of the CPU: give it more memory, or cut what is live (heap profiles, inuse_space)."
        .to_owned();
    finding.confidence = Confidence::Medium;
    finding.evidence = vec![
        Evidence::new("heap goal", goal.goal_mb * MIB, Unit::Bytes).with_source("GC trace"),
        Evidence::new("live heap, at least", goal.live_mb.0 * MIB, Unit::Bytes).with_source("GC trace"),
        Evidence::new("live heap, at most", goal.live_mb.1 * MIB, Unit::Bytes).with_source("GC trace"),
    ];
    finding.confounders.push("neither the limit nor GOGC is in a GC trace".to_owned());
    Some(finding)
}

const OF_GOGC: &str = "one GOGC alone would move it as much as what is live, or more";
