//! One heap decision of the compiler: all lines about it folded into one.

use gomem_table::{Column, ColumnSpec, Kind, Schema, StringPoolBuilder, Table, TableError, Unit, Values};

use crate::{
    advice::POOL_PUT,
    cause::{Cause, Certainty, Confidence},
    subject::SubjectKind,
};

/// Something that goes to the heap.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeapDecision {
    /// The package being compiled.
    pub package: String,
    /// Why that package was compiled.
    pub variant: Variant,
    /// The file, cleaned.
    pub file: String,
    /// The line: of the outermost call, when the code was inlined.
    pub line: Option<u32>,
    /// The column in bytes; `None` beyond 254, which the compiler cannot tell.
    pub column: Option<u32>,
    /// The function, without its package; `None` before Go 1.25, which does not print it.
    pub function: Option<String>,
    /// The variable or expression.
    pub subject: String,
    /// Whether a variable was moved, or a value escapes.
    pub decision: Decision,
    /// What kind of expression the subject is.
    pub subject_kind: SubjectKind,
    /// Why.
    pub cause: Cause,
    /// How sure the cause is.
    pub cause_confidence: Confidence,
    /// Whether it allocates.
    pub alloc_certainty: Certainty,
    /// Where it flows in the end: `{heap}`, a result, a variable.
    pub sink: String,
    /// The compiler's flow. Empty without `-m=2`.
    pub steps: Vec<Step>,
    /// What to do.
    pub advice: String,
    /// How many times the log says it: over variants and instantiations.
    pub copies: u32,
}

/// One step of the flow.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// The expression or statement.
    pub from: String,
    /// What it does: `spill`, `call parameter`, `captured by a closure`.
    pub why: String,
    /// The file.
    pub file: String,
    /// The line.
    pub line: Option<u32>,
    /// The column.
    pub column: Option<u32>,
}

/// What the compiler decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Decision {
    /// `EXPR escapes to heap`.
    EscapesToHeap,
    /// `moved to heap: NAME`.
    MovedToHeap,
}

/// Why a package was compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum Variant {
    /// For itself.
    #[default]
    Plain,
    /// Together with its tests.
    Test,
    /// Once more, with the profile of a program.
    Pgo,
}

impl HeapDecision {
    /// The compiler's final line about it.
    #[must_use]
    pub fn message(&self) -> String {
        match self.decision {
            Decision::EscapesToHeap => format!("{} escapes to heap", self.subject),
            Decision::MovedToHeap => format!("moved to heap: {}", self.subject),
        }
    }

    /// The function it is passed to, when its flow ends in an argument: `(*sync.Pool).Put`.
    #[must_use]
    pub fn callee(&self) -> Option<&str> {
        let call = &self.steps.iter().rev().find(|step| step.why == "call parameter")?.from;
        // The call's own bracket, not one of a method's receiver at its beginning.
        let begin = if call.starts_with('(') { call.find(").").map_or(0, |end| end + 2) } else { 0 };
        call[begin..].find('(').map(|at| &call[..begin + at])
    }

    /// Whether a value that is no pointer is put into a `sync.Pool`: it is boxed anew at every Put, so that the pool costs
    /// an allocation instead of saving one.
    #[must_use]
    pub fn is_pool_misuse(&self) -> bool {
        self.cause == Cause::InterfaceBoxing && self.callee() == Some(POOL_PUT)
    }

