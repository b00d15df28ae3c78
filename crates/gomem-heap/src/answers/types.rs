//! The types of objects, where something tells them: a word in front of the object since Go 1.22, an interface that points to it, the
//! function whose variables it holds, the shape of a map.

use std::{collections::HashMap, sync::Arc};

use foldhash::fast::RandomState;

use crate::{
    answers::maps,
    holders::closure,
    memory::Snapshot,
    program::{Program, TypeRecord},
};

/// The types of all objects that have a known one.
#[derive(Debug)]
pub(crate) struct Types {
    all: Vec<ObjectType>,
    /// One more than the number of the type; 0 where it is not known.
    of_object: Vec<u32>,
}

/// A type, and what told it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ObjectType {
    pub(crate) name: Arc<str>,
    pub(crate) source: TypeSource,
}

/// What told a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum TypeSource {
    /// The word in front of the object.
    Header,
    /// An interface that points to it.
    Interface,
    /// Its first word is where a function begins.
    Closure,
    /// Its words fit together as those of a map do.
    Shape,
}

impl TypeSource {
    pub(crate) const NAMES: &'static [&'static str] = &["header", "interface", "closure", "shape"];
}

impl Types {
    pub(crate) fn new(snapshot: &Snapshot, program: &Program) -> Self {
        let mut reader = Reader {
            snapshot,
            program,
            records: HashMap::default(),
            numbers: HashMap::default(),
            types: Self { all: Vec::new(), of_object: vec![0; snapshot.objects.len()] },
        };
        let objects = snapshot.objects.len() as u32;
        for object in 0..objects {
            reader.header(object);
        }
        for object in 0..objects {
            let mut before = Vec::new();
            snapshot.objects.for_each_pointer(object, &snapshot.file, snapshot.target.order, |offset, value| {
                before.push((offset, value));
            });
            reader.interfaces(snapshot.content(object), &before);
        }
        for segment in &snapshot.segments {
            let mut pointers = Vec::new();
            segment.words.for_each_pointer(&snapshot.file, snapshot.target.order, |offset, value| {
                pointers.push((offset, value));
            });
            reader.interfaces(segment.words.content(&snapshot.file), &pointers);
        }
        for object in 0..objects {
            if reader.types.of_object[object as usize] != 0 {
                continue;
            }
            if let Some(function) = closure(snapshot, program, object) {
                reader.set(object, format!("func {function}").into(), TypeSource::Closure);
            } else if maps::is_map(snapshot, object) {
                reader.set(object, "map".into(), TypeSource::Shape);
            }
        }
        reader.types
    }

    /// The number of an object's type.
    pub(crate) fn number(&self, object: u32) -> Option<u32> {
        self.of_object[object as usize].checked_sub(1)
    }

    /// Whether a word with its type is in front of an object.
    pub(crate) fn has_header(&self, object: u32) -> bool {
        self.of(object).is_some_and(|found| found.source == TypeSource::Header)
    }

    /// The type of an object.
    pub(crate) fn of(&self, object: u32) -> Option<&ObjectType> {
        self.all.get((self.of_object[object as usize] as usize).checked_sub(1)?)
    }
}

struct Reader<'a> {
    snapshot: &'a Snapshot,
    program: &'a Program,
    records: HashMap<u64, Option<TypeRecord>, RandomState>,
    numbers: HashMap<ObjectType, u32, RandomState>,
    types: Types,
}

impl Reader<'_> {
    /// Objects of more than 512 bytes and up to 32 KiB that have pointers begin with their type (`heapBitsInSpan`, `mallocHeaderSize`
    /// in `runtime/malloc.go`).
    fn header(&mut self, object: u32) {
        let word_bytes = self.snapshot.target.order.word_bytes as u64;
        let bytes = self.snapshot.objects.bytes(object);
        if bytes <= 64 * word_bytes || bytes > LARGEST_WITH_HEADER {
            return;
        }
        let Some(address) = self.snapshot.word(object, 0).filter(|address| *address != 0) else { return };
        // Its first word holds the address of a type, which is no pointer into the heap.
        if let Some(record) = self.record(address) {
            // Of an array's elements the type is that of one.
            let is_array = record.bytes > 0 && record.bytes <= (bytes - word_bytes) / 2;
            let name = if is_array { format!("[]{}", record.name) } else { record.name };
            self.set(object, name.into(), TypeSource::Header);
        }
    }

    /// Of two words, the first of which is a type or an interface's table of methods, the second points to a value.
    fn interfaces(&mut self, content: &[u8], pointers: &[(usize, u64)]) {
        let order = self.snapshot.target.order;
        for (offset, value) in pointers {
            let first = offset.checked_sub(order.word_bytes).and_then(|at| order.word(content, at));
            let Some(first) = first.filter(|first| *first != 0) else { continue };
            let address = self.snapshot.itabs.get(&first).copied().unwrap_or(first);
            let Some(object) = self.snapshot.objects.find(*value) else { continue };
            if self.snapshot.objects.address(object) != *value || self.types.of_object[object as usize] != 0 {
                continue;
            }
            let Some(record) = self.record(address) else { continue };
            // An interface holds a pointer itself, and of other values a pointer to them.
            let name = match record.pointee {
                Some(pointee) => self.record(pointee).map(|record| record.name),
                None => Some(record.name),
            };
            if let Some(name) = name {
                self.set(object, name.into(), TypeSource::Interface);
            }
        }
    }

    fn record(&mut self, address: u64) -> Option<TypeRecord> {
        let (snapshot, program) = (self.snapshot, self.program);
        let read = || {
            let known = || {
                let name = snapshot.types.get(&address)?.name.to_string();
                // The dump writes of pointers' types the package alone.
                (!name.ends_with('.')).then_some(TypeRecord { name, bytes: 0, pointee: None })
            };
            program.type_at(address, snapshot.target.order).or_else(known)
        };
        self.records.entry(address).or_insert_with(read).clone()
    }

    fn set(&mut self, object: u32, name: Arc<str>, source: TypeSource) {
        let found = ObjectType { name, source };
        let next = self.types.all.len() as u32 + 1;
        let number = *self.numbers.entry(found.clone()).or_insert(next);
        if number == next {
            self.types.all.push(found);
        }
        self.types.of_object[object as usize] = number;
    }
}

/// `maxSmallSize` in `runtime/sizeclasses.go`.
const LARGEST_WITH_HEADER: u64 = 32 << 10;
