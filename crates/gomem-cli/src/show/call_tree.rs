//! Callers and callees as text.

use std::fmt::Write as _;

use gomem_pprof::{Edge, Filter, Profile, TopOptions};
use gomem_table::Unit;

use crate::failure::Failure;

/// For each function, its callers above and its callees below.
pub(crate) fn call_tree(
    profile: &Profile,
    options: &TopOptions,
    peek: Option<&str>,
    rows: usize,
) -> Result<String, Failure> {
    let (top, edges) = (profile.top(options), profile.edges(options));
    let peeked = match peek {
        None => None,
        // The filter knows Go's syntax of expressions.
        Some(pattern) => {
            let mut filter = Filter::default();
            pattern.clone_into(&mut filter.show);
            let shown = profile.filter(&filter)?.top(options);
            Some(shown.rows().iter().map(|row| row.key.clone()).collect::<Vec<_>>())
        }
    };
    let human = |value: i128| match top.unit() {
        Unit::None => value.to_string(),
        unit => unit.humanize(value as f64),
    };
    let share = |value: i128, whole: i128| if whole == 0 { 0.0 } else { 100.0 * value as f64 / whole as f64 };
    // Where a sum does not fit 64 bits there is no share.
    let percent = |value: i128| top.fraction(value).map_or("-".to_owned(), |share| format!("{:.2}%", 100.0 * share));
    let mut text = format!("{:>12} {:>7} {:>12} {:>7}\n", "flat", "flat %", "cum", "cum %");
    let kept = top.rows().iter().filter(|row| peeked.as_ref().is_none_or(|keys| keys.contains(&row.key)));
    for row in kept.take(if rows == 0 { usize::MAX } else { rows }) {
        let call = |text: &mut String, name: &dyn std::fmt::Display, edge: Edge<'_>| {
            let inlined = if edge.inlined { " (inline)" } else { "" };
            let (value, part) = (human(edge.weight), share(edge.weight, row.cum));
            _ = writeln!(text, "{:>20} {value:>12} {part:>6.2}% |   {name}{inlined}", "");
        };
        text.push_str("-----------------------------------------------------------\n");
        for edge in edges.rows().filter(|edge| *edge.callee == row.key) {
            call(&mut text, edge.caller, edge);
        }
        let (flat, cum) = (human(row.flat), human(row.cum));
        let (flat_share, cum_share) = (percent(row.flat), percent(row.cum));
        _ = writeln!(text, "{flat:>12} {flat_share:>7} {cum:>12} {cum_share:>7} | {}", row.key);
        for edge in edges.rows().filter(|edge| *edge.caller == row.key) {
            call(&mut text, edge.callee, edge);
        }
    }
    Ok(text)
}
