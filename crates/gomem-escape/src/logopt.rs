//! The files of `-gcflags=-json=0,DIR` (`cmd/compile/internal/logopt`, version 0, the same from Go 1.21 to 1.27).
//!
//! Each file begins with a header, and then has one diagnostic a line, sorted by position:
//!
//! ```text
//! {"version":0,"package":"main","goos":"linux","goarch":"amd64","gc_version":"go1.27.3","file":"/src/main.go"}
//! {"range":{"start":{"line":7,"character":12},…},"severity":3,"code":"escape","message":"x escapes to heap",
//!  "relatedInformation":[{"location":{…},"message":"escflow:      from x (spill)"},…]}
//! ```
//!
//! An explained value has two `escape` records, the second one without a message; a variable has one.

use std::borrow::Cow;

use foldhash::{HashMap, HashSet};
use serde::Deserialize;

use crate::{
    error::Error,
    found::{Explanation, Place, RawStep},
    grammar,
    interner::{Interner, TextId},
    message::MessageKind,
    subject::SubjectKind,
    version::GoVersions,
};

/// One line of a file.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Record<'a> {
    #[serde(borrow)]
    Diagnostic(Diagnostic<'a>),
    Header(Header),
}

/// What a file is about.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Header {
    #[serde(rename = "version")]
    _version: u64,
    pub(crate) package: String,
    #[serde(rename = "gc_version")]
    go_version: String,
    pub(crate) file: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Diagnostic<'a> {
    range: Range,
    #[serde(borrow)]
    code: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) message: Cow<'a, str>,
    #[serde(borrow, default, rename = "relatedInformation")]
    related: Vec<Related<'a>>,
}

#[derive(Debug, Deserialize)]
struct Related<'a> {
    #[serde(borrow)]
    location: Location<'a>,
    #[serde(borrow)]
    message: Cow<'a, str>,
}

#[derive(Debug, Deserialize)]
struct Location<'a> {
    #[serde(borrow)]
    uri: Cow<'a, str>,
    range: Range,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Range {
    start: Start,
}

/// Both from 1, the column in bytes.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Start {
    line: u32,
    character: u32,
}

/// What all files tell.
#[derive(Debug, Default)]
pub(crate) struct LogOpt {
    pub(crate) decisions: Vec<Explained>,
    pub(crate) leaks: Vec<Leak>,
    /// Variables of loops, each iteration its own, that go to the heap.
    pub(crate) iteration_variables: HashSet<(Place, TextId)>,
    file: TextId,
    package: TextId,
    /// Values at the last place that wait for the record that says they go to the heap.
    waiting: Vec<usize>,
    waiting_at: Place,
    known: HashMap<(Place, TextId), usize>,
}

#[derive(Debug)]
pub(crate) struct Explained {
    pub(crate) package: TextId,
    pub(crate) place: Place,
    pub(crate) subject: TextId,
    /// A variable: nothing follows that says so.
    pub(crate) is_moved: bool,
    pub(crate) explanation: Explanation,
    /// Calls that were inlined, the outermost first.
    pub(crate) inlined: Vec<Place>,
    pub(crate) copies: u32,
}

#[derive(Debug)]
pub(crate) struct Leak {
    pub(crate) package: TextId,
    pub(crate) place: Place,
    pub(crate) param: TextId,
    pub(crate) to: TextId,
    pub(crate) derefs: Option<i64>,
    pub(crate) via: TextId,
}

impl<'a> Record<'a> {
    pub(crate) fn decode(line: &'a [u8]) -> Option<Self> {
        serde_json::from_slice(line).ok()
    }
}

