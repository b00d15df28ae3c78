//! The log, line by line.

use std::{borrow::Cow, fmt};

use crate::text::{
    lines,
    message::{Message, MessageKind},
    position::Position,
    section::Section,
};

/// One line of the log.
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
/// use gomem_escape::Record;
///
/// let line = "./a.go:7:10: buf escapes to heap";
/// assert_eq!(Record::parse(line).render(), line);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Record<'a> {
    /// `# package [variant]`: what follows is about this package.
    Section(Section<'a>),
    /// A diagnostic.
    Diagnostic {
        /// What stands before the position: a time stamp that a CI system put there.
        prefix: &'a str,
        /// Where; `None` for what the compiler prints without a position.
        position: Option<Position<'a>>,
        /// What.
        message: Message<'a>,
    },
    /// A line that is not the compiler's: other output of the build, or the rest of a constant with line breaks in it.
    Skipped(&'a str),
}

/// The lines of a log, with their numbers from 1. Line ends, also those of Windows, are cut.
///
/// Go 1.21 prints back-quoted constants as they are in the source, line breaks too: such a diagnostic is one line here.
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
/// let lines = gomem_escape::records(b"# example.com/app\n./a.go:3:2: moved to heap: x\n");
/// assert_eq!(lines.count(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn records(log: &[u8]) -> impl Iterator<Item = (u64, Cow<'_, str>)> {
    let mut number = 1;
    lines::split(log).map(move |(line, lines)| {
        let first = number;
        number += lines;
        (first, String::from_utf8_lossy(line))
    })
}

impl<'a> Record<'a> {
    /// Reads one line.
    #[must_use]
    pub fn parse(line: &'a str) -> Self {
        Self::after_prefix(line).or_else(|| Self::without_prefix(line, "")).unwrap_or(Self::Skipped(line))
    }

    /// The exact line.
    #[must_use]
    pub fn render(&self) -> String {
        self.to_string()
    }

    fn without_prefix(line: &'a str, prefix: &'a str) -> Option<Self> {
        if let Some(text) = line.strip_prefix("# ") {
            return Some(Self::Section(Section::new(text, prefix)));
        }
        if let Some((position, message)) = Position::split(line) {
            return Some(Self::Diagnostic { prefix, position: Some(position), message: Message::parse(message) });
        }
        // State variables of range-over-func loops have no position.
        let message = Message::parse(line);
        let name = message.subject().split(' ').next().unwrap_or_default();
        let names_state = name.rsplit('.').next().is_some_and(|name| name.starts_with('#'));
        let bare = matches!(message.kind(), MessageKind::MovedToHeap | MessageKind::Capturing) && names_state;
        bare.then_some(Self::Diagnostic { prefix, position: None, message })
    }

    /// What shippers and CI systems put before a line is no part of it.
    fn after_prefix(line: &'a str) -> Option<Self> {
        let end = gomem_transport::prefix_len(line.as_bytes());
        if end == 0 { None } else { Self::without_prefix(line.get(end..)?, &line[..end]) }
    }
}

impl fmt::Display for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Section(section) => section.fmt(f),
            Self::Diagnostic { prefix, position: Some(position), message } => {
                write!(f, "{prefix}{position}: {message}")
            }
            Self::Diagnostic { prefix, position: None, message } => write!(f, "{prefix}{message}"),
            Self::Skipped(line) => f.write_str(line),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::section::Variant;

    #[test]
    fn sections_prefixes_and_other_lines() {
        for line in [
            "# example.com/p [example.com/p.test]",
            "2026-01-02T03:04:05.678Z # p",
            "[12:30:45] ./a.go:1:2: moved to heap: x",
            "#12 0.345 ./a.go:1:2: moved to heap: x",
            "build\tRun make\t2026-01-02T03:04:05.678Z ./a.go:1:2: moved to heap: x",
            "./a.go:1:2: x escapes to heap",
            "moved to heap: #next",
            "p.F.func1 capturing by ref: iters.#next (addr=false assign=true width=8)",
            "some other output",
            "moved to heap: yourself",
            "",
        ] {
            assert_eq!(Record::parse(line).render(), line);
        }
        let Record::Section(section) = Record::parse("# example.com/p [example.com/p.test]") else { panic!() };
        assert_eq!((section.package(), section.variant()), ("example.com/p", Variant::Test));
        let Record::Diagnostic { position: Some(at), .. } = Record::parse("#12 0.345 ./a.go:1:2: moved to heap: x")
        else {
            panic!()
        };
        assert_eq!(at.file(), "./a.go");
        let Record::Section(section) = Record::parse("12:00 # p [cmd/compile]") else { panic!() };
        assert_eq!((section.package(), section.variant()), ("p", Variant::Pgo));
        assert!(matches!(Record::parse("moved to heap: yourself"), Record::Skipped(_)));
        assert!(matches!(Record::parse("moved to heap: iters.#next"), Record::Diagnostic { position: None, .. }));
    }
}
