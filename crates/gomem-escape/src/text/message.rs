//! What a line says, without its position.
//!
//! The shapes are those of the `base.WarnfAt` calls of `cmd/compile` that `-m` gates: packages `escape`, `inline`,
//! `devirtualize`, `bloop`, `walk` and `noder`. Since Go 1.25 a header names its function and a flow's arrow is `←`.

use std::fmt;

/// What a line says.
///
/// ```
/// # let log = "# example.com/app\n\
/// #            ./a.go:7:10: buf escapes to heap in put:\n\
/// #            ./a.go:7:10:   flow: {heap} ← &{storage for buf}:\n\
/// #            ./a.go:7:10:     from buf (spill) at ./a.go:7:10\n\
/// #            ./a.go:7:10:     from (*sync.Pool).Put(pool, buf) (call parameter) at ./a.go:7:9\n\
/// #            ./a.go:7:10: buf escapes to heap\n";
/// # let log = gomem_escape::EscapeLog::decode(log.as_bytes())?;
/// # let decision = &log.heap_decisions()[0];
/// use gomem_escape::Message;
///
/// assert_eq!(Message::parse("moved to heap: x").subject(), "x");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Message<'a> {
    /// `can inline F`, with `-m=2` its cost and body.
    CanInline {
        /// The function.
        function: &'a str,
        /// ` with cost N as: …`, as written.
        detail: &'a str,
    },
    /// `cannot inline F: reason`.
    CannotInline {
        /// The function, or `F into G`.
        function: &'a str,
        /// Why not.
        reason: &'a str,
    },
    /// `inlining call to F`.
    InliningCall {
        /// The function.
        callee: &'a str,
    },
    /// `moved to heap: NAME`.
    MovedToHeap {
        /// The variable.
        name: &'a str,
    },
    /// `EXPR escapes to heap`.
    EscapesToHeap {
        /// The expression.
        subject: &'a str,
    },
    /// `EXPR does not escape`.
    DoesNotEscape {
        /// The expression.
        subject: &'a str,
    },
    /// `leaking param: P`, `leaking param content: P`, `leaking param: P to result R level=N`.
    LeakingParam {
        /// Whether what it points to leaks, and not itself.
        content: bool,
        /// The parameter, and where it goes.
        param: &'a str,
    },
    /// `EXPR escapes to heap:`, since Go 1.25 `EXPR escapes to heap in F:`. Its explanation follows.
    EscapeHeader {
        /// The expression.
        subject: &'a str,
        /// The function.
        function: Option<&'a str>,
    },
    /// `parameter P leaks to DST with derefs=N:`, since Go 1.25 `… for F with …`. Its explanation follows.
    LeakHeader {
        /// The parameter.
        param: &'a str,
        /// Where it leaks to: `{heap}`, a result, a variable.
        to: &'a str,
        /// The function.
        function: Option<&'a str>,
        /// The dereferences.
        derefs: &'a str,
    },
    /// `  flow: DST ← SRC:`, before Go 1.25 `  flow: DST = SRC:`.
    Flow {
        /// Where it flows to.
        to: &'a str,
        /// What flows.
        from: &'a str,
        /// ` ← ` or ` = `.
        arrow: &'static str,
    },
    /// `    from NODE (WHY) at POS`.
    From {
        /// The expression or statement.
        node: &'a str,
        /// What it does.
        why: &'a str,
        /// Where.
        at: &'a str,
    },
    /// `F capturing by ref: V (addr=… assign=… width=…)`.
    Capturing {
        /// The closure.
        function: &'a str,
        /// Whether by reference.
        by_ref: bool,
        /// The variable, and why.
        text: &'a str,
    },
    /// Another message of the optimiser.
    Other {
        /// The message.
        text: &'a str,
    },
    /// A message that is not the optimiser's: a build error, or one of a version not known here.
    Unknown {
        /// The message.
        text: &'a str,
    },
}

