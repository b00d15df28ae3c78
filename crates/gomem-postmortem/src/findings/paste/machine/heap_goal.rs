//! What is resident, held against the size to which the heap grows before each GC.

use gomem_finding::Severity;

use crate::findings::{finding::Finding, sentence::bytes};

/// Says what of `now` the goal explains: of what is live, by whom that is told, at the `gogc` that the text names, else at Go's own.
pub(crate) fn beside_live(finding: &mut Finding, now: f64, (live, by): (f64, &str), gogc: Option<f64>) {
    let goal = live * (1.0 + gogc.unwrap_or(100.0) / 100.0);
    let times = match gogc {
        None => "At GOGC=100 the heap grows to twice".to_owned(),
        Some(gogc) => {
            format!("At GOGC={gogc:.0}, as the text has it, the heap grows to {:.1} times", 1.0 + gogc / 100.0)
        }
    };
    finding.summary +=
        &format!(" {by} {} in use. {times} of what is live before each GC, that is about {}", bytes(live), bytes(goal));
    if gogc.is_some() && now <= EXPLAINED * goal {
        finding.summary += ": that explains what is resident.";
        finding.action = "It is no leak by these numbers: the goal that GOGC sets is garbage for the most part when it is reached. A lower GOGC lowers it, for \
                          more GC; GOMEMLIMIT, below what the process may have, lowers it only where memory is short. Whether the live part \
                          itself grows two heap profiles some time apart say (`gomem diff`)."
            .to_owned();
        return;
    }
    if now >= FAR_BEYOND * goal {
        finding.severity = Severity::Warning;
    }
    if now >= BEYOND * goal {
        finding.title += &format!(", {} in use of Go's heap", bytes(live));
    }
    finding.summary += "; the rest is what Go holds and does not use, stacks, its tables, or outside of Go.";
    finding.action = "To tell them apart take runtime.MemStats (/debug/pprof/heap?debug=1, its end; or /metrics): HeapInuse − \
                      HeapAlloc are free slots, HeapIdle − HeapReleased is kept for later, HeapReleased is given back, and what \
                      is resident beyond Sys − HeapReleased is outside of Go. GOMEMLIMIT, or a lower GOGC, lowers the goal."
        .to_owned();
}

/// A judgement: stacks and the runtime's tables come on top.
const EXPLAINED: f64 = 1.15;
/// A judgement: no goal, and no share of free slots, explains so many times as much.
const FAR_BEYOND: f64 = 4.0;
/// So much more that both belong in one sentence.
const BEYOND: f64 = 2.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::finding::FindingKind;

    fn told(now: f64, gogc: Option<f64>) -> String {
        let mut finding = Finding::new(FindingKind::Printed, Severity::Info, String::new());
        beside_live(&mut finding, now, (1e9, "The profile has"), gogc);
        finding.summary
    }

    #[test]
    fn what_is_far_beyond_the_goal_is_a_warning() {
        let severity = |now| {
            let mut finding = Finding::new(FindingKind::Printed, Severity::Info, "resident".to_owned());
            beside_live(&mut finding, now, (1e8, "The profile has"), None);
            (finding.severity, finding.title)
        };
        assert_eq!(severity(6e9), (Severity::Warning, "resident, 95.4 MiB in use of Go's heap".to_owned()));
        assert_eq!(severity(6e8), (Severity::Info, "resident, 95.4 MiB in use of Go's heap".to_owned()));
        assert_eq!(severity(3e8), (Severity::Info, "resident".to_owned()));
    }

    #[test]
    fn the_goal_goes_by_what_the_text_says_of_gogc() {
        assert!(told(5.1e9, Some(400.0)).ends_with("about 4.7 GiB: that explains what is resident."));
        assert!(told(5.1e9, Some(200.0)).contains("GOGC=200, as the text has it, the heap grows to 3.0 times"));
        assert!(told(5.1e9, Some(200.0)).ends_with("or outside of Go."));
        assert!(told(2.0e9, None).contains(
            "At GOGC=100 the heap grows to twice of what is live before each GC, that is about 1.9 GiB; the rest"
        ));
    }
}
