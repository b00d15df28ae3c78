//! Finding the types of objects: by the word in front of them since Go 1.22, by the pointers that lead to them from variables and objects of
//! known types, by an interface that points to them, by the function whose variables they hold, by the shape of a map.
//!
//! What two pointers claim that cannot both be true is no type.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use foldhash::fast::RandomState;
use gomem_binary::{Shape, TypeId};

use crate::{
    answers::{
        claims::{Claim, Content, Part, TINY},
        leads::{self, Pointer},
        maps::Maps,
        parts::Parts,
        stack_memory::StackMemory,
        types::{Contents, ObjectType, TypeSource, Types, header_bytes},
    },
    memory::{LARGEST_WITH_HEADER, Snapshot, slot_of},
    program::{Leads, Program, TypeRecord, Values},
};

mod arrays;
mod callbacks;
mod channels;
mod functions;
mod stacks;
mod tiny;

/// The types of all objects that have a known one.
pub(crate) fn types(snapshot: &Snapshot, program: &Program, maps: &Maps) -> Types {
    let values = program.values(snapshot.target.order.word_bytes);
    let mut typing = Typing {
        snapshot,
        program,
        records: HashMap::default(),
        types: Types::new(snapshot.objects.len(), values),
        claimed: HashMap::default(),
        last_fit: None,
        mixtures: HashMap::default(),
        with_array: HashMap::default(),
        disputed: HashSet::default(),
        parts: Parts::default(),
        objects: Vec::new(),
        statics: Vec::new(),
        static_pointers: static_pointers(snapshot),
        stack_memory: StackMemory::new(snapshot),
        on_stack: HashSet::default(),
    };
    let objects = 0..snapshot.objects.len() as u32;
    objects.clone().for_each(|object| typing.header(object));
    typing.globals();
    typing.stacks();
    typing.callbacks();
    typing.spread();
    for object in objects.clone() {
        typing.interfaces_of(object);
    }
    typing.static_interfaces();
    typing.spread();
    for object in objects.clone() {
        // What has a type is no function's variables.
        if typing.types.number(object).is_none() {
            typing.function(object);
        }
    }
    typing.spread();
    typing.parts();
    for object in objects {
        if typing.types.number(object).is_none() && maps.has(object) {
            typing.name(object, "map".into(), TypeSource::Shape);
        }
    }
    typing.types
}

struct Typing<'a> {
    snapshot: &'a Snapshot,
    program: &'a Program,
    records: HashMap<u64, Option<TypeRecord>, RandomState>,
    types: Types,
    /// The number of each type that is claimed: letters have no contents.
    claimed: HashMap<(Option<TypeId>, Option<Contents>), Option<u32>, RandomState>,
    /// The last claim of an object of some kind, and whether it fitted.
    last_fit: Option<((u32, Claim), bool)>,
    /// The types of slots of several small values: of two types, the number that both are.
    mixtures: HashMap<(u32, u32), u32, RandomState>,
    /// The structs that have an array of some elements, so many of them, at an offset.
    with_array: HashMap<(TypeId, u64, u64), Vec<TypeId>, RandomState>,
    /// Objects of which two claims were made that both can be and exclude each other.
    disputed: HashSet<u32, RandomState>,
    /// What is known of objects by what shows a part of them.
    parts: Parts,
    /// Objects and static variables whose pointers are still to be followed.
    objects: Vec<u32>,
    statics: Vec<(u64, TypeId)>,
    /// The pointers of global variables, by address.
    static_pointers: Vec<(u64, u64)>,
    stack_memory: StackMemory<'a>,
    /// Values on stacks whose pointers were followed.
    on_stack: HashSet<(u64, TypeId), RandomState>,
}

impl<'a> Typing<'a> {
    /// Objects of more than 512 bytes that have pointers begin with their type; of those of more than 32 KiB a core tells it too.
    fn header(&mut self, object: u32) {
        let header = header_bytes(self.snapshot, object);
        let address = match header {
            0 if self.snapshot.objects.bytes(object) > LARGEST_WITH_HEADER => {
                self.snapshot.objects.type_address(object)
            }
            0 => None,
            _ => self.snapshot.word(object, 0).filter(|address| *address != 0),
        };
        // Its first word holds the address of a type, which is no pointer into the heap.
        let Some((address, record)) = address.and_then(|address| Some((address, self.record(address)?))) else {
            return;
        };
        // Of an array's elements the type is that of one.
        let is_many = record.bytes > 0 && record.bytes <= (self.snapshot.objects.bytes(object) - header) / 2;
        let contents = self.described(address).map(|type_id| Contents { type_id, is_many });
        let known = contents.and_then(|contents| self.types.values.name(contents.type_id)).map(|name| &**name);
        let name = known.unwrap_or(&record.name);
        let name = if is_many { format!("[]{name}") } else { name.to_owned() };
        self.types.set(object, ObjectType { name: name.into(), source: TypeSource::Header, contents });
        self.objects.extend(contents.map(|_| object));
    }

