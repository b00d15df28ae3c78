//! What would let rules judge.

use gomem_metrics::Verdict;
use gomem_postmortem::{Contents, Report};

/// Rules that could not judge. Those with the same want are together: their names, and what is wanted.
pub(crate) fn wants(report: &Report) -> Vec<(String, String)> {
    let has_scrapes = report.contents().iter().any(|(_, contents)| *contents == Contents::Metrics);
    let mut wants: Vec<(Vec<&str>, String)> = Vec::new();
    for one in report.unjudged() {
        let enable = one.missing.join(", ");
        let want = match one.verdict {
            // Which metrics are missing is of no use to who has none.
            Verdict::NotEvaluable if !has_scrapes => "take scrapes of /metrics, as `gomem capture` does".to_owned(),
            Verdict::NotEvaluable => format!("enable {enable}"),
            _ if one.missing.is_empty() => one.summary.clone(),
            _ => format!("{}; enable {enable}", one.summary),
        };
        match wants.iter_mut().find(|(_, known)| *known == want) {
            // With several programs, a rule may say the same of each.
            Some((rules, _)) if rules.contains(&one.rule.name()) => {}
            Some((rules, _)) => rules.push(one.rule.name()),
            None => wants.push((vec![one.rule.name()], want)),
        }
    }
    wants.into_iter().map(|(rules, want)| (rules.join(", "), want)).collect()
}