/// The kind of a [`Message`].
///
/// ```
/// use gomem_escape::{Message, MessageKind};
///
/// assert_eq!(Message::parse("moved to heap: x").kind(), MessageKind::MovedToHeap);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
#[allow(missing_docs, reason = "as in `Message`")]
#[non_exhaustive]
pub enum MessageKind {
    CanInline,
    CannotInline,
    InliningCall,
    MovedToHeap,
    EscapesToHeap,
    DoesNotEscape,
    LeakingParam,
    EscapeHeader,
    LeakHeader,
    Flow,
    From,
    Capturing,
    Other,
    Unknown,
}

impl<'a> Message<'a> {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> MessageKind {
        match self {
            Self::CanInline { .. } => MessageKind::CanInline,
            Self::CannotInline { .. } => MessageKind::CannotInline,
            Self::InliningCall { .. } => MessageKind::InliningCall,
            Self::MovedToHeap { .. } => MessageKind::MovedToHeap,
            Self::EscapesToHeap { .. } => MessageKind::EscapesToHeap,
            Self::DoesNotEscape { .. } => MessageKind::DoesNotEscape,
            Self::LeakingParam { .. } => MessageKind::LeakingParam,
            Self::EscapeHeader { .. } => MessageKind::EscapeHeader,
            Self::LeakHeader { .. } => MessageKind::LeakHeader,
            Self::Flow { .. } => MessageKind::Flow,
            Self::From { .. } => MessageKind::From,
            Self::Capturing { .. } => MessageKind::Capturing,
            Self::Other { .. } => MessageKind::Other,
            Self::Unknown { .. } => MessageKind::Unknown,
        }
    }

    /// Whether it is a line of the explanation that a header begins.
    #[must_use]
    pub fn is_explanation(&self) -> bool {
        match self {
            Self::Flow { .. } | Self::From { .. } => true,
            Self::Other { text } => text.starts_with("  "),
            _ => false,
        }
    }

    /// The function it names, without its package.
    #[must_use]
    pub fn function(&self) -> Option<&'a str> {
        match *self {
            Self::EscapeHeader { function, .. } | Self::LeakHeader { function, .. } => function,
            Self::CanInline { function, .. }
            | Self::CannotInline { function, .. }
            | Self::Capturing { function, .. } => Some(function),
            _ => None,
        }
    }

    /// The function, variable or expression it is about.
    #[must_use]
    pub fn subject(&self) -> &'a str {
        match *self {
            Self::CanInline { function: subject, .. }
            | Self::CannotInline { function: subject, .. }
            | Self::InliningCall { callee: subject }
            | Self::MovedToHeap { name: subject }
            | Self::EscapesToHeap { subject }
            | Self::DoesNotEscape { subject }
            | Self::LeakingParam { param: subject, .. }
            | Self::EscapeHeader { subject, .. }
            | Self::LeakHeader { param: subject, .. }
            | Self::Flow { from: subject, .. }
            | Self::From { node: subject, .. }
            | Self::Capturing { text: subject, .. } => subject,
            Self::Other { .. } | Self::Unknown { .. } => "",
        }
    }
}