    /// Variables that the program's debug information describes.
    fn globals(&mut self) {
        for at in 0..self.static_pointers.len() {
            let (address, _) = self.static_pointers[at];
            let Some((symbol, offset)) = self.program.global(address) else { continue };
            let start = address - offset;
            if !self.types.statics.contains_key(&start)
                && let Some(type_id) = self.types.values.debug().global(symbol.address)
            {
                self.statics.push((start, type_id));
            }
        }
    }

    /// Follows all pointers of what has a type, until nothing new has one.
    fn spread(&mut self) {
        loop {
            if let Some((start, type_id)) = self.statics.pop() {
                self.follow_static(start, type_id);
            } else if let Some(object) = self.objects.pop() {
                self.follow_object(object);
            } else {
                return;
            }
        }
    }

    fn follow_static(&mut self, start: u64, type_id: TypeId) {
        let Some(end) = start.checked_add(self.types.values.bytes(type_id)) else { return };
        if self.types.statics.contains_key(&start) {
            return;
        }
        self.types.statics.insert(start, (end, type_id));
        let snapshot = self.snapshot;
        let within = |segment: &&crate::memory::Segment| {
            start.checked_sub(segment.address).is_some_and(|at| at < segment.words.length as u64)
        };
        let Some(segment) = snapshot.segments.iter().find(within) else { return };
        let content = segment.words.content(&snapshot.file);
        let first = self.static_pointers.partition_point(|(address, _)| *address < start);
        for at in first..self.static_pointers.len() {
            let (address, value) = self.static_pointers[at];
            if address >= end {
                break;
            }
            if let Some((_, leads)) = self.types.values.pointer(type_id, address - start) {
                let offset = usize::try_from(address - segment.address).unwrap_or(usize::MAX);
                self.follow(leads, Pointer::new(content, offset, value));
            }
        }
    }

    fn follow_object(&mut self, object: u32) {
        let snapshot = self.snapshot;
        let Some(contents) = self.types.of(object).and_then(|found| found.contents) else { return };
        let header = header_bytes(snapshot, object);
        let bytes = self.types.values.bytes(contents.type_id);
        let content = snapshot.content(object);
        snapshot.objects.for_each_pointer(object, &snapshot.file, snapshot.target.order, |offset, value| {
            let within = (offset as u64).checked_sub(header);
            let within = if contents.is_many { within.and_then(|at| at.checked_rem(bytes)) } else { within };
            if let Some((_, leads)) = within.and_then(|at| self.types.values.pointer(contents.type_id, at)) {
                self.follow(leads, Pointer::new(content, offset, value));
            }
        });
    }

    fn follow(&mut self, leads: Leads, pointer: Pointer<'a>) {
        if pointer.value == 0 {
            return;
        }
        let leads = self.channel(leads, pointer.value).unwrap_or(leads);
        match leads {
            // What is an interface to the runtime and to package sync has two words as well.
            Leads::Interface | Leads::Untold => self.interface(pointer),
            Leads::Function => {
                if let Some(object) = self.snapshot.objects.find(pointer.value) {
                    self.function(object);
                }
            }
            Leads::Value(type_id) if self.is_unnamed_static(pointer.value) => {
                self.statics.push((pointer.value, type_id));
            }
            Leads::Head { head, .. } if self.is_unnamed_static(pointer.value) => {
                self.statics.push((pointer.value, head));
            }
            _ => match leads::claim(self.snapshot, &self.types.values, leads, pointer) {
                Some((object, claim)) => {
                    self.claim(object, claim);
                    self.array(object, claim, pointer);
                }
                None if self.snapshot.objects.find(pointer.value).is_some() => self.tiny(Some(leads), pointer.value),
                None => self.follow_stack(leads, pointer),
            },
        }
    }

    /// Whether an address is that of a variable beside all symbols.
    fn is_unnamed_static(&self, address: u64) -> bool {
        let is_in = |segment: &crate::memory::Segment| {
            address.checked_sub(segment.address).is_some_and(|at| at < segment.words.length as u64)
        };
        self.snapshot.segments.iter().any(is_in) && self.program.global(address).is_none()
    }

