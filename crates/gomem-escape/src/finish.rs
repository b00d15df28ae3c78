//! From what was read to what is told, once the whole log is known.

use std::sync::Arc;

use foldhash::{HashMap, HashSet};

use crate::{
    advice::advice,
    call::Call,
    cause::{Cause, Confidence, Evidence},
    certainty::{Allocation, Certainty},
    chains::Chains,
    decision::{Decision, HeapDecision, InlinedFrom, Step},
    fold::Fold,
    found::{self, Decided, Leaked, Place, RawStep},
    functions::{Callee, Functions, Obstacle},
    inlining::Inlining,
    interner::{Interner, TextId},
    leak::Leak,
    log::EscapeLog,
    merge,
    stay::Stay,
    subject::{SubjectKind, typed_constant},
    version::GoVersions,
};

pub(crate) fn finish(mut fold: Fold) -> EscapeLog {
    fold.functions.sort();
    let json = merge::merge(&mut fold);
    let Fold {
        mut texts,
        mut functions,
        versions,
        coverage,
        unknown,
        decisions,
        stays,
        mut leaks,
        inlining,
        shared,
        wrapped,
        additions,
        inlined_calls,
        literals,
        ..
    } = fold;
    for ((package, place), function) in literals {
        let named = texts.text(function);
        let function =
            if named.is_empty() { around(&functions, place).map(Into::into) } else { Some(Arc::clone(named)) };
        if let Some(function) = function {
            functions.literal(package, &function, place);
        }
    }
    for leak in &mut leaks {
        if leak.function == TextId::default()
            && let Some(function) = around(&functions, leak.place)
        {
            leak.function = texts.id(function);
        }
    }
    let chains = Chains::of(&leaks, &texts);
    let elements = types_with_elements(&decisions, &texts);
    let copied = copied_and_boxed(&decisions, &texts);
    let inlined_calls = callees_at(&inlined_calls, &decisions, &stays);
    let told = Told {
        texts: &texts,
        inlined_calls: &inlined_calls,
        functions: &functions,
        versions,
        chains: &chains,
        elements: &elements,
        copied: &copied,
        shared: &shared,
    };
    let heap_decisions = decisions
        .iter()
        .map(|decided| {
            let mut decision = told.decision(decided, json.is_iteration_variable(decided));
            if let Some(found) = json.of(decided) {
                decision.absolute_file = Some(Arc::clone(texts.text(found.file)));
                let from = |place: &Place| InlinedFrom {
                    file: Arc::clone(texts.text(place.0)),
                    line: place.1,
                    column: place.2,
                };
                decision.inlined_from = found.inlined.iter().map(from).collect();
            }
            decision
        })
        .collect();
    let sorted = |lines: HashSet<(TextId, u32)>| {
        let mut lines: Vec<_> = lines.into_iter().map(|(file, line)| (Arc::clone(texts.text(file)), line)).collect();
        lines.sort();
        lines
    };
    EscapeLog {
        decisions: heap_decisions,
        wrapped: sorted(wrapped),
        additions: sorted(additions),
        stays: stays.into_iter().map(|stay| told.stay(&stay)).collect(),
        leaks: leaks.iter().map(|leak| told.leak(leak)).collect(),
        inlining: inlining.into_iter().map(|row| told.inlining(&row)).collect(),
        coverage,
        unknown,
        versions,
    }
}

/// All that was read.
struct Told<'a> {
    texts: &'a Interner,
    inlined_calls: &'a HashMap<Place, Vec<TextId>>,
    functions: &'a Functions,
    versions: GoVersions,
    chains: &'a Chains<'a>,
    elements: &'a HashSet<Box<str>>,
    copied: &'a HashSet<(TextId, u32, TextId)>,
    shared: &'a HashMap<(Place, TextId), bool>,
}

