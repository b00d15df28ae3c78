//! The whole log, folded.

use gomem_symbol::SourcePath;
use gomem_table::{Table, TableError};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::{
    advice::advice,
    cause::{Cause, Certainty},
    decision::{Decision, HeapDecision, Step, Variant},
    error::{Error, ErrorKind, Limits},
    message::Message,
    position::Position,
    record::{Record, records},
    subject::SubjectKind,
};

/// What the compiler decided, one entry per place.
#[derive(Debug, Clone, Default)]
pub struct EscapeLog {
    decisions: Vec<HeapDecision>,
    inlined_calls: Vec<InlinedCall>,
    coverage: Coverage,
    unknown: Vec<u64>,
}

/// A call that was inlined.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct InlinedCall {
    /// The file of the call, cleaned.
    pub file: String,
    /// Its line.
    pub line: u32,
    /// The function that was inlined, as the compiler writes it.
    pub callee: String,
}

/// What became of the log's lines. `parsed + unknown + skipped` is `lines`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Coverage {
    /// All lines.
    pub lines: u64,
    /// Lines that were understood.
    pub parsed: u64,
    /// Diagnostics that were not understood: build errors, or messages not known here.
    pub unknown: u64,
    /// Lines that are no diagnostics.
    pub skipped: u64,
}

impl EscapeLog {
    /// Reads a log: the text of `go build -gcflags=-m` or `-m=2`, or the events of `go build -json` and `go test -json`
    /// that carry it. Other output of the build may stand between.
    ///
    /// # Errors
    /// When no line is the compiler's, or a limit is reached.
    pub fn decode(log: &[u8]) -> Result<Self, Error> {
        Self::decode_with(log, &Limits::default())
    }

    /// [`decode`](Self::decode), with other limits.
    ///
    /// # Errors
    /// As for [`decode`](Self::decode).
    pub fn decode_with(log: &[u8], limits: &Limits) -> Result<Self, Error> {
        let mut folding = Folding { limits: *limits, ..Folding::default() };
        for (number, line) in records(log) {
            folding.number = number;
            match output_of_event(&line) {
                Some(output) => {
                    for line in output.lines() {
                        folding.line(line)?;
                    }
                }
                None => folding.line(&line)?,
            }
        }
        folding.finish()
    }

    /// What goes to the heap, in the order of the log.
    #[must_use]
    pub fn heap_decisions(&self) -> &[HeapDecision] {
        &self.decisions
    }

    /// Calls that were inlined, each once.
    #[must_use]
    pub fn inlined_calls(&self) -> &[InlinedCall] {
        &self.inlined_calls
    }

    /// What became of the lines.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        self.coverage
    }

    /// The numbers of the first lines that were not understood.
    #[must_use]
    pub fn unknown_lines(&self) -> &[u64] {
        &self.unknown
    }

    /// [`heap_decisions`](Self::heap_decisions) as a table.
    ///
    /// # Errors
    /// Never in practice: the columns are built to fit.
    pub fn escapes_table(&self) -> Result<Table, TableError> {
        HeapDecision::table_of(&self.decisions)
    }
}

/// The text in an event of `go build -json` or `go test -json`; `None` for a line of plain text.
fn output_of_event(line: &str) -> Option<String> {
    if !line.starts_with('{') || !line.contains("\"Action\"") {
        return None;
    }
    let event: serde_json::Value = serde_json::from_str(line).ok()?;
    Some(event.get("Output").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned())
}

#[derive(Default)]
struct Folding {
    limits: Limits,
    number: u64,
    log: EscapeLog,
    package: String,
    variant: Variant,
    /// The explanation being read: a header with its flow.
    open: Option<(Place, Explanation)>,
    /// Explanations of this section, by place and subject, until their final line comes.
    explanations: FxHashMap<(Place, String), Explanation>,
    decisions: FxHashMap<(Place, String, bool), usize>,
    inlined: FxHashSet<InlinedCall>,
    /// Paths repeat a million times.
    files: FxHashMap<String, String>,
}

/// Cleaned file, line, column.
type Place = (String, Option<u32>, Option<u32>);

#[derive(Debug, Clone, Default)]
struct Explanation {
    subject: String,
    function: Option<String>,
    sink: String,
    steps: Vec<Step>,
}

impl Folding {
    fn line(&mut self, line: &str) -> Result<(), Error> {
        // A diagnostic with a line break in a constant has several lines.
        let lines = 1 + memchr::memchr_iter(b'\n', line.as_bytes()).count() as u64;
        self.log.coverage.lines += lines;
        match Record::decode(line) {
            Record::Section(section) => {
                self.close();
                self.explanations.clear();
                section.package().clone_into(&mut self.package);
                self.variant = section.variant();
            }
            Record::Skipped(_) => {
                self.log.coverage.skipped += lines;
                return Ok(());
            }
            Record::Diagnostic { message: Message::Unknown { .. }, .. } => {
                self.log.coverage.unknown += lines;
                if self.log.unknown.len() < 1000 {
                    self.log.unknown.push(self.number);
                }
                return Ok(());
            }
            Record::Diagnostic { position, message, .. } => self.diagnostic(position, message)?,
        }
        self.log.coverage.parsed += lines;
        Ok(())
    }

