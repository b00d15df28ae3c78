//! The objects of the heap.

use crate::memory::{
    kinds::{Kinds, Pointers, WORD},
    places::Places,
    runs::{Finder, Runs, RunsBuilder},
    words::{Order, Words},
};

/// The objects of the heap, in the file's order: by span, and in a span by address.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    kinds: Kinds,
    /// The number of each object's kind.
    kind_of: Vec<u32>,
    /// Where the contents are in the file.
    places: Places,
    runs: Runs,
    /// Objects whose contents are not in the file to the end, by number, with what there is of them.
    cut: Vec<(u32, u64)>,
    bytes: u64,
}

impl Objects {
    pub(crate) fn len(&self) -> usize {
        self.kind_of.len()
    }

    /// All of their bytes.
    pub(crate) fn total_bytes(&self) -> u64 {
        self.bytes
    }

    pub(crate) fn address(&self, object: u32) -> u64 {
        self.runs.address(object)
    }

    /// The bytes of its slot.
    #[inline]
    pub(crate) fn bytes(&self, object: u32) -> u64 {
        self.kinds.of(self.kind_of[object as usize]).bytes
    }

    /// The number that objects share whose size and pointers are the same; none where pointers stand in the file, or contents are missing.
    pub(crate) fn kind(&self, object: u32) -> Option<u32> {
        let kind = self.kind_of[object as usize];
        let is_known = self.cut.is_empty() && matches!(self.kinds.of(kind).pointers, Pointers::Elements { .. });
        is_known.then_some(kind)
    }

    /// Where the runtime describes the type of an object, if it says so beside the object.
    pub(crate) fn type_address(&self, object: u32) -> Option<u64> {
        self.kinds.type_address(self.kind_of[object as usize])
    }

    /// How many objects there are of each size, by size; some sizes come more than once.
    pub(crate) fn sizes(&self) -> impl Iterator<Item = (u64, u64)> {
        let mut counts = vec![0_u64; self.kinds.len()];
        self.kind_of.iter().for_each(|kind| counts[*kind as usize] += 1);
        (0..).zip(counts).map(|(kind, count)| (self.kinds.of(kind).bytes, count))
    }

    /// Its contents in the file.
    #[inline]
    pub(crate) fn words(&self, object: u32) -> Words {
        let length = match self.cut.as_slice() {
            [] => self.bytes(object),
            cut => match cut.binary_search_by_key(&object, |(cut, _)| *cut) {
                Ok(at) => cut[at].1,
                Err(_) => self.bytes(object),
            },
        };
        Words { place: self.places.of(object), length: usize::try_from(length).unwrap_or_default() }
    }

    /// The object that an address is in.
    #[inline]
    pub(crate) fn find(&self, address: u64) -> Option<u32> {
        self.runs.find(address).map(|(object, _)| object)
    }

    /// Finds objects one after the other.
    pub(crate) fn finder(&self) -> Finder<'_> {
        self.runs.finder()
    }

    /// The object that an address is in, and where it begins.
    pub(crate) fn find_start(&self, address: u64) -> Option<(u32, u64)> {
        self.runs.find(address)
    }

    /// Whether its type has pointers, be they nil.
    pub(crate) fn has_pointers(&self, object: u32, file: &[u8]) -> bool {
        match self.kinds.of(self.kind_of[object as usize]).pointers {
            Pointers::InFile => {
                let words = self.words(object);
                file.get(words.place + words.length).is_some_and(|kind| *kind != 0)
            }
            Pointers::Elements { first, end, .. } => first < end,
        }
    }

    /// Each pointer of an object: its offset and value.
    #[inline]
    pub(crate) fn for_each_pointer(&self, object: u32, file: &[u8], order: Order, mut visit: impl FnMut(usize, u64)) {
        let kind = self.kinds.of(self.kind_of[object as usize]);
        let Pointers::Elements { start, bytes, first, end } = kind.pointers else {
            return self.words(object).for_each_pointer(file, order, visit);
        };
        let words = self.kinds.words(first, end);
        if words.is_empty() {
            return;
        }
        let content = self.words(object).content(file);
        let mut element = start;
        while element < kind.bytes {
            for word in words {
                let offset = element.saturating_add(u64::from(*word) * WORD);
                let Some(value) = usize::try_from(offset).ok().and_then(|offset| order.word(content, offset)) else {
                    return;
                };
                visit(offset as usize, value);
            }
            element = element.saturating_add(bytes.max(WORD));
        }
    }
}

/// Objects as they are read.
#[derive(Debug, Default)]
pub(crate) struct Builder {
    objects: Objects,
    runs: RunsBuilder,
}

impl Builder {
    pub(crate) fn len(&self) -> usize {
        self.objects.kind_of.len()
    }

    /// What objects have in common.
    pub(crate) fn kinds(&mut self) -> &mut Kinds {
        &mut self.objects.kinds
    }

    /// An object of a kind, of which so many bytes are in the file.
    #[inline]
    pub(crate) fn push(&mut self, address: u64, kind: u32, place: usize, written: u64) {
        let objects = &mut self.objects;
        let bytes = objects.kinds.of(kind).bytes;
        if written != bytes {
            objects.cut.push((objects.kind_of.len() as u32, written));
        }
        objects.bytes = objects.bytes.saturating_add(bytes);
        objects.kind_of.push(kind);
        objects.places.push(place);
        self.runs.push(address, bytes);
    }

    pub(crate) fn finish(self) -> Objects {
        Objects { runs: self.runs.finish(), ..self.objects }
    }
}
