//! One heap decision of the compiler: all lines about it folded into one.

use std::sync::Arc;

use gomem_finding::Confidence;
use gomem_symbol::short_place;
use gomem_table::{Definition, Row, Unit};

use crate::{
    decide::{Cause, Certainty, Decision, LeakStep, POOL_PUT, Step, callee},
    model::{
        columns::{COPIES, FIRST_LINE, LogPosition, NO_COLUMN, NO_FUNCTION, NO_LINE},
        store::Store,
    },
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
    /// What the step does that decides the cause: `return`, `call parameter`. `None` without `-m=2`.
    pub deciding_step: Option<Arc<str>>,
    /// The compiler's flow. Empty without `-m=2`.
    pub steps: Vec<Step>,
    /// Where it is stored, on any of its flows: `steps` is the first one, which may end in a call or a result. `None` where the
    /// log shows no statement that stores it.
    pub store: Option<Box<Store>>,
    /// The function of another package that was inlined where it is stored or passed on, if that statement is of its body:
    /// `list.(*List).PushBack` of `list.e.prev.next = list.e`.
    pub stored_by: Option<Arc<str>>,
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
///
/// ```
/// # let log = gomem_testkit::testdata("go1.27.3/escape-json/main/main.json");
/// # let log = gomem_escape::EscapeLog::decode(&log)?;
/// // A file of the folder that `-gcflags=-json=0,DIR` writes: the text does not say it.
/// let mut of_line_80 = log.heap_decisions().iter().filter(|decision| decision.line == Some(80));
/// let inlined = of_line_80.find(|decision| !decision.inlined_from.is_empty()).ok_or("it calls what was inlined")?;
/// let from = &inlined.inlined_from[0];
/// // Line 80 calls a function that was inlined there; what escapes stands in line 23.
/// assert_eq!((inlined.line, from.line, &*inlined.message()), (Some(80), 23, "n escapes to heap"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
    /// assert_eq!(decision.callee(), Some("(*sync.Pool).Put"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn callee(&self) -> Option<&str> {
        callee(&self.steps)
    }

    /// Whether a value that is no pointer is put into a `sync.Pool`: it is boxed anew at every Put, so that the pool costs
    /// an allocation instead of saving one.
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
    /// assert!(decision.is_pool_misuse(), "a slice is put by value");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn is_pool_misuse(&self) -> bool {
        self.cause == Cause::InterfaceBoxing && self.callee() == Some(POOL_PUT)
    }

    fn position(&self) -> LogPosition<'_> {
        let Self { package, variant, file, line, column, .. } = self;
        LogPosition { package, variant: *variant, file, line: *line, column: *column }
    }
}

impl Row for HeapDecision {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("escapes", FIRST_LINE)
            .about("what goes to the heap, and why")
            .optional_string("place", NO_LINE, "the line, in short: `store/sessions.go:43`", |row: &&'a Self| {
                Some(short_place(&row.file, i64::from(row.line?)))
            })
            .optional_shared_text("function", NO_FUNCTION, "the function, without its package", |row| {
                row.function.as_ref()
            })
            .shared_text("subject", "the variable or expression", |row| &row.subject)
            .category("decision", Decision::NAMES, "what the compiler decided", |row| row.decision as u32)
            .category("subject_kind", SubjectKind::NAMES, "what kind of expression the subject is", |row| {
                row.subject_kind as u32
            })
            .category("cause", Cause::NAMES, "why it goes to the heap", |row| row.cause as u32)
            .category("cause_confidence", Confidence::NAMES, "how sure the cause is", |row| row.cause_confidence as u32)
            .category("alloc_certainty", Certainty::NAMES, "whether it allocates", |row| row.alloc_certainty as u32)
            .shared_text("sink", "where it flows in the end", |row| &row.sink)
            .optional_shared_text(
                "deciding_step",
                "without -m=2",
                "what the step does that decides the cause: `return`, `call parameter`",
                |row| row.deciding_step.as_ref(),
            )
            .text("advice", "what to do", |row| &row.advice)
            .list("steps", "the compiler's flow", steps(), |row| &row.steps)
            .int64("copies", Unit::Count, COPIES, |row| i64::from(row.copies))
            .list("leaks", "the functions by which an argument leaks, the called one first", leaks(), |row| &row.leaks)
            .embed(LogPosition::columns("the line, of the outermost call for inlined code"), |row| row.position())
            .optional_shared_text("absolute_file", "no -json folder tells", "the file as the build saw it", |row| {
                row.absolute_file.as_ref()
            })
            .list(
                "inlined_from",
                "where inlined code stands, the outermost first; from a -json folder",
                inlined_from(),
                |row| &row.inlined_from,
            )
    }
}

gomem_table::serialize_rows!(HeapDecision);

fn steps<'a>() -> Definition<'a, &'a Step> {
    Definition::new("step", "as in the log")
        .shared_text("from", "the expression or statement", |step: &&'a Step| &step.from)
        .shared_text("why", "what it does", |step| &step.why)
        .shared_text("file", "the file", |step| &step.file)
        .optional_int64("line", Unit::None, NO_LINE, "the line", |step| step.line.map(i64::from))
        .optional_int64("column", Unit::None, NO_COLUMN, "the column", |step| step.column.map(i64::from))
}

fn leaks<'a>() -> Definition<'a, &'a LeakStep> {
    Definition::new("leak", "the called one first")
        .shared_text("function", "the function, without its package", |leak: &&'a LeakStep| &leak.function)
        .shared_text("package", "its package", |leak| &leak.package)
        .shared_text("param", "the parameter", |leak| &leak.param)
        .shared_text("file", "the file of the parameter", |leak| &leak.file)
        .optional_int64("line", Unit::None, NO_LINE, "the line", |leak| leak.line.map(i64::from))
        .optional_int64("column", Unit::None, NO_COLUMN, "the column", |leak| leak.column.map(i64::from))
}

fn inlined_from<'a>() -> Definition<'a, &'a InlinedFrom> {
    Definition::new("inlined_from", "the outermost first")
        .shared_text("file", "the file", |from: &&'a InlinedFrom| &from.file)
        .int64("line", Unit::None, "the line", |from| i64::from(from.line))
        .int64("column", Unit::None, "the column", |from| i64::from(from.column))
}
