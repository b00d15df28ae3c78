//! The log as a table, a row a line.

use std::io::Read;

use gomem_table::{Column, Kind, Schema, StringPoolBuilder, Table, TableError, Unit};

use crate::{
    error::{Error, Limits},
    json::{Header, LogOptRecord},
    model::spec,
    text::{Message, MessageKind, Position, Record, Variant, for_each_line},
};

/// All diagnostics of one or several logs, nothing dropped: what is not understood has the kind `unknown`.
///
/// Unlike an [`EscapeLog`](crate::EscapeLog) this grows with the log.
#[derive(Debug, Default)]
pub struct Diagnostics {
    limits: Limits,
    texts: StringPoolBuilder,
    package: u32,
    variant: Variant,
    json: Header,
    packages: Vec<u32>,
    variants: Vec<u32>,
    files: Vec<u32>,
    lines: Vec<Option<i64>>,
    columns: Vec<Option<i64>>,
    kinds: Vec<u32>,
    functions: Vec<(u32, bool)>,
    subjects: Vec<u32>,
    messages: Vec<u32>,
}

impl Diagnostics {
    /// None yet, under these limits.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Adds those of a log.
    ///
    /// # Errors
    /// When a limit is reached, or the log cannot be read.
    pub fn read(&mut self, log: impl Read) -> Result<(), Error> {
        let limits = self.limits;
        self.package = self.texts.intern("");
        self.variant = Variant::Plain;
        for_each_line(log, &limits, |line| {
            let is_text = std::str::from_utf8(line.bytes).is_ok();
            let text = String::from_utf8_lossy(line.bytes);
            if let Some(record) = line.bytes.first().filter(|byte| **byte == b'{').and(LogOptRecord::decode(line.bytes))
            {
                self.json(&record);
                return Ok(());
            }
            match Record::decode(&text) {
                Record::Section(section) => {
                    self.package = self.texts.intern(section.package());
                    self.variant = section.variant();
                }
                Record::Diagnostic { position, message, .. } => {
                    // What is no text does not render back.
                    let kind = if is_text { message.kind() } else { MessageKind::Unknown };
                    self.push(position, kind, &message);
                }
                Record::Skipped(_) => {}
            }
            Ok(())
        })
    }

    fn push(&mut self, position: Option<Position<'_>>, kind: MessageKind, message: &Message<'_>) {
        let numbers = position.map_or((None, None), |position| (position.line(), position.column()));
        let file = position.map_or("", |position| position.file());
        self.row(file, numbers, kind, message.function(), message.subject(), &message.to_string());
    }

    fn json(&mut self, record: &LogOptRecord<'_>) {
        match record {
            LogOptRecord::Header(header) => {
                self.package = self.texts.intern(&header.package);
                self.json.file.clone_from(&header.file);
            }
            LogOptRecord::Diagnostic(diagnostic) => {
                let file = self.json.file.clone();
                let numbers = (Some(diagnostic.line()), Some(diagnostic.column()));
                let (kind, subject) = diagnostic.kind();
                self.row(&file, numbers, kind, None, subject, &diagnostic.message);
            }
        }
    }

    fn row(
        &mut self,
        file: &str,
        (line, column): (Option<u32>, Option<u32>),
        kind: MessageKind,
        function: Option<&str>,
        subject: &str,
        message: &str,
    ) {
        self.packages.push(self.package);
        self.variants.push(self.variant as u32);
        self.files.push(self.texts.intern(file));
        self.lines.push(line.map(i64::from));
        self.columns.push(column.map(i64::from));
        self.kinds.push(kind as u32);
        self.functions.push((self.texts.intern(function.unwrap_or_default()), function.is_some()));
        self.subjects.push(self.texts.intern(subject));
        self.messages.push(self.texts.intern(message));
    }

    /// One row a diagnostic: [`DIAGNOSTICS_SCHEMA`].
    ///
    /// # Errors
    /// Never in practice: the columns are built to fit.
    pub fn into_table(self) -> Result<Table, TableError> {
        let pool = self.texts.finish();
        let text = |name, codes| Column::text(name, codes, std::sync::Arc::clone(&pool));
        let (functions, known) = self.functions.into_iter().unzip();
        Table::new(
            DIAGNOSTICS_SCHEMA.name,
            vec![
                text("package", self.packages),
                Column::category("variant", self.variants, Variant::NAMES),
                text("file", self.files),
                Column::optional_int64("line", Unit::None, self.lines),
                Column::optional_int64("column", Unit::None, self.columns),
                Column::category("kind", self.kinds, MessageKind::NAMES),
                text("function", functions).with_validity(known),
                text("subject", self.subjects),
                text("message", self.messages),
            ],
        )
    }
}

/// The table of [`Diagnostics::into_table`].
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_row_a_diagnostic() {
        let mut diagnostics = Diagnostics::default();
        diagnostics
            .read(&b"# p\r\n./a.go:1:2: x escapes to heap\r\nnoise\n./a.go:300: y does not \xff escape\n"[..])
            .unwrap();
        let event =
            "{\"ImportPath\":\"p\",\"Action\":\"build-output\",\"Output\":\"# p\\n./a.go:1:2: moved to heap: z\\n\"}";
        diagnostics.read(event.as_bytes()).unwrap();
        let table = diagnostics.into_table().unwrap();
        DIAGNOSTICS_SCHEMA.check(&table).unwrap();
        assert_eq!(table.rows(), 3);
    }
}
