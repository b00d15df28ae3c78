//! The types of objects, where something tells them.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use foldhash::fast::RandomState;
use gomem_binary::{CapturedVariable, TypeId};

use crate::{
    memory::{LARGEST_WITH_HEADER, Snapshot},
    program::{Leads, Values},
};

/// The types of all objects that have a known one.
#[derive(Debug, Default)]
pub(crate) struct Types {
    all: Vec<ObjectType>,
    numbers: HashMap<ObjectType, u32, RandomState>,
    /// One more than the number of the type; 0 where it is not known.
    of_object: Vec<u32>,
    pub(super) values: Values,
    /// Global variables, and what they point to beside them: where each ends, and its type.
    pub(super) statics: BTreeMap<u64, (u64, TypeId)>,
    /// The variables that function values hold, by where their code begins.
    pub(super) captured: HashMap<u64, Vec<CapturedVariable>, RandomState>,
}

/// A type, and what told it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ObjectType {
    pub(crate) name: Arc<str>,
    pub(crate) source: TypeSource,
    /// What debug information says of its contents.
    pub(crate) contents: Option<Contents>,
}

/// A value, or values one behind the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Contents {
    pub(crate) type_id: TypeId,
    pub(crate) is_many: bool,
}

/// What told a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum TypeSource {
    /// A pointer whose type the program's debug information tells.
    Dwarf,
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
    pub(crate) const NAMES: &'static [&'static str] = &["dwarf", "header", "interface", "closure", "shape"];
}

impl Types {
    pub(super) fn new(objects: usize, values: Values) -> Self {
        Self { of_object: vec![0; objects], values, ..Self::default() }
    }

    /// All types, by number.
    pub(crate) fn all(&self) -> &[ObjectType] {
        &self.all
    }

    /// The number of an object's type.
    pub(crate) fn number(&self, object: u32) -> Option<u32> {
        self.of_object[object as usize].checked_sub(1)
    }

    /// The type of an object.
    pub(crate) fn of(&self, object: u32) -> Option<&ObjectType> {
        self.all.get((self.of_object[object as usize] as usize).checked_sub(1)?)
    }

    /// What a pointer in an object is called: `.items`, `[*].next`.
    pub(crate) fn edge(&self, snapshot: &Snapshot, object: u32, offset: u64) -> Option<String> {
        let found = self.of(object)?;
        if let Some(contents) = found.contents {
            let offset = offset.checked_sub(header_bytes(snapshot, object))?;
            let bytes = self.values.bytes(contents.type_id);
            let within = if contents.is_many { offset.checked_rem(bytes)? } else { offset };
            let path = self.values.path(contents.type_id, within)?;
            return Some(if contents.is_many { format!("[*]{path}") } else { path });
        }
        let captured = self.captured.get(&snapshot.word(object, 0)?)?;
        let at = captured.partition_point(|variable| variable.offset <= offset).checked_sub(1)?;
        let variable = &captured[at];
        let path = self.values.path(variable.type_id, offset - variable.offset).unwrap_or_default();
        Some(format!(".{}{path}", variable.name))
    }

    /// What an address in a global variable is called, behind the variable's name.
    pub(crate) fn static_edge(&self, address: u64) -> Option<String> {
        let (start, (end, type_id)) = self.statics.range(..=address).next_back()?;
        if address >= *end {
            return None;
        }
        self.values.path(*type_id, address - start)
    }

    /// What the pointers of an object lead to, by their offset; nothing where its type does not tell.
    pub(super) fn leads(&self, snapshot: &Snapshot, object: u32) -> impl Fn(usize) -> Option<Leads> {
        let contents = self.of(object).and_then(|found| found.contents);
        let header = header_bytes(snapshot, object);
        move |offset| {
            let contents = contents?;
            let within = (offset as u64).checked_sub(header)?;
            let bytes = self.values.bytes(contents.type_id);
            let within = if contents.is_many { within.checked_rem(bytes)? } else { within };
            Some(self.values.pointer(contents.type_id, within)?.1)
        }
    }

    /// What a pointer at an address of a global variable leads to.
    pub(super) fn static_leads(&self, address: u64) -> Option<Leads> {
        let (start, (end, type_id)) = self.statics.range(..=address).next_back()?;
        let pointer = || self.values.pointer(*type_id, address - start);
        Some((address < *end).then(pointer)??.1)
    }

    pub(super) fn set(&mut self, object: u32, found: ObjectType) {
        let number = self.enter(found);
        self.set_number(object, number);
    }

    /// The number of a type, which may be new.
    pub(super) fn enter(&mut self, found: ObjectType) -> u32 {
        let next = self.all.len() as u32;
        *self.numbers.entry(found).or_insert_with_key(|found| {
            self.all.push(found.clone());
            next
        })
    }

    pub(super) fn set_number(&mut self, object: u32, number: u32) {
        self.of_object[object as usize] = number + 1;
    }

    pub(super) fn forget(&mut self, object: u32) {
        self.of_object[object as usize] = 0;
    }
}

/// The bytes in front of an object's value that hold its type (`heapBitsInSpan`, `mallocHeaderSize` in `runtime/malloc.go`).
pub(crate) fn header_bytes(snapshot: &Snapshot, object: u32) -> u64 {
    let bytes = snapshot.objects.bytes(object);
    let has_header = bytes > snapshot.target.order.largest_with_bitmap()
        && bytes <= LARGEST_WITH_HEADER
        && snapshot.target.go_minor() >= 22
        && snapshot.objects.has_pointers(object, &snapshot.file);
    if has_header { HEADER } else { 0 }
}

/// `mallocHeaderSize`: the same on all machines.
const HEADER: u64 = 8;
