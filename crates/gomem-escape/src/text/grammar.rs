//! The grammar of a message.
//!
//! ```text
//! message     = leading / trailing / explanation
//! explanation = "  flow: " DST (" ← " / " = ") SRC ":"
//!             / "    from " NODE " (" WHY ") at " POSITION
//!             / "  warning: truncated explanation" …
//! leading     = "can inline " F [" with cost " …]     / "cannot inline " F ": " REASON
//!             / "inlining call to " F                 / "moved to heap: " NAME
//!             / "leaking param: " P                   / "leaking param content: " P
//!             / "parameter " P " leaks to " DST [" for " F] " with derefs=" N ":"
//! trailing    = EXPR " escapes to heap"               / EXPR " does not escape"
//!             / EXPR " escapes to heap" [" in " F] ":"
//!             / F " capturing by " ("ref" / "value") ": " V
//! ```
//!
//! Since Go 1.25 headers name their function and the arrow of a flow is `←`.

use nom::{
    IResult, Parser,
    branch::alt,
    bytes::complete::{tag, take_until},
    combinator::{all_consuming, rest, value, verify},
    sequence::{preceded, separated_pair, terminated},
};

use crate::text::{message::Message, syntax};

impl<'a> Message<'a> {
    /// Reads a message. Shapes are looked for at its ends, never within: a string constant may hold any text.
    #[must_use]
    pub fn parse(text: &'a str) -> Self {
        message(text).unwrap_or(Self::Unknown { text })
    }
}

/// Reads a message; `None` when the compiler's optimiser does not write such a line.
fn message(text: &str) -> Option<Message<'_>> {
    if text.starts_with("  ") {
        return complete(explanation, text);
    }
    complete(leading, text).or_else(|| trailing(text))
}

/// The parts of `    from NODE (WHY) at POSITION`, after `    from `.
pub(crate) fn step(text: &str) -> Option<(&str, &str, &str)> {
    let (node_and_why, at) = text.rsplit_once(") at ")?;
    let (node, why) = node_and_why.rsplit_once(" (")?;
    Some((node, why, at))
}

/// What is stored where a flow ends at `{storage for x}`.
pub(crate) fn stored(sink: &str) -> Option<&str> {
    sink.strip_prefix("{storage for ")?.strip_suffix('}')
}

/// The parts of `  flow: DST ← SRC:`, between `  flow: ` and the colon.
pub(crate) fn flow(text: &str) -> Option<(&str, &str, &'static str)> {
    if let Some((to, from)) = text.split_once(ARROW) {
        return Some((to, from, ARROW));
    }
    // Types and constants may hold the mark too.
    let at = syntax::find(text, EQUALS).or_else(|| text.find(EQUALS))?;
    Some((&text[..at], &text[at + EQUALS.len()..], EQUALS))
}

fn complete<'a>(parser: fn(&'a str) -> IResult<&'a str, Message<'a>>, text: &'a str) -> Option<Message<'a>> {
    all_consuming(parser).parse(text).ok().map(|(_, message)| message)
}

fn explanation(text: &str) -> IResult<&str, Message<'_>> {
    let from = preceded(tag("    from "), rest).map_opt(step).map(|(node, why, at)| Message::From { node, why, at });
    let flow = preceded(tag("  flow: "), rest)
        .map_opt(|text: &str| text.strip_suffix(':').and_then(flow))
        .map(|(to, from, arrow)| Message::Flow { to, from, arrow });
    let warning = verify(rest, |text: &str| text.starts_with("  warning: truncated explanation"))
        .map(|text| Message::Other { text });
    alt((from, flow, warning)).parse(text)
}

