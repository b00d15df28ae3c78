//! The lines of a log, folded: headers, flows, steps and final lines about one thing become one.

use std::{collections::hash_map::Entry, io::Read};

use memchr::{memmem, memrchr};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    decision::Variant,
    error::{Error, ErrorKind, Limits},
    functions::{Declared, Functions, Obstacle},
    grammar,
    interner::{Interner, TextId},
    lines::{self, Line},
    log::Coverage,
    logopt::{self, LogOpt},
    message::Message,
    position::Position,
    record::Record,
    subject::SubjectKind,
    version::GoVersions,
};

/// File, line and column; 0 where there is none.
pub(crate) type Place = (TextId, u32, u32);

/// Reads logs line by line, and keeps what is distinct.
#[derive(Debug, Default)]
pub(crate) struct Fold {
    pub(crate) limits: Limits,
    pub(crate) texts: Interner,
    pub(crate) functions: Functions,
    pub(crate) versions: GoVersions,
    pub(crate) coverage: Coverage,
    /// Numbers of the first lines that were not understood.
    pub(crate) unknown: Vec<u64>,
    pub(crate) decisions: Vec<Decided>,
    pub(crate) stays: Vec<Stay>,
    pub(crate) leaks: Vec<Leaked>,
    pub(crate) inlining: Vec<Inlined>,
    /// What `-json` files tell, for the merge at the end.
    pub(crate) logopt: LogOpt,
    number: u64,
    package: TextId,
    variant: Variant,
    /// The place of the block that is read, as its lines begin, and what is done with them.
    block: Vec<u8>,
    block_place: Option<Place>,
    reading: Reading,
    /// The explanation that is read.
    open: Option<(Place, TextId, Explanation)>,
    /// The last call in the explanation of a leak.
    via: Vec<u8>,
    /// Of this section.
    explanations: FxHashMap<(Place, TextId), Explanation>,
    /// The last subject that is explained at a place.
    explained: FxHashMap<Place, TextId>,
    leak_headers: FxHashMap<(Place, TextId), LeakHeader>,
    decided: FxHashMap<(Place, TextId, bool), usize>,
    stayed: FxHashMap<(Place, TextId), usize>,
    leaked: FxHashMap<(Place, TextId), usize>,
    inlined: FxHashMap<(Place, TextId), usize>,
    last_file: (String, TextId),
    /// Variables that closures share, and whether they have no size.
    pub(crate) shared: FxHashMap<(Place, TextId), bool>,
    /// Function literals, and the function that their header names.
    pub(crate) literals: FxHashMap<(TextId, Place), TextId>,
}

