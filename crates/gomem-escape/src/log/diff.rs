//! What changed between two logs.

use std::borrow::Cow;

use foldhash::HashMap;
use gomem_table::{Definition, Row, Table, ToTable, Unit};
use similar::{Algorithm, DiffTag, capture_diff_slices};

use crate::{
    decide::{Cause, Certainty},
    log::escape_log::EscapeLog,
    model::{HeapDecision, NO_COLUMN, NO_FUNCTION, NO_LINE},
    text::SubjectKind,
};

/// Heap decisions of two logs, side by side.
///
/// ```
/// # let log = b"# example.com/app\n\
/// #             ./a.go:12:9: x escapes to heap in f:\n\
/// #             ./a.go:12:9:   flow: {heap} = &{storage for x}:\n\
/// #             ./a.go:12:9:     from x (spill) at ./a.go:12:9\n\
/// #             ./a.go:12:9:     from fmt.Println(x) (call parameter) at ./a.go:12:13\n\
/// #             ./a.go:12:9: x escapes to heap\n";
/// # let log = gomem_escape::EscapeLog::decode(log)?;
/// let diff = log.diff(&log);
/// assert_eq!((diff.rows().len(), diff.new_allocations().count()), (1, 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct EscapeDiff<'a> {
    rows: Vec<DecisionChange<'a>>,
}

/// A heap decision, and what became of it.
///
/// ```
/// # let log = b"# example.com/app\n\
/// #             ./a.go:12:9: x escapes to heap in f:\n\
/// #             ./a.go:12:9:   flow: {heap} = &{storage for x}:\n\
/// #             ./a.go:12:9:     from x (spill) at ./a.go:12:9\n\
/// #             ./a.go:12:9:     from fmt.Println(x) (call parameter) at ./a.go:12:13\n\
/// #             ./a.go:12:9: x escapes to heap\n";
/// # let log = gomem_escape::EscapeLog::decode(log)?;
/// let diff = log.diff(&log);
/// assert_eq!(diff.rows()[0].decision.line, Some(12));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct DecisionChange<'a> {
    /// What became of it.
    pub status: DiffStatus,
    /// The decision, of the log that has it; of both, the later one.
    pub decision: &'a HeapDecision,
}

/// What became of a heap decision.
///
/// ```
/// # let log = b"# example.com/app\n\
/// #             ./a.go:12:9: x escapes to heap in f:\n\
/// #             ./a.go:12:9:   flow: {heap} = &{storage for x}:\n\
/// #             ./a.go:12:9:     from x (spill) at ./a.go:12:9\n\
/// #             ./a.go:12:9:     from fmt.Println(x) (call parameter) at ./a.go:12:13\n\
/// #             ./a.go:12:9: x escapes to heap\n";
/// # let log = gomem_escape::EscapeLog::decode(log)?;
/// use gomem_escape::DiffStatus;
///
/// let diff = log.diff(&log);
/// assert!(diff.rows().iter().all(|row| row.status == DiffStatus::Unchanged));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
    /// Lines move when code above them changes, so the decisions of a file are aligned as a text diff aligns lines: a
    /// decision is known by its subject, kind and cause. What is left over is looked for elsewhere in its package, for a
    /// function that was moved. When the two logs are of compilers of which only one reports appends (since Go 1.25),
    /// appends are left out.
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
    /// use gomem_escape::EscapeLog;
    ///
    /// let before = EscapeLog::decode(b"# example.com/app\n./a.go:3:2: moved to heap: x\n")?;
    /// assert_eq!(log.diff(&before).new_allocations().count(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn diff<'a>(&'a self, before: &'a Self) -> EscapeDiff<'a> {
        let appends_are_told = |log: &Self| log.go_versions().is_at_least(25);
        let appends_are_untold = |log: &Self| log.go_versions().is_before(25);
        let leave_out_appends = appends_are_told(self) && appends_are_untold(before)
            || appends_are_untold(self) && appends_are_told(before);
        let (earlier, later) = (by_file(before, leave_out_appends), by_file(self, leave_out_appends));
        let mut rows = Vec::new();
        let (mut gone, mut new) = (Vec::new(), Vec::new());
        for (file, now) in &later {
            let then = earlier.get(file).map_or(&[][..], Vec::as_slice);
            align(then, now, &mut rows, &mut gone, &mut new);
        }
        gone.extend(earlier.iter().filter(|(file, _)| !later.contains_key(*file)).flat_map(|(_, then)| then));
        let mut elsewhere: HashMap<_, Vec<&HeapDecision>> = HashMap::default();
        gone.sort_by_key(|decision| std::cmp::Reverse((&decision.file, decision.line, decision.column)));
        for decision in gone {
            elsewhere.entry((&decision.package, key(decision))).or_default().push(decision);
        }
        new.sort_by_key(|decision| (&decision.file, decision.line, decision.column));
        for decision in new {
            let was = elsewhere.get_mut(&(&decision.package, key(decision))).and_then(Vec::pop);
            let status = if was.is_some() { DiffStatus::Unchanged } else { DiffStatus::New };
            rows.push(DecisionChange { status, decision });
        }
        rows.extend(
            elsewhere.into_values().flatten().map(|decision| DecisionChange { status: DiffStatus::Gone, decision }),
        );
        rows.sort_by_key(|DecisionChange { status, decision }| {
            (*status, &decision.package, &decision.file, decision.line, decision.column, &decision.subject)
        });
        EscapeDiff { rows }
    }
}

