//! What the files of `-gcflags=-json=0,DIR` say.

use foldhash::{HashMap, HashSet};

use crate::{
    json::{Diagnostic, FlowLine, Location, LogOptRecord},
    read::{
        interner::Interner,
        raw::{Explanation, RawStep},
        store::is_store,
        xpos::{TextId, XPos},
    },
    text::{GoVersions, MessageKind, SubjectKind, stored},
};

/// What all `-json` files say.
#[derive(Debug, Default)]
pub(crate) struct LogOptFacts {
    pub(crate) decisions: Vec<LogOptDecision>,
    pub(crate) leaks: Vec<LogOptLeak>,
    /// Variables of loops, each iteration its own, that go to the heap.
    pub(crate) iteration_variables: HashSet<(XPos, TextId)>,
    file: TextId,
    package: TextId,
    /// Values at the last at that wait for the record that says they go to the heap.
    waiting: Vec<usize>,
    waiting_at: XPos,
    known: HashMap<(XPos, TextId), usize>,
}

/// A value that is explained, or a variable.
#[derive(Debug)]
pub(crate) struct LogOptDecision {
    pub(crate) package: TextId,
    pub(crate) at: XPos,
    pub(crate) subject: TextId,
    /// A variable: nothing follows that says so.
    pub(crate) is_moved: bool,
    pub(crate) explanation: Explanation,
    /// Calls that were inlined, the outermost first.
    pub(crate) inlined: Vec<XPos>,
    pub(crate) copies: u32,
}

/// A parameter that leaks.
#[derive(Debug)]
pub(crate) struct LogOptLeak {
    pub(crate) package: TextId,
    pub(crate) at: XPos,
    pub(crate) param: TextId,
    pub(crate) to: TextId,
    pub(crate) derefs: Option<i64>,
    pub(crate) via: TextId,
    pub(crate) store: Option<RawStep>,
    /// What it is put into, which goes to the heap; empty where that is not said.
    pub(crate) holder: TextId,
}

impl LogOptFacts {
    pub(crate) fn read(&mut self, record: &LogOptRecord<'_>, texts: &mut Interner, versions: &mut GoVersions) {
        let diagnostic = match record {
            LogOptRecord::Header(header) => {
                versions.see_name(&header.go_version);
                self.file = texts.file(&header.file);
                self.package = texts.id(&header.package);
                return;
            }
            LogOptRecord::Diagnostic(diagnostic) => diagnostic,
        };
        let at = XPos { file: self.file, line: diagnostic.line(), column: diagnostic.column() };
        match (&*diagnostic.code, diagnostic.kind()) {
            (_, (MessageKind::EscapeHeader, subject)) => self.explained(at, subject, diagnostic, texts),
            (_, (MessageKind::EscapesToHeap, _)) => self.confirm(at),
            (_, (MessageKind::LeakHeader, _)) => {
                let Some((param, to, derefs)) = diagnostic.leak() else { return };
                let explanation = explanation(diagnostic, texts);
                let call = explanation.steps.iter().rev().find(|step| &**texts.text(step.why) == "call parameter");
                let via = call.map_or(TextId::default(), |step| step.from);
                let store = explanation.store.filter(|_| derefs == Some(0));
                let holder =
                    stored(to).filter(|_| derefs == Some(0)).map_or(TextId::default(), |holder| texts.id(holder));
                let (param, to) = (texts.id(param), texts.id(if stored(to).is_some() { "{heap}" } else { to }));
                self.leaks.push(LogOptLeak { package: self.package, at, param, to, derefs, via, store, holder });
            }
            ("iteration-variable-to-heap", _) => {
                let variable = diagnostic.message.strip_prefix("loop variable ").unwrap_or_default();
                let variable = texts.id(variable.split(' ').next().unwrap_or_default());
                self.iteration_variables.insert((at, variable));
            }
            _ => {}
        }
    }

    fn explained(&mut self, at: XPos, subject: &str, diagnostic: &Diagnostic<'_>, texts: &mut Interner) {
        // The text calls it by its operation, since Go 1.25.
        let subject = if subject.starts_with("append(") { "append" } else { subject };
        let id = texts.id(subject);
        if self.waiting_at != at {
            self.waiting.clear();
            self.waiting_at = at;
        }
        let explanation = explanation(diagnostic, texts);
        if let Some(&known) = self.known.get(&(at, id)) {
            let decision = &mut self.decisions[known];
            decision.copies += 1;
            decision.explanation.store = decision.explanation.store.or(explanation.store);
            self.waiting.push(known);
            return;
        }
        let inlined = diagnostic.inlined().map(|location| position(location, texts)).collect();
        let is_moved = SubjectKind::parse(subject) == SubjectKind::Value && !subject.contains('(');
        self.known.insert((at, id), self.decisions.len());
        self.waiting.push(self.decisions.len());
        self.decisions.push(LogOptDecision {
            package: self.package,
            at,
            subject: id,
            is_moved,
            explanation,
            inlined,
            copies: 1,
        });
    }

    /// The record without a message: a value at this at goes to the heap.
    fn confirm(&mut self, at: XPos) {
        if self.waiting_at != at || self.waiting.is_empty() {
            return;
        }
        // Expressions before names, which may be variables.
        let at = self.waiting.iter().position(|&known| !self.decisions[known].is_moved).unwrap_or(0);
        let confirmed = self.waiting.remove(at);
        self.decisions[confirmed].is_moved = false;
    }
}

fn explanation(diagnostic: &Diagnostic<'_>, texts: &mut Interner) -> Explanation {
    let mut explanation = Explanation::default();
    let mut is_to_heap = false;
    for line in diagnostic.flow() {
        match line {
            FlowLine::Sink { to } => {
                explanation.sink = texts.id(to);
                explanation.own_sink = explanation.sink;
                (explanation.store, is_to_heap) = (None, to == "{heap}");
            }
            FlowLine::Step { from, why, at } => {
                explanation.is_converted |= why == "interface-converted";
                let at = position(at, texts);
                let step = RawStep { from: texts.id(from), why: texts.id(why), at };
                explanation.steps.push(step);
                explanation.store = Some(step).filter(|_| is_to_heap && is_store(from.as_bytes(), why.as_bytes()));
            }
        }
    }
    explanation
}

fn position(location: &Location<'_>, texts: &mut Interner) -> XPos {
    XPos { file: texts.file(location.path()), line: location.line(), column: location.column() }
}
