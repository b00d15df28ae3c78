//! What changed between two dumps of one program.

use std::collections::BTreeMap;

use gomem_table::{Definition, Row, Unit};

use crate::{heap::Heap, holders::HolderKind, tables::holder::signed};

/// What a holder keeps of a line's objects, before and after. Objects are compared by names, never by addresses: slots are used again.
///
/// ```
/// # let dump = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.dump.gz");
/// # let binary = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let options = gomem_heap::HeapOptions::default().with_binary(binary);
/// # let heap = gomem_heap::Heap::decode_with(dump, options)?;
/// assert!(heap.diff(&heap).iter().all(|row| row.before_bytes == row.after_bytes));
/// # Ok::<(), gomem_heap::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DifferenceRow {
    /// Who keeps it.
    pub holders: Vec<String>,
    /// What kind of thing they are.
    pub kind: HolderKind,
    /// The line that allocated it; `None` where nothing was sampled.
    pub site: Option<(String, u64)>,
    /// The bytes before.
    pub before_bytes: u64,
    /// The bytes after.
    pub after_bytes: u64,
}

impl Heap {
    /// What changed since an earlier dump of the same program, the largest change first.
    #[must_use]
    pub fn diff(&self, before: &Self) -> Vec<DifferenceRow> {
        let mut sums: BTreeMap<_, (u64, u64)> = BTreeMap::new();
        for (heap, is_after) in [(before, false), (self, true)] {
            for row in heap.holder_sites() {
                let site = row.frame.map(|frame| (frame.file.to_string(), frame.line));
                let sum = sums.entry((row.holders, row.kind, site)).or_default();
                if is_after { sum.1 += row.share.bytes } else { sum.0 += row.share.bytes }
            }
        }
        let row = |((holders, kind, site), (before_bytes, after_bytes))| DifferenceRow {
            holders,
            kind,
            site,
            before_bytes,
            after_bytes,
        };
        let mut rows: Vec<DifferenceRow> = sums.into_iter().map(row).collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.after_bytes.abs_diff(row.before_bytes)));
        rows
    }
}

impl DifferenceRow {
    fn status(&self) -> u32 {
        match (self.before_bytes, self.after_bytes) {
            (0, _) => 0,
            (_, 0) => 1,
            (before, after) if before < after => 2,
            (before, after) if before > after => 3,
            _ => 4,
        }
    }
}

impl Row for DifferenceRow {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("heap_diff", "by the size of the change, the largest first")
            .about("what each holder keeps of each line's objects, in two dumps")
            .texts("holders", "who keeps it: one alone, or several together", |row: &&'a Self| &row.holders)
            .category("kind", HolderKind::NAMES, "what kind of thing they are", |row| row.kind.index())
            .optional_text("file", "not sampled", "the file whose line allocated it", |row| {
                row.site.as_ref().map(|(file, _)| file.as_str())
            })
            .optional_int64("line", Unit::None, "not sampled", "that line", |row| {
                row.site.as_ref().map(|(_, line)| signed(*line))
            })
            .int64("before_bytes", Unit::Bytes, "the bytes before", |row| signed(row.before_bytes))
            .int64("after_bytes", Unit::Bytes, "the bytes after", |row| signed(row.after_bytes))
            .int64("delta_bytes", Unit::Bytes, "what came, less what went", |row| {
                signed(row.after_bytes).saturating_sub(signed(row.before_bytes))
            })
            .category("status", &["new", "gone", "grew", "shrank", "same"], "which way it went", |row| row.status())
    }
}
