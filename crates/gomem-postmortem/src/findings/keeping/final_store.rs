//! Where a function stores what a call on one of its lines gives: the end of a chain of stores, as the compiler's flow has it.

use std::sync::Arc;

use gomem_escape::{EscapeLog, HeapDecision, Step, Store, SubjectKind};
use gomem_symbol::{Origin, Symbol, is_of_dependency};

use crate::attribution::Site;

/// The last store of a chain, and what it puts there.
pub(crate) struct FinalStore<'l> {
    pub(crate) step: &'l Step,
    pub(crate) made: &'l HeapDecision,
}

/// The last store of what the line of `site` makes by a call, in the same function: `w.rules = append(w.rules, lib.New())` stores
/// it in `w`, and `all = append(all, w)` stores that. What the called library does with it inside says nothing of who keeps it.
pub(crate) fn final_store<'l>(site: &Site, log: &'l EscapeLog) -> Option<FinalStore<'l>> {
    let function = Symbol::decode(site.charged_to.function()).local();
    let is_here = |decision: &&HeapDecision| {
        decision.function.as_deref() == Some(&function) && is_same_file(&decision.file, site.charged_to.file())
    };
    let here: Vec<&HeapDecision> = log.heap_decisions().iter().filter(is_here).collect();
    let on_line = |line: Option<u32>| line.map(i64::from) == Some(site.charged_to.line);
    let is_made = |decision: &&&HeapDecision| on_line(decision.line);
    // What the line's call gets may be what holds what it makes: `json.Unmarshal(text, &r.parsed)`.
    let is_given = |decision: &&&HeapDecision| decision.steps.iter().any(|step| on_line(step.line));
    let made = here.iter().filter(is_made).find_map(|decision| follow(decision, &here));
    made.or_else(|| here.iter().filter(is_given).find_map(|decision| follow(decision, &here)))
}

/// The last store of the chain that begins with what a decision is about, in the same function.
pub(crate) fn final_store_of<'l>(made: &'l HeapDecision, log: &'l EscapeLog) -> Option<FinalStore<'l>> {
    follow(made, &beside(made, log))
}

/// What a log says of the function of a decision.
fn beside<'l>(decision: &HeapDecision, log: &'l EscapeLog) -> Vec<&'l HeapDecision> {
    let is_here = |other: &&HeapDecision| other.function == decision.function && other.file == decision.file;
    log.heap_decisions().iter().filter(is_here).collect()
}

