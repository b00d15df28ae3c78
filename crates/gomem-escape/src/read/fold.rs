//! The lines of a log, folded: headers, flows, steps and final lines about one thing become one.

use std::{io::Read, sync::Arc};

use gomem_table::checkpoint;
use memchr::memmem;

use crate::{
    error::{Error, ErrorKind, Limits},
    json::LogOptRecord,
    read::{
        block::{Block, Reading},
        facts::Facts,
        functions::{Declared, Obstacle},
        kept::{Kept, kept_bytes},
        raw::{RawDecision, RawInlining, RawLeak, RawStackBuffer},
        section::OpenSection,
        xpos::{TextId, XPos},
    },
    text::{Line, Message, Record, SubjectKind, Variant, for_each_line, is_build_error, stored},
};

/// Reads logs line by line, and keeps what is distinct.
#[derive(Debug, Default)]
pub(crate) struct Fold {
    limits: Limits,
    facts: Facts,
    section: OpenSection,
    block: Block,
    /// Of the line that is read.
    number: u64,
}

impl Fold {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    pub(crate) fn facts(&self) -> &Facts {
        &self.facts
    }

    pub(crate) fn into_facts(self) -> Facts {
        self.facts
    }

    pub(crate) fn read(&mut self, log: impl Read) -> Result<(), Error> {
        let limits = self.limits;
        let read = for_each_line(log, &limits, |line| self.line(line));
        read.and_then(|()| self.begin_section(TextId::default(), Variant::Plain))
    }

    fn line(&mut self, line: Line<'_>) -> Result<(), Error> {
        checkpoint();
        self.number = line.number;
        self.facts.coverage.lines += line.lines;
        if let Some(explanation) = self.block.line(line.bytes) {
            if self.block.read(explanation, self.limits.steps, &mut self.facts) {
                self.facts.coverage.parsed += line.lines;
            } else {
                self.unknown(line);
            }
            return Ok(());
        }
        if line.bytes.first() == Some(&b'{')
            && let Some(record) = LogOptRecord::decode(line.bytes)
        {
            self.facts.coverage.parsed += line.lines;
            let Facts { logopt, texts, versions, .. } = &mut self.facts;
            logopt.read(&record, texts, versions);
            return Ok(());
        }
        let Ok(text) = std::str::from_utf8(line.bytes) else {
            // It would not render back to these bytes.
            match Record::parse(&String::from_utf8_lossy(line.bytes)) {
                Record::Skipped(_) => self.facts.coverage.skipped += line.lines,
                _ => self.unknown(line),
            }
            return Ok(());
        };
        match Record::parse(text) {
            Record::Section(section) => {
                self.facts.sections += line.lines;
                let package = self.facts.texts.id(section.package());
                self.facts.functions.see_package(section.package());
                self.begin_section(package, section.variant())?;
            }
            Record::Skipped(text) => {
                if is_build_error(text) {
                    self.facts.build.error(line.number, text);
                } else if DECISIONS.iter().any(|mark| memmem::find(text.as_bytes(), mark).is_some()) {
                    // What talks like the compiler and cannot be placed must not be lost in silence.
                    self.facts.unplaced += line.lines;
                }
                self.facts.coverage.skipped += line.lines;
                return Ok(());
            }
            Record::Diagnostic { message: Message::Unknown { text: message }, position, .. } => {
                if is_build_error(message) {
                    self.facts.build.error(line.number, text);
                } else if position.is_some() {
                    self.facts.build.suspect(line.number, text);
                }
                self.unknown(line);
                return Ok(());
            }
            Record::Diagnostic { prefix, position, message } => {
                self.facts.build.optimised();
                if line.lines > 1 {
                    self.facts.versions.see_raw_text();
                }
                self.facts.versions.see(&message);
                let at = self.facts.texts.position(position);
                let before = position.map_or(0, |position| prefix.len() + position.as_str().len() + ": ".len());
                if message.is_explanation() {
                    // Its block began with another time stamp; or the log was cut or shuffled.
                    if self.block.is_at(at) {
                        self.block.read(&line.bytes[before..], self.limits.steps, &mut self.facts);
                    }
                } else {
                    self.block.close(&mut self.section, &mut self.facts);
                    self.diagnostic(at, message, &line.bytes[..before])?;
                }
            }
        }
        self.facts.coverage.parsed += line.lines;
        Ok(())
    }

    fn unknown(&mut self, line: Line<'_>) {
        self.facts.coverage.unknown += line.lines;
        self.facts.unknown_line(line.number);
    }

    fn begin_section(&mut self, package: TextId, variant: Variant) -> Result<(), Error> {
        self.block.close(&mut self.section, &mut self.facts);
        self.decide_what_is_explained()?;
        self.facts.build.end_package(package != TextId::default());
        self.section.begin(package, variant);
        Ok(())
    }

