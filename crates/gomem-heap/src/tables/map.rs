//! Maps and how full they are.

use gomem_table::{Definition, Row, Unit};

use crate::{
    answers::{self, MapShape},
    heap::Heap,
    holders::Tier,
    tables::holder::signed,
};

/// A map.
///
/// ```
/// # let dump = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.dump.gz");
/// # let binary = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let options = gomem_heap::HeapOptions::default().with_binary(binary);
/// # let heap = gomem_heap::Heap::decode_with(dump, options)?;
/// let maps = heap.maps();
/// let emptied = maps.iter().find(|map| map.holders == ["main.emptied"]).expect("a map that never shrinks");
/// assert_eq!((emptied.entries, emptied.capacity), (0, 8_192));
/// # Ok::<(), gomem_heap::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct MapRow {
    /// Who keeps it.
    pub holders: Vec<String>,
    /// Its entries.
    pub entries: u64,
    /// The entries that its tables have room for.
    pub capacity: u64,
    /// The bytes of its tables, without what keys and values point to.
    pub table_bytes: u64,
    /// The types of its keys and values.
    pub types: Option<(String, String)>,
    object: u32,
}

impl Heap {
    /// Maps, those with the largest tables first. They are known by their shape, so that a map of a few entries is not among them.
    #[must_use]
    pub fn maps(&self) -> Vec<MapRow> {
        let maps = self.map_shapes();
        let of_user = maps.heads().filter(|object| self.ownership.tier(*object) <= Tier::Timer as u8);
        let row = |object| {
            let &MapShape { entries, capacity, table_bytes } = maps.shape(object)?;
            let holders = self.holdings()[self.ownership.holding(object) as usize].holders.clone();
            Some(MapRow { holders, entries, capacity, table_bytes, types: None, object })
        };
        let mut rows: Vec<MapRow> = of_user.filter_map(row).collect();
        rows.sort_by_key(|row| (std::cmp::Reverse(row.table_bytes), row.object));
        let types = self.object_types();
        for row in &mut rows {
            row.types = answers::key_and_value(&self.snapshot, types, row.object);
        }
        rows
    }
}

impl Row for MapRow {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("maps", "by table_bytes, the most first")
            .about("maps, known by their shape, and how full they are")
            .texts("holders", "who keeps it: one alone, or several together", |row: &&'a Self| &row.holders)
            .int64("object", Unit::None, "the map", |row| i64::from(row.object))
            .int64("entries", Unit::Count, "its entries", |row| signed(row.entries))
            .int64("capacity", Unit::Count, "the entries that its tables have room for", |row| signed(row.capacity))
            .int64("table_bytes", Unit::Bytes, "its tables, without what keys and values point to", |row| {
                signed(row.table_bytes)
            })
            .optional_float64("fill", Unit::Fraction, "no room", "entries, of capacity; a map never shrinks", |row| {
                (row.capacity > 0).then(|| row.entries as f64 / row.capacity as f64)
            })
            .optional_text("key", NO_TYPE, "the type of its keys", |row| {
                row.types.as_ref().map(|(key, _)| key.as_str())
            })
            .optional_text("value", NO_TYPE, "the type of its values", |row| {
                row.types.as_ref().map(|(_, value)| value.as_str())
            })
    }
}

/// Only tables that the runtime puts their type in front of say it.
const NO_TYPE: &str = "no table of more than 512 bytes with pointers, or before Go 1.22, or no matching binary";
