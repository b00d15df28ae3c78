//! `restart_loop`: two or more restarts, each after memory grew by half or more.
//!
//! For each run that ended: of what Go holds (or is resident), over four spans, the last is ≥ 1.3 times the second, and each
//! is above the one before; unless the last run is half as long again as any before, and does not grow. One restart after memory
//! grew is `insufficient`. Deployments restart programs too, but not at the end of a climb.

use gomem_finding::{Confidence, Severity};
use gomem_statistics::span_medians;
use gomem_table::Unit;

use super::opinion::{Opinion, bytes};
use crate::{analysis::Window, model::Quantity};

pub(super) fn find(runs: &[Window<'_>]) -> Opinion {
    let Some((_, ended)) = runs.split_last() else { return Opinion::insufficient("there is nothing to look at") };
    let evidence = |opinion: Opinion| opinion.against("restarts", ended.len() as f64, LEAST_RESTARTS, Unit::Count);
    let climbs: Vec<Option<f64>> = ended.iter().map(climb).collect();
    let known = climbs.iter().flatten().count();
    let climbed: Vec<f64> = climbs.into_iter().flatten().filter(|end| *end > 0.0).collect();
    if (ended.len() as f64) < LEAST_RESTARTS {
        let scrapes: usize = runs.iter().map(|run| run.rows.len()).sum();
        return evidence(match ended.len() {
            _ if scrapes < FEWEST_SCRAPES => Opinion::insufficient("there are too few scrapes to see restarts"),
            0 => Opinion::clear("the program was not restarted"),
            _ if known == 1 && !ended.iter().any(rose) => {
                Opinion::clear("the program was restarted once, and not after its memory grew")
            }
            _ => Opinion::insufficient("the program was restarted once: a second time would tell a loop"),
        });
    }
    // Whatever it was, it is over when the last run lives on for much longer than any before.
    let longest = ended.iter().map(Window::seconds).fold(0.0, f64::max);
    let is_over = runs.last().is_some_and(|last| last.seconds() >= LONGER * longest && climb(last) == Some(0.0));
    let evidence = |opinion| evidence(opinion).with("restarts_after_growth", climbed.len() as f64, Unit::Count);
    if (known as f64) < LEAST_RESTARTS {
        return evidence(Opinion::insufficient("the program was restarted, but its runs are too short to tell why"));
    }
    if (climbed.len() as f64) < LEAST_RESTARTS {
        return evidence(Opinion::clear("the program was restarted, but not after its memory grew"));
    }
    if is_over {
        let reason = "the program was restarted after its memory grew, and its last run is longer than any before and does not grow";
        return evidence(Opinion::clear(reason));
    }
    let last = climbed.last().copied().unwrap_or(0.0);
    let summary = format!(
        "{} restarts, {} of them after memory grew to {} or so: it grows until the program is killed",
        ended.len(),
        climbed.len(),
        bytes(last)
    );
    evidence(Opinion::fired(Severity::Critical, summary, ACTION))
        .sure(if climbed.len() == ended.len() { Confidence::High } else { Confidence::Medium })
        .confounder("Checked: deployments restart a program too, but not at the end of a climb.")
}

/// Whether a run held more at its end than at its begin, of which some may not have been seen.
fn rose(run: &Window<'_>) -> bool {
    let held = held(run);
    held.first().zip(held.last()).is_none_or(|(first, last)| last.1 > LEAST_RISE * first.1)
}

/// What a run held at its end, if it climbed all the time; 0 if it did not; `None` when it was too short.
fn climb(run: &Window<'_>) -> Option<f64> {
    let points = held(run);
    if points.len() < FEWEST_SCRAPES {
        return None;
    }
    let &[_, second, third, last] = &*span_medians(&points, 4) else { return None };
    let climbed = last >= LEAST_CLIMB * second && third > 1.05 * second && last > 1.05 * third;
    Some(if climbed { points.last()?.1 } else { 0.0 })
}

/// What it held; where the program says nothing of itself, what its container did.
fn held(run: &Window<'_>) -> Vec<(f64, f64)> {
    let known =
        [Quantity::HeldBytes, Quantity::ResidentBytes, Quantity::ContainerAnonBytes, Quantity::ContainerUsedBytes];
    known.into_iter().map(|quantity| run.points(quantity)).find(|points| !points.is_empty()).unwrap_or_default()
}

const ACTION: &str = "See live_heap_leak and container_oom_risk; look for OOMKilled in the container's last state.";
const LEAST_RESTARTS: f64 = 2.0;
const LONGER: f64 = 1.5;
const LEAST_CLIMB: f64 = 1.3;
const LEAST_RISE: f64 = 1.1;
const FEWEST_SCRAPES: usize = 8;
