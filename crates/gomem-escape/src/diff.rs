//! What changed between two logs.

use gomem_table::{Column, ColumnSpec, Kind, Schema, Table, TableError, Unit};
use rustc_hash::FxHashMap;

use crate::{
    cause::Cause,
    certainty::Certainty,
    decision::HeapDecision,
    log::EscapeLog,
};

/// Heap decisions of two logs, side by side.
#[derive(Debug, Clone)]
pub struct EscapeDiff<'a> {
    rows: Vec<(DiffStatus, &'a HeapDecision)>,
}

/// What became of a heap decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum DiffStatus {
    /// Only the later log has it.
    New,
    /// Only the earlier log has it.
    Gone,
    /// Both have it, perhaps in another line.
    Unchanged,
}

impl EscapeLog {
    /// What is new, gone and unchanged since `before`.
    ///
    /// Lines move when code above them changes, so a decision is known by its package, file, subject, kind and cause. Of
    /// several that are alike, as many are unchanged as both logs have, in the order of their lines.
    #[must_use]
    pub fn diff<'a>(&'a self, before: &'a Self) -> EscapeDiff<'a> {
        let mut earlier: FxHashMap<Key<'a>, Vec<&'a HeapDecision>> = FxHashMap::default();
        for decision in sorted(before) {
            earlier.entry(key(decision)).or_default().push(decision);
        }
        // Taken from the end, so the first lines first.
        earlier.values_mut().for_each(|alike| alike.reverse());
        let mut rows: Vec<(DiffStatus, &HeapDecision)> = Vec::new();
        for decision in sorted(self) {
            let known = earlier.get_mut(&key(decision)).and_then(Vec::pop).is_some();
            rows.push((if known { DiffStatus::Unchanged } else { DiffStatus::New }, decision));
        }
        rows.extend(earlier.into_values().flatten().map(|decision| (DiffStatus::Gone, decision)));
        rows.sort_by_key(|(status, decision)| {
            (*status, &decision.package, &decision.file, decision.line, decision.column)
        });
        EscapeDiff { rows }
    }
}

impl<'a> EscapeDiff<'a> {
    /// Status and decision: first what is new, then what is gone, then the rest.
    #[must_use]
    pub fn rows(&self) -> &[(DiffStatus, &'a HeapDecision)] {
        &self.rows
    }

    /// What only the later log has, and may allocate: constants in interfaces are no reason to stop anybody.
    pub fn new_allocations(&self) -> impl Iterator<Item = &'a HeapDecision> + '_ {
        let is_new =
            |row: &&(DiffStatus, &HeapDecision)| row.0 == DiffStatus::New && row.1.alloc_certainty != Certainty::None;
        self.rows.iter().filter(is_new).map(|row| row.1)
    }

    /// One row a decision: [`DIFF_SCHEMA`].
    ///
    /// # Errors
    /// Never in practice: the columns are built to fit.
    pub fn to_table(&self) -> Result<Table, TableError> {
        let decisions = || self.rows.iter().map(|row| row.1);
        let number = |value: Option<u32>| value.map(i64::from);
        Table::new(
            DIFF_SCHEMA.name,
            vec![
                Column::category("status", self.rows.iter().map(|row| row.0 as u32).collect(), DiffStatus::NAMES),
                Column::strings("package", decisions().map(|decision| &decision.package)),
                Column::strings("file", decisions().map(|decision| &decision.file)),
                Column::optional_int64("line", Unit::None, decisions().map(|decision| number(decision.line))),
                Column::optional_int64("column", Unit::None, decisions().map(|decision| number(decision.column))),
                Column::optional_strings("function", decisions().map(|decision| decision.function.as_ref())),
                Column::strings("message", decisions().map(HeapDecision::message)),
                Column::category("cause", decisions().map(|decision| decision.cause as u32).collect(), Cause::NAMES),
                Column::category(
                    "alloc_certainty",
                    decisions().map(|decision| decision.alloc_certainty as u32).collect(),
                    Certainty::NAMES,
                ),
                Column::strings("advice", decisions().map(|decision| &decision.advice)),
            ],
        )
    }
}

impl DiffStatus {
    /// Names, in the order of the variants.
    pub const NAMES: &'static [&'static str] = &["new", "gone", "unchanged"];
}

type Key<'a> = (&'a str, &'a str, &'a str, u8, Cause);

fn key(decision: &HeapDecision) -> Key<'_> {
    (&decision.package, &decision.file, &decision.subject, decision.decision as u8, decision.cause)
}

fn sorted(log: &EscapeLog) -> Vec<&HeapDecision> {
    let mut decisions: Vec<&HeapDecision> = log.heap_decisions().iter().collect();
    decisions.sort_by_key(|decision| (decision.line, decision.column));
    decisions
}

/// The table of [`EscapeDiff::to_table`].
pub const DIFF_SCHEMA: Schema = Schema {
    name: "escape_diff",
    order: "new, gone, unchanged; then package, file, line, column",
    columns: &[
        spec("status", Kind::Category, None, "what became of it"),
        spec("package", Kind::Text, None, "the package being compiled"),
        spec("file", Kind::Text, None, "the file, cleaned"),
        spec("line", Kind::Int64, Some("the compiler gave none"), "the line, of the log that has it"),
        spec("column", Kind::Int64, Some("the compiler gave none"), "the column in bytes"),
        spec("function", Kind::Text, Some("before Go 1.25"), "the function, without its package"),
        spec("message", Kind::Text, None, "the compiler's line"),
        spec("cause", Kind::Category, None, "why it goes to the heap"),
        spec("alloc_certainty", Kind::Category, None, "whether it allocates"),
        spec("advice", Kind::Text, None, "what to do"),
    ],
};

const fn spec(name: &'static str, kind: Kind, null: Option<&'static str>, doc: &'static str) -> ColumnSpec {
    ColumnSpec { name, kind, unit: Unit::None, null, doc }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(lines: &[&str]) -> EscapeLog {
        EscapeLog::decode(format!("# p\n{}\n", lines.join("\n")).as_bytes()).unwrap()
    }

    #[test]
    fn moved_lines_are_unchanged_and_counts_matter() {
        let before =
            log(&["a.go:1:2: moved to heap: x", "a.go:9:2: moved to heap: gone", "a.go:5:2: \"c\" escapes to heap"]);
        let after =
            log(&["a.go:4:7: moved to heap: x", "a.go:6:7: moved to heap: x", "a.go:8:2: \"d\" escapes to heap"]);
        let diff = after.diff(&before);
        let rows: Vec<_> =
            diff.rows().iter().map(|(status, decision)| (*status, decision.line, &*decision.subject)).collect();
        assert_eq!(
            rows,
            [
                (DiffStatus::New, Some(6), "x"),
                (DiffStatus::New, Some(8), "\"d\""),
                (DiffStatus::Gone, Some(5), "\"c\""),
                (DiffStatus::Gone, Some(9), "gone"),
                (DiffStatus::Unchanged, Some(4), "x"),
            ]
        );
        assert_eq!(diff.new_allocations().count(), 1, "a constant is no allocation");
        DIFF_SCHEMA.check(&diff.to_table().unwrap()).unwrap();
        assert!(after.diff(&after).rows().iter().all(|row| row.0 == DiffStatus::Unchanged));
    }
}
