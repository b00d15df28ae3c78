//! What does not escape and may allocate all the same.

use std::sync::Arc;

use gomem_table::{Definition, Row, Unit};

use crate::{
    decide::Certainty,
    model::columns::{COPIES, FIRST_LINE, LogPosition},
    text::{SubjectKind, Variant},
};

/// An expression that does not escape, of a size that is only known at run time: the compiler keeps a small buffer for it
/// on the stack, and when that is too small it allocates.
///
/// ```
/// use gomem_escape::{EscapeLog, SubjectKind};
///
/// // It is put into a buffer on the stack, unless it is longer than that.
/// let log = EscapeLog::decode(b"# p\n./a.go:6:4: string(b) does not escape\n")?;
/// let buffer = &log.stack_buffers()[0];
/// assert_eq!((&*buffer.subject, buffer.subject_kind), ("string(b)", SubjectKind::Conversion));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StackBuffer {
    /// The package being compiled.
    pub package: Arc<str>,
    /// Why that package was compiled.
    pub variant: Variant,
    /// The file, cleaned.
    pub file: Arc<str>,
    /// The line.
    pub line: Option<u32>,
    /// The column in bytes.
    pub column: Option<u32>,
    /// The expression.
    pub subject: Arc<str>,
    /// What kind of expression it is.
    pub subject_kind: SubjectKind,
    /// Whether it allocates.
    pub alloc_certainty: Certainty,
    /// How many times the log says it.
    pub copies: u32,
    /// The functions whose inlined calls stand at this place, as the log names them: it is of one of them.
    pub inlined_callees: Vec<Arc<str>>,
}

impl StackBuffer {
    fn position(&self) -> LogPosition<'_> {
        let Self { package, variant, file, line, column, .. } = self;
        LogPosition { package, variant: *variant, file, line: *line, column: *column }
    }
}

impl Row for StackBuffer {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("stack_buffers", FIRST_LINE)
            .about("what does not escape and may allocate all the same")
            .embed(LogPosition::columns("the line"), |row: &&'a Self| row.position())
            .shared_text("subject", "the expression", |row| &row.subject)
            .category("subject_kind", SubjectKind::NAMES, "what kind of expression it is", |row| {
                row.subject_kind as u32
            })
            .category("alloc_certainty", Certainty::NAMES, "whether it allocates", |row| row.alloc_certainty as u32)
            .int64("copies", Unit::Count, COPIES, |row| i64::from(row.copies))
    }
}

gomem_table::serialize_rows!(StackBuffer);
