//! The sources of what findings are about, as a table: one row a function.

use gomem_table::{Definition, Table, TableSchema, ToTable, Unit};

use crate::{
    listing::{FunctionListing, LineDecision, ListedLine, Listing},
    report::source_view::SourceView,
};

/// A function, and the findings about it.
struct SourceFunction<'v> {
    listing: &'v Listing,
    function: &'v FunctionListing,
    findings: Vec<i64>,
}

impl SourceView {
    /// What the table promises.
    #[must_use]
    pub fn schema() -> TableSchema {
        definition().schema()
    }
}

/// One row a function.
impl ToTable for SourceView {
    fn to_table(&self) -> Table {
        let rows = self.listings.iter().enumerate().flat_map(|(at, listing)| {
            let findings: Vec<i64> =
                (1..).zip(self.findings()).filter_map(|(rank, of)| (of == Some(at)).then_some(rank)).collect();
            listing.functions.iter().map(move |function| SourceFunction {
                listing,
                function,
                findings: findings.clone(),
            })
        });
        definition().table(rows)
    }
}

fn definition<'a>() -> Definition<'a, SourceFunction<'a>> {
    Definition::new("sources", "as the first finding about each comes")
        .about("the functions that findings are about, line by line, where sources were given")
        .text("function", "the function", |row: &SourceFunction<'_>| &row.function.function)
        .optional_text(
            "file",
            "the profile does not say",
            "the file, as the profile calls it",
            |row: &SourceFunction<'_>| row.function.file.as_deref(),
        )
        .int64s("findings", Unit::None, "the ranks of the findings about it", |row: &SourceFunction<'a>| {
            row.findings.clone()
        })
        .text("sample_type", "what flat and cum are of", |row: &SourceFunction<'_>| &row.listing.sample_type)
        .text("unit", "what they count", |row: &SourceFunction<'_>| row.listing.unit.name())
        .optional_int64("flat", Unit::None, TOO_LARGE, "the value of samples whose leaf it is", |row| {
            int64(row.function.flat)
        })
        .optional_int64("cum", Unit::None, TOO_LARGE, "the value of samples in whose stack it is", |row| {
            int64(row.function.cum)
        })
        .list(
            "lines",
            "its lines; of a long function, those around what costs most",
            lines(),
            |row: &SourceFunction<'a>| &row.function.lines,
        )
        .optional_text("source", "no source was found", "the file that was read", |row: &SourceFunction<'_>| {
            row.function.source.as_deref()
        })
        .optional_text(
            "note",
            "nothing to say",
            "that it is not the file that was compiled",
            |row: &SourceFunction<'_>| row.function.note.as_deref(),
        )
}

fn lines<'a>() -> Definition<'a, &'a ListedLine> {
    Definition::new("line", "by line")
        .int64("line", Unit::None, "the line", |line: &&'a ListedLine| line.line)
        .optional_text("text", "no source was found", "the source", |line: &&'a ListedLine| line.text.as_deref())
        .optional_int64("flat", Unit::None, TOO_LARGE, "the value of samples whose leaf it is", |line| int64(line.flat))
        .optional_int64("cum", Unit::None, TOO_LARGE, "the value of samples in whose stack it is", |line| {
            int64(line.cum)
        })
        .optional_int64("bytes", Unit::Bytes, NO_HEAP, "bytes of objects that it allocates itself", |line| {
            int64(line.bytes?)
        })
        .optional_int64("objects", Unit::Count, NO_HEAP, "objects that it allocates itself", |line| {
            int64(line.objects?)
        })
        .list(
            "decisions",
            "what the compiler decided there that may allocate, the surest first",
            LineDecision::columns(),
            |line| &line.decisions,
        )
}

fn int64(value: i128) -> Option<i64> {
    i64::try_from(value).ok()
}

const TOO_LARGE: &str = "64 bits do not hold it";
const NO_HEAP: &str = "not a heap profile";