impl Told<'_> {
    fn decision(&self, decided: &Decided, is_iteration_variable: bool) -> HeapDecision {
        let (file, line, column) = decided.place;
        let subject = self.text(decided.subject);
        let explanation = &decided.explanation;
        let steps: Vec<Step> = explanation.steps.iter().map(|step| self.step(*step)).collect();
        let next = decided.next.map(|step| self.step(step));
        let call = next.iter().chain(steps.iter().rev()).find(|step| &*step.why == "call parameter");
        let call = call.and_then(|step| Call::decode(&step.from));
        let function = self.function(explanation.function, decided.place);
        let (kind, is_surely_method) = self.kind(decided, &subject, &steps);
        let is_surely_constant =
            typed_constant(&subject).is_none_or(|of| self.functions.is_type(decided.package, of) == Some(true));
        let sink = self.text(explanation.sink);
        let own_sink = self.text(explanation.own_sink);
        let evidence = Evidence {
            decision: if decided.is_moved { Decision::MovedToHeap } else { Decision::EscapesToHeap },
            kind,
            subject: &subject,
            sink: &sink,
            own_sink: &own_sink,
            steps: &steps,
            next: next.as_ref(),
            callee: call.map(|call| self.functions.callee(decided.package, call)),
            obstacle: self.obstacle(decided, function.as_deref()),
            has_loop: function
                .as_deref()
                .and_then(|function| self.functions.get(decided.package, function))
                .and_then(|declared| declared.has_loop),
            is_iteration_variable,
            tells_size: self.versions.is_before(25) && !steps.is_empty(),
            is_captured_by_ref: self.shared.contains_key(&(decided.place, decided.subject)),
            is_converted: explanation.is_converted || self.copied.contains(&(file, line, decided.subject)),
            is_surely_constant,
            is_surely_method,
        };
        let (cause, cause_confidence) = Cause::of(&evidence);
        let reason = evidence.decisive().map(|step| Arc::clone(&step.why));
        let is_passed_on = matches!(cause, Cause::LeakingCallee | Cause::UnknownCallee | Cause::TypeParameter);
        let leaks = match call.filter(|_| is_passed_on && evidence.callee == Some(Callee::Known)) {
            Some(call) => self.chains.follow(call, decided.package),
            None => Vec::new(),
        };
        let captures = function
            .as_deref()
            .filter(|_| kind == SubjectKind::FuncLiteral && !steps.is_empty())
            .and_then(|function| self.functions.literal_captures(decided.package, function));
        let alloc_certainty = Certainty::of(&Allocation {
            kind,
            subject: &subject,
            cause,
            is_surely_constant,
            captures,
            types_with_elements: self.elements,
            is_confident: is_surely_method,
            has_no_size: self.shared.get(&(decided.place, decided.subject)) == Some(&true),
        });
        let decision = evidence.decision;
        let mut told = HeapDecision {
            package: self.text(decided.package),
            variant: decided.variant,
            file: self.text(file),
            line: number(line),
            column: number(column),
            function,
            subject: Arc::clone(&subject),
            decision,
            subject_kind: kind,
            cause,
            cause_confidence,
            alloc_certainty,
            sink: Arc::clone(&sink),
            reason,
            steps,
            advice: String::new(),
            copies: decided.copies,
            leaks,
            inlined_callees: self.inlined_callees(decided.place),
            absolute_file: None,
            inlined_from: Vec::new(),
        };
        told.advice = advice(&told, self.versions);
        told
    }

    /// What kind of expression it is; and of a method value, which prints the same as a field, whether that is sure.
    fn kind(&self, decided: &Decided, subject: &str, steps: &[Step]) -> (SubjectKind, bool) {
        if decided.is_moved {
            return (SubjectKind::Variable, false);
        }
        match SubjectKind::of(subject) {
            SubjectKind::Value if typed_constant(subject).is_some() => {
                let of = typed_constant(subject).unwrap_or_default();
                let is_type = self.functions.is_type(decided.package, of);
                let kind = if is_type == Some(false) || of.contains('.') && is_type.is_none() && self.is_function(of) {
                    SubjectKind::Value
                } else {
                    SubjectKind::Constant
                };
                (kind, false)
            }
            SubjectKind::Value => {
                let method = subject.rsplit_once('.').map(|(_, method)| method);
                // A function is rarely put into an interface; a field often is, and another type can have a method of its name.
                let is_boxed =
                    steps.iter().any(|step| matches!(&*step.why, "slice-literal-element" | "interface-converted"));
                let is_method = method.is_some_and(|method| self.functions.has_method(method)) && !is_boxed;
                (if is_method { SubjectKind::MethodValue } else { SubjectKind::Value }, is_method)
            }
            kind => (kind, false),
        }
    }

    /// Whether `pkg.Name` is more likely a function than a type: packages that the log does not hold.
    fn is_function(&self, name: &str) -> bool {
        name.split_once('.').is_some_and(|(package, _)| self.functions.is_package(package))
    }

    fn obstacle(&self, decided: &Decided, function: Option<&str>) -> Option<(Obstacle, Confidence)> {
        let (file, line, column) = decided.place;
        let literal = self.functions.at(file, line, column).unwrap_or_default();
        if literal.contains(".gowrap") {
            return Some((Obstacle::Go, Confidence::Confident));
        }
        if literal.contains(".deferwrap") {
            return Some((Obstacle::Defer, Confidence::Confident));
        }
        let declared = self.functions.get(decided.package, function?)?;
        declared.obstacle.map(|obstacle| (obstacle, Confidence::Heuristic))
    }

    fn function(&self, named: TextId, place: Place) -> Option<Arc<str>> {
        let named = self.text(named);
        if !named.is_empty() {
            return Some(named);
        }
        around(self.functions, place).map(Into::into)
    }

    fn stay(&self, stay: &found::Stay) -> Stay {
        let (file, line, column) = stay.place;
        Stay {
            package: self.text(stay.package),
            variant: stay.variant,
            file: self.text(file),
            line: number(line),
            column: number(column),
            subject: self.text(stay.subject),
            subject_kind: stay.kind,
            alloc_certainty: if stay.is_free { Certainty::None } else { Certainty::RuntimeSized },
            copies: stay.copies,
            inlined_callees: self.inlined_callees(stay.place),
        }
    }

    fn inlined_callees(&self, place: Place) -> Vec<Arc<str>> {
        let callees = self.inlined_calls.get(&place).into_iter().flatten();
        callees.map(|callee| self.text(*callee)).collect()
    }

    fn leak(&self, leak: &Leaked) -> Leak {
        let (file, line, column) = leak.place;
        let via = self.text(leak.via);
        Leak {
            package: self.text(leak.package),
            variant: leak.variant,
            file: self.text(file),
            line: number(line),
            column: number(column),
            function: Some(self.text(leak.function)).filter(|function| !function.is_empty()),
            param: self.text(leak.param),
            to: self.text(leak.to),
            is_content: leak.is_content,
            derefs: leak.derefs,
            callee: Call::decode(&via).map(|call| call.callee.into()),
            copies: leak.copies,
        }
    }

    fn inlining(&self, row: &found::Inlined) -> Inlining {
        let (file, line, column) = row.place;
        let reason = Some(self.text(row.reason)).filter(|reason| !reason.is_empty());
        Inlining {
            package: self.text(row.package),
            variant: row.variant,
            file: self.text(file),
            line: number(line),
            column: number(column),
            function: self.text(row.function),
            can_inline: reason.is_none(),
            cost: row.cost,
            budget: row.budget,
            reason,
            copies: row.copies,
        }
    }

    fn step(&self, step: RawStep) -> Step {
        let (file, line, column) = step.place;
        Step {
            from: self.text(step.from),
            why: self.text(step.why),
            file: self.text(file),
            line: number(line),
            column: number(column),
        }
    }

    fn text(&self, id: TextId) -> Arc<str> {
        Arc::clone(self.texts.text(id))
    }
}

