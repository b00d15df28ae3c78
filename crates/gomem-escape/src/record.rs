//! The log, line by line.

use std::{borrow::Cow, fmt};

use gomem_table::{Column, ColumnSpec, Kind, Schema, StringPoolBuilder, Table, TableError, Unit};
use memchr::memchr;

use crate::{
    decision::Variant,
    message::{Message, MessageKind},
    position::Position,
};

/// One line of the log.
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

/// A package's part of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Section<'a> {
    /// After `# `.
    text: &'a str,
    prefix: &'a str,
}

/// The lines of a log, with their numbers from 1. Line ends, also those of Windows, are cut.
///
/// Go 1.21 prints back-quoted constants as they are in the source, line breaks too: such a diagnostic is one line here.
pub fn records(log: &[u8]) -> impl Iterator<Item = (u64, Cow<'_, str>)> {
    let mut rest = log;
    let mut number = 0;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut end = memchr(b'\n', rest).unwrap_or(rest.len());
        let mut lines = 1;
        if opens_raw_text(&rest[..end]) {
            (end, lines) = end_of_raw_text(rest, end).unwrap_or((end, 1));
        }
        let line = &rest[..end];
        rest = rest.get(end + 1..).unwrap_or_default();
        let first = number + 1;
        number += lines;
        Some((first, String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line))))
    })
}

/// Whether a diagnostic ends inside a back-quoted text.
fn opens_raw_text(line: &[u8]) -> bool {
    memchr(b'`', line).is_some()
        && is_inside_raw_text(line)
        && std::str::from_utf8(line).is_ok_and(|line| Position::split(line).is_some())
}

/// Where the diagnostic ends whose first line ends at `end`, and how many lines it has.
fn end_of_raw_text(text: &[u8], mut end: usize) -> Option<(usize, u64)> {
    for lines in 2..=LONGEST_RAW_TEXT {
        let next = text.get(end + 1..)?;
        end += 1 + memchr(b'\n', next).unwrap_or(next.len());
        if !is_inside_raw_text(&text[..end]) {
            return Some((end, lines));
        }
    }
    None
}

/// Whether a back-quoted text is open at the end. Constants are cut after 72 characters, and then have no end quote.
fn is_inside_raw_text(text: &[u8]) -> bool {
    let (mut quote, mut escaped, mut length) = (None, false, 0);
    for &byte in text {
        match (quote, byte) {
            _ if escaped => escaped = false,
            (Some(b'"'), b'\\') => escaped = true,
            (None, b'"' | b'`') => (quote, length) = (Some(byte), 0),
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {
                length += usize::from(byte & 0xc0 != 0x80);
                if length > LONGEST_CONSTANT {
                    quote = None;
                }
            }
            _ => {}
        }
    }
    quote == Some(b'`')
}

impl<'a> Record<'a> {
    /// Reads one line.
    #[must_use]
    pub fn decode(line: &'a str) -> Self {
        Self::of(line, "").or_else(|| Self::after_prefix(line)).unwrap_or(Self::Skipped(line))
    }

    /// The exact line.
    #[must_use]
    pub fn render(&self) -> String {
        self.to_string()
    }

    fn of(line: &'a str, prefix: &'a str) -> Option<Self> {
        if let Some(text) = line.strip_prefix("# ") {
            return Some(Self::Section(Section { text, prefix }));
        }
        if let Some((position, message)) = Position::split(line) {
            return Some(Self::Diagnostic { prefix, position: Some(position), message: Message::decode(message) });
        }
        // State variables of range-over-func loops have no position.
        let message = Message::decode(line);
        let names_state = message.subject().starts_with('#');
        let bare = matches!(message.kind(), MessageKind::MovedToHeap | MessageKind::Capturing) && names_state;
        bare.then_some(Self::Diagnostic { prefix, position: None, message })
    }

    /// CI systems put times before lines: `2026-01-02T03:04:05.678Z ./a.go:1:2: …`, `[12:30:45] # pkg`.
    fn after_prefix(line: &'a str) -> Option<Self> {
        let mut end = 0;
        for _ in 0..3 {
            let word = line[end..].find(' ')?;
            let stamp = &line[end..end + word];
            let is_stamp = stamp.bytes().any(|byte| byte.is_ascii_digit())
                && stamp.bytes().all(|byte| byte.is_ascii_digit() || b"[]()-:.+TZ/,".contains(&byte));
            if !is_stamp {
                return None;
            }
            end += word + 1;
            if let Some(record) = Self::of(&line[end..], &line[..end]) {
                return Some(record);
            }
        }
        None
    }
}

impl fmt::Display for Record<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Section(section) => write!(f, "{}# {}", section.prefix, section.text),
            Self::Diagnostic { prefix, position: Some(position), message } => {
                write!(f, "{prefix}{position}: {message}")
            }
            Self::Diagnostic { prefix, position: None, message } => write!(f, "{prefix}{message}"),
            Self::Skipped(line) => f.write_str(line),
        }
    }
}

