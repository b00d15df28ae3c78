//! Roots: the words where paths begin.

use gomem_table::{Definition, Row, Unit};

use crate::{
    heap::Heap,
    holders::{HolderKind, Tier},
    tables::holder::signed,
};

/// A word outside of the heap that points into it.
///
/// ```
/// # let dump = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.dump.gz");
/// # let binary = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let options = gomem_heap::HeapOptions::default().with_binary(binary);
/// # let heap = gomem_heap::Heap::decode_with(dump, options)?;
/// use gomem_table::ToTable;
///
/// assert!(heap.roots().to_table().column("symbol_offset").is_some());
/// # Ok::<(), gomem_heap::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct RootRow {
    kind: HolderKind,
    name: String,
    offset: u32,
    goroutine: Option<u64>,
    frame: Option<String>,
    target: u32,
    tier: Tier,
}

impl Heap {
    /// The words outside of the heap that point into it.
    #[must_use]
    pub fn roots(&self) -> Vec<RootRow> {
        let roots = &self.ownership.roots;
        let row = |slot: &crate::holders::RootSlot| {
            let node = &roots.nodes[slot.node as usize];
            let holder = roots.holder_of(slot.node);
            let goroutine = node.goroutine.map(|number| &self.snapshot.goroutines[number as usize]);
            let frame = goroutine.zip(node.frame).map(|(goroutine, frame)| &goroutine.frames[frame as usize].function);
            RootRow {
                kind: holder.kind,
                name: holder.name.clone(),
                offset: slot.offset,
                goroutine: goroutine.map(|goroutine| goroutine.id),
                frame: frame.map(ToString::to_string),
                target: slot.target,
                tier: holder.tier,
            }
        };
        roots.slots.iter().map(row).collect()
    }
}

impl Row for RootRow {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("roots", "global variables by address, then goroutines, then all others")
            .about("the words outside of the heap that point into it")
            .category("kind", HolderKind::NAMES, "what kind of thing holds it", |row: &&'a Self| row.kind.index())
            .text("name", "the holder", |row| &row.name)
            .int64("symbol_offset", Unit::Bytes, "where in the variable or frame the word is", |row| {
                i64::from(row.offset)
            })
            .optional_uint64("goroutine", Unit::None, "not of one", "the goroutine", |row| row.goroutine)
            .optional_text("frame", "not of one", "the function whose frame it is in", |row| row.frame.as_deref())
            .int64("target", Unit::None, "the object it points to", |row| signed(u64::from(row.target)))
            .int64("tier", Unit::None, "which roots come first: 1 the program's own", |row| row.tier as i64)
    }
}
