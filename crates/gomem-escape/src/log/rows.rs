//! From what was read to the rows that are published.

use std::sync::Arc;

use foldhash::{HashMap, HashSet};
use gomem_symbol::Wrapper;

use crate::{
    decide::{Allocation, Cause, Certainty, Chains, Decision, Flow, Step, advice},
    model::{HeapDecision, InlinedFrom, Inlining, Leak, StackBuffer, Store, WrappedCall},
    read::{
        Callee, Functions, Interner, JsonFacts, Kept, Obstacle, RawDecision, RawInlining, RawLeak, RawStackBuffer,
        RawStep, TextId, XPos,
    },
    text::{Call, GoVersions, SubjectKind, stored, typed_constant},
};

/// Makes rows; it holds what they need of the whole log.
pub(crate) struct Rows<'a> {
    pub(crate) texts: &'a Interner,
    /// What was inlined at a position, by its place in the log and its name.
    pub(crate) inlined_calls: &'a HashMap<XPos, Vec<(usize, TextId)>>,
    pub(crate) functions: &'a Functions,
    pub(crate) versions: GoVersions,
    pub(crate) chains: &'a Chains<'a>,
    /// Types of which the log shows values with elements.
    pub(crate) elements: &'a HashSet<Box<str>>,
    /// Conversions that go into a box of their own, by file, line and subject.
    pub(crate) copied: &'a HashSet<(TextId, u32, TextId)>,
    /// Variables that were moved to the heap, by package and function.
    pub(crate) moved: &'a HashSet<(TextId, Box<str>, TextId)>,
    /// Variables that closures share, and whether they have no size.
    pub(crate) shared: &'a HashMap<(XPos, TextId), bool>,
    /// Fields that are put into an interface, each at its position.
    pub(crate) boxed: &'a HashSet<(XPos, TextId)>,
    /// What something flows into the storage of, by file: of a method value the receiver.
    pub(crate) receivers: &'a HashSet<(TextId, TextId)>,
}

