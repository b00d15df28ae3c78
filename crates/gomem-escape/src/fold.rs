//! The lines of a log, folded: headers, flows, steps and final lines about one thing become one.

use std::io::Read;

use foldhash::{HashMap, HashSet};
use memchr::memmem;

use crate::{
    decision::Variant,
    error::{Error, ErrorKind, Limits},
    found::{Decided, Explanation, Inlined, Leaked, Place, Stay},
    functions::{Declared, Functions, Obstacle},
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

mod explanation;

use explanation::Reading;

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
    explanations: HashMap<(Place, TextId), Explanation>,
    /// The last subject that is explained at a place.
    explained: HashMap<Place, TextId>,
    leak_headers: HashMap<(Place, TextId), LeakHeader>,
    decided: HashMap<(Place, TextId, bool), usize>,
    stayed: HashMap<(Place, TextId), usize>,
    leaked: HashMap<(Place, TextId, bool), usize>,
    inlined: HashMap<(Place, TextId), usize>,
    last_file: (String, TextId),
    /// Variables that closures share, and whether they have no size.
    pub(crate) shared: HashMap<(Place, TextId), bool>,
    /// File and line of calls that `go` or `defer` puts into a function of its own.
    pub(crate) wrapped: HashSet<(TextId, u32)>,
    /// File and line of `text += more`.
    pub(crate) additions: HashSet<(TextId, u32)>,
    /// Places of calls that were inlined, each with every function that was inlined there.
    pub(crate) inlined_calls: HashSet<(Place, TextId)>,
    /// Function literals, and the function that their header names.
    pub(crate) literals: HashMap<(TextId, Place), TextId>,
}

#[derive(Debug, Default)]
struct LeakHeader {
    function: TextId,
    derefs: Option<i64>,
    via: TextId,
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
            Message::InliningCall { callee } => {
                self.functions.inlined(self.package, callee);
                let callee = self.texts.id(callee);
                self.inlined_calls.insert((place, callee));
            }
            Message::Capturing { function, by_ref, text } => {
                // What the wrapper of `go f(x)` holds is not of a closure in the source.
                if text.starts_with(".autotmp_") {
                    self.wrapped.insert((place.0, place.1));
                } else {
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

    fn end_section(&mut self) {
        self.close();
        self.explanations.clear();
        self.explained.clear();
        self.leak_headers.clear();
    }

    fn decide(&mut self, place: Place, subject: &str, is_moved: bool) -> Result<(), Error> {
        let id = self.texts.id(subject);
        // What has no position is another thing in each package.
        let key = (if place == Place::default() { (self.package, 0, 0) } else { place }, id, is_moved);
        if let Some(&known) = self.decided.get(&key) {
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
        self.decided.insert(key, self.decisions.len());
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
        let key = (place, self.texts.id(param), is_content);
        if let Some(&known) = self.leaked.get(&key) {
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
        self.inlining(place, function, Declared { obstacle: None, has_loop }, "", (cost, None))
    }

    fn cannot_inline(&mut self, place: Place, function: &str, reason: &str) -> Result<(), Error> {
        let obstacle = match reason {
            "unhandled op GO" => Some(Obstacle::Go),
            "unhandled op DEFER" => Some(Obstacle::Defer),
            _ => None,
        };
        let cost_and_budget = reason
            .strip_prefix("function too complex: cost ")
            .and_then(|rest| rest.split_once(" exceeds budget "))
            .map_or((None, None), |(cost, budget)| (cost.parse().ok(), budget.parse().ok()));
        self.inlining(place, function, Declared { obstacle, has_loop: None }, reason, cost_and_budget)
    }

    fn inlining(
        &mut self,
        place: Place,
        name: &str,
        declared: Declared,
        reason: &str,
        (cost, budget): (Option<i64>, Option<i64>),
    ) -> Result<(), Error> {
        let function = self.texts.id(name);
        if let Some(&known) = self.inlined.get(&(place, function)) {
            self.inlining[known].copies += 1;
            return Ok(());
        }
        self.check(self.inlining.len(), "functions", self.limits.records)?;
        // `F into G` is about a call.
        if !name.contains(" into ") {
            self.functions.declare(self.package, place, name, declared);
        }
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

const MOST_UNKNOWN: usize = 1000;
