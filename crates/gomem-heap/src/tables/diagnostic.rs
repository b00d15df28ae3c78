//! What a reading had to do without.

use gomem_finding::Severity;
use gomem_table::{Definition, Row, Unit};

use crate::{error::Diagnostic, heap::Heap, tables::holder::signed};

/// Something that a reading had to do without.
///
/// ```
/// # let mut dump = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.dump.gz");
/// use gomem_table::{Cell, ToTable};
///
/// // As a full disk leaves it.
/// dump.truncate(dump.len() / 2);
/// let table = gomem_heap::Heap::decode(dump)?.diagnostic_rows().to_table();
/// let kinds: Vec<Cell<'_>> = (0..table.rows()).map(|row| table.columns()[1].cell(row)).collect();
/// assert!(kinds.contains(&Cell::Text("cut")), "{kinds:?}");
/// # Ok::<(), gomem_heap::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct DiagnosticRow {
    severity: Severity,
    kind: &'static str,
    offset: Option<u64>,
    message: String,
}

impl Heap {
    /// What the reading had to do without, as rows.
    #[must_use]
    pub fn diagnostic_rows(&self) -> Vec<DiagnosticRow> {
        let row = |diagnostic: &Diagnostic| DiagnosticRow {
            severity: if diagnostic.flaw.is_warning() { Severity::Warning } else { Severity::Info },
            kind: diagnostic.flaw.name(),
            offset: diagnostic.offset,
            message: diagnostic.flaw.to_string(),
        };
        self.diagnostics().iter().map(row).collect()
    }
}

impl Row for DiagnosticRow {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("heap_diagnostics", "in the order of the reading")
            .about("what a heap dump lacks, or what is wrong with it")
            .category(
                "severity",
                Severity::NAMES,
                "warning, where answers can be wrong or lack much; else info",
                |row: &&'a Self| row.severity as u32,
            )
            .text("kind", "what it is, in a word", |row| row.kind)
            .optional_int64("offset", Unit::None, "it is about the dump as a whole", "the byte it is about", |row| {
                row.offset.map(signed)
            })
            .text("message", "what it is", |row| &row.message)
    }
}