gomem_table::named!(MessageKind {
    CanInline "can_inline",
    CannotInline "cannot_inline",
    InliningCall "inlining_call",
    MovedToHeap "moved_to_heap",
    EscapesToHeap "escapes_to_heap",
    DoesNotEscape "does_not_escape",
    LeakingParam "leaking_param",
    EscapeHeader "escape_header",
    LeakHeader "leak_header",
    Flow "flow",
    From "from",
    Capturing "capturing",
    Other "other",
    Unknown "unknown",
});

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CanInline { function, detail } => write!(f, "can inline {function}{detail}"),
            Self::CannotInline { function, reason } => write!(f, "cannot inline {function}: {reason}"),
            Self::InliningCall { callee } => write!(f, "inlining call to {callee}"),
            Self::MovedToHeap { name } => write!(f, "moved to heap: {name}"),
            Self::EscapesToHeap { subject } => write!(f, "{subject} escapes to heap"),
            Self::DoesNotEscape { subject } => write!(f, "{subject} does not escape"),
            Self::LeakingParam { content: false, param } => write!(f, "leaking param: {param}"),
            Self::LeakingParam { content: true, param } => write!(f, "leaking param content: {param}"),
            Self::EscapeHeader { subject, function: None } => write!(f, "{subject} escapes to heap:"),
            Self::EscapeHeader { subject, function: Some(function) } => {
                write!(f, "{subject} escapes to heap in {function}:")
            }
            Self::LeakHeader { param, to, function: None, derefs } => {
                write!(f, "parameter {param} leaks to {to} with derefs={derefs}:")
            }
            Self::LeakHeader { param, to, function: Some(function), derefs } => {
                write!(f, "parameter {param} leaks to {to} for {function} with derefs={derefs}:")
            }
            Self::Flow { to, from, arrow } => write!(f, "  flow: {to}{arrow}{from}:"),
            Self::From { node, why, at } => write!(f, "    from {node} ({why}) at {at}"),
            Self::Capturing { function, by_ref, text } => {
                write!(f, "{function} capturing by {}: {text}", if *by_ref { "ref" } else { "value" })
            }
            Self::Other { text } | Self::Unknown { text } => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_renders_back() {
        use MessageKind as Kind;
        for (text, kind, subject) in [
            ("can inline f", Kind::CanInline, "f"),
            ("can inline f with cost 4 as: func() { x escapes to heap }", Kind::CanInline, "f"),
            ("cannot inline f: function too complex: cost 90 exceeds budget 80", Kind::CannotInline, "f"),
            ("cannot inline f into g: repeated recursive cycle", Kind::CannotInline, "f into g"),
            ("inlining call to sub.Map[go.shape.int]", Kind::InliningCall, "sub.Map[go.shape.int]"),
            ("moved to heap: x", Kind::MovedToHeap, "x"),
            ("\"a escapes to heap in b:\" escapes to heap", Kind::EscapesToHeap, "\"a escapes to heap in b:\""),
            ("&T{...} does not escape", Kind::DoesNotEscape, "&T{...}"),
            ("leaking param: p to result ~r0 level=1", Kind::LeakingParam, "p to result ~r0 level=1"),
            ("leaking param content: p", Kind::LeakingParam, "p"),
            ("x escapes to heap:", Kind::EscapeHeader, "x"),
            ("x escapes to heap in (*T).f:", Kind::EscapeHeader, "x"),
            ("parameter p leaks to {heap} for f with derefs=0:", Kind::LeakHeader, "p"),
            ("parameter p leaks to {storage for x} with derefs=1:", Kind::LeakHeader, "p"),
            ("  flow: {heap} ← &{storage for k + \" = \" + v}:", Kind::Flow, "&{storage for k + \" = \" + v}"),
            ("  flow: {storage for k + \" = \" + v} = &x:", Kind::Flow, "&x"),
            ("  flow: ~r0 = *p:", Kind::Flow, "*p"),
            ("    from f(x) (y) (call parameter) at ./a.go:1:2", Kind::From, "f(x) (y)"),
            (
                "f.func1 capturing by ref: x (addr=true assign=false width=8)",
                Kind::Capturing,
                "x (addr=true assign=false width=8)",
            ),
            ("devirtualizing r.Read to *os.File", Kind::Other, ""),
            ("function f considered 'big'; reducing max cost of inlinees", Kind::Other, ""),
            ("  warning: truncated explanation due to assignment cycle; see golang.org/issue/35518", Kind::Other, ""),
            ("declared and not used: x", Kind::Unknown, ""),
            ("  odd", Kind::Unknown, ""),
        ] {
            let message = Message::parse(text);
            assert_eq!((message.kind(), message.subject()), (kind, subject), "{text}");
            assert_eq!(message.to_string(), text);
        }
    }

    #[test]
    fn names_cover_the_kinds() {
        assert_eq!(MessageKind::NAMES[MessageKind::Unknown as usize], "unknown");
        assert_eq!(MessageKind::NAMES.len(), MessageKind::Unknown as usize + 1);
    }
}
