//! What an execution trace adds to what rules say of metrics.

use super::{diagnosis::Diagnosis, judgement::Judgement};
use crate::{
    model::TracedGc,
    rules::{Rule, Verdict},
};

impl Diagnosis {
    /// What rules say of an execution trace alone.
    #[must_use]
    pub fn from_trace(traced: &TracedGc) -> Self {
        Self { judgements: Vec::new() }.with_trace(traced)
    }

    /// Asks the rules that an execution trace speaks of. What metrics count stands, and the trace says who; where they leave it
    /// open, or leave only one explanation, the trace decides if it can. Judgements of several programs stay as they are.
    #[must_use]
    pub fn with_trace(mut self, traced: &TracedGc) -> Self {
        for &rule in Rule::ALL {
            let Some(opinion) = rule.traced(traced) else { continue };
            let mut of_rule = self.judgements.iter_mut().filter(|judgement| judgement.rule == rule);
            let by_trace = || Judgement::new(rule, opinion.clone(), (traced.start_ms, traced.end_ms));
            match (of_rule.next(), of_rule.next()) {
                (None, _) => self.judgements.push(by_trace()),
                (Some(judgement), None) => {
                    let is_judged = matches!(judgement.verdict, Verdict::Fired | Verdict::Clear);
                    if is_judged && rule.is_counted(&judgement.missing) {
                        add_who(judgement, traced);
                    } else if opinion.is_judged() {
                        *judgement = by_trace();
                    } else {
                        add_who(judgement, traced);
                    }
                }
                (Some(_), Some(_)) => {}
            }
        }
        self.sorted()
    }
}

fn add_who(judgement: &mut Judgement, traced: &TracedGc) {
    if judgement.verdict == Verdict::Fired
        && let Some(who) = judgement.rule.traced_who(traced)
    {
        judgement.summary += &format!("; {who}");
    }
}

#[cfg(test)]
mod tests {
    use gomem_finding::Severity;

    use super::*;
    use crate::model::TracedPlace;

    fn told(traced: &TracedGc, rule: Rule) -> (Verdict, String) {
        let diagnosis = Diagnosis::from_trace(traced);
        let judgement = diagnosis.judgements().iter().find(|judgement| judgement.rule == rule).unwrap();
        (judgement.verdict, judgement.summary.clone())
    }

    #[test]
    fn forced_cycles_name_their_caller() {
        let callers = vec![TracedPlace { place: "main.trim cache.go:40".to_owned(), amount: 30.0 }];
        let base = TracedGc { seconds: 5.0, heap_cycles: 3, forced_cycles: 30, callers, ..TracedGc::default() };
        let (verdict, summary) = told(&base, Rule::ForcedGc);
        assert_eq!(verdict, Verdict::Fired);
        assert!(summary.contains("main.trim cache.go:40 (30 ×)") && summary.contains("91 %"), "{summary}");
        for (forced, measured, heap, expected) in [
            (30, 0, 40, Verdict::Clear),
            (0, 30, 3, Verdict::Clear),
            (6, 0, 1, Verdict::Insufficient),
            (1, 0, 1, Verdict::Insufficient),
            (0, 0, 5, Verdict::Clear),
        ] {
            let traced =
                TracedGc { forced_cycles: forced, measured_cycles: measured, heap_cycles: heap, ..base.clone() };
            assert_eq!(told(&traced, Rule::ForcedGc).0, expected, "{forced} {measured} {heap}");
        }
    }

    #[test]
    fn assists_that_hardly_run_take_little() {
        let base = TracedGc { seconds: 5.0, procs: Some(2), heap_cycles: 9, ..TracedGc::default() };
        for (running, cycles, procs, expected) in [
            (0.5, 9, Some(2), Verdict::Clear),
            (1.5, 9, Some(2), Verdict::Insufficient),
            (0.5, 2, Some(2), Verdict::Insufficient),
            (0.5, 9, None, Verdict::Insufficient),
        ] {
            let traced = TracedGc { assist_running_seconds: running, heap_cycles: cycles, procs, ..base.clone() };
            assert_eq!(told(&traced, Rule::AssistPressure).0, expected, "{running} {cycles} {procs:?}");
        }
    }

    #[test]
    fn long_stops_are_those_of_the_program() {
        let base = TracedGc { seconds: 5.0, heap_cycles: 12, goal_bytes: Some(64e6), ..TracedGc::default() };
        for (pauses, expected) in [
            (vec![0.07; 24], Verdict::Fired),
            (vec![0.0001; 24], Verdict::Clear),
            (vec![0.07; 4], Verdict::Insufficient),
        ] {
            let heap_cycles = pauses.len() as u64 / 2;
            let traced = TracedGc { pause_seconds: pauses, heap_cycles, ..base.clone() };
            assert_eq!(told(&traced, Rule::StwStopLatency).0, expected, "{heap_cycles}");
        }
        let small = TracedGc { goal_bytes: Some(4e6), pause_seconds: vec![0.07; 24], ..base };
        assert_eq!(told(&small, Rule::StwStopLatency).0, Verdict::Clear);
    }

    #[test]
    fn what_began_the_cycles_is_known() {
        let traced = |heap, periodic| TracedGc {
            seconds: 300.0,
            heap_cycles: heap,
            periodic_cycles: periodic,
            ..TracedGc::default()
        };
        assert_eq!(told(&traced(0, 2), Rule::PeriodicGcOnly).0, Verdict::Fired);
        assert_eq!(told(&traced(3, 0), Rule::PeriodicGcOnly).0, Verdict::Clear);
        assert_eq!(told(&traced(1, 1), Rule::PeriodicGcOnly).0, Verdict::Insufficient);
        assert_eq!(told(&traced(0, 1), Rule::PeriodicGcOnly).0, Verdict::Insufficient);
        assert_eq!(Diagnosis::from_trace(&traced(0, 2)).severity(), Some(Severity::Info));
    }
}