impl Rows<'_> {
    pub(crate) fn decision(&self, decision: &RawDecision, json: &JsonFacts) -> HeapDecision {
        let XPos { file, line, column } = decision.at;
        let subject = self.text(decision.subject);
        let explanation = &decision.explanation;
        let steps: Vec<Step> = explanation.steps.iter().map(|step| self.step(*step)).collect();
        let next = decision.next.map(|step| self.step(step));
        let passes = |step: &Step| &*step.why == "call parameter";
        let next_call = next.as_ref().filter(|next| passes(next));
        let own_call = steps.iter().rposition(passes);
        let call = next_call.or_else(|| steps.get(own_call?)).and_then(|step| Call::parse(&step.from));
        let function = self.function(explanation.function, decision.at);
        let (kind, is_surely_method) = self.kind(decision, &subject, &steps);
        let is_surely_constant =
            typed_constant(&subject).is_none_or(|of| self.functions.is_type(decision.package, of) == Some(true));
        let sink = self.text(explanation.sink);
        let own_sink = self.text(explanation.own_sink);
        let flow = Flow {
            decision: if decision.is_moved { Decision::MovedToHeap } else { Decision::EscapesToHeap },
            kind,
            subject: &subject,
            sink: &sink,
            own_sink: &own_sink,
            is_sink_moved: !own_sink.starts_with(['{', '~'])
                && function.as_deref().is_some_and(|function| {
                    self.moved.contains(&(decision.package, function.into(), explanation.own_sink))
                }),
            steps: &steps,
            next: next.as_ref(),
            callee: call.map(|call| self.functions.callee(decision.package, call)),
            obstacle: self.obstacle(decision.package, decision.at, function.as_deref()),
            has_loop: function
                .as_deref()
                .and_then(|function| self.functions.get(decision.package, function))
                .and_then(|declared| declared.has_loop),
            is_iteration_variable: json.is_iteration_variable(decision),
            prints_size: self.versions.is_before(25) && !steps.is_empty(),
            is_captured_by_ref: self.shared.contains_key(&(decision.at, decision.subject)),
            is_converted: explanation.is_converted || self.copied.contains(&(file, line, decision.subject)),
            is_surely_constant,
            is_surely_method,
        };
        let (cause, cause_confidence) = Cause::from_flow(&flow);
        let deciding_step = flow.deciding_step().map(|step| Arc::clone(&step.why));
        let is_passed_on = matches!(cause, Cause::LeakingCallee | Cause::UnknownCallee | Cause::TypeParameter);
        // Of what is not passed on, they only tell where it is stored, and only where its own flows do not.
        let are_asked = flow.callee == Some(Callee::Known) && (is_passed_on || explanation.store.is_none());
        let mut leaks = match call.filter(|_| are_asked) {
            Some(call) => {
                let passed = match next_call {
                    // The slice of a variadic call, which holds it, is passed on.
                    Some(_) => stored(&own_sink),
                    None => own_call.and_then(|call| Some(&*steps[call.checked_sub(1)?].from)),
                };
                self.chains.follow(call, passed.unwrap_or(&subject), decision.package)
            }
            None => Vec::new(),
        };
        let of_leak = || {
            let leak = leaks.iter().find(|leak| leak.store.is_some())?;
            let (package, function) = (Arc::clone(&leak.package), Some(Arc::clone(&leak.function)));
            Some(Store { step: leak.store.clone()?, package, function })
        };
        let own = explanation.store.map(|step| Store {
            step: self.step(step),
            package: self.text(decision.package),
            function: None,
        });
        let store = own.or_else(of_leak);
        if !is_passed_on {
            leaks.clear();
        }
        let captures = function
            .as_deref()
            .filter(|_| kind == SubjectKind::FuncLiteral && !steps.is_empty())
            .and_then(|function| self.functions.literal_captures(decision.package, function));
        let alloc_certainty = Certainty::from_allocation(&Allocation {
            kind,
            subject: &subject,
            cause,
            is_surely_constant,
            captures,
            types_with_elements: self.elements,
            is_confident: is_surely_method,
            has_no_size: self.shared.get(&(decision.at, decision.subject)) == Some(&true),
        });
        let advice = advice(&flow, cause, &leaks, self.versions);
        let origin = json.origin(decision);
        HeapDecision {
            package: self.text(decision.package),
            variant: decision.variant,
            file: self.text(file),
            line: number(line),
            column: number(column),
            function,
            subject: Arc::clone(&subject),
            decision: flow.decision,
            subject_kind: kind,
            cause,
            cause_confidence,
            alloc_certainty,
            sink: Arc::clone(&sink),
            deciding_step,
            steps,
            store: store.map(Box::new),
            stored_by: self.stored_by(decision),
            advice,
            copies: decision.copies,
            leaks,
            inlined_callees: self.inlined_callees(decision.at),
            absolute_file: origin.map(|origin| self.text(origin.file)),
            inlined_from: origin.map_or_else(Vec::new, |origin| self.inlined_from(&origin.inlined)),
        }
    }

    /// The call whose inlined body stores it, or passes it on: the outermost one of the package whose variables the statement has.
    fn stored_by(&self, decision: &RawDecision) -> Option<Arc<str>> {
        let explanation = &decision.explanation;
        let step = explanation.store.or(explanation.steps.last().copied())?;
        let called = self.inlined_calls.get(&step.at).filter(|called| !called.is_empty())?;
        let statement = self.texts.text(step.from);
        let (package, rest) = statement.trim_start_matches(['(', '*']).split_once('.')?;
        let is_of_call = &**self.texts.text(step.why) == "call parameter";
        // A variable of the body, or a function that only its package can call: `fmt.errorf(fmt.format, fmt.a...)`.
        if is_of_call && rest.starts_with(|first: char| !first.is_lowercase()) {
            return None;
        }
        let is_exported = |callee: &str| {
            callee.rsplit('.').next().is_some_and(|name| name.starts_with(|first: char| first.is_uppercase()))
        };
        let is_of_package = |callee: &&Arc<str>| {
            callee.split_once('.').is_some_and(|(of, _)| of.trim_start_matches(['(', '*']) == package)
        };
        let outermost = called.iter().map(|(_, callee)| self.texts.text(*callee)).find(is_of_package)?;
        is_exported(outermost).then(|| Arc::clone(outermost))
    }

    /// What kind of expression it is; and of a method value, which prints the same as a field, whether that is sure.
    fn kind(&self, decision: &RawDecision, subject: &str, steps: &[Step]) -> (SubjectKind, bool) {
        if decision.is_moved {
            return (SubjectKind::Variable, false);
        }
        match SubjectKind::parse(subject) {
            SubjectKind::Value if typed_constant(subject).is_some() => {
                let of = typed_constant(subject).unwrap_or_default();
                let is_type = self.functions.is_type(decision.package, of);
                let kind = if is_type == Some(false) || of.contains('.') && is_type.is_none() && self.is_function(of) {
                    SubjectKind::Value
                } else {
                    SubjectKind::Constant
                };
                (kind, false)
            }
            SubjectKind::Value => {
                let method = subject.rsplit_once('.').map(|(_, method)| method).filter(|_| is_operand(subject));
                // A function is rarely put into an interface; a field often is, and another type can have a method of its name.
                let is_boxed = self.boxed.contains(&(decision.at, decision.subject))
                    || steps.iter().any(|step| matches!(&*step.why, "slice-literal-element" | "interface-converted"));
                let is_method = method.is_some_and(|method| self.functions.has_method(method)) && !is_boxed;
                let has_receiver = self.receivers.contains(&(decision.at.file, decision.subject));
                (if is_method { SubjectKind::MethodValue } else { SubjectKind::Value }, is_method && has_receiver)
            }
            kind => (kind, false),
        }
    }

    /// Whether `pkg.Name` is more likely a function than a type: packages that the log does not hold.
    fn is_function(&self, name: &str) -> bool {
        name.split_once('.').is_some_and(|(package, _)| self.functions.is_package(package))
    }

    /// The call of a line, by all that it keeps.
    pub(crate) fn wrapped_call(&self, kept: &[&Kept]) -> Option<WrappedCall> {
        let at = kept.first()?.at;
        let obstacle = |one: &&Kept| self.obstacle(one.package, one.at, self.functions.around(one.at));
        let known: Vec<(Obstacle, bool)> = kept.iter().filter_map(obstacle).collect();
        let is_any_sure = known.iter().any(|(_, is_sure)| *is_sure);
        let mut told = known.iter().filter(|(_, is_sure)| *is_sure == is_any_sure).map(|(obstacle, _)| *obstacle);
        let wrapper = told.next().filter(|first| told.all(|other| other == *first)).map(|obstacle| match obstacle {
            Obstacle::Go => Wrapper::Go,
            Obstacle::Defer => Wrapper::Defer,
        });
        let kept_bytes = kept.iter().try_fold(0_u64, |sum, one| sum.checked_add(one.bytes?));
        Some(WrappedCall { file: self.text(at.file), line: at.line, wrapper, kept_bytes })
    }

    /// What the function literal at a place, or else the function around it, cannot be inlined for; and whether that is sure.
    fn obstacle(&self, package: TextId, at: XPos, function: Option<&str>) -> Option<(Obstacle, bool)> {
        let literal = self.functions.declared_at(at).unwrap_or_default();
        if literal.contains(".gowrap") {
            return Some((Obstacle::Go, true));
        }
        if literal.contains(".deferwrap") {
            return Some((Obstacle::Defer, true));
        }
        let declared = self.functions.get(package, function?)?;
        declared.obstacle.map(|obstacle| (obstacle, false))
    }

    fn inlined_from(&self, calls: &[XPos]) -> Vec<InlinedFrom> {
        let from = |at: &XPos| InlinedFrom { file: self.text(at.file), line: at.line, column: at.column };
        calls.iter().map(from).collect()
    }

    fn function(&self, named: TextId, at: XPos) -> Option<Arc<str>> {
        self.functions.named_or_around(self.texts.text(named), at).map(Into::into)
    }

    pub(crate) fn stack_buffer(&self, buffer: &RawStackBuffer) -> StackBuffer {
        let XPos { file, line, column } = buffer.at;
        StackBuffer {
            package: self.text(buffer.package),
            variant: buffer.variant,
            file: self.text(file),
            line: number(line),
            column: number(column),
            subject: self.text(buffer.subject),
            subject_kind: buffer.kind,
            alloc_certainty: if buffer.is_free { Certainty::None } else { Certainty::RuntimeSized },
            copies: buffer.copies,
            inlined_callees: self.inlined_callees(buffer.at),
        }
    }

    fn inlined_callees(&self, at: XPos) -> Vec<Arc<str>> {
        let callees = self.inlined_calls.get(&at).into_iter().flatten();
        callees.map(|(_, callee)| self.text(*callee)).collect()
    }

    pub(crate) fn leak(&self, leak: &RawLeak) -> Leak {
        let XPos { file, line, column } = leak.at;
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
            callee: Call::parse(&via).map(|call| call.callee.into()),
            store: leak.store.map(|step| self.step(step)),
            copies: leak.copies,
        }
    }

    pub(crate) fn inlining(&self, row: &RawInlining) -> Inlining {
        let XPos { file, line, column } = row.at;
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
        Step::from_raw(step, self.texts)
    }

    fn text(&self, id: TextId) -> Arc<str> {
        Arc::clone(self.texts.text(id))
    }
}

fn number(number: u32) -> Option<u32> {
    (number > 0).then_some(number)
}

/// Whether a text is one operand: of a sum and its like the compiler prints the operator between spaces.
fn is_operand(subject: &str) -> bool {
    let mut depth = 0_usize;
    subject.chars().all(|next| {
        match next {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > 0 || next != ' '
    })
}
