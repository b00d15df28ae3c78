//! Types of objects.

use std::{collections::HashMap, sync::Arc};

use foldhash::fast::RandomState;
use gomem_table::{Definition, Row, Unit};

use crate::{answers::TypeSource, heap::Heap, tables::holder::signed};

/// The objects of a type.
///
/// ```
/// # let dump = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.dump.gz");
/// # let binary = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let options = gomem_heap::HeapOptions::default().with_binary(binary);
/// # let heap = gomem_heap::Heap::decode_with(dump, options)?;
/// use gomem_table::ToTable;
///
/// let types = heap.types().to_table();
/// assert!(types.column("type").is_some() && types.column("retained_bytes").is_some());
/// # Ok::<(), gomem_heap::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct TypeRow {
    name: Option<Arc<str>>,
    source: Option<TypeSource>,
    objects: u64,
    bytes: u64,
    retained_bytes: u64,
}

/// What objects of a type sum up to.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    objects: u64,
    bytes: u64,
    retained_bytes: u64,
}

impl Heap {
    /// The types of objects, those with the most bytes first; most objects have none that anything tells.
    #[must_use]
    pub fn types(&self) -> Vec<TypeRow> {
        let types = self.object_types();
        // By the number of the type first, 0 for those of which it is not known: objects are many.
        let mut sums = vec![Sums::default(); types.all().len() + 1];
        let mut first_of_name: HashMap<&str, usize, RandomState> = HashMap::default();
        let mut names = vec![0];
        for (found, at) in types.all().iter().zip(1_usize..) {
            names.push(*first_of_name.entry(&*found.name).or_insert(at));
        }
        let place = |object: u32| types.number(object).map_or(0, |number| number as usize + 1);
        for object in 0..self.snapshot.objects.len() as u32 {
            let sum = &mut sums[place(object)];
            sum.objects += 1;
            sum.bytes += self.snapshot.objects.bytes(object);
            // What hangs below another object of the type is counted with that.
            let parent = self.ownership.dominance.parent(object).filter(|parent| u64::from(*parent) < self.objects());
            if parent.is_none_or(|parent| names[place(parent)] != names[place(object)]) {
                sum.retained_bytes += self.ownership.dominance.retained(object);
            }
        }
        let mut rows: HashMap<_, TypeRow, RandomState> = HashMap::default();
        for (at, sum) in sums.iter().enumerate().filter(|(_, sum)| sum.objects > 0) {
            let found = at.checked_sub(1).map(|at| &types.all()[at]);
            let row = rows.entry(found.map(|found| (&found.name, found.source))).or_insert_with(|| TypeRow {
                name: found.map(|found| found.name.clone()),
                source: found.map(|found| found.source),
                objects: 0,
                bytes: 0,
                retained_bytes: 0,
            });
            row.objects += sum.objects;
            row.bytes += sum.bytes;
            row.retained_bytes += sum.retained_bytes;
        }
        let mut rows: Vec<TypeRow> = rows.into_values().collect();
        rows.sort_by(|a, b| (b.bytes, &a.name, a.source).cmp(&(a.bytes, &b.name, b.source)));
        rows
    }
}

impl Row for TypeRow {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("heap_types", "by bytes, the most first")
            .about("the types of objects, where they are known")
            .optional_text("type", "nothing tells it", "the type", |row: &&'a Self| row.name.as_deref())
            .optional_category(
                "source",
                TypeSource::NAMES,
                "the type is not known",
                "what tells it: a pointer whose type debug information tells, a word in front of the object (since Go 1.22), an \
                 interface, a function, a map's shape",
                |row| row.source.map(|source| source as u32),
            )
            .int64("objects", Unit::Count, "the objects", |row| signed(row.objects))
            .int64("bytes", Unit::Bytes, "their slots'", |row| signed(row.bytes))
            .int64(
                "retained_bytes",
                Unit::Bytes,
                "what would go with them; below one of them no other is counted",
                |row| signed(row.retained_bytes),
            )
    }
}