impl Diagnostic<'_> {
    pub(crate) fn line(&self) -> u32 {
        self.range.start.line
    }

    pub(crate) fn column(&self) -> u32 {
        self.range.start.character
    }

    /// The kind, and what it is about.
    pub(crate) fn kind(&self) -> (MessageKind, &str) {
        match &*self.code {
            "escape" | "escapes" => match self.message.strip_suffix(" escapes to heap") {
                Some(subject) => (MessageKind::EscapeHeader, subject),
                None => (MessageKind::EscapesToHeap, ""),
            },
            "leak" => (MessageKind::LeakHeader, self.leak().map_or("", |(param, ..)| param)),
            "canInlineFunction" => (MessageKind::CanInline, ""),
            "cannotInlineFunction" | "cannotInlineCall" => (MessageKind::CannotInline, ""),
            _ => (MessageKind::Other, ""),
        }
    }

    /// The parts of `parameter P leaks to DST with derefs=N`.
    fn leak(&self) -> Option<(&str, &str, Option<i64>)> {
        let (param, rest) = self.message.strip_prefix("parameter ")?.split_once(" leaks to ")?;
        let (to, derefs) = rest.rsplit_once(" with derefs=")?;
        Some((param, to, derefs.parse().ok()))
    }

    fn explanation(&self, texts: &mut Interner) -> Explanation {
        let mut explanation = Explanation::default();
        for related in &self.related {
            let Some(text) = related.message.strip_prefix("escflow:") else { continue };
            let text = text.trim_start();
            if let Some((to, ..)) =
                text.strip_prefix("flow: ").and_then(|flow| flow.strip_suffix(':')).and_then(grammar::flow)
            {
                explanation.sink = texts.id(to);
                explanation.own_sink = explanation.sink;
            } else if let Some((from, why)) = text
                .strip_prefix("from ")
                .and_then(|step| step.strip_suffix(')'))
                .and_then(|step| step.rsplit_once(" ("))
            {
                explanation.is_converted |= why == "interface-converted";
                let place = related.location.place(texts);
                explanation.steps.push(RawStep { from: texts.id(from), why: texts.id(why), place });
            }
        }
        explanation
    }
}

impl Location<'_> {
    fn place(&self, texts: &mut Interner) -> Place {
        let path = self.uri.strip_prefix("file://").unwrap_or(&self.uri);
        (texts.file(path), self.range.start.line, self.range.start.character)
    }
}

impl LogOpt {
    pub(crate) fn take(
        &mut self,
        record: Record<'_>,
        texts: &mut Interner,
        versions: &mut GoVersions,
    ) -> Result<(), Error> {
        let diagnostic = match record {
            Record::Header(header) => {
                versions.named(&header.go_version);
                self.file = texts.file(&header.file);
                self.package = texts.id(&header.package);
                return Ok(());
            }
            Record::Diagnostic(diagnostic) => diagnostic,
        };
        let place = (self.file, diagnostic.line(), diagnostic.column());
        match (&*diagnostic.code, diagnostic.kind()) {
            (_, (MessageKind::EscapeHeader, subject)) => self.explained(place, subject, &diagnostic, texts),
            (_, (MessageKind::EscapesToHeap, _)) => self.confirm(place),
            (_, (MessageKind::LeakHeader, _)) => {
                let Some((param, to, derefs)) = diagnostic.leak() else { return Ok(()) };
                let explanation = diagnostic.explanation(texts);
                let call = explanation.steps.iter().rev().find(|step| &**texts.text(step.why) == "call parameter");
                let via = call.map_or(TextId::default(), |step| step.from);
                let (param, to) = (texts.id(param), texts.id(to));
                self.leaks.push(Leak { package: self.package, place, param, to, derefs, via });
            }
            ("iteration-variable-to-heap", _) => {
                let variable = diagnostic.message.strip_prefix("loop variable ").unwrap_or_default();
                let variable = texts.id(variable.split(' ').next().unwrap_or_default());
                self.iteration_variables.insert((place, variable));
            }
            _ => {}
        }
        Ok(())
    }

    fn explained(&mut self, place: Place, subject: &str, diagnostic: &Diagnostic<'_>, texts: &mut Interner) {
        // The text calls it by its operation, since Go 1.25.
        let subject = if subject.starts_with("append(") { "append" } else { subject };
        let id = texts.id(subject);
        if self.waiting_at != place {
            self.waiting.clear();
            self.waiting_at = place;
        }
        if let Some(&known) = self.known.get(&(place, id)) {
            self.decisions[known].copies += 1;
            self.waiting.push(known);
            return;
        }
        let explanation = diagnostic.explanation(texts);
        let inlined = diagnostic.related.iter().take_while(|related| related.message == "inlineLoc");
        let inlined: Vec<Place> = inlined.map(|related| related.location.place(texts)).collect();
        let is_moved = SubjectKind::of(subject) == SubjectKind::Value && !subject.contains('(');
        self.known.insert((place, id), self.decisions.len());
        self.waiting.push(self.decisions.len());
        self.decisions.push(Explained {
            package: self.package,
            place,
            subject: id,
            is_moved,
            explanation,
            inlined,
            copies: 1,
        });
    }

    /// The record without a message: a value at this place goes to the heap.
    fn confirm(&mut self, place: Place) {
        if self.waiting_at != place || self.waiting.is_empty() {
            return;
        }
        // Expressions before names, which may be variables.
        let at = self.waiting.iter().position(|&known| !self.decisions[known].is_moved).unwrap_or(0);
        let confirmed = self.waiting.remove(at);
        self.decisions[confirmed].is_moved = false;
    }
}