/// The store at the end of the chain that begins with `first`.
fn follow<'l>(first: &'l HeapDecision, here: &[&'l HeapDecision]) -> Option<FinalStore<'l>> {
    let mut last = store_of(first, here)?;
    for _ in 0..LONGEST_CHAIN {
        let next = variable(last.step).and_then(|name| made_for(name, here)).and_then(|made| store_of(made, here));
        match next {
            Some(next) if next.step != last.step => last = next,
            _ => break,
        }
    }
    Some(last).filter(|last| !is_for_caller(last.step, here))
}

/// Whether a step stores something in a local variable that goes nowhere but to the caller, or in a field of what the function makes and
/// returns: neither keeps it.
fn is_for_caller(step: &Step, here: &[&HeapDecision]) -> bool {
    let Some((target, _)) = step.from.split_once(" = ") else { return false };
    if made_for(target, here).is_some() {
        return true;
    }
    let made = variable(step).and_then(|name| made_for(name, here));
    made.is_some_and(|made| made.steps.iter().any(|step| &*step.why == "return") && storing_step(made).is_none())
}

/// The statement of the program that stores what a decision is about, unless that is for the caller, as far as a log tells.
pub(crate) fn lasting_step<'l>(decision: &'l HeapDecision, log: Option<&'l EscapeLog>) -> Option<&'l Step> {
    let step = storing_step(decision)?;
    let here = log.map(|log| beside(decision, log)).unwrap_or_default();
    (!is_for_caller(step, &here)).then_some(step)
}

/// The step that stores it; of what is appended, the one that stores the slice.
fn store_of<'l>(made: &'l HeapDecision, here: &[&'l HeapDecision]) -> Option<FinalStore<'l>> {
    let step = storing_step(made)?;
    if &*step.why != CALL_PARAMETER {
        return Some(FinalStore { step, made });
    }
    let is_of_append = |slice: &&&HeapDecision| slice.steps.first().is_some_and(|spilt| spilt.from == step.from);
    if !step.from.starts_with("append(") {
        return None;
    }
    // Of several that are inlined at one position, the log's decisions are one.
    let is_merged = |slice: &&&HeapDecision| {
        slice.subject_kind == SubjectKind::Append
            && slice.copies > 1
            && (slice.line, slice.column) == (step.line, step.column)
    };
    match here.iter().find(is_of_append) {
        Some(slice) => Some(FinalStore { step: storing_step(slice)?, made }),
        None => here.iter().find(is_merged).map(|_| FinalStore { step, made }),
    }
}

/// The statement that stores it, on any of its flows: a call that it is given to as well keeps it less surely.
pub(crate) fn storing_step(decision: &HeapDecision) -> Option<&Step> {
    let own = decision.store.as_ref().filter(|store| store.function.is_none());
    own.map(|store| &store.step).or_else(|| last_store(decision))
}

/// The statement by which a function of the program stores what it is given. What a library stores inside of itself is kept by
/// who keeps the library's object.
pub(crate) fn store_of_parameter(decision: &HeapDecision) -> Option<&Store> {
    let is_own =
        |store: &&Store| !is_of_dependency(&store.step.file) && Origin::from_package(&store.package, "") != Origin::Std;
    decision.store.as_deref().filter(|store| store.function.is_some()).filter(is_own)
}

/// Of a chain of steps the last one that stores keeps it; else the object that it is a part of. A local variable keeps nothing,
/// nor does what stands for the result of an inlined call, `~r0`.
pub(crate) fn last_store(decision: &HeapDecision) -> Option<&Step> {
    let is_part = |step: &&Step| &*step.why == PART_OF_STRUCT;
    let is_storing = |step: &&Step| match &*step.why {
        why if why.starts_with("assign") => !step.from.contains(" := ") && !step.from.starts_with('~'),
        "key of map put" | CALL_PARAMETER | "send" => true,
        _ => false,
    };
    decision.steps.iter().rfind(is_storing).or_else(|| decision.steps.iter().rfind(is_part))
}

/// The variable in which a store puts something: `w` of `w.rules = …`.
fn variable(step: &Step) -> Option<&str> {
    let (target, _) = step.from.split_once(" = ")?;
    target.split(['.', '[']).next().map(|name| name.trim_start_matches(['*', '(', '&']))
}

/// What a local variable was made with: `&T{}` of `w := &T{}`.
fn made_for<'l>(variable: &str, here: &[&'l HeapDecision]) -> Option<&'l HeapDecision> {
    let is_made = |step: &Step| step.from.split_once(" := ").is_some_and(|(name, _)| name == variable);
    here.iter().find(|decision| decision.steps.iter().any(is_made)).copied()
}

/// The method by which something of this type is let go, where the log has one: `(*WAF).Close` for `&WAF{...}`.
pub(crate) fn method_that_ends(made: &HeapDecision, log: &EscapeLog) -> Option<Arc<str>> {
    let made_type = made.subject.strip_prefix('&')?.split('{').next()?;
    let is_end = |function: &str| {
        let symbol = Symbol::decode_in_package("", function);
        symbol.receiver().is_some_and(|receiver| receiver.trim_start_matches('*') == made_type)
            && ENDS.contains(&symbol.function())
    };
    let found = log.inlining().iter().find(|told| told.package == made.package && is_end(&told.function));
    found.map(|told| Arc::clone(&told.function))
}

fn is_same_file(one: &str, other: &str) -> bool {
    one.ends_with(other) || other.ends_with(one)
}

/// Why the compiler's step is one, as `-m=2` writes it.
pub(crate) const CALL_PARAMETER: &str = "call parameter";
pub(crate) const PART_OF_STRUCT: &str = "struct literal element";
/// A judgement: what is stored deeper than that is nobody's to follow.
const LONGEST_CHAIN: usize = 4;
/// What methods are called that let something go.
const ENDS: [&str; 9] =
    ["Close", "Stop", "Shutdown", "Release", "Free", "Destroy", "Dispose", "Unsubscribe", "Unregister"];