/// What was inlined at the places that decisions and stays are about, by name.
fn callees_at(
    calls: &HashSet<(Place, TextId)>,
    decisions: &[Decided],
    stays: &[found::Stay],
) -> HashMap<Place, Vec<TextId>> {
    let places = decisions.iter().map(|decided| decided.place).chain(stays.iter().map(|stay| stay.place));
    let mut callees: HashMap<Place, Vec<TextId>> = places.map(|place| (place, Vec::new())).collect();
    for (place, callee) in calls {
        if let Some(at) = callees.get_mut(place) {
            at.push(*callee);
        }
    }
    callees.values_mut().for_each(|at| at.sort_unstable());
    callees
}

/// Types of which the log shows values with elements: they have fields.
fn types_with_elements(decisions: &[Decided], texts: &Interner) -> HashSet<Box<str>> {
    let literal = |decided: &Decided| {
        let subject = texts.text(decided.subject);
        let literal = subject.strip_suffix("{...}")?;
        Some(literal.strip_prefix('&').unwrap_or(literal).into())
    };
    decisions.iter().filter_map(literal).collect()
}

/// Conversions that go into a box of their own, `{storage for string(b)}`: by line, since box and conversion have different
/// columns.
fn copied_and_boxed(decisions: &[Decided], texts: &Interner) -> HashSet<(TextId, u32, TextId)> {
    let goes_into_itself = |decided: &&Decided| {
        let stored = texts.text(decided.explanation.own_sink).strip_prefix("{storage for ");
        stored.and_then(|stored| stored.strip_suffix('}')) == Some(&**texts.text(decided.subject))
    };
    let place = |decided: &Decided| (decided.place.0, decided.place.1, decided.subject);
    decisions.iter().filter(goes_into_itself).map(place).collect()
}

fn around(functions: &Functions, (file, line, column): Place) -> Option<&str> {
    (line > 0).then(|| functions.around(file, line, column)).flatten()
}

fn number(number: u32) -> Option<u32> {
    (number > 0).then_some(number)
}