impl<'a> EscapeDiff<'a> {
    /// First what is new, then what is gone, then the rest.
    #[must_use]
    pub fn rows(&self) -> &[DecisionChange<'a>] {
        &self.rows
    }

    /// What only the later log has, and may allocate: constants in interfaces are no reason to stop anybody.
    pub fn new_allocations(&self) -> impl Iterator<Item = &'a HeapDecision> + '_ {
        let new = self.rows.iter().filter(|row| row.status == DiffStatus::New).map(|row| row.decision);
        new.filter(|decision| decision.alloc_certainty != Certainty::None)
    }
}

impl ToTable for EscapeDiff<'_> {
    fn to_table(&self) -> Table {
        self.rows.to_table()
    }
}

impl Row for DecisionChange<'_> {
    fn definition<'a>() -> Definition<'a, &'a Self>
    where
        Self: 'a,
    {
        Definition::new("escape_diff", "new, gone, unchanged; then package, file, line, column")
            .about("what is new, gone and unchanged between two logs")
            .category("status", DiffStatus::NAMES, "what became of it", |row: &&'a Self| row.status as u32)
            .shared_text("package", "the package being compiled", |row| &row.decision.package)
            .shared_text("file", "the file, cleaned", |row| &row.decision.file)
            .optional_int64("line", Unit::None, NO_LINE, "the line, of the log that has it", |row| {
                row.decision.line.map(i64::from)
            })
            .optional_int64("column", Unit::None, NO_COLUMN, "the column in bytes", |row| {
                row.decision.column.map(i64::from)
            })
            .optional_shared_text("function", NO_FUNCTION, "the function, without its package", |row| {
                row.decision.function.as_ref()
            })
            .string("message", "the compiler's line", |row| row.decision.message())
            .category("cause", Cause::NAMES, "why it goes to the heap", |row| row.decision.cause as u32)
            .category("alloc_certainty", Certainty::NAMES, "whether it allocates", |row| {
                row.decision.alloc_certainty as u32
            })
            .text("advice", "what to do", |row| &row.decision.advice)
    }
}

