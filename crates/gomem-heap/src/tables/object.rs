//! Objects.

use gomem_table::{Definition, Row, Table, Unit};

use crate::{answers::Types, heap::Heap, memory::SiteFrame, tables::holder::signed};

/// An object of the heap. Its contents are not shown.
///
/// ```
/// # let dump = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.dump.gz");
/// # let binary = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let options = gomem_heap::HeapOptions::default().with_binary(binary);
/// # let heap = gomem_heap::Heap::decode_with(dump, options)?;
/// let objects = heap.object_table();
/// assert_eq!(objects.rows() as u64, heap.objects());
/// # Ok::<(), gomem_heap::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct ObjectRow<'a> {
    heap: &'a Heap,
    types: &'a Types,
    object: u32,
    pointers: u32,
}

impl Heap {
    /// All objects, in the dump's order.
    #[must_use]
    pub fn object_table(&self) -> Table {
        let types = self.object_types();
        let row = |object| {
            let mut pointers = 0;
            self.snapshot.objects.for_each_pointer(
                object,
                &self.snapshot.file,
                self.snapshot.target.order,
                |_, value| {
                    pointers += u32::from(value != 0);
                },
            );
            ObjectRow { heap: self, types, object, pointers }
        };
        let rows: Vec<ObjectRow<'_>> = (0..self.snapshot.objects.len() as u32).map(row).collect();
        ObjectRow::definition().table(&rows)
    }
}

impl<'h> ObjectRow<'h> {
    fn site(&self) -> Option<&'h SiteFrame> {
        self.heap.sites()[self.heap.snapshot.site(self.object)? as usize].leaf()
    }

    fn dominator(&self) -> Option<u64> {
        let parent = self.heap.ownership.dominance.parent(self.object)?;
        (u64::from(parent) < self.heap.objects()).then_some(u64::from(parent))
    }
}

impl<'h> Row for ObjectRow<'h> {
    fn definition<'a>() -> Definition<'a, &'a Self>
    where
        'h: 'a,
    {
        Definition::new("objects", "as in the dump: by span, and in a span by address")
            .about("every object of a heap dump")
            .uint64("object", Unit::None, "its number in this dump", |row: &&'a Self| u64::from(row.object))
            .uint64("address", Unit::None, "where it lay", |row| row.heap.snapshot.objects.address(row.object))
            .int64("bytes", Unit::Bytes, "of its slot", |row| signed(row.heap.snapshot.objects.bytes(row.object)))
            .int64("pointers", Unit::Count, "its pointers that are not nil", |row| i64::from(row.pointers))
            .optional_shared_text("type", "nothing tells it", "its type", |row| {
                row.types.of(row.object).map(|found| &found.name)
            })
            .optional_text("site_file", "not sampled", "the file whose line allocated it", |row| {
                row.site().map(|frame| &*frame.file)
            })
            .optional_int64("site_line", Unit::None, "not sampled", "that line", |row| {
                row.site().map(|frame| signed(frame.line))
            })
            .texts("holders", "who keeps it: one alone, or several together", |row| {
                &row.heap.holdings()[row.heap.ownership.holding(row.object) as usize].holders
            })
            .optional_uint64("dominator", Unit::None, "a root", "the object that all paths to it pass last", |row| {
                row.dominator()
            })
            .int64("retained_bytes", Unit::Bytes, "what would go with it", |row| {
                signed(row.heap.ownership.dominance.retained(row.object))
            })
            .bool("reachable", "whether any root reaches it", |row| row.heap.ownership.is_reachable(row.object))
    }
}