/// What is done with the lines of an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Reading {
    /// Nothing but to count them: the explanation is known.
    #[default]
    Skip,
    /// Only whether the value is put into an interface.
    Boxed,
    Steps,
    /// Only the call that a parameter leaks by.
    Leak,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RawStep {
    pub(crate) from: TextId,
    pub(crate) why: TextId,
    pub(crate) place: Place,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Explanation {
    pub(crate) function: TextId,
    /// Where it flows in the end.
    pub(crate) sink: TextId,
    /// Where its own explanation ends.
    pub(crate) own_sink: TextId,
    pub(crate) steps: Vec<RawStep>,
    /// Whether an explanation of the same place and subject goes through `interface-converted`: then the subject is there
    /// twice, once as the value and once as the box.
    pub(crate) is_converted: bool,
}

/// One heap decision.
#[derive(Debug)]
pub(crate) struct Decided {
    pub(crate) package: TextId,
    pub(crate) variant: Variant,
    pub(crate) place: Place,
    pub(crate) subject: TextId,
    pub(crate) is_moved: bool,
    pub(crate) explanation: Explanation,
    /// The steps of what the sink is stored in: `{storage for ... argument}`.
    pub(crate) next: Option<RawStep>,
    pub(crate) copies: u32,
}

/// An expression that does not escape, though it may allocate.
#[derive(Debug)]
pub(crate) struct Stay {
    pub(crate) package: TextId,
    pub(crate) variant: Variant,
    pub(crate) place: Place,
    pub(crate) subject: TextId,
    pub(crate) kind: SubjectKind,
    pub(crate) is_free: bool,
    pub(crate) copies: u32,
}

#[derive(Debug, Default)]
struct LeakHeader {
    function: TextId,
    derefs: Option<i64>,
    via: TextId,
}

/// A parameter that leaks.
#[derive(Debug)]
pub(crate) struct Leaked {
    pub(crate) package: TextId,
    pub(crate) variant: Variant,
    pub(crate) place: Place,
    pub(crate) function: TextId,
    pub(crate) param: TextId,
    pub(crate) is_content: bool,
    /// `{heap}`, or a result.
    pub(crate) to: TextId,
    pub(crate) derefs: Option<i64>,
    /// The call by which it reaches the heap.
    pub(crate) via: TextId,
    pub(crate) copies: u32,
}

/// Whether a function can be inlined.
#[derive(Debug)]
pub(crate) struct Inlined {
    pub(crate) package: TextId,
    pub(crate) variant: Variant,
    pub(crate) place: Place,
    pub(crate) function: TextId,
    /// Why not; empty when it can be.
    pub(crate) reason: TextId,
    pub(crate) cost: Option<i64>,
    pub(crate) budget: Option<i64>,
    pub(crate) copies: u32,
}

impl Fold {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    pub(crate) fn read(&mut self, log: impl Read) -> Result<(), Error> {
        let limits = self.limits;
        let read = lines::each(log, &limits, |line| self.line(line));
        self.end_section();
        self.package = TextId::default();
        self.variant = Variant::Plain;
        read
    }

    fn line(&mut self, line: Line<'_>) -> Result<(), Error> {
        self.number = line.number;
        self.coverage.lines += line.lines;
        if let Some(explained) = self.explanation_of(line.bytes) {
            if self.step(explained) {
                self.coverage.parsed += line.lines;
            } else {
                self.unknown(line);
            }
            return Ok(());
        }
        if line.bytes.first() == Some(&b'{')
            && let Some(record) = logopt::Record::decode(line.bytes)
        {
            self.coverage.parsed += line.lines;
            return self.logopt.take(record, &mut self.texts, &mut self.versions);
        }
        let Ok(text) = std::str::from_utf8(line.bytes) else {
            // It would not render back to these bytes.
            match Record::decode(&String::from_utf8_lossy(line.bytes)) {
                Record::Skipped(_) => self.coverage.skipped += line.lines,
                _ => self.unknown(line),
            }
            return Ok(());
        };
        match Record::decode(text) {
            Record::Section(section) => {
                self.end_section();
                self.package = self.texts.id(section.package());
                self.functions.package(section.package());
                self.variant = section.variant();
            }
            Record::Skipped(_) => {
                self.coverage.skipped += line.lines;
                return Ok(());
            }
            Record::Diagnostic { message: Message::Unknown { .. }, .. } => {
                self.unknown(line);
                return Ok(());
            }
            Record::Diagnostic { prefix, position, message } => {
                if line.lines > 1 {
                    self.versions.see_raw_text();
                }
                self.versions.see(&message);
                let place = self.place(position);
                let before = position.map_or(0, |position| prefix.len() + position.as_str().len() + ": ".len());
                if message.is_explanation() {
                    // Its block began with another time stamp; or the log was cut or shuffled.
                    if self.block_place == Some(place) {
                        self.step(&line.bytes[before..]);
                    }
                } else {
                    self.close();
                    self.diagnostic(place, message, &line.bytes[..before])?;
                }
            }
        }
        self.coverage.parsed += line.lines;
        Ok(())
    }

    fn unknown(&mut self, line: Line<'_>) {
        self.coverage.unknown += line.lines;
        if self.unknown.len() < MOST_UNKNOWN {
            self.unknown.push(line.number);
        }
    }

    /// The `flow` or `from` of a line that belongs to the block that is read: most lines of a log do.
    fn explanation_of<'a>(&self, line: &'a [u8]) -> Option<&'a [u8]> {
        if self.block.is_empty() {
            return None;
        }
        line.strip_prefix(self.block.as_slice()).filter(|text| text.starts_with(b"  "))
    }

    /// Takes a line of an explanation; false when it is none.
    fn step(&mut self, text: &[u8]) -> bool {
        if let Some(flow) = text.strip_prefix(b"  flow: ") {
            if !flow.ends_with(b":")
                || (memmem::find(flow, " ← ".as_bytes()).or_else(|| memmem::find(flow, b" = "))).is_none()
            {
                return false;
            }
            if self.reading == Reading::Steps {
                let Some((to, _, _)) =
                    std::str::from_utf8(flow).ok().and_then(|flow| grammar::flow(flow.strip_suffix(':')?))
                else {
                    return false;
                };
                let to = self.texts.id(to);
                if let Some((_, _, open)) = &mut self.open {
                    (open.sink, open.own_sink) = (to, to);
                }
            }
            return true;
        }
        let Some(from) = text.strip_prefix(b"    from ") else {
            return text.starts_with(b"  warning: truncated explanation");
        };
        let Some((node_end, why_end)) = ends_of_step(from) else { return false };
        match self.reading {
            Reading::Skip => true,
            Reading::Leak => {
                if &from[node_end + 2..why_end] == b"call parameter" {
                    self.via.clear();
                    self.via.extend_from_slice(&from[..node_end]);
                }
                true
            }
            Reading::Boxed => {
                if &from[node_end + 2..why_end] == b"interface-converted"
                    && let Some((_, _, open)) = &mut self.open
                {
                    open.is_converted = true;
                }
                true
            }
            Reading::Steps => self.keep_step(from, node_end, why_end),
        }
    }

    fn keep_step(&mut self, from: &[u8], node_end: usize, why_end: usize) -> bool {
        let Ok(text) = std::str::from_utf8(from) else { return false };
        let (node, why, at) = (&text[..node_end], &text[node_end + 2..why_end], &text[why_end + ") at ".len()..]);
        self.versions.see(&Message::From { node, why, at });
        let place = self.place(Position::decode(at));
        let step = RawStep { from: self.texts.id(node), why: self.texts.id(why), place };
        if let Some((_, _, open)) = &mut self.open
            && open.steps.len() < self.limits.steps
        {
            open.is_converted |= why == "interface-converted";
            open.steps.push(step);
        }
        true
    }

    fn diagnostic(&mut self, place: Place, message: Message<'_>, block: &[u8]) -> Result<(), Error> {
        match message {
            Message::EscapeHeader { subject, function } => {
                self.functions.wrapper(function.unwrap_or_default());
                self.open_block(place, block);
                let subject = self.texts.id(subject);
                let is_known = [false, true].iter().any(|moved| self.decided.contains_key(&(place, subject, *moved)));
                self.reading = if is_known { Reading::Boxed } else { Reading::Steps };
                let function = function.map_or(TextId::default(), |function| self.texts.id(function));
                self.open = Some((place, subject, Explanation { function, ..Explanation::default() }));
            }
            Message::LeakHeader { param, to, function, derefs } => {
                self.functions.wrapper(function.unwrap_or_default());
                self.open_block(place, block);
                let function = function.map_or(TextId::default(), |function| self.texts.id(function));
                let param = self.texts.id(param);
                let header = self.leak_headers.entry((place, param)).or_default();
                header.function = function;
                let reaches_heap = to == "{heap}";
                if reaches_heap && header.derefs.is_none() {
                    header.derefs = derefs.parse().ok();
                }
                let wanted = reaches_heap && header.via == TextId::default();
                self.reading = if wanted { Reading::Leak } else { Reading::Skip };
                self.open = wanted.then(|| (place, param, Explanation::default()));
            }
            Message::EscapesToHeap { subject } => self.decide(place, subject, false)?,
            Message::MovedToHeap { name } => self.decide(place, name, true)?,
            Message::DoesNotEscape { subject } => self.stay(place, subject)?,
            Message::LeakingParam { content, param } => self.leak(place, content, param)?,
            Message::CanInline { function, detail } => self.can_inline(place, function, detail)?,
            Message::CannotInline { function, reason } => self.cannot_inline(place, function, reason)?,
            Message::InliningCall { callee } => self.functions.inlined(self.package, callee),
            Message::Capturing { function, by_ref, text } => {
                // What the wrapper of `go f(x)` holds is not of a closure in the source.
                if !text.starts_with(".autotmp_") {
                    self.functions.capture(self.package, function);
                }
                if by_ref && let Some((variable, detail)) = text.split_once(" (") {
                    let variable = self.texts.id(variable);
                    self.shared.insert((place, variable), detail.ends_with("width=0)"));
                }
            }
            Message::Other { text } if text.starts_with("zero-copy string->[]byte") => {
                if let Some(stay) = self.stays.last_mut().filter(|stay| stay.place == place) {
                    stay.is_free = true;
                }
            }
            Message::Other { text } => {
                if let Some(variable) = text
                    .strip_prefix("loop variable ")
                    .and_then(|rest| rest.split_once(" now per-iteration, heap-allocated"))
                {
                    let variable = self.texts.id(variable.0);
                    self.logopt.iteration_variables.insert((place, variable));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn open_block(&mut self, place: Place, block: &[u8]) {
        self.block.extend_from_slice(block);
        self.block_place = Some(place);
    }

    /// Keeps the explanation that ends here.
    fn close(&mut self) {
        self.block.clear();
        self.block_place = None;
        let Some((place, subject, explanation)) = self.open.take() else { return };
        match self.reading {
            Reading::Skip => {}
            Reading::Leak => {
                let via = std::str::from_utf8(&self.via).map_or(TextId::default(), |via| self.texts.id(via));
                self.via.clear();
                if let Some(header) = self.leak_headers.get_mut(&(place, subject)) {
                    header.via = via;
                }
            }
            Reading::Boxed => {
                if explanation.is_converted
                    && let Some(&known) = self.decided.get(&(place, subject, false))
                {
                    self.decisions[known].explanation.is_converted = true;
                }
            }
            Reading::Steps => self.explain(place, subject, explanation),
        }
    }

    /// One subject may be explained several times, for each path on which it reaches the heap. The first one is kept: but
    /// that a closure shares a variable is what can be changed, more than that its methods keep their receiver.
    fn explain(&mut self, place: Place, subject: TextId, explanation: Explanation) {
        let is_last = |explanation: &Explanation, texts: &Interner, why: &str| {
            explanation.steps.last().is_some_and(|step| &**texts.text(step.why) == why)
        };
        match self.explanations.entry((place, subject)) {
            Entry::Vacant(entry) => {
                self.explained.insert(place, subject);
                entry.insert(explanation);
            }
            Entry::Occupied(mut entry) => {
                let known = entry.get_mut();
                let is_converted = known.is_converted || explanation.is_converted;
                if is_last(known, &self.texts, "call parameter") && is_last(&explanation, &self.texts, "reference") {
                    *known = explanation;
                }
                known.is_converted = is_converted;
            }
        }
    }

    fn end_section(&mut self) {
        self.close();
        self.explanations.clear();
        self.explained.clear();
        self.leak_headers.clear();
    }

    fn decide(&mut self, place: Place, subject: &str, is_moved: bool) -> Result<(), Error> {
        let id = self.texts.id(subject);
        if let Some(&known) = self.decided.get(&(place, id, is_moved)) {
            self.decisions[known].copies += 1;
            return Ok(());
        }
        self.check(self.decisions.len(), "heap decisions", self.limits.decisions)?;
        // Since Go 1.25 a variable that only ever holds a constant is explained by its name, and decided as the constant.
        let by_other_name = || self.explanations.get(&(place, *self.explained.get(&place)?));
        let mut explanation = self.explanations.get(&(place, id)).or_else(by_other_name).cloned().unwrap_or_default();
        let next = self.chase(place, &mut explanation);
        if subject == "func literal" {
            self.literals.insert((self.package, place), explanation.function);
        }
        self.decided.insert((place, id, is_moved), self.decisions.len());
        self.decisions.push(Decided {
            package: self.package,
            variant: self.variant,
            place,
            subject: id,
            is_moved,
            explanation,
            next,
            copies: 1,
        });
        Ok(())
    }

    /// `{storage for x}` is where x goes, when x is explained; gives the step by which it goes there in the end.
    fn chase(&mut self, place: Place, explanation: &mut Explanation) -> Option<RawStep> {
        let mut place = place;
        let mut next = None;
        let mut seen = FxHashSet::default();
        let mut at = explanation.steps.last().map(|step| step.place);
        while seen.insert(explanation.sink) {
            let sink = std::sync::Arc::clone(self.texts.text(explanation.sink));
            let Some(inner) = sink.strip_prefix("{storage for ").and_then(|rest| rest.strip_suffix('}')) else { break };
            let inner = self.texts.id(inner);
            let found = [Some(place), at]
                .into_iter()
                .flatten()
                .find_map(|place| self.explanations.get(&(place, inner)).map(|found| (place, found)))
                .filter(|(_, found)| found.sink != TextId::default() && found.sink != explanation.sink);
            let Some((of, found)) = found else { break };
            explanation.sink = found.sink;
            next = found.steps.last().copied();
            (place, at) = (of, next.map(|step| step.place));
        }
        next
    }

    fn stay(&mut self, place: Place, subject: &str) -> Result<(), Error> {
        let kind = SubjectKind::of(subject);
        if kind == SubjectKind::FuncLiteral {
            self.literals.entry((self.package, place)).or_default();
        }
        if !kind.may_allocate_on_the_stack(subject) {
            return Ok(());
        }
        let subject = self.texts.id(subject);
        if let Some(&known) = self.stayed.get(&(place, subject)) {
            self.stays[known].copies += 1;
            return Ok(());
        }
        self.check(self.stays.len(), "expressions that do not escape", self.limits.records)?;
        self.stayed.insert((place, subject), self.stays.len());
        self.stays.push(Stay {
            package: self.package,
            variant: self.variant,
            place,
            subject,
            kind,
            is_free: false,
            copies: 1,
        });
        Ok(())
    }

    fn leak(&mut self, place: Place, is_content: bool, param: &str) -> Result<(), Error> {
        let key = (place, self.texts.id(param));
        if let Some(&known) = self.leaked.get(&(key.0, key.1)) {
            self.leaks[known].copies += 1;
            return Ok(());
        }
        self.check(self.leaks.len(), "leaking parameters", self.limits.records)?;
        let (param, to, level) = match param.split_once(" to result ") {
            Some((param, result)) => {
                let (result, level) = result.rsplit_once(" level=").unwrap_or((result, ""));
                (param, self.texts.id(result), level.parse().ok())
            }
            None => (param, self.texts.id("{heap}"), None),
        };
        let param = self.texts.id(param);
        let reaches_heap = level.is_none();
        let header = self.leak_headers.get(&(place, param));
        let function = header.map_or(TextId::default(), |header| header.function);
        let via = header.filter(|_| reaches_heap).map_or(TextId::default(), |header| header.via);
        let derefs = level.or_else(|| header.and_then(|header| header.derefs));
        self.leaked.insert(key, self.leaks.len());
        self.leaks.push(Leaked {
            package: self.package,
            variant: self.variant,
            place,
            function,
            param,
            is_content,
            to,
            derefs,
            via,
            copies: 1,
        });
        Ok(())
    }

    fn can_inline(&mut self, place: Place, function: &str, detail: &str) -> Result<(), Error> {
        let cost = detail.strip_prefix(" with cost ").and_then(|rest| rest.split(' ').next()?.parse().ok());
        let body = detail.find('{').map(|at| &detail[at..]);
        let has_loop = body.map(|body| memmem::find(body.as_bytes(), b"for loop").is_some());
        self.functions.declare(self.package, place, function, Declared { obstacle: None, has_loop });
        self.inlining(place, function, "", cost, None)
    }

    fn cannot_inline(&mut self, place: Place, function: &str, reason: &str) -> Result<(), Error> {
        let obstacle = match reason {
            "unhandled op GO" => Some(Obstacle::Go),
            "unhandled op DEFER" => Some(Obstacle::Defer),
            _ => None,
        };
        // `F into G` is about a call.
        if !function.contains(" into ") {
            self.functions.declare(self.package, place, function, Declared { obstacle, has_loop: None });
        }
        let (cost, budget) = reason
            .strip_prefix("function too complex: cost ")
            .and_then(|rest| rest.split_once(" exceeds budget "))
            .map_or((None, None), |(cost, budget)| (cost.parse().ok(), budget.parse().ok()));
        self.inlining(place, function, reason, cost, budget)
    }

    fn inlining(
        &mut self,
        place: Place,
        function: &str,
        reason: &str,
        cost: Option<i64>,
        budget: Option<i64>,
    ) -> Result<(), Error> {
        let function = self.texts.id(function);
        if let Some(&known) = self.inlined.get(&(place, function)) {
            self.inlining[known].copies += 1;
            return Ok(());
        }
        self.check(self.inlining.len(), "functions", self.limits.records)?;
        self.inlined.insert((place, function), self.inlining.len());
        let (package, variant, reason) = (self.package, self.variant, self.texts.id(reason));
        self.inlining.push(Inlined { package, variant, place, function, reason, cost, budget, copies: 1 });
        Ok(())
    }

    fn place(&mut self, position: Option<Position<'_>>) -> Place {
        let Some(position) = position else { return Place::default() };
        // Most lines are about the file of the line before.
        if self.last_file.0 != position.file() {
            position.file().clone_into(&mut self.last_file.0);
            self.last_file.1 = self.texts.file(position.file());
        }
        (self.last_file.1, position.line().unwrap_or(0), position.column().unwrap_or(0))
    }

    fn check(&self, found: usize, what: &'static str, limit: u64) -> Result<(), Error> {
        if found as u64 >= limit {
            return Err(Error::new(ErrorKind::Limit { what, limit }, Some(self.number)));
        }
        Ok(())
    }
}

/// Where the node and the why of `NODE (WHY) at POS` end.
fn ends_of_step(step: &[u8]) -> Option<(usize, usize)> {
    let mut end = step.len();
    let why_end = loop {
        end = memrchr(b')', step.get(..end)?)?;
        if step[end..].starts_with(b") at ") {
            break end;
        }
    };
    let mut end = why_end;
    loop {
        end = memrchr(b'(', &step[..end])?;
        if end > 0 && step[end - 1] == b' ' {
            return Some((end - 1, why_end));
        }
    }
}

const MOST_UNKNOWN: usize = 1000;
