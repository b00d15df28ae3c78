//! What would let rules judge.

use gomem_metrics::{Judgement, Verdict};

/// Rules with the same want, together: their names, and what is wanted.
pub(crate) fn wants<'a>(unjudged: impl Iterator<Item = &'a Judgement>) -> Vec<(String, String)> {
    let mut wants: Vec<(Vec<&str>, String)> = Vec::new();
    for one in unjudged {
        let enable = one.missing.join(", ");
        let want = match one.verdict {
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
