//! The objects of the heap.

use crate::memory::{
    slots::PAGE,
    words::{Order, Words},
};

/// The objects of the heap, in the file's order: by span, and in a span by address.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    addresses: Vec<u64>,
    /// In units of eight bytes, which all slots are made of: 32 GiB fit.
    sizes: Vec<u32>,
    /// Where the contents are in the file.
    places: Vec<u64>,
    /// Objects of one size that follow each other in file and memory, by address.
    runs: Vec<Run>,
    index: Index,
    /// Objects whose contents are not in the file to the end, by number, with what there is of them.
    cut: Vec<(u32, u64)>,
    bytes: u64,
}

#[derive(Debug, Clone, Copy)]
struct Run {
    start: u64,
    end: u64,
    first: u32,
    count: u32,
}

/// Where to begin to look for a run: addresses are cut into as many equal parts as make a part hold about one run.
#[derive(Debug, Default)]
struct Index {
    start: u64,
    shift: u32,
    /// The first run that begins in this part or later.
    first: Vec<u32>,
}

impl Objects {
    pub(crate) fn len(&self) -> usize {
        self.addresses.len()
    }

    /// All of their bytes.
    pub(crate) fn total_bytes(&self) -> u64 {
        self.bytes
    }

    pub(crate) fn address(&self, object: u32) -> u64 {
        self.addresses[object as usize]
    }

    /// The bytes of its slot.
    pub(crate) fn bytes(&self, object: u32) -> u64 {
        u64::from(self.sizes[object as usize]) * UNIT
    }

    /// Its contents and pointers in the file.
    pub(crate) fn words(&self, object: u32) -> Words {
        let length = match self.cut.binary_search_by_key(&object, |(cut, _)| *cut) {
            Ok(at) => self.cut[at].1,
            Err(_) => self.bytes(object),
        };
        let number = |value: u64| usize::try_from(value).unwrap_or_default();
        Words { place: number(self.places[object as usize]), length: number(length) }
    }

    /// The object that an address is in.
    #[inline]
    pub(crate) fn find(&self, address: u64) -> Option<u32> {
        let part = address.checked_sub(self.index.start)? >> self.index.shift;
        let part = usize::try_from(part).ok()?;
        let low = *self.index.first.get(part)? as usize;
        let high = self.index.first.get(part + 1).map_or(self.runs.len(), |first| *first as usize);
        let within = self.runs.get(low..high)?.partition_point(|run| run.start <= address);
        let run = self.runs.get((low + within).checked_sub(1)?)?;
        if address >= run.end {
            return None;
        }
        let size = u64::from(self.sizes[run.first as usize]) * UNIT;
        // Free slots are left out, so that an object is no further behind than its slot's number says.
        let slot = u32::try_from((address - run.start) / size.max(1)).unwrap_or(u32::MAX);
        let mut low = run.first as usize;
        let mut high = low + slot.min(run.count - 1) as usize + 1;
        if self.addresses[high - 1] <= address {
            low = high;
        }
        while low < high {
            let middle = low + (high - low) / 2;
            if self.addresses[middle] <= address { low = middle + 1 } else { high = middle }
        }
        let object = low.checked_sub(1)?;
        (address - self.addresses[object] < size).then_some(object as u32)
    }
}

/// Objects as they are read.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    objects: Objects,
}

impl Builder {
    pub(crate) fn len(&self) -> usize {
        self.objects.addresses.len()
    }

    /// An object of so many bytes, of which so many are in the file.
    pub(crate) fn push(&mut self, address: u64, bytes: u64, place: usize, written: u64) {
        let objects = &mut self.objects;
        if written != bytes {
            objects.cut.push((objects.addresses.len() as u32, written));
        }
        objects.addresses.push(address);
        objects.sizes.push(u32::try_from(bytes / UNIT).unwrap_or(u32::MAX));
        objects.places.push(place as u64);
    }

    pub(crate) fn address(&self, object: usize) -> u64 {
        self.objects.addresses[object]
    }

    pub(crate) fn words(&self, object: usize) -> Words {
        self.objects.words(object as u32)
    }

    /// Forgets all from this one on.
    pub(crate) fn truncate(&mut self, objects: usize) {
        self.objects.addresses.truncate(objects);
        self.objects.sizes.truncate(objects);
        self.objects.places.truncate(objects);
        self.objects.cut.retain(|(object, _)| (*object as usize) < objects);
    }

