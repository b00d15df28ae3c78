//! The log line by line: a row a diagnostic.

use std::{io::Read, sync::Arc};

use gomem_table::{Definition, StringPool, StringPoolBuilder, Table, TableSchema, ToTable, Unit, View};

use crate::{
    error::{Error, Limits},
    json::LogOptRecord,
    model::{NO_COLUMN, NO_LINE},
    text::{Message, MessageKind, Position, Record, Variant, for_each_line},
};

/// All diagnostics of one or several logs, nothing dropped: what is not understood has the kind `unknown`.
///
/// Unlike an [`EscapeLog`](crate::EscapeLog) this grows with the log.
///
/// ```
/// use gomem_escape::DiagnosticsReader;
/// use gomem_table::ToTable;
///
/// let mut reader = DiagnosticsReader::default();
/// reader.read(&b"# p\na.go:1:2: x escapes to heap\na.go:3:4: can inline f\n"[..])?;
/// let diagnostics = reader.finish();
/// assert_eq!(diagnostics.to_table().rows(), 2);
/// # Ok::<(), gomem_escape::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Diagnostics {
    texts: Arc<StringPool>,
    rows: Vec<Row>,
}

/// Reads [`Diagnostics`].
///
/// ```
/// # let log = b"# example.com/app\n\
/// #             ./a.go:12:9: x escapes to heap in f:\n\
/// #             ./a.go:12:9:   flow: {heap} = &{storage for x}:\n\
/// #             ./a.go:12:9:     from x (spill) at ./a.go:12:9\n\
/// #             ./a.go:12:9:     from fmt.Println(x) (call parameter) at ./a.go:12:13\n\
/// #             ./a.go:12:9: x escapes to heap\n";
/// use gomem_escape::{DiagnosticsReader, Limits};
///
/// let mut reader = DiagnosticsReader::new(Limits::default());
/// reader.read(&log[..])?;
/// assert_eq!(reader.finish().len(), 5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct DiagnosticsReader {
    limits: Limits,
    texts: StringPoolBuilder,
    rows: Vec<Row>,
    package: u32,
    variant: Variant,
    /// The file that a `-json` file is about.
    json_file: u32,
}

/// One diagnostic, its texts interned. There are millions: it is kept small.
#[derive(Debug, Clone, Copy)]
struct Row {
    package: u32,
    file: u32,
    /// 0 where there is none.
    line: u32,
    column: u32,
    /// [`NO_TEXT`] where there is none.
    function: u32,
    subject: u32,
    message: u32,
    variant: Variant,
    kind: MessageKind,
}

impl Diagnostics {
    /// Their tables.
    pub const TABLES: &'static [View<Self>] = &[View::new(Self::schema, Self::to_table)];

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// What their table promises.
    #[must_use]
    pub fn schema() -> TableSchema {
        definition(&Arc::default()).schema()
    }
}

impl ToTable for Diagnostics {
    fn to_table(&self) -> Table {
        definition(&self.texts).table(self.rows.iter().copied())
    }
}

fn definition(texts: &Arc<StringPool>) -> Definition<'static, Row> {
    let some = |number: u32| (number > 0).then_some(i64::from(number));
    Definition::new("diagnostics", "as in the log")
        .about("one row a line of it")
        .codes("package", texts, "the package being compiled", |row: &Row| row.package)
        .category("variant", Variant::NAMES, "why it was compiled", |row| row.variant as u32)
        .codes("file", texts, "the file, as written; empty without a position", |row| row.file)
        .optional_int64("line", Unit::None, NO_LINE, "the line", move |row| some(row.line))
        .optional_int64("column", Unit::None, NO_COLUMN, "the column in bytes", move |row| some(row.column))
        .category("kind", MessageKind::NAMES, "what kind of message it is", |row| row.kind as u32)
        .optional_codes("function", texts, "the message names none", "the function, without its package", |row| {
            (row.function != NO_TEXT).then_some(row.function)
        })
        .codes("subject", texts, "what it is about", |row| row.subject)
        .codes("message", texts, "the message as written", |row| row.message)
}

impl DiagnosticsReader {
    /// A reader under these limits.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Reads one source to its end.
    ///
    /// # Errors
    /// When a limit is reached, or the source cannot be read.
    pub fn read(&mut self, log: impl Read) -> Result<(), Error> {
        let limits = self.limits;
        self.package = self.texts.intern("");
        self.variant = Variant::Plain;
        for_each_line(log, &limits, |line| {
            if line.bytes.first() == Some(&b'{')
                && let Some(record) = LogOptRecord::decode(line.bytes)
            {
                self.json(&record);
                return Ok(());
            }
            let is_text = std::str::from_utf8(line.bytes).is_ok();
            match Record::parse(&String::from_utf8_lossy(line.bytes)) {
                Record::Section(section) => {
                    self.package = self.texts.intern(section.package());
                    self.variant = section.variant();
                }
                Record::Diagnostic { position, message, .. } => {
                    // What is no text does not render back.
                    let kind = if is_text { message.kind() } else { MessageKind::Unknown };
                    self.diagnostic(position, kind, &message);
                }
                Record::Skipped(_) => {}
            }
            Ok(())
        })
    }

    /// All that was read.
    #[must_use]
    pub fn finish(self) -> Diagnostics {
        Diagnostics { texts: self.texts.finish(), rows: self.rows }
    }

    fn diagnostic(&mut self, position: Option<Position<'_>>, kind: MessageKind, message: &Message<'_>) {
        let row = Row {
            package: self.package,
            variant: self.variant,
            file: self.texts.intern(position.map_or("", |position| position.file())),
            line: position.and_then(|position| position.line()).unwrap_or(0),
            column: position.and_then(|position| position.column()).unwrap_or(0),
            kind,
            function: message.function().map_or(NO_TEXT, |function| self.texts.intern(function)),
            subject: self.texts.intern(message.subject()),
            message: self.texts.intern(&message.to_string()),
        };
        self.rows.push(row);
    }

    fn json(&mut self, record: &LogOptRecord<'_>) {
        match record {
            LogOptRecord::Header(header) => {
                self.package = self.texts.intern(&header.package);
                self.json_file = self.texts.intern(&header.file);
            }
            LogOptRecord::Diagnostic(diagnostic) => {
                let (kind, subject) = diagnostic.kind();
                let row = Row {
                    package: self.package,
                    variant: self.variant,
                    file: self.json_file,
                    line: diagnostic.line(),
                    column: diagnostic.column(),
                    kind,
                    function: NO_TEXT,
                    subject: self.texts.intern(subject),
                    message: self.texts.intern(&diagnostic.message),
                };
                self.rows.push(row);
            }
        }
    }
}

/// In the place of a text that there is not.
const NO_TEXT: u32 = u32::MAX;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_row_a_diagnostic() {
        let mut diagnostics = DiagnosticsReader::default();
        diagnostics
            .read(&b"# p\r\n./a.go:1:2: x escapes to heap\r\nnoise\n./a.go:300: y does not \xff escape\n"[..])
            .unwrap();
        let event =
            "{\"ImportPath\":\"p\",\"Action\":\"build-output\",\"Output\":\"# p\\n./a.go:1:2: moved to heap: z\\n\"}";
        diagnostics.read(event.as_bytes()).unwrap();
        let diagnostics = diagnostics.finish();
        assert_eq!(diagnostics.len(), 3);
        let table = diagnostics.to_table();
        assert_eq!(table.rows(), 3);
    }
}
