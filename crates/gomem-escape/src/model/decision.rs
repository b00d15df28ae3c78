//! One heap decision of the compiler: all lines about it folded into one.

use std::sync::Arc;

use foldhash::HashMap;
use gomem_table::{Column, Kind, Schema, StringPoolBuilder, Table, TableError, Unit, Values};

use crate::{
    decide::{Cause, Certainty, Confidence, Decision, LeakStep, POOL_PUT, Step, callee},
    model::columns::{COLUMN, COPIES, FILE, PACKAGE, Place, VARIANT, behind_places, line, spec},
    text::{SubjectKind, Variant},
};

/// Something that goes to the heap.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeapDecision {
    /// The package being compiled.
    pub package: Arc<str>,
    /// Why that package was compiled.
    pub variant: Variant,
    /// The file, cleaned.
    pub file: Arc<str>,
    /// The line: of the outermost call, when the code was inlined.
    pub line: Option<u32>,
    /// The column in bytes; `None` beyond 254, which the compiler cannot tell.
    pub column: Option<u32>,
    /// The function, without its package. Go before 1.25 does not print it: then it is the declared function around the
    /// place, when the log says where that is.
    pub function: Option<Arc<str>>,
    /// The variable or expression.
    pub subject: Arc<str>,
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
    pub sink: Arc<str>,
    /// The step that decides the cause: `return`, `call parameter`. `None` without `-m=2`.
    pub reason: Option<Arc<str>>,
    /// The compiler's flow. Empty without `-m=2`.
    pub steps: Vec<Step>,
    /// What to do.
    pub advice: String,
    /// How many times the log says it: over variants and instantiations.
    pub copies: u32,
    /// By which functions a parameter leaks that it is passed to, the called one first; as far as the log has them.
    pub leaks: Vec<LeakStep>,
    /// The functions whose inlined calls stand at this place, as the log names them: what escapes is of one of them, unless
    /// it is an argument of the call.
    pub inlined_callees: Vec<Arc<str>>,
    /// The file as the build saw it; only a `-json` folder tells.
    pub absolute_file: Option<Arc<str>>,
    /// Where the code stands that was inlined at this place, the outermost first; only a `-json` folder tells.
    pub inlined_from: Vec<InlinedFrom>,
}

