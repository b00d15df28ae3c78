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

use serde::Deserialize;

use crate::text::{MessageKind, flow};

/// One line of a file.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum LogOptRecord<'a> {
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
    pub(crate) go_version: String,
    pub(crate) file: String,
}

/// What the compiler says of one place.
#[derive(Debug, Deserialize)]
pub(crate) struct Diagnostic<'a> {
    range: Range,
    #[serde(borrow)]
    pub(crate) code: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) message: Cow<'a, str>,
    #[serde(borrow, default, rename = "relatedInformation")]
    related: Vec<Related<'a>>,
}

/// One line of an explanation, or one call that was inlined.
#[derive(Debug, Deserialize)]
struct Related<'a> {
    #[serde(borrow)]
    location: Location<'a>,
    #[serde(borrow)]
    message: Cow<'a, str>,
}

/// Where something stands.
#[derive(Debug, Deserialize)]
pub(crate) struct Location<'a> {
    #[serde(borrow)]
    uri: Cow<'a, str>,
    range: Range,
}

/// A line of the explanation of a diagnostic.
#[derive(Debug)]
pub(crate) enum FlowLine<'a> {
    /// Where it flows to.
    Sink { to: &'a str },
    /// By what.
    Step { from: &'a str, why: &'a str, at: &'a Location<'a> },
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

impl<'a> LogOptRecord<'a> {
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
    pub(crate) fn leak(&self) -> Option<(&str, &str, Option<i64>)> {
        let (param, rest) = self.message.strip_prefix("parameter ")?.split_once(" leaks to ")?;
        let (to, derefs) = rest.rsplit_once(" with derefs=")?;
        Some((param, to, derefs.parse().ok()))
    }

    /// What `-m=2` prints below a header: flows and steps, in order.
    pub(crate) fn flow(&self) -> impl Iterator<Item = FlowLine<'_>> {
        self.related.iter().filter_map(|related| {
            let text = related.message.strip_prefix("escflow:")?.trim_start();
            if let Some((to, ..)) = text.strip_prefix("flow: ").and_then(|flow| flow.strip_suffix(':')).and_then(flow) {
                return Some(FlowLine::Sink { to });
            }
            let (from, why) = text.strip_prefix("from ")?.strip_suffix(')')?.rsplit_once(" (")?;
            Some(FlowLine::Step { from, why, at: &related.location })
        })
    }

    /// The calls that were inlined at its place, the outermost first.
    pub(crate) fn inlined(&self) -> impl Iterator<Item = &Location<'_>> {
        self.related.iter().take_while(|related| related.message == "inlineLoc").map(|related| &related.location)
    }
}

impl Location<'_> {
    pub(crate) fn path(&self) -> &str {
        self.uri.strip_prefix("file://").unwrap_or(&self.uri)
    }

    pub(crate) fn line(&self) -> u32 {
        self.range.start.line
    }

    pub(crate) fn column(&self) -> u32 {
        self.range.start.character
    }
}