gomem_table::serialize_rows!(DecisionChange<'_>);

gomem_table::named!(DiffStatus { New "new", Gone "gone", Unchanged "unchanged" });

/// The decisions of each package's files, in the order of their lines.
fn by_file(log: &EscapeLog, leave_out_appends: bool) -> HashMap<(&str, &str), Vec<&HeapDecision>> {
    let mut files: HashMap<_, Vec<&HeapDecision>> = HashMap::default();
    for decision in log.heap_decisions() {
        if !(leave_out_appends && decision.subject_kind == SubjectKind::Append) {
            files.entry((&*decision.package, &*decision.file)).or_default().push(decision);
        }
    }
    for decisions in files.values_mut() {
        decisions.sort_by_key(|decision| (decision.line, decision.column));
    }
    files
}

/// Aligns the decisions of one file.
fn align<'a>(
    then: &[&'a HeapDecision],
    now: &[&'a HeapDecision],
    unchanged: &mut Vec<DecisionChange<'a>>,
    gone: &mut Vec<&'a HeapDecision>,
    new: &mut Vec<&'a HeapDecision>,
) {
    let keys = |decisions: &[&'a HeapDecision]| decisions.iter().map(|decision| key(decision)).collect::<Vec<_>>();
    for part in capture_diff_slices(Algorithm::Myers, &keys(then), &keys(now)) {
        let (tag, before, after) = part.as_tag_tuple();
        if tag == DiffTag::Equal {
            let change = |&decision| DecisionChange { status: DiffStatus::Unchanged, decision };
            unchanged.extend(now[after].iter().map(change));
        } else {
            gone.extend(&then[before]);
            new.extend(&now[after]);
        }
    }
}

type Key<'a> = (Cow<'a, str>, u8, Cause);

/// What a decision is known by, wherever its line moved to.
fn key(decision: &HeapDecision) -> Key<'_> {
    (same_in_all_versions(&decision.subject), decision.decision as u8, decision.cause)
}

/// Versions of Go print some things differently: numbers as in the source, `interface {}` for `any`, `~R0`.
fn same_in_all_versions(subject: &str) -> Cow<'_, str> {
    if !(subject.contains("interface {}") || subject.contains("~R") || subject.contains('_')) {
        return Cow::Borrowed(subject);
    }
    let plain = subject.replace("interface {}", "any").replace("~R", "~r");
    let bytes = plain.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let is_separator = |at: usize| bytes[at] == b'_' && digit(at.checked_sub(1)) && digit(Some(at + 1));
    Cow::Owned(plain.char_indices().filter(|(at, _)| !is_separator(*at)).map(|(_, char)| char).collect())
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
            diff.rows().iter().map(|row| (row.status, row.decision.line, &*row.decision.subject)).collect();
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
        assert_eq!(diff.to_table().rows(), 5);
        assert!(after.diff(&after).rows().iter().all(|row| row.status == DiffStatus::Unchanged));
    }

    #[test]
    fn the_one_that_was_put_between_is_new() {
        let before =
            log(&["a.go:10:2: moved to heap: x", "a.go:12:2: moved to heap: y", "a.go:20:2: moved to heap: x"]);
        let after = log(&[
            "a.go:5:2: moved to heap: x",
            "a.go:11:2: moved to heap: x",
            "a.go:13:2: moved to heap: y",
            "a.go:21:2: moved to heap: x",
        ]);
        let new: Vec<_> = after.diff(&before).new_allocations().map(|decision| decision.line).collect();
        assert_eq!(new.len(), 1);
        assert!(new[0] < Some(13));
    }

    #[test]
    fn what_moved_to_another_file_is_unchanged() {
        let before = log(&["a.go:1:2: moved to heap: x"]);
        let after = log(&["b.go:7:2: moved to heap: x"]);
        assert!(after.diff(&before).rows().iter().all(|row| row.status == DiffStatus::Unchanged));
    }

    #[test]
    fn toolchains_differ_without_the_code() {
        let before = log(&["a.go:1:2: x escapes to heap:", "a.go:1:2: make([]byte, 100_000) escapes to heap"]);
        let after = log(&[
            "a.go:1:2: x escapes to heap in f:",
            "a.go:1:2: make([]byte, 100000) escapes to heap",
            "a.go:2:2: append escapes to heap",
        ]);
        let diff = after.diff(&before);
        assert_eq!(diff.rows().len(), 1);
        assert_eq!(diff.rows()[0].status, DiffStatus::Unchanged);
    }
}