    fn diagnostic(&mut self, position: Option<Position<'_>>, message: Message<'_>) -> Result<(), Error> {
        match message {
            Message::Flow { to, .. } => {
                if let Some((_, open)) = &mut self.open {
                    to.clone_into(&mut open.sink);
                }
            }
            Message::From { node, why, at } => {
                let limit = self.limits.steps;
                if self.open.as_ref().is_some_and(|(_, open)| open.steps.len() < limit) {
                    let at = Position::decode(at);
                    let file = at.map_or_else(String::new, |at| self.clean(at.file()));
                    let (line, column) = (at.and_then(|at| at.line()), at.and_then(|at| at.column()));
                    let step = Step { from: node.to_owned(), why: why.to_owned(), file, line, column };
                    if let Some((_, open)) = &mut self.open {
                        open.steps.push(step);
                    }
                }
            }
            Message::EscapeHeader { subject, function } => {
                self.close();
                let explanation = Explanation {
                    subject: subject.to_owned(),
                    function: function.map(str::to_owned),
                    ..Explanation::default()
                };
                self.open = Some((self.place(position), explanation));
            }
            Message::Other { text } if text.starts_with("  ") => {}
            Message::EscapesToHeap { subject } => self.decide(position, subject, Decision::EscapesToHeap)?,
            Message::MovedToHeap { name } => self.decide(position, name, Decision::MovedToHeap)?,
            Message::InliningCall { callee } => {
                self.close();
                self.inlined(position, callee)?;
            }
            _ => self.close(),
        }
        Ok(())
    }

    /// Keeps the explanation that ends here. One subject may be explained several times, for each path on which it
    /// reaches the heap: the first one is the compiler's own first reason.
    fn close(&mut self) {
        if let Some((place, explanation)) = self.open.take() {
            self.explanations.entry((place, explanation.subject.clone())).or_insert(explanation);
        }
    }

    fn decide(&mut self, position: Option<Position<'_>>, subject: &str, decision: Decision) -> Result<(), Error> {
        self.close();
        let place = self.place(position);
        let moved = decision == Decision::MovedToHeap;
        let key = (place.clone(), subject.to_owned(), moved);
        if let Some(&known) = self.decisions.get(&key) {
            self.log.decisions[known].copies += 1;
            return Ok(());
        }
        if self.log.decisions.len() as u64 >= self.limits.decisions {
            let kind = ErrorKind::Limit { what: "heap decisions", limit: self.limits.decisions };
            return Err(Error::new(kind, Some(self.number)));
        }
        let explanation = self.explanations.get(&(place.clone(), subject.to_owned())).cloned().unwrap_or_default();
        let sink = self.chase(&place, explanation.sink.clone());
        let subject_kind = if moved { SubjectKind::Variable } else { SubjectKind::of(subject) };
        let (cause, cause_confidence) = Cause::of(decision, subject_kind, subject, &sink, &explanation.steps);
        let (file, line, column) = place;
        let mut folded = HeapDecision {
            package: self.package.clone(),
            variant: self.variant,
            file,
            line,
            column,
            function: explanation.function,
            subject: subject.to_owned(),
            decision,
            subject_kind,
            cause,
            cause_confidence,
            alloc_certainty: Certainty::of(subject_kind, cause, subject),
            sink,
            steps: explanation.steps,
            advice: String::new(),
            copies: 1,
        };
        folded.advice = advice(&folded);
        self.decisions.insert(key, self.log.decisions.len());
        self.log.decisions.push(folded);
        Ok(())
    }

    /// `{storage for x}` is where x goes, when x is explained at the same place.
    fn chase(&self, place: &Place, mut sink: String) -> String {
        for _ in 0..8 {
            let Some(inner) = sink.strip_prefix("{storage for ").and_then(|rest| rest.strip_suffix('}')) else { break };
            match self.explanations.get(&(place.clone(), inner.to_owned())) {
                Some(next) if !next.sink.is_empty() && next.sink != sink => sink.clone_from(&next.sink),
                _ => break,
            }
        }
        sink
    }

    fn inlined(&mut self, position: Option<Position<'_>>, callee: &str) -> Result<(), Error> {
        let (file, Some(line), _) = self.place(position) else { return Ok(()) };
        if self.inlined.len() as u64 >= self.limits.inlined_calls {
            let kind = ErrorKind::Limit { what: "inlined calls", limit: self.limits.inlined_calls };
            return Err(Error::new(kind, Some(self.number)));
        }
        let call = InlinedCall { file, line, callee: callee.to_owned() };
        if self.inlined.insert(call.clone()) {
            self.log.inlined_calls.push(call);
        }
        Ok(())
    }

    fn place(&mut self, position: Option<Position<'_>>) -> Place {
        match position {
            Some(position) => (self.clean(position.file()), position.line(), position.column()),
            None => (String::new(), None, None),
        }
    }

    fn clean(&mut self, file: &str) -> String {
        if let Some(clean) = self.files.get(file) {
            return clean.clone();
        }
        let clean = SourcePath::decode(file).as_str().to_owned();
        self.files.insert(file.to_owned(), clean.clone());
        clean
    }

    fn finish(mut self) -> Result<EscapeLog, Error> {
        self.close();
        if self.log.coverage.parsed == 0 {
            let kind = ErrorKind::NothingFound { lines: self.log.coverage.lines };
            return Err(Error::new(kind, self.log.unknown.first().copied()));
        }
        Ok(self.log)
    }
}

#[cfg(test)]
mod tests;
