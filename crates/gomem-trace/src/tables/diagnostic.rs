//! What a reading had to do without.

use gomem_table::{Definition, Row, Unit};

use crate::{error::Diagnostic, tables::number::signed, trace::Trace};

/// Something that a reading had to do without.
///
/// ```
/// # let bytes = gomem_testkit::testdata("traces/service-1.27.3.trace");
/// use gomem_table::{Cell, ToTable};
///
/// let torn = gomem_trace::Trace::decode(&bytes[..50_000])?;
/// let table = torn.diagnostic_rows().to_table();
/// let kinds: Vec<Cell<'_>> = (0..table.rows()).map(|row| table.columns()[2].cell(row)).collect();
/// assert!(kinds.contains(&Cell::Text("cut")), "{kinds:?}");
/// # Ok::<(), gomem_trace::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct DiagnosticRow {
    offset: Option<u64>,
    generation: Option<u64>,
    kind: &'static str,
    message: String,
}

impl Trace {
    /// What the reading had to do without, as rows.
    #[must_use]
    pub fn diagnostic_rows(&self) -> Vec<DiagnosticRow> {
        let row = |diagnostic: &Diagnostic| DiagnosticRow {
            offset: diagnostic.offset,
            generation: diagnostic.generation,
            kind: diagnostic.flaw.name(),
            message: diagnostic.flaw.to_string(),
        };
        self.diagnostics().iter().map(row).collect()
    }
}

impl Row for DiagnosticRow {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("trace_diagnostics", "in the order of the reading")
            .about("what an execution trace lacks, or what is wrong with it")
            .optional_int64(
                "offset",
                Unit::None,
                "it is about no single place",
                "the byte it is about",
                |row: &&'a Self| row.offset.map(signed),
            )
            .optional_int64(
                "generation",
                Unit::None,
                "it is about the trace as a whole",
                "the generation it is about",
                |row| row.generation.map(signed),
            )
            .text("kind", "what it is, in a word", |row| row.kind)
            .text("message", "what it is", |row| &row.message)
    }
}
