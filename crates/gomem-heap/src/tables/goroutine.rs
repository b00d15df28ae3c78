//! Goroutines and what they keep.

use gomem_table::{Definition, Row, Unit};

use crate::{heap::Heap, holders, tables::holder::signed};

/// A goroutine.
///
/// ```
/// # let dump = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.dump.gz");
/// # let binary = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let options = gomem_heap::HeapOptions::default().with_binary(binary);
/// # let heap = gomem_heap::Heap::decode_with(dump, options)?;
/// let goroutines = heap.goroutines();
/// let deferred = goroutines.iter().find(|goroutine| goroutine.entry == "main.deferred").expect("it waits");
/// assert_eq!((deferred.state, &*deferred.wait_reason), ("waiting", "chan receive"));
/// assert!(deferred.retained_bytes >= 64 << 10);
/// # Ok::<(), gomem_heap::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct GoroutineRow {
    /// Its number.
    pub goroutine: u64,
    /// What it does.
    pub state: &'static str,
    /// Why it waits; empty when it does not.
    pub wait_reason: String,
    /// Whether it is the runtime's own.
    pub is_system: bool,
    /// The function that it began with.
    pub entry: String,
    /// Its functions, the innermost first.
    pub stack: Vec<String>,
    /// The function with the `go` statement.
    pub created_by: Option<String>,
    /// The line of that statement.
    pub created_at: Option<(String, u64)>,
    /// What it alone keeps.
    pub retained_bytes: u64,
    /// The holder that it is a part of.
    pub group: String,
}

impl Heap {
    /// Goroutines, those that keep the most first.
    #[must_use]
    pub fn goroutines(&self) -> Vec<GoroutineRow> {
        let mut retained = vec![0; self.snapshot.goroutines.len()];
        for (node, number) in self.ownership.roots.nodes.iter().zip(0..) {
            if let (Some(goroutine), None) = (node.goroutine, node.frame) {
                retained[goroutine as usize] += self.ownership.dominance.retained(self.ownership.node_of_root(number));
            }
        }
        let all = self.snapshot.goroutines.iter().zip(&self.ownership.groups).zip(retained);
        let mut rows: Vec<GoroutineRow> = all
            .map(|((goroutine, group), retained_bytes)| GoroutineRow {
                goroutine: goroutine.id,
                state: goroutine.state(),
                // What it last waited for stays in its record.
                wait_reason: if goroutine.is_waiting() { goroutine.wait_reason.to_string() } else { String::new() },
                is_system: goroutine.is_system,
                entry: holders::function(goroutine, &self.program).to_string(),
                stack: goroutine.frames.iter().map(|frame| frame.function.to_string()).collect(),
                created_by: self.program.function_around(goroutine.created_at).map(str::to_owned),
                created_at: self.program.line(goroutine.created_at).map(|(file, line)| (file.to_owned(), line)),
                retained_bytes,
                group: group.clone(),
            })
            .collect();
        rows.sort_by_key(|row| (std::cmp::Reverse(row.retained_bytes), row.goroutine));
        rows
    }
}

impl Row for GoroutineRow {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("heap_goroutines", "by retained_bytes, the most first")
            .about("goroutines and what each keeps")
            .uint64("goroutine", Unit::None, "its number", |row: &&'a Self| row.goroutine)
            .text("state", "what it does, in the runtime's words", |row| row.state)
            .text("wait_reason", "why it waits; empty when it does not", |row| &row.wait_reason)
            .bool("system", "whether it is the runtime's own", |row| row.is_system)
            .text("entry", "the function that it began with", |row| &row.entry)
            .texts("stack", "its functions, the innermost first; inlined ones are not listed", |row| &row.stack)
            .optional_text("created_by", UNKNOWN, "whose go statement made it", |row| row.created_by.as_deref())
            .optional_text("created_file", UNKNOWN, "the file of that statement", |row| {
                row.created_at.as_ref().map(|(file, _)| file.as_str())
            })
            .optional_int64("created_line", Unit::None, UNKNOWN, "its line", |row| {
                row.created_at.as_ref().map(|(_, line)| signed(*line))
            })
            .int64("retained_bytes", Unit::Bytes, "what it alone keeps: whole slots", |row| signed(row.retained_bytes))
            .text("group", "the holder that it is a part of", |row| &row.group)
    }
}

const UNKNOWN: &str = "no matching binary, or the first one";