    /// Takes a claim for true if the object can be it, and nothing else is claimed of it.
    fn claim(&mut self, object: u32, claim: Claim) {
        let (snapshot, values) = (self.snapshot, &self.types.values);
        if self.disputed.contains(&object) {
            return;
        }
        let current = self.types.of(object);
        if let Some(current) = current
            && (current.source == TypeSource::Header || self.includes(current, claim))
        {
            let name = current.name.clone();
            if current.source == TypeSource::Header
                && current.contents.is_none()
                && claim.begins(snapshot, values, object)
            {
                let contents = claim.contents();
                self.types.set(object, ObjectType { name, source: TypeSource::Header, contents });
                self.objects.push(object);
            }
            return;
        }
        // Whether it fits, objects of one kind have in common, and what follows each other is mostly alike.
        let asked = snapshot.objects.kind(object).map(|kind| (kind, claim));
        let fits = match self.last_fit {
            Some((last, fits)) if Some(last) == asked => fits,
            _ => claim.fits(snapshot, values, object),
        };
        self.last_fit = asked.map(|asked| (asked, fits));
        if !fits {
            match claim.part(snapshot, values, object) {
                Some(part) => self.parts.add(object, part, values),
                None => self.parts.dispute(object),
            }
            return;
        }
        let is_larger = |current: &ObjectType| match (current.contents, claim.contents()) {
            (Some(current), Some(claim)) => says_as_much(values, claim.type_id, current.type_id),
            // Letters are bytes.
            (None, Some(_)) => &*current.name == TEXT,
            _ => false,
        };
        let is_other = current.is_some_and(|current| !is_larger(current));
        if is_other && !self.is_tiny(object) {
            self.types.forget(object);
            self.disputed.insert(object);
            return;
        }
        let Some(number) = self.claimed_type(claim) else { return };
        if is_other {
            return self.share(object, number);
        }
        self.types.set_number(object, number);
        if matches!(claim.content, Content::Channel(..)) {
            self.channel_queues(object);
        } else {
            self.objects.extend(claim.contents().map(|_| object));
        }
    }

    /// The number of the type that is claimed; none where it has no name of the program's.
    fn claimed_type(&mut self, claim: Claim) -> Option<u32> {
        let key = (claim.shown, claim.contents());
        if let Some(known) = self.claimed.get(&key) {
            return *known;
        }
        let name = self.claimed_name(claim);
        let found = name.map(|name| ObjectType { name, source: TypeSource::Dwarf, contents: claim.contents() });
        let number = found.map(|found| self.types.enter(found));
        self.claimed.insert(key, number);
        number
    }

    /// Whether what is known of an object says the same as a claim, or more.
    fn includes(&self, current: &ObjectType, claim: Claim) -> bool {
        match (current.contents, claim.contents()) {
            (Some(current), Some(claim)) => says_as_much(&self.types.values, current.type_id, claim.type_id),
            (None, None) => &*current.name == TEXT,
            (Some(_), None) => current.name.starts_with("[]"),
            (None, Some(_)) => false,
        }
    }

    fn claimed_name(&self, claim: Claim) -> Option<Arc<str>> {
        let name = |type_id| self.types.values.name(type_id);
        let found = match (claim.shown, claim.content) {
            (Some(shown), _) => name(shown)?.clone(),
            (None, Content::Value(type_id) | Content::Channel(type_id, ..)) => name(type_id)?.clone(),
            (None, Content::Elements(type_id, _)) => format!("[]{}", name(type_id)?).into(),
            (None, Content::Text(_)) => TEXT.into(),
        };
        // Of `sync.Map` what generic functions call a type has the right shape.
        let found = if found.starts_with("internal/sync.") { found.replace(SHAPE, "").into() } else { found };
        // Of structs it says nothing that a reader knows.
        (!found.is_empty() && !found.contains(STRUCT_SHAPE)).then_some(found)
    }

    /// Objects that only slices and strings lead to are what these show, unless something of no known type leads to them too.
    fn parts(&mut self) {
        let snapshot = self.snapshot;
        let mut parts = std::mem::take(&mut self.parts);
        if parts.is_empty() {
            return;
        }
        for object in 0..snapshot.objects.len() as u32 {
            if self.types.number(object).is_none() {
                snapshot.objects.for_each_pointer(object, &snapshot.file, snapshot.target.order, |_, value| {
                    if let Some((object, _)) = snapshot.objects.find_start(value).filter(|(_, start)| *start == value) {
                        parts.dispute(object);
                    }
                });
            }
        }
        for (object, part) in parts.all() {
            if self.types.number(object).is_none() && !self.disputed.contains(&object) {
                let content = match part {
                    Part::Elements(type_id) => Content::Elements(type_id, None),
                    Part::Text => Content::Text(None),
                };
                if let Some(number) = self.claimed_type(Claim { content, shown: None }) {
                    self.types.set_number(object, number);
                }
            }
        }
    }