    /// Who quotes an explanation may leave the line out that it ends with.
    fn decide_what_is_explained(&mut self) -> Result<(), Error> {
        if !self.facts.decisions.is_empty() {
            return Ok(());
        }
        for (at, subject) in self.section.explained() {
            let subject = Arc::clone(self.facts.texts.text(subject));
            let is_variable = subject.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
            self.decision(at, &subject, is_variable)?;
        }
        Ok(())
    }

    fn diagnostic(&mut self, at: XPos, message: Message<'_>, prefix: &[u8]) -> Result<(), Error> {
        let Self { facts, section, block, .. } = self;
        match message {
            Message::EscapeHeader { subject, function } => {
                facts.functions.see_wrapper(function.unwrap_or_default());
                let subject = facts.texts.id(subject);
                // A log may have been made by `-m` first, which explains nothing.
                let is_explained =
                    |moved| facts.decisions.get(&(at, subject, moved)).is_some_and(RawDecision::is_explained);
                let is_known = is_explained(false) || is_explained(true);
                let reading = if is_known { Reading::Boxing } else { Reading::Steps };
                let function = facts.texts.id(function.unwrap_or_default());
                block.open(at, prefix, subject, function, reading);
            }
            Message::LeakHeader { param, to, function, derefs } => {
                facts.functions.see_wrapper(function.unwrap_or_default());
                let function = facts.texts.id(function.unwrap_or_default());
                let param = facts.texts.id(param);
                let header = section.leak_header(at, param);
                header.function = function;
                let reaches_heap = to == "{heap}";
                if reaches_heap && header.derefs.is_none() {
                    header.derefs = derefs.parse().ok();
                }
                if let Some(holder) = stored(to).filter(|_| derefs == "0" && header.holder == TextId::default()) {
                    header.holder = facts.texts.id(holder);
                }
                let is_whole = derefs == "0" && header.store.is_none();
                let wanted = reaches_heap && (is_whole || header.via == TextId::default());
                let reading = if wanted { Reading::Leak { is_whole } } else { Reading::Skip };
                block.open(at, prefix, param, function, reading);
            }
            Message::EscapesToHeap { subject } => self.decision(at, subject, false)?,
            Message::MovedToHeap { name } => self.decision(at, name, true)?,
            Message::DoesNotEscape { subject } => self.stack_buffer(at, subject)?,
            Message::LeakingParam { content, param } => self.leak(at, content, param)?,
            Message::CanInline { function, detail } => self.can_inline(at, function, detail)?,
            Message::CannotInline { function, reason } => self.cannot_inline(at, function, reason)?,
            Message::InliningCall { callee } => {
                facts.functions.see_inlined(section.package, callee);
                let callee = facts.texts.id(callee);
                let place = facts.inlined_calls.len();
                facts.inlined_calls.entry((at, callee)).or_insert(place);
            }
            Message::Capturing { function, by_ref, text } => {
                // What the wrapper of `go f(x)` holds is not of a closure in the source.
                if text.starts_with(".autotmp_") {
                    let variable = facts.texts.id(text);
                    facts.wrapped.insert(Kept {
                        package: section.package,
                        at,
                        variable,
                        bytes: kept_bytes(text, by_ref),
                    });
                } else {
                    facts.functions.see_capture(section.package, function);
                    let variable = text.split_once(" (").map_or(text, |(variable, _)| variable);
                    let captured = (at, facts.texts.id(function), facts.texts.id(variable));
                    facts.captured.insert(captured);
                }
                if by_ref && let Some((variable, detail)) = text.split_once(" (") {
                    let variable = facts.texts.id(variable);
                    facts.shared.insert((at, variable), detail.ends_with("width=0)"));
                }
            }
            Message::Other { text } if text.starts_with("zero-copy string->[]byte") => {
                if let Some(buffer) = facts.stack_buffers.last_mut().filter(|buffer| buffer.at == at) {
                    buffer.is_free = true;
                }
            }
            Message::Other { text } => {
                if let Some((variable, _)) = text
                    .strip_prefix("loop variable ")
                    .and_then(|rest| rest.split_once(" now per-iteration, heap-allocated"))
                {
                    let variable = facts.texts.id(variable);
                    facts.logopt.iteration_variables.insert((at, variable));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn decision(&mut self, at: XPos, subject: &str, is_moved: bool) -> Result<(), Error> {
        let Self { facts, section, limits, number, .. } = self;
        let id = facts.texts.id(subject);
        // What has no position is another thing in each package.
        let place = if at == XPos::default() { XPos { file: section.package, ..at } } else { at };
        if let Some(known) = facts.decisions.get_mut(&(place, id, is_moved)) {
            known.copies += 1;
            return Ok(());
        }
        check(facts.decisions.len(), "heap decisions", limits.decisions, *number)?;
        let (explanation, next) = section.explanation(at, id, &mut facts.texts);
        if subject == "func literal" {
            facts.literals.insert((section.package, at), explanation.function);
        }
        let OpenSection { package, variant, .. } = *section;
        let decision = RawDecision { package, variant, at, subject: id, is_moved, explanation, next, copies: 1 };
        facts.decisions.insert((place, id, is_moved), decision);
        Ok(())
    }

    fn stack_buffer(&mut self, at: XPos, subject: &str) -> Result<(), Error> {
        let Self { facts, section, limits, number, .. } = self;
        let kind = SubjectKind::parse(subject);
        if kind == SubjectKind::FuncLiteral {
            facts.literals.entry((section.package, at)).or_default();
        }
        if !kind.may_allocate_on_the_stack(subject) {
            return Ok(());
        }
        let subject = facts.texts.id(subject);
        if let Some(known) = facts.stack_buffers.get_mut(&(at, subject)) {
            known.copies += 1;
            return Ok(());
        }
        check(facts.stack_buffers.len(), "expressions that do not escape", limits.records, *number)?;
        let OpenSection { package, variant, .. } = *section;
        facts
            .stack_buffers
            .insert((at, subject), RawStackBuffer { package, variant, at, subject, kind, is_free: false, copies: 1 });
        Ok(())
    }

    fn leak(&mut self, at: XPos, is_content: bool, param: &str) -> Result<(), Error> {
        let Self { facts, section, limits, number, .. } = self;
        let key = (at, facts.texts.id(param), is_content);
        if let Some(known) = facts.leaks.get_mut(&key) {
            known.copies += 1;
            return Ok(());
        }
        check(facts.leaks.len(), "leaking parameters", limits.records, *number)?;
        let (param, to, level) = match param.split_once(" to result ") {
            Some((param, result)) => {
                let (result, level) = result.rsplit_once(" level=").unwrap_or((result, ""));
                (param, facts.texts.id(result), level.parse().ok())
            }
            None => (param, facts.texts.id("{heap}"), None),
        };
        let param = facts.texts.id(param);
        let reaches_heap = level.is_none();
        let header = section.get_leak_header(at, param);
        let function = header.map_or(TextId::default(), |header| header.function);
        let to_heap = header.filter(|_| reaches_heap);
        let via = to_heap.map_or(TextId::default(), |header| header.via);
        let store = to_heap.and_then(|header| header.store);
        let holder = to_heap.map_or(TextId::default(), |header| header.holder);
        let derefs = level.or_else(|| header.and_then(|header| header.derefs));
        let OpenSection { package, variant, .. } = *section;
        facts.leaks.insert(
            key,
            RawLeak { package, variant, at, function, param, is_content, to, derefs, via, store, holder, copies: 1 },
        );
        Ok(())
    }

    fn can_inline(&mut self, at: XPos, function: &str, detail: &str) -> Result<(), Error> {
        let cost = detail.strip_prefix(" with cost ").and_then(|rest| rest.split(' ').next()?.parse().ok());
        let body = detail.find('{').map(|begin| &detail[begin..]);
        let has_loop = body.map(|body| memmem::find(body.as_bytes(), b"for loop").is_some());
        self.inlining(at, function, Declared { obstacle: None, has_loop }, "", (cost, None))
    }

    fn cannot_inline(&mut self, at: XPos, function: &str, reason: &str) -> Result<(), Error> {
        let obstacle = match reason {
            "unhandled op GO" => Some(Obstacle::Go),
            "unhandled op DEFER" => Some(Obstacle::Defer),
            _ => None,
        };
        let cost_and_budget = reason
            .strip_prefix("function too complex: cost ")
            .and_then(|rest| rest.split_once(" exceeds budget "))
            .map_or((None, None), |(cost, budget)| (cost.parse().ok(), budget.parse().ok()));
        self.inlining(at, function, Declared { obstacle, has_loop: None }, reason, cost_and_budget)
    }

    fn inlining(
        &mut self,
        at: XPos,
        name: &str,
        declared: Declared,
        reason: &str,
        (cost, budget): (Option<i64>, Option<i64>),
    ) -> Result<(), Error> {
        let Self { facts, section, limits, number, .. } = self;
        let function = facts.texts.id(name);
        if let Some(known) = facts.inlining.get_mut(&(at, function)) {
            known.copies += 1;
            return Ok(());
        }
        check(facts.inlining.len(), "functions", limits.records, *number)?;
        let OpenSection { package, variant, .. } = *section;
        // `F into G` is about a call.
        if !name.contains(" into ") {
            facts.functions.declare(package, at, name, declared);
        }
        let reason = facts.texts.id(reason);
        facts
            .inlining
            .insert((at, function), RawInlining { package, variant, at, function, reason, cost, budget, copies: 1 });
        Ok(())
    }
}

/// What every line about a decision has.
const DECISIONS: [&[u8]; 3] = [b" escapes to heap", b"moved to heap: ", b" does not escape"];

/// Fails when as many rows are held as may be.
fn check(held: usize, what: &'static str, limit: u64, line: u64) -> Result<(), Error> {
    if held as u64 >= limit {
        return Err(Error::new(ErrorKind::Limit { what, limit }, Some(line)));
    }
    Ok(())
}