impl<'a> Section<'a> {
    /// The package's import path.
    #[must_use]
    pub fn package(&self) -> &'a str {
        self.text.split(' ').next().unwrap_or_default()
    }

    /// Why it was compiled: for itself, for its tests, or once more for a program's profile.
    #[must_use]
    pub fn variant(&self) -> Variant {
        match self.text.split_once(" [") {
            Some((_, reason)) if reason.ends_with(".test]") => Variant::Test,
            Some(_) => Variant::Pgo,
            None if self.text.ends_with(".test") => Variant::Test,
            None => Variant::Plain,
        }
    }
}

/// One row a diagnostic, nothing dropped: [`DIAGNOSTICS_SCHEMA`]. Unknown messages have the kind `unknown`.
///
/// # Errors
/// Never in practice: the columns are built to fit.
pub fn diagnostics_table(log: &[u8]) -> Result<Table, TableError> {
    let mut texts = StringPoolBuilder::new();
    let (mut packages, mut files, mut subjects, mut messages) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut variants, mut kinds) = (Vec::new(), Vec::new());
    let (mut lines, mut columns, mut functions) = (Vec::new(), Vec::new(), Vec::<Option<String>>::new());
    let (mut package, mut variant) = (texts.intern(""), Variant::Plain);
    for (_, line) in records(log) {
        match Record::decode(&line) {
            Record::Section(section) => (package, variant) = (texts.intern(section.package()), section.variant()),
            Record::Diagnostic { position, message, .. } => {
                packages.push(package);
                variants.push(variant as u32);
                files.push(texts.intern(position.map_or("", |position| position.file())));
                lines.push(position.and_then(|position| position.line()).map(i64::from));
                columns.push(position.and_then(|position| position.column()).map(i64::from));
                kinds.push(message.kind() as u32);
                functions.push(match message {
                    Message::EscapeHeader { function, .. } => function.map(str::to_owned),
                    Message::CanInline { function, .. }
                    | Message::CannotInline { function, .. }
                    | Message::Capturing { function, .. } => Some(function.to_owned()),
                    _ => None,
                });
                subjects.push(texts.intern(message.subject()));
                messages.push(texts.intern(&message.to_string()));
            }
            Record::Skipped(_) => {}
        }
    }
    let pool = texts.finish();
    let text = |name, codes| Column::text(name, codes, std::sync::Arc::clone(&pool));
    Table::new(
        DIAGNOSTICS_SCHEMA.name,
        vec![
            text("package", packages),
            Column::category("variant", variants, Variant::NAMES),
            text("file", files),
            Column::optional_int64("line", Unit::None, lines),
            Column::optional_int64("column", Unit::None, columns),
            Column::category("kind", kinds, MessageKind::NAMES),
            Column::optional_strings("function", functions),
            text("subject", subjects),
            text("message", messages),
        ],
    )
}

/// Lines that one diagnostic may have.
const LONGEST_RAW_TEXT: u64 = 100;

/// Characters of a constant in a diagnostic (`go/constant`'s `stringVal.String` cuts at 72).
const LONGEST_CONSTANT: usize = 72;

/// The table of [`diagnostics_table`].
pub const DIAGNOSTICS_SCHEMA: Schema = Schema {
    name: "diagnostics",
    order: "as in the log",
    columns: &[
        spec("package", Kind::Text, None, "the package being compiled"),
        spec("variant", Kind::Category, None, "why it was compiled"),
        spec("file", Kind::Text, None, "the file, as written; empty without a position"),
        spec("line", Kind::Int64, Some("the compiler gave none"), "the line"),
        spec("column", Kind::Int64, Some("the compiler gave none: beyond 254"), "the column in bytes"),
        spec("kind", Kind::Category, None, "what kind of message it is"),
        spec("function", Kind::Text, Some("the message names none"), "the function, without its package"),
        spec("subject", Kind::Text, None, "what it is about"),
        spec("message", Kind::Text, None, "the message as written"),
    ],
};

const fn spec(name: &'static str, kind: Kind, null: Option<&'static str>, doc: &'static str) -> ColumnSpec {
    ColumnSpec { name, kind, unit: Unit::None, null, doc }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_prefixes_and_other_lines() {
        for line in [
            "# example.com/p [example.com/p.test]",
            "2026-01-02T03:04:05.678Z # p",
            "[12:30:45] ./a.go:1:2: moved to heap: x",
            "./a.go:1:2: x escapes to heap",
            "moved to heap: #next",
            "some other output",
            "moved to heap: yourself",
            "",
        ] {
            assert_eq!(Record::decode(line).render(), line);
        }
        let Record::Section(section) = Record::decode("# example.com/p [example.com/p.test]") else { panic!() };
        assert_eq!((section.package(), section.variant()), ("example.com/p", Variant::Test));
        let Record::Section(section) = Record::decode("12:00 # p [cmd/compile]") else { panic!() };
        assert_eq!((section.package(), section.variant()), ("p", Variant::Pgo));
        assert!(matches!(Record::decode("moved to heap: yourself"), Record::Skipped(_)));
    }

    #[test]
    fn one_row_a_diagnostic() {
        let table =
            diagnostics_table(b"# p\r\n./a.go:1:2: x escapes to heap\r\nnoise\n./a.go:300: y does not escape\n")
                .unwrap();
        DIAGNOSTICS_SCHEMA.check(&table).unwrap();
        assert_eq!(table.rows(), 2);
    }
}
