//! Maps, told by their shape, since their types are rarely known: that of Go 1.24 and later (`internal/runtime/maps`), and the one
//! before (`hmap` in `runtime/map.go`). That the parts' numbers of entries sum up to the map's proves it.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::memory::Snapshot;

/// The maps of a heap, by the objects that are their heads.
#[derive(Debug, Default)]
pub(crate) struct Maps(HashMap<u32, MapShape, RandomState>);

impl Maps {
    /// Looks at all objects.
    pub(crate) fn new(snapshot: &Snapshot) -> Self {
        let mut looks: HashMap<u32, u32, RandomState> = HashMap::default();
        let mut may_look = |directory: u32| {
            let looks = looks.entry(directory).or_default();
            *looks += 1;
            *looks <= MOST_LOOKS
        };
        let objects = 0..snapshot.objects.len() as u32;
        Self(objects.filter_map(|object| Some((object, shape(snapshot, object, &mut may_look)?))).collect())
    }

    /// Whether an object is the head of a map with tables.
    pub(crate) fn has(&self, object: u32) -> bool {
        self.0.contains_key(&object)
    }

    /// The map that an object is the head of.
    pub(crate) fn shape(&self, object: u32) -> Option<&MapShape> {
        self.0.get(&object)
    }

    /// The objects that are the heads of maps.
    pub(crate) fn heads(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.keys().copied()
    }
}

/// A map and its tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MapShape {
    pub(crate) entries: u64,
    /// The entries that its tables have room for.
    pub(crate) capacity: u64,
    /// The bytes of its tables, without what keys and values point to.
    pub(crate) table_bytes: u64,
}

/// The map that an object is the head of; a directory may be looked at only so often.
fn shape(snapshot: &Snapshot, object: u32, may_look: &mut impl FnMut(u32) -> bool) -> Option<MapShape> {
    let is_head = snapshot.objects.bytes(object) == HEAD_BYTES && snapshot.target.order.word_bytes == 8;
    if !is_head {
        return None;
    }
    let mut pointers = [0; 4];
    let mut count = 0;
    snapshot.objects.for_each_pointer(object, &snapshot.file, snapshot.target.order, |offset, _| {
        if let Some(place) = pointers.get_mut(count) {
            *place = offset;
        }
        count += 1;
    });
    match &pointers[..count.min(4)] {
        [16] => swiss(snapshot, object, may_look),
        [16, 24, 40] => hashed(snapshot, object),
        _ => None,
    }
}

/// The objects that a map's tables are made of, by number.
pub(crate) fn parts(snapshot: &Snapshot, object: u32) -> Vec<u32> {
    let pointees = |object: u32| {
        let mut found = Vec::new();
        snapshot.objects.for_each_pointer(object, &snapshot.file, snapshot.target.order, |_, value| {
            found.extend(snapshot.objects.find(value));
        });
        found
    };
    let mut parts = pointees(object);
    // The directory's tables, and their groups.
    if let ([directory], Some(1..)) = (parts.as_slice(), snapshot.word(object, 24)) {
        let mut tables = pointees(*directory);
        tables.dedup();
        parts.extend(tables.iter().flat_map(|table| pointees(*table)));
        parts.extend(tables);
    }
    parts.sort_unstable();
    parts.dedup();
    parts
}

/// `Map{used, seed, dirPtr, dirLen, …}`.
fn swiss(snapshot: &Snapshot, object: u32, may_look: &mut impl FnMut(u32) -> bool) -> Option<MapShape> {
    let order = snapshot.target.order;
    let entries = snapshot.word(object, 0)?;
    let directory = snapshot.objects.find(snapshot.word(object, 16)?)?;
    let length = snapshot.word(object, 24)?;
    if length == 0 {
        // A single group: eight control bytes, of which those of entries have no top bit.
        let full = snapshot.content(directory).get(..SLOTS)?.iter().filter(|byte| **byte < 0x80).count() as u64;
        let at_header = snapshot.objects.bytes(directory) > 512;
        return (entries <= SLOTS as u64 && (full == entries || at_header)).then(|| MapShape {
            entries,
            capacity: SLOTS as u64,
            table_bytes: snapshot.objects.bytes(object) + snapshot.objects.bytes(directory),
        });
    }
    if !may_look(directory) {
        return None;
    }
    let content = snapshot.content(directory);
    // A directory of more than 512 bytes has its type in front.
    let start =
        if snapshot.objects.bytes(directory) > 512 && snapshot.objects.bytes(directory) <= 32 << 10 { 8 } else { 0 };
    let mut shape = MapShape {
        entries: 0,
        capacity: 0,
        table_bytes: snapshot.objects.bytes(object) + snapshot.objects.bytes(directory),
    };
    let mut last = None;
    let mut last_groups = None;
    for index in 0..usize::try_from(length).ok()? {
        let table = snapshot.objects.find(order.word(content, start + index.checked_mul(8)?)?)?;
        // A table of less depth than the directory stands in it more than once, in a row.
        if last == Some(table) {
            continue;
        }
        last = Some(table);
        let words = snapshot.content(table);
        if snapshot.objects.bytes(table) != TABLE_BYTES {
            return None;
        }
        shape.entries += u64::from(order.u16(words, 0)?);
        shape.capacity += u64::from(order.u16(words, 2)?);
        shape.table_bytes += TABLE_BYTES;
        if let Some(groups) = order.word(words, 16).and_then(|groups| snapshot.objects.find(groups))
            && last_groups != Some(groups)
        {
            shape.table_bytes += snapshot.objects.bytes(groups);
            last_groups = Some(groups);
        }
    }
    (shape.entries == entries).then_some(shape)
}

/// `hmap{count, flags, B, noverflow, hash0, buckets, oldbuckets, …, extra}`.
fn hashed(snapshot: &Snapshot, object: u32) -> Option<MapShape> {
    // With the logarithm of its buckets, or the seed of its hashes: without both, numbers were left out.
    let _ = snapshot.word(object, 8).filter(|word| *word != 0)?;
    let entries = snapshot.word(object, 0)?;
    let log = u32::from(*snapshot.content(object).get(9)?);
    let buckets = snapshot.objects.find(snapshot.word(object, 16)?)?;
    let capacity = 1_u64.checked_shl(log.min(60))?.checked_mul(SLOTS as u64)?;
    let bytes = snapshot.objects.bytes(buckets);
    // Eight bytes of hashes, at least a byte for each key, and the pointer to what overflows.
    let least = (1_u64 << log.min(48)).checked_mul(8 + 8 + 8)?;
    // A map grows at 6.5 entries a bucket; what overflows is not counted.
    let is_map = bytes >= least && entries <= capacity.saturating_mul(2) && log < 48;
    is_map.then(|| MapShape { entries, capacity, table_bytes: snapshot.objects.bytes(object) + bytes })
}

/// A map has its directory for itself. What looks like a head by chance is looked at too, but a dump in which many heads point to one
/// large directory costs no more than one.
const MOST_LOOKS: u32 = 4;
/// The slot of a map's head, in both.
const HEAD_BYTES: u64 = 48;
/// The slot of `table` in `internal/runtime/maps/table.go`.
const TABLE_BYTES: u64 = 32;
/// Entries of a group or bucket.
const SLOTS: usize = 8;