    pub(crate) fn finish(self) -> Objects {
        let mut objects = self.objects;
        objects.bytes = objects.sizes.iter().map(|size| u64::from(*size) * UNIT).sum();
        objects.runs = runs(&objects);
        objects.index = Index::new(&objects.runs);
        objects
    }
}

/// Objects of one page of the allocator, mostly: as long as addresses rise by whole slots and no more than a page is left out.
fn runs(objects: &Objects) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (object, (address, size)) in objects.addresses.iter().zip(&objects.sizes).enumerate() {
        let bytes = u64::from(*size) * UNIT;
        let end = address.saturating_add(bytes);
        let continues = |run: &Run| {
            let same_size = objects.sizes[run.first as usize] == *size;
            let offset = address.checked_sub(run.start).filter(|_| *address >= run.end);
            same_size && bytes > 0 && offset.is_some_and(|offset| offset % bytes == 0) && address - run.end < PAGE
        };
        match runs.last_mut() {
            Some(run) if continues(run) => {
                run.end = end;
                run.count += 1;
            }
            _ => runs.push(Run { start: *address, end, first: object as u32, count: 1 }),
        }
    }
    runs.sort_by_key(|run| (run.start, run.first));
    runs
}

impl Index {
    fn new(runs: &[Run]) -> Self {
        let (Some(first), Some(last)) = (runs.first(), runs.last()) else { return Self::default() };
        let extent = last.end.max(last.start).saturating_sub(first.start);
        let mut shift = 0;
        while extent >> shift > 2 * runs.len() as u64 + 1 {
            shift += 1;
        }
        let parts = (extent >> shift) + 2;
        let mut begins = Vec::with_capacity(usize::try_from(parts).unwrap_or_default());
        let mut run = 0;
        for part in 0..parts {
            while runs.get(run).is_some_and(|run| (run.start - first.start) >> shift < part) {
                run += 1;
            }
            begins.push(run as u32);
        }
        Self { start: first.start, shift, first: begins }
    }
}

impl Objects {
    /// Whether its type has pointers, be they nil.
    pub(crate) fn has_pointers(&self, object: u32, file: &[u8]) -> bool {
        let words = self.words(object);
        file.get(words.place + words.length).is_some_and(|kind| *kind != 0)
    }

    /// Each pointer of an object: its offset and value.
    #[inline]
    pub(crate) fn for_each_pointer(&self, object: u32, file: &[u8], order: Order, visit: impl FnMut(usize, u64)) {
        self.words(object).for_each_pointer(file, order, visit);
    }
}

const UNIT: u64 = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn objects(all: &[(u64, u64)]) -> Objects {
        let mut builder = Builder::default();
        for (address, bytes) in all {
            builder.push(*address, *bytes, 0, *bytes);
        }
        builder.finish()
    }

    #[test]
    fn addresses_lead_to_objects() {
        // Two spans, the later one first, with a slot of the other one left out, and a large object far away.
        let objects = objects(&[(0x8000, 48), (0x8060, 48), (0x2000, 16), (0x2010, 16), (0xffff_0000, 1 << 20)]);
        for (address, found) in [
            (0x8000, Some(0)),
            (0x802f, Some(0)),
            (0x8030, None),
            (0x8060, Some(1)),
            (0x8090, None),
            (0x1fff, None),
            (0x201f, Some(3)),
            (0x2020, None),
            (0xffff_0000, Some(4)),
            (0x1_000e_ffff, Some(4)),
            (0x1_000f_0000, None),
            (u64::MAX, None),
        ] {
            assert_eq!(objects.find(address), found, "{address:#x}");
        }
        assert_eq!(objects.total_bytes(), 96 + 32 + (1 << 20));
    }

    #[test]
    fn what_overlaps_or_wraps_is_only_wrong() {
        let objects = objects(&[(u64::MAX - 8, 64), (0, 0), (0, 64), (32, 64), (32, 64)]);
        for address in [0, 8, 40, 100, u64::MAX - 8, u64::MAX] {
            let _ = objects.find(address);
        }
        assert_eq!(Builder::default().finish().find(0), None);
    }
}