    /// One row a decision: [`ESCAPES_SCHEMA`].
    ///
    /// # Errors
    /// Never in practice: the columns are built to fit.
    pub fn table_of(decisions: &[Self]) -> Result<Table, TableError> {
        let all = || decisions.iter();
        let number = |value: Option<u32>| value.map(i64::from);
        let (mut texts, mut offsets) = (StringPoolBuilder::new(), vec![0]);
        let (mut froms, mut whys, mut files) = (Vec::new(), Vec::new(), Vec::new());
        let (mut lines, mut columns) = (Vec::new(), Vec::new());
        for decision in decisions {
            for step in &decision.steps {
                froms.push(texts.intern(&step.from));
                whys.push(texts.intern(&step.why));
                files.push(texts.intern(&step.file));
                lines.push(number(step.line));
                columns.push(number(step.column));
            }
            offsets.push(froms.len());
        }
        let pool = texts.finish();
        let text = |name, codes| Column::text(name, codes, std::sync::Arc::clone(&pool));
        let steps = vec![
            text("from", froms),
            text("why", whys),
            text("file", files),
            Column::optional_int64("line", Unit::None, lines),
            Column::optional_int64("column", Unit::None, columns),
        ];
        Table::new(
            ESCAPES_SCHEMA.name,
            vec![
                Column::strings("package", all().map(|decision| &decision.package)),
                Column::category("variant", all().map(|decision| decision.variant as u32).collect(), Variant::NAMES),
                Column::strings("file", all().map(|decision| &decision.file)),
                Column::optional_int64("line", Unit::None, all().map(|decision| number(decision.line))),
                Column::optional_int64("column", Unit::None, all().map(|decision| number(decision.column))),
                Column::optional_strings("function", all().map(|decision| decision.function.as_ref())),
                Column::strings("subject", all().map(|decision| &decision.subject)),
                Column::category("decision", all().map(|decision| decision.decision as u32).collect(), Decision::NAMES),
                Column::category(
                    "subject_kind",
                    all().map(|decision| decision.subject_kind as u32).collect(),
                    SubjectKind::NAMES,
                ),
                Column::category("cause", all().map(|decision| decision.cause as u32).collect(), Cause::NAMES),
                Column::category(
                    "cause_confidence",
                    all().map(|decision| decision.cause_confidence as u32).collect(),
                    Confidence::NAMES,
                ),
                Column::category(
                    "alloc_certainty",
                    all().map(|decision| decision.alloc_certainty as u32).collect(),
                    Certainty::NAMES,
                ),
                Column::strings("sink", all().map(|decision| &decision.sink)),
                Column::list("steps", Unit::None, offsets, Values::Struct(steps)),
                Column::strings("advice", all().map(|decision| &decision.advice)),
                Column::int64("copies", Unit::Count, all().map(|decision| i64::from(decision.copies)).collect()),
            ],
        )
    }
}

impl Decision {
    /// Names, in the order of the variants.
    pub const NAMES: &'static [&'static str] = &["escapes_to_heap", "moved_to_heap"];
}

impl Variant {
    /// Names, in the order of the variants.
    pub const NAMES: &'static [&'static str] = &["plain", "test", "pgo"];
}

/// The table of [`HeapDecision::table_of`].
pub const ESCAPES_SCHEMA: Schema = Schema {
    name: "escapes",
    order: "by the first line of the log that says it",
    columns: &[
        spec("package", Kind::Text, "the package being compiled"),
        spec("variant", Kind::Category, "why it was compiled"),
        spec("file", Kind::Text, "the file, cleaned"),
        optional("line", Kind::Int64, "the compiler gave none", "the line, of the outermost call for inlined code"),
        optional("column", Kind::Int64, "the compiler gave none: beyond 254", "the column in bytes"),
        optional("function", Kind::Text, "before Go 1.25", "the function, without its package"),
        spec("subject", Kind::Text, "the variable or expression"),
        spec("decision", Kind::Category, "what the compiler decided"),
        spec("subject_kind", Kind::Category, "what kind of expression the subject is"),
        spec("cause", Kind::Category, "why it goes to the heap"),
        spec("cause_confidence", Kind::Category, "how sure the cause is"),
        spec("alloc_certainty", Kind::Category, "whether it allocates"),
        spec("sink", Kind::Text, "where it flows in the end"),
        spec("steps", Kind::List, "the compiler's flow"),
        spec("advice", Kind::Text, "what to do"),
        ColumnSpec {
            name: "copies",
            kind: Kind::Int64,
            unit: Unit::Count,
            null: None,
            doc: "how many times the log says it",
        },
    ],
};

const fn spec(name: &'static str, kind: Kind, doc: &'static str) -> ColumnSpec {
    ColumnSpec { name, kind, unit: Unit::None, null: None, doc }
}

const fn optional(name: &'static str, kind: Kind, null: &'static str, doc: &'static str) -> ColumnSpec {
    ColumnSpec { name, kind, unit: Unit::None, null: Some(null), doc }
}
