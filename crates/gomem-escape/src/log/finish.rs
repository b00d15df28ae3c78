//! From what was read to the whole log.

use std::sync::Arc;

use foldhash::{HashMap, HashSet};

use crate::{
    decide::Chains,
    log::{escape_log::EscapeLog, rows::Rows},
    model::{CapturedVariable, WrappedCall},
    read::{Facts, Functions, Interner, Kept, RawDecision, RawLeak, RawStackBuffer, RawStep, TextId, XPos, merge},
    text::stored,
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
    find_stores(&mut leaks, &decisions, &functions, &texts);
    let rows = Rows {
        texts: &texts,
        inlined_calls: &callees_at(inlined_calls, &decisions, &stack_buffers),
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

/// What a function puts into an object that it makes is stored where that is: `s.all[key] = &item{value}`.
fn find_stores(leaks: &mut [RawLeak], decisions: &[RawDecision], functions: &Functions, texts: &Interner) {
    let is_held = |leak: &&mut RawLeak| leak.store.is_none() && leak.holder != TextId::default();
    let holders: HashSet<(TextId, TextId)> =
        leaks.iter_mut().filter(is_held).map(|leak| (leak.package, leak.holder)).collect();
    // By function; of several that read alike none is known to be it.
    let mut stores: HashMap<(TextId, TextId, &str), Option<RawStep>> = HashMap::default();
    for decision in decisions.iter().filter(|decision| holders.contains(&(decision.package, decision.subject))) {
        let explanation = &decision.explanation;
        if let Some(function) = functions.named_or_around(texts.text(explanation.function), decision.at) {
            let made = (decision.package, decision.subject, function);
            stores.entry(made).and_modify(|store| *store = None).or_insert(explanation.store);
        }
    }
    for leak in leaks.iter_mut().filter(is_held) {
        let made = (leak.package, leak.holder, &**texts.text(leak.function));
        leak.store = stores.get(&made).copied().flatten();
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

/// What was inlined at the positions that decisions, their last steps and stack buffers are about, by name and its place in the log:
/// the outermost call first.
fn callees_at(
    calls: HashMap<(XPos, TextId), usize>,
    decisions: &[RawDecision],
    stack_buffers: &[RawStackBuffer],
) -> HashMap<XPos, Vec<(usize, TextId)>> {
    let of_decisions = decisions.iter().flat_map(|decision| {
        let explanation = &decision.explanation;
        let steps = explanation.steps.last().into_iter().chain(&explanation.store);
        steps.map(|step| step.at).chain([decision.at])
    });
    let positions = of_decisions.chain(stack_buffers.iter().map(|buffer| buffer.at));
    let mut callees: HashMap<XPos, Vec<(usize, TextId)>> = positions.map(|at| (at, Vec::new())).collect();
    for ((at, callee), place) in calls {
        if let Some(here) = callees.get_mut(&at) {
            here.push((place, callee));
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
