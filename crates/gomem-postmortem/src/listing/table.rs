//! A listing as a table: one row a line.

use gomem_escape::Certainty;
use gomem_table::{Definition, Table, TableSchema, ToTable, Unit};

use crate::listing::{
    line::{LineDecision, ListedLine},
    listing::{FunctionListing, Listing},
};

impl Listing {
    /// What the table promises.
    #[must_use]
    pub fn schema(unit: Unit) -> TableSchema {
        Self { sample_type: String::new(), unit, total: 0, functions: Vec::new() }.definition().schema()
    }

    /// A value's share of the total.
    #[must_use]
    pub fn fraction(&self, value: i128) -> Option<f64> {
        (self.total != 0).then(|| value as f64 / self.total as f64)
    }

    fn definition(&self) -> Definition<'_, (&FunctionListing, &ListedLine)> {
        let share = |value: i128| self.fraction(value);
        Definition::new("listing", "by function, then by file, then by line")
            .about("sources beside what their lines cost")
            .text("function", "the function", |row: &(&FunctionListing, &ListedLine)| row.0.function.as_str())
            .int64("line", Unit::None, "the line; 0 where the profile does not say", |row| row.1.line)
            .optional_int64("flat", self.unit, TOO_LARGE, "the value of samples whose leaf it is", |row| {
                int64(row.1.flat)
            })
            .optional_int64("cum", self.unit, TOO_LARGE, "the value of samples in whose stack it is", |row| {
                int64(row.1.cum)
            })
            .optional_text("text", NO_SOURCE, "the source", |row: &(&FunctionListing, &ListedLine)| {
                row.1.text.as_deref()
            })
            .optional_float64("flat_fraction", Unit::Fraction, NOTHING, "flat's share of the total", move |row| {
                share(row.1.flat)
            })
            .optional_float64("cum_fraction", Unit::Fraction, NOTHING, "cum's share of the total", move |row| {
                share(row.1.cum)
            })
            .optional_int64("bytes", Unit::Bytes, NO_HEAP, "bytes of objects that it allocates itself", |row| {
                int64(row.1.bytes?)
            })
            .optional_int64("objects", Unit::Count, NO_HEAP, "objects that it allocates itself", |row| {
                int64(row.1.objects?)
            })
            .list(
                "decisions",
                "what the compiler decided there that may allocate, the surest first",
                LineDecision::columns(),
                |row| &row.1.decisions,
            )
            .optional_text(
                "file",
                UNKNOWN,
                "the file, as the profile calls it",
                |row: &(&FunctionListing, &ListedLine)| row.0.file.as_deref(),
            )
            .optional_text("source", NO_SOURCE, "the file that was read", |row: &(&FunctionListing, &ListedLine)| {
                row.0.source.as_deref()
            })
            .optional_text(
                "note",
                "nothing to say",
                "that there is no source, or that it is not the one that was compiled",
                |row: &(&FunctionListing, &ListedLine)| row.0.note.as_deref(),
            )
    }
}

/// One row a line.
impl ToTable for Listing {
    fn to_table(&self) -> Table {
        let rows = self.functions.iter().flat_map(|function| function.lines.iter().map(move |line| (function, line)));
        self.definition().table(rows)
    }
}

impl LineDecision {
    pub(crate) fn columns<'a>() -> Definition<'a, &'a Self> {
        Definition::new("decision", "the surest first")
            .shared_text("subject", "the variable or expression", |row: &&'a Self| &row.subject)
            .text("message", "the compiler's line about it", |row: &&'a Self| row.message.as_str())
            .text("cause", "why it goes to the heap", |row: &&'a Self| row.cause)
            .category("certainty", Certainty::NAMES, "whether it allocates", |row| row.certainty as u32)
            .texts("inlined_from", "the functions, or `file:line`, whose inlined code it can be of", |row| {
                &row.inlined_from
            })
            .text("advice", "what to do", |row: &&'a Self| row.advice.as_str())
            .optional_int64("column", Unit::None, "the compiler does not tell", "the column", |row| {
                row.column.map(i64::from)
            })
    }
}

fn int64(value: i128) -> Option<i64> {
    i64::try_from(value).ok()
}

const TOO_LARGE: &str = "64 bits do not hold it";
const NO_SOURCE: &str = "no source was found";
const NOTHING: &str = "there is nothing to be a share of";
const NO_HEAP: &str = "not a heap profile";
const UNKNOWN: &str = "the profile does not say";
