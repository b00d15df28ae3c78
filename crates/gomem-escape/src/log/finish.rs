//! From what was read to the whole log.

use std::sync::Arc;

use foldhash::{HashMap, HashSet};

use crate::{
    decide::{Chains, stored},
    log::{escape_log::EscapeLog, rows::Rows},
    model::{CapturedVariable, WrappedCall},
    read::{Facts, Functions, Interner, Kept, RawDecision, RawLeak, RawStackBuffer, TextId, XPos, merge},
};

pub(crate) fn finish(facts: Facts) -> EscapeLog {
    let Facts {
        mut texts,
        mut functions,
        versions,
        coverage,
        sections: _,
        unplaced,
        build,
        unknown,
        decisions,
        stack_buffers,
        leaks,
        inlining,
        logopt,
        shared,
        captured,
        wrapped,
        additions,
        boxed,
        receivers,
        inlined_calls,
        literals,
    } = facts;
    let (mut decisions, mut leaks) = (decisions.into_rows(), leaks.into_rows());
    let (stack_buffers, inlining) = (stack_buffers.into_rows(), inlining.into_rows());
    functions.sort();
    let json = merge(logopt, &mut decisions, &mut leaks, &texts);
    find_literals(&mut functions, literals, &texts);
    find_functions(&mut leaks, &functions, &mut texts);
    if !functions.has_all_packages() {
        leaks.iter().for_each(|leak| functions.see_parameter(leak.package, texts.text(leak.param)));
    }
    let rows = Rows {
        texts: &texts,
        inlined_calls: &callees_at(&inlined_calls, &decisions, &stack_buffers),
        functions: &functions,
        versions,
        chains: &Chains::new(&leaks, &texts),
        elements: &types_with_elements(&decisions, &texts),
        copied: &copied_and_boxed(&decisions, &texts),
        moved: &moved_variables(&decisions, &functions, &texts),
        shared: &shared,
        boxed: &boxed,
        receivers: &receivers,
    };
    let sorted = |lines: HashSet<(TextId, u32)>| {
        let mut lines: Vec<_> = lines.into_iter().map(|(file, line)| (Arc::clone(texts.text(file)), line)).collect();
        lines.sort();
        lines
    };
    let captured_variable = |(at, function, variable): &(XPos, TextId, TextId)| CapturedVariable {
        file: Arc::clone(texts.text(at.file)),
        line: at.line,
        function: Arc::clone(texts.text(*function)),
        variable: Arc::clone(texts.text(*variable)),
    };
    let mut captured: Vec<_> = captured.iter().map(captured_variable).collect();
    captured.sort();
    EscapeLog {
        captured,
        decisions: decisions.iter().map(|decision| rows.decision(decision, &json)).collect(),
        wrapped: wrapped_calls(&wrapped, &rows),
        additions: sorted(additions),
        stack_buffers: stack_buffers.iter().map(|buffer| rows.stack_buffer(buffer)).collect(),
        leaks: leaks.iter().map(|leak| rows.leak(leak)).collect(),
        inlining: inlining.iter().map(|function| rows.inlining(function)).collect(),
        coverage,
        unknown,
        unplaced,
        build_errors: build.errors(),
        versions,
    }
}

/// Function literals belong to the function that their header names, or else to the one around them.
fn find_literals(functions: &mut Functions, literals: HashMap<(TextId, XPos), TextId>, texts: &Interner) {
    for ((package, at), function) in literals {
        if let Some(function) = functions.named_or_around(texts.text(function), at).map(str::to_owned) {
            functions.see_literal(package, &function, at);
        }
    }
}

/// Go before 1.25 does not say whose parameter leaks: that of the function around it.
fn find_functions(leaks: &mut [RawLeak], functions: &Functions, texts: &mut Interner) {
    for leak in leaks.iter_mut().filter(|leak| leak.function == TextId::default()) {
        if let Some(function) = functions.around(leak.at) {
            leak.function = texts.id(function);
        }
    }
}

/// One call for each line: an argument can stand at a position of its own, which tells nothing of who puts the call into a function.
fn wrapped_calls(wrapped: &HashSet<Kept>, rows: &Rows<'_>) -> Vec<WrappedCall> {
    let mut of_line: HashMap<(TextId, TextId, u32), Vec<&Kept>> = HashMap::default();
    for kept in wrapped {
        of_line.entry((kept.package, kept.at.file, kept.at.line)).or_default().push(kept);
    }
    let mut calls: Vec<WrappedCall> = of_line.into_values().filter_map(|all| rows.wrapped_call(&all)).collect();
    calls.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    calls
}

/// What was inlined at the positions that decisions and stack_buffers are about, by name.
fn callees_at(
    calls: &HashSet<(XPos, TextId)>,
    decisions: &[RawDecision],
    stack_buffers: &[RawStackBuffer],
) -> HashMap<XPos, Vec<TextId>> {
    let positions = decisions.iter().map(|decision| decision.at).chain(stack_buffers.iter().map(|buffer| buffer.at));
    let mut callees: HashMap<XPos, Vec<TextId>> = positions.map(|at| (at, Vec::new())).collect();
    for (at, callee) in calls {
        if let Some(here) = callees.get_mut(at) {
            here.push(*callee);
        }
    }
    callees.values_mut().for_each(|here| here.sort_unstable());
    callees
}

/// Types of which the log shows values with elements: they have fields.
fn types_with_elements(decisions: &[RawDecision], texts: &Interner) -> HashSet<Box<str>> {
    let literal = |decision: &RawDecision| {
        let literal = texts.text(decision.subject).strip_suffix("{...}")?;
        Some(literal.strip_prefix('&').unwrap_or(literal).into())
    };
    decisions.iter().filter_map(literal).collect()
}

/// Variables that were moved to the heap, by package and function.
fn moved_variables(
    decisions: &[RawDecision],
    functions: &Functions,
    texts: &Interner,
) -> HashSet<(TextId, Box<str>, TextId)> {
    let variable = |decision: &RawDecision| {
        let function = functions.named_or_around(texts.text(decision.explanation.function), decision.at)?;
        Some((decision.package, function.into(), decision.subject))
    };
    decisions.iter().filter(|decision| decision.is_moved).filter_map(variable).collect()
}

/// Conversions that go into a box of their own, `{storage for string(b)}`: by line, since box and conversion have different
/// columns.
fn copied_and_boxed(decisions: &[RawDecision], texts: &Interner) -> HashSet<(TextId, u32, TextId)> {
    let goes_into_itself = |decision: &&RawDecision| {
        stored(texts.text(decision.explanation.own_sink)) == Some(&**texts.text(decision.subject))
    };
    let line = |decision: &RawDecision| (decision.at.file, decision.at.line, decision.subject);
    decisions.iter().filter(goes_into_itself).map(line).collect()
}