fn leading(text: &str) -> IResult<&str, Message<'_>> {
    let can_inline = preceded(tag("can inline "), (alt((take_until(" with cost "), rest)), rest))
        .map(|(function, detail)| Message::CanInline { function, detail });
    let cannot_inline = preceded(tag("cannot inline "), separated_pair(take_until(": "), tag(": "), rest))
        .map(|(function, reason)| Message::CannotInline { function, reason });
    let inlining = preceded(tag("inlining call to "), rest).map(|callee| Message::InliningCall { callee });
    let moved = preceded(tag("moved to heap: "), rest).map(|name| Message::MovedToHeap { name });
    let leaking = (tag("leaking param"), alt((value(true, tag(" content: ")), value(false, tag(": ")))), rest)
        .map(|(_, content, param)| Message::LeakingParam { content, param });
    let other = verify(rest, |text: &str| OTHER.iter().any(|prefix| text.starts_with(prefix)))
        .map(|text| Message::Other { text });
    alt((inlining, can_inline, cannot_inline, moved, leaking, leak_header, other)).parse(text)
}

/// `parameter P leaks to DST [for F] with derefs=N:`.
fn leak_header(text: &str) -> IResult<&str, Message<'_>> {
    let param = preceded(tag("parameter "), terminated(take_until(" leaks to "), tag(" leaks to ")));
    let target = rest.map_opt(|text: &str| text.strip_suffix(':')?.rsplit_once(" with derefs="));
    (param, target)
        .map(|(param, (target, derefs))| {
            let (to, function) = destination(target);
            Message::LeakHeader { param, to, function, derefs }
        })
        .parse(text)
}

/// `DST [for F]`. Up to Go 1.24 no function is named, but a destination may hold ` for `: `{storage for x}`.
fn destination(text: &str) -> (&str, Option<&str>) {
    let mark = if text.starts_with('{') { "} for " } else { " for " };
    let end = mark.len() - " for ".len();
    match text.rfind(mark) {
        Some(at) => (&text[..at + end], Some(&text[at + mark.len()..])),
        None => (text, None),
    }
}

fn trailing(text: &str) -> Option<Message<'_>> {
    if let Some(subject) = text.strip_suffix(" escapes to heap") {
        return Some(Message::EscapesToHeap { subject });
    }
    if let Some(subject) = text.strip_suffix(" does not escape") {
        return Some(Message::DoesNotEscape { subject });
    }
    if let Some(header) = text.strip_suffix(':') {
        if let Some(subject) = header.strip_suffix(" escapes to heap") {
            return Some(Message::EscapeHeader { subject, function: None });
        }
        if let Some((subject, function)) = header.rsplit_once(" escapes to heap in ") {
            return Some(Message::EscapeHeader { subject, function: Some(function) });
        }
    }
    for (mark, by_ref) in [(" capturing by ref: ", true), (" capturing by value: ", false)] {
        if let Some((function, text)) = text.split_once(mark) {
            return Some(Message::Capturing { function, by_ref, text });
        }
    }
    let known =
        OTHER_ENDS.iter().any(|end| text.ends_with(end)) || OTHER_MIDDLES.iter().any(|middle| text.contains(middle));
    known.then_some(Message::Other { text })
}

const ARROW: &str = " ← ";
const EQUALS: &str = " = ";

/// What else the compiler says of its work; the last ones only when asked for by `-d` and `-live`.
const OTHER: [&str; 27] = [
    "loop variable ",
    "devirtualizing ",
    "partially devirtualizing ",
    "cannot devirtualize ",
    "PGO devirtualizing ",
    "should not PGO devirtualize ",
    "skip inlining within testing.B.loop for ",
    "zero-copy string->[]byte conversion",
    "index bounds check elided",
    "imprecise interface call",
    "assuming ",
    "marking ",
    "mutates param: ",
    "calls param: ",
    "unrecognized shape for assign list stmt",
    "expr is unknown to bloop pass",
    "Before inlining: ",
    "After inlining ",
    "unreferenced closure ",
    "call to func ",
    "rewriting OCONVIFACE value ",
    "convert: ",
    "alias analysis: ",
    "tail call emitted ",
    "live at ",
    "removed nil check",
    "generated nil check",
];

const OTHER_ENDS: [&str; 6] = [
    " will be kept alive",
    ": reducing max cost of inlinees",
    "; reducing max cost of inlinees",
    " looping label",
    " non-looping label",
    " does not escape, mutate, or call",
];

const OTHER_MIDDLES: [&str; 2] = [" ignoring self-assignment in ", " considered 'big'"];