/// A place in code that was inlined.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct InlinedFrom {
    /// The file.
    pub file: Arc<str>,
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
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
        callee(&self.steps)
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
        let (mut texts, mut offsets) = (Codes::default(), vec![0]);
        let (mut froms, mut whys, mut files) = (Vec::new(), Vec::new(), Vec::new());
        let (mut lines, mut columns) = (Vec::new(), Vec::new());
        for decision in decisions {
            for step in &decision.steps {
                froms.push(texts.code(&step.from));
                whys.push(texts.code(&step.why));
                files.push(texts.code(&step.file));
                lines.push(number(step.line));
                columns.push(number(step.column));
            }
            offsets.push(froms.len());
        }
        let pool = texts.pool.finish();
        let text = |name, codes| Column::text(name, codes, Arc::clone(&pool));
        let steps = vec![
            text("from", froms),
            text("why", whys),
            text("file", files),
            Column::optional_int64("line", Unit::None, lines),
            Column::optional_int64("column", Unit::None, columns),
        ];
        let leaks = || all().flat_map(|decision| &decision.leaks);
        let leak_steps = vec![
            Column::strings("function", leaks().map(|leak| &leak.function)),
            Column::strings("package", leaks().map(|leak| &leak.package)),
            Column::strings("param", leaks().map(|leak| &leak.param)),
            Column::strings("file", leaks().map(|leak| &leak.file)),
            Column::optional_int64("line", Unit::None, leaks().map(|leak| number(leak.line))),
            Column::optional_int64("column", Unit::None, leaks().map(|leak| number(leak.column))),
        ];
        let inlined = || all().flat_map(|decision| &decision.inlined_from);
        let inlined_from = vec![
            Column::strings("file", inlined().map(|from| &from.file)),
            Column::int64("line", Unit::None, inlined().map(|from| i64::from(from.line)).collect()),
            Column::int64("column", Unit::None, inlined().map(|from| i64::from(from.column)).collect()),
        ];
        Table::new(
            ESCAPES_SCHEMA.name,
            behind_places(
                all().map(Self::place),
                [
                    Column::optional_strings("function", all().map(|decision| decision.function.as_ref())),
                    Column::strings("subject", all().map(|decision| &decision.subject)),
                    Column::category(
                        "decision",
                        all().map(|decision| decision.decision as u32).collect(),
                        Decision::NAMES,
                    ),
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
                    Column::optional_strings("reason", all().map(|decision| decision.reason.as_ref())),
                    Column::list("steps", Unit::None, offsets, Values::Struct(steps)),
                    Column::strings("advice", all().map(|decision| &decision.advice)),
                    Column::int64("copies", Unit::Count, all().map(|decision| i64::from(decision.copies)).collect()),
                    Column::list(
                        "leaks",
                        Unit::None,
                        ends(all().map(|decision| decision.leaks.len())),
                        Values::Struct(leak_steps),
                    ),
                    Column::optional_strings("absolute_file", all().map(|decision| decision.absolute_file.as_ref())),
                    Column::list(
                        "inlined_from",
                        Unit::None,
                        ends(all().map(|decision| decision.inlined_from.len())),
                        Values::Struct(inlined_from),
                    ),
                ],
            ),
        )
    }

    fn place(&self) -> Place<'_> {
        let Self { package, variant, file, line, column, .. } = self;
        Place { package, variant: *variant, file, line: *line, column: *column }
    }
}

/// Codes of shared texts. Most are held once, so that their address tells them apart faster than their letters.
#[derive(Default)]
struct Codes {
    pool: StringPoolBuilder,
    by_address: HashMap<usize, u32>,
}

impl Codes {
    fn code(&mut self, text: &Arc<str>) -> u32 {
        let address = Arc::as_ptr(text).cast::<u8>().addr();
        *self.by_address.entry(address).or_insert_with(|| self.pool.intern(text))
    }
}

/// Where the items of each row end, with a zero before.
fn ends(lengths: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut ends = vec![0];
    ends.extend(lengths.scan(0, |end, length| {
        *end += length;
        Some(*end)
    }));
    ends
}

/// The table of [`HeapDecision::table_of`].
pub const ESCAPES_SCHEMA: Schema = Schema {
    name: "escapes",
    order: "by the first line of the log that says it",
    columns: &[
        PACKAGE,
        VARIANT,
        FILE,
        line("the line, of the outermost call for inlined code"),
        COLUMN,
        spec("function", Kind::Text, Some("the log does not tell"), "the function, without its package"),
        spec("subject", Kind::Text, None, "the variable or expression"),
        spec("decision", Kind::Category, None, "what the compiler decided"),
        spec("subject_kind", Kind::Category, None, "what kind of expression the subject is"),
        spec("cause", Kind::Category, None, "why it goes to the heap"),
        spec("cause_confidence", Kind::Category, None, "how sure the cause is"),
        spec("alloc_certainty", Kind::Category, None, "whether it allocates"),
        spec("sink", Kind::Text, None, "where it flows in the end"),
        spec("reason", Kind::Text, Some("without -m=2"), "the step that decides the cause"),
        spec("steps", Kind::List, None, "the compiler's flow"),
        spec("advice", Kind::Text, None, "what to do"),
        COPIES,
        spec("leaks", Kind::List, None, "the functions by which an argument leaks, the called one first"),
        spec("absolute_file", Kind::Text, Some("no -json folder tells"), "the file as the build saw it"),
        spec("inlined_from", Kind::List, None, "where inlined code stands, the outermost first; from a -json folder"),
    ],
};