    /// The words of an object whose types nothing tells: two of them may be an interface.
    fn interfaces_of(&mut self, object: u32) {
        if self.types.of(object).is_some_and(|found| found.contents.is_some()) {
            return;
        }
        let snapshot = self.snapshot;
        let content = snapshot.content(object);
        snapshot.objects.for_each_pointer(object, &snapshot.file, snapshot.target.order, |offset, value| {
            self.interface(Pointer::new(content, offset, value));
            self.tiny(None, value);
        });
    }

    fn static_interfaces(&mut self) {
        let snapshot = self.snapshot;
        for segment in &snapshot.segments {
            let content = segment.words.content(&snapshot.file);
            segment.words.for_each_pointer(&snapshot.file, snapshot.target.order, |offset, value| {
                self.interface(Pointer::new(content, offset, value));
            });
        }
    }

    /// Of two words, the first of which is a type or an interface's table of methods, the second points to a value.
    fn interface(&mut self, pointer: Pointer<'a>) {
        let first = pointer.word(self.snapshot, -1).filter(|first| *first != 0);
        let Some(first) = first else { return };
        let address = self.snapshot.itabs.get(&first).copied().unwrap_or(first);
        if let Some(type_id) = self.described(address) {
            let values = &self.types.values;
            let word_bytes = self.snapshot.target.order.word_bytes as u64;
            // An interface holds a pointer itself, and of other values a pointer to them.
            let is_pointer = values.bytes(type_id) == word_bytes && values.pointers(type_id) == 1;
            let leads = if is_pointer { values.pointer(type_id, 0) } else { Some((0, Leads::Value(type_id))) };
            if let Some((_, leads)) = leads.filter(|(_, leads)| *leads != Leads::Interface) {
                self.follow(leads, pointer);
            }
            return;
        }
        let Some((object, start)) = self.snapshot.objects.find_start(pointer.value) else { return };
        let start = start + header_bytes(self.snapshot, object);
        if start != pointer.value || self.types.number(object).is_some() || self.disputed.contains(&object) {
            return;
        }
        let Some(record) = self.record(address) else { return };
        let record = match record.pointee {
            Some(pointee) => self.record(pointee),
            None => Some(record),
        };
        if let Some(record) = record.filter(|record| self.has_room(record, object)) {
            self.name(object, record.name.into(), TypeSource::Interface);
        }
    }

    /// Whether an object's slot is that of a value of a type; 0 bytes are not known ones.
    fn has_room(&self, record: &TypeRecord, object: u32) -> bool {
        let (bytes, header) = (self.snapshot.objects.bytes(object), header_bytes(self.snapshot, object));
        record.bytes == 0 || slot_of(record.bytes + header) == bytes || (record.bytes < bytes && bytes == TINY)
    }

    /// The type that is described at an address, as debug information has it.
    fn described(&self, address: u64) -> Option<TypeId> {
        let type_id = self.types.values.debug().described(self.program.offset_of_type(address)?)?;
        self.types.values.shape(type_id).filter(|shape| !matches!(shape, Shape::UntypedPointer)).map(|_| type_id)
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

    fn name(&mut self, object: u32, name: Arc<str>, source: TypeSource) {
        self.types.set(object, ObjectType { name, source, contents: None });
    }
}

/// The pointers of global variables, by address.
fn static_pointers(snapshot: &Snapshot) -> Vec<(u64, u64)> {
    let mut pointers = Vec::new();
    for segment in &snapshot.segments {
        segment.words.for_each_pointer(&snapshot.file, snapshot.target.order, |offset, value| {
            pointers.push((segment.address.saturating_add(offset as u64), value));
        });
    }
    pointers.sort_unstable();
    pointers
}

/// Whether a type says of an object all that another one does.
fn says_as_much(values: &Values, one: TypeId, other: TypeId) -> bool {
    let is_shape = |id| values.name(id).is_some_and(|name| name.contains(SHAPE));
    values.begins_with(one, other) || values.is_kind_of(one, other) || is_shape(other) && !is_shape(one)
}

/// What types begin with that generic functions have for several.
const SHAPE: &str = "go.shape.";
const STRUCT_SHAPE: &str = "go.shape.struct";
/// What letters are of.
const TEXT: &str = "string";
