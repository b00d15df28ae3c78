//! What objects are, and the lives of those of one kind.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use crate::{
    model::{Lifetimes, Lives, ObjectKind, TextId},
    replay::{lookup::Lookup, slots::Object, spans::Span},
};

/// The kinds of objects, and how many lived how long.
#[derive(Debug, Default)]
pub(super) struct Kinds {
    all: Vec<(ObjectKind, Lives)>,
    places: HashMap<ObjectKind, u32, RandomState>,
    /// The address of the type that has a name.
    addresses: HashMap<TextId, u64, RandomState>,
    /// Names that several types have.
    shared_names: HashSet<TextId, RandomState>,
}

impl Kinds {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// The kind of an object that is born.
    #[inline]
    pub(super) fn of_birth(
        &mut self,
        type_number: u64,
        span: Option<Span>,
        lookup: &mut Lookup<'_, '_>,
        cache: &mut KindCache,
    ) -> u32 {
        if let Some(kind) = cache.recent(type_number, span) {
            return kind;
        }
        let known = cache.all.get(&(type_number, span)).copied();
        let kind = known.unwrap_or_else(|| {
            let type_id = if type_number == 0 { None } else { lookup.type_of(type_number) };
            let type_id = type_id.map(|(name, address)| self.named(name, address));
            self.place(type_id, span)
        });
        cache.insert(type_number, span, kind);
        kind
    }

    /// Takes the death of an object, at a time and after so many cycles.
    #[inline]
    pub(super) fn died(&mut self, object: Object, time: u64, ended_cycles: u32) {
        let lives = &mut self.all[object.kind as usize].1;
        if object.cycles == Object::EXISTED {
            lives.existed += 1;
            lives.freed += 1;
        } else {
            // They are counted by their times.
            *lives.cycles.of((ended_cycles - object.cycles).into()) += 1;
            lives.nanoseconds.push(time.saturating_sub(object.birth));
        }
    }

    /// Takes the death of what was there before; the flight recorder does not keep what says so.
    pub(super) fn died_unseen(&mut self, span: Option<Span>) {
        let kind = self.place(None, span);
        let lives = &mut self.all[kind as usize].1;
        lives.existed += 1;
        lives.freed += 1;
    }

    /// Takes an object whose death is not told.
    pub(super) fn left(&mut self, object: Object, has_outlived: bool) {
        let lives = &mut self.all[object.kind as usize].1;
        if object.cycles == Object::EXISTED {
            lives.existed += 1;
        } else {
            lives.allocated += 1;
            lives.surviving += u64::from(has_outlived);
        }
    }

    pub(super) fn finish(mut self) -> Lifetimes {
        for (_, lives) in &mut self.all {
            let dead = lives.nanoseconds.len() as u64;
            lives.allocated += dead;
            lives.freed += dead;
        }
        Lifetimes { kinds: self.all, shared_names: self.shared_names }
    }

    /// The name of the type at an address.
    fn named(&mut self, name: TextId, address: u64) -> TextId {
        if *self.addresses.entry(name).or_insert(address) != address {
            self.shared_names.insert(name);
        }
        name
    }

    fn place(&mut self, type_id: Option<TextId>, span: Option<Span>) -> u32 {
        let (slot_bytes, is_noscan) = (span.map(Span::slot_bytes), span.map(Span::is_noscan));
        let (kind, all) = (ObjectKind { type_id, slot_bytes, is_noscan }, &mut self.all);
        *self.places.entry(kind).or_insert_with(|| {
            all.push((kind, Lives::default()));
            (all.len() - 1) as u32
        })
    }
}

/// The kinds of a generation's ids of types, and spans.
#[derive(Debug)]
pub(super) struct KindCache {
    all: HashMap<(u64, Option<Span>), u32, RandomState>,
    /// Those asked for last.
    recent: [Option<(u64, Option<Span>, u32)>; RECENT],
}

impl Default for KindCache {
    fn default() -> Self {
        Self { all: HashMap::default(), recent: [None; RECENT] }
    }
}

impl KindCache {
    #[inline]
    fn recent(&self, type_number: u64, span: Option<Span>) -> Option<u32> {
        let (known, known_span, kind) = self.recent[place(type_number, span)]?;
        ((known, known_span) == (type_number, span)).then_some(kind)
    }

    fn insert(&mut self, type_number: u64, span: Option<Span>, kind: u32) {
        self.all.insert((type_number, span), kind);
        self.recent[place(type_number, span)] = Some((type_number, span, kind));
    }
}

#[inline]
fn place(type_number: u64, span: Option<Span>) -> usize {
    let span = span.map_or(0, Span::number);
    (type_number ^ span.rotate_left(32)).wrapping_mul(GOLDEN).wrapping_shr(u64::BITS - RECENT.ilog2()) as usize
}

const RECENT: usize = 256;
/// `2^64` by the golden ratio: its multiples are spread evenly.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;
