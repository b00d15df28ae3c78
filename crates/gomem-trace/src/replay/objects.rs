//! Births and deaths of objects, as the experiment AllocFree traces them.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use crate::{
    error::{Error, Flaw, Limits},
    model::{Lifetimes, Lives, ObjectKind, TextId},
    replay::{
        lookup::Lookup,
        object_order::{in_order, is_of_objects},
        pages::Pages,
        spans::Span,
        thread::ThreadScan,
        thread_events::ThreadEvents,
    },
    wire::{Event, TimedEvent},
};

/// The objects that live, and what is known of those that lived.
#[derive(Debug, Default)]
pub(super) struct Objects {
    pages: Pages,
    living: Vec<Object>,
    /// Places in `living` that are free, by their place plus one.
    unused: u32,
    kinds: Vec<(ObjectKind, Lives)>,
    kind_places: HashMap<ObjectKind, u32, RandomState>,
    /// The address of the type that has a name.
    addresses: HashMap<TextId, u64, RandomState>,
    /// Names that several types have.
    shared_names: HashSet<TextId, RandomState>,
    /// How many GC cycles have ended.
    ended_cycles: u32,
    has_events: bool,
    has_types: bool,
    overwritten: u64,
}

/// An object that lives.
#[derive(Debug, Clone)]
struct Object {
    birth: u64,
    /// How many cycles had ended at its birth; [`EXISTED`] when it was there before the trace.
    cycles: u32,
    kind: u32,
    /// The next in the same slot, or the next unused place, plus one.
    next: u32,
}

/// Stands for the cycles before the trace.
const EXISTED: u32 = u32::MAX;

/// The kinds of a generation's ids of types, and spans.
#[derive(Debug, Default)]
struct KindCache {
    all: HashMap<(u64, Option<Span>), u32, RandomState>,
    /// Those asked for last.
    recent: [Option<(u64, Option<Span>, u32)>; RECENT],
}

impl KindCache {
    #[inline]
    fn get(&mut self, type_number: u64, span: Option<Span>) -> Option<u32> {
        let slot = span.map_or(0, |span| span.slot_bytes / 8);
        let recent = &mut self.recent[(type_number.wrapping_mul(5).wrapping_add(slot) % RECENT as u64) as usize];
        if let Some((known, known_span, kind)) = recent
            && (*known, *known_span) == (type_number, span)
        {
            return Some(*kind);
        }
        let kind = *self.all.get(&(type_number, span))?;
        *recent = Some((type_number, span, kind));
        Some(kind)
    }
}

const RECENT: usize = 32;

impl Objects {
    /// Takes a generation.
    pub(super) fn take(&mut self, threads: &[ThreadEvents<'_>], scans: &[ThreadScan], lookup: &mut Lookup<'_, '_>) {
        let has_objects = scans.iter().flat_map(|scan| &scan.counts).any(|(event, _)| is_of_objects(*event));
        if !has_objects {
            let ends = scans.iter().flat_map(|scan| &scan.gc).filter(|mark| mark.event == Event::GC_END);
            self.ended_cycles = self.ended_cycles.saturating_add(u32::try_from(ends.count()).unwrap_or(u32::MAX));
            return;
        }
        self.has_events = true;
        self.has_types |= lookup.has_types();
        let mut cache = KindCache::default();
        in_order(threads, scans, |event| self.event(event, lookup, &mut cache));
    }

    /// Whether a generation had some.
    pub(super) fn has_events(&self) -> bool {
        self.has_events
    }

    pub(super) fn check(&self, limits: &Limits, offset: u64) -> Result<(), Error> {
        let most = limits.objects.min(u64::from(u32::MAX - 1));
        if self.living.len() as u64 > most { Err(Error::limit("objects", most, offset)) } else { Ok(()) }
    }

    pub(super) fn finish(mut self) -> (Option<Lifetimes>, Vec<Flaw>) {
        self.count_survivors();
        let mut flaws = Vec::new();
        if self.has_events && !self.has_types {
            flaws.push(Flaw::NoTypes);
        }
        if self.overwritten > 0 {
            let problem = "object born where another lives";
            flaws.push(Flaw::Contradiction { problem, count: self.overwritten });
        }
        let lifetimes = Lifetimes { kinds: self.kinds, shared_names: self.shared_names };
        (self.has_events.then_some(lifetimes), flaws)
    }

    /// Counts those that live and have seen two GC cycles end: what the first of them found dead was swept before the second began.
    fn count_survivors(&mut self) {
        let mut is_unused = vec![false; self.living.len()];
        let mut next = self.unused;
        while let Some(place) = next.checked_sub(1).map(|place| place as usize).filter(|place| !is_unused[*place]) {
            is_unused[place] = true;
            next = self.living[place].next;
        }
        for (object, _) in self.living.iter().zip(is_unused).filter(|(_, is_unused)| !is_unused) {
            if object.cycles != EXISTED && self.ended_cycles.saturating_sub(object.cycles) >= 2 {
                self.kinds[object.kind as usize].1.surviving += 1;
            }
        }
    }

    /// The name of the type at an address.
    fn named(&mut self, name: TextId, address: u64) -> TextId {
        if *self.addresses.entry(name).or_insert(address) != address {
            self.shared_names.insert(name);
        }
        name
    }

    fn event(&mut self, event: &TimedEvent, lookup: &mut Lookup<'_, '_>, cache: &mut KindCache) {
        let [id, first, second, _] = event.numbers;
        match event.event {
            Event::SPAN | Event::SPAN_ALLOC => self.pages.set_span(id, first, second),
            Event::SPAN_FREE => self.pages.free_span(id),
            Event::HEAP_OBJECT => self.born(event, EXISTED, lookup, cache),
            Event::HEAP_OBJECT_ALLOC => self.born(event, self.ended_cycles, lookup, cache),
            Event::HEAP_OBJECT_FREE => self.died(event, lookup),
            Event::GC_END => self.ended_cycles = (self.ended_cycles + 1).min(EXISTED - 1),
            _ => {}
        }
    }

    fn born(&mut self, event: &TimedEvent, cycles: u32, lookup: &mut Lookup<'_, '_>, cache: &mut KindCache) {
        let [id, type_number, ..] = event.numbers;
        let (span, slot) = self.pages.slot(id);
        let before = *slot;
        let kind = match cache.get(type_number, span) {
            Some(kind) => kind,
            None => {
                let type_id = if type_number == 0 { None } else { lookup.type_of(type_number) };
                let type_id = type_id.map(|(name, address)| self.named(name, address));
                let kind = self.kind(ObjectKind {
                    type_id,
                    slot_bytes: span.map(|span| span.slot_bytes),
                    is_noscan: span.map(|span| span.is_noscan),
                });
                cache.all.insert((type_number, span), kind);
                kind
            }
        };
        let lives = &mut self.kinds[kind as usize].1;
        match cycles {
            EXISTED => lives.existed += 1,
            _ => lives.allocated += 1,
        }
        let birth = lookup.time(event.ticks);
        let next = if span.is_none_or(Span::has_tiny_blocks) { before } else { self.outlived(before) };
        let object = Object { birth, cycles, kind, next };
        *self.pages.slot(id).1 = self.place(object);
    }

    /// What an object that is born joins, in a slot of one: the death of the one before can be told later, since the time of the
    /// thread that swept it can run ahead.
    fn outlived(&mut self, before: u32) -> u32 {
        let older = before.checked_sub(1).map_or(0, |place| std::mem::take(&mut self.living[place as usize].next));
        self.overwritten += u64::from(older != 0);
        self.drop_chain(older);
        before
    }

    fn died(&mut self, event: &TimedEvent, lookup: &Lookup<'_, '_>) {
        let (span, slot) = self.pages.known(event.numbers[0]);
        let Some(slot) = slot.filter(|slot| **slot != 0) else {
            // It was there before, and the flight recorder does not keep what says so.
            let kind = self.kind(ObjectKind {
                type_id: None,
                slot_bytes: span.map(|span| span.slot_bytes),
                is_noscan: span.map(|span| span.is_noscan),
            });
            let lives = &mut self.kinds[kind as usize].1;
            lives.existed += 1;
            lives.freed += 1;
            return;
        };
        let mut dead = *slot;
        let older = self.living[dead as usize - 1].next;
        if older != 0 && span.is_some_and(|span| !span.has_tiny_blocks()) {
            // The older one of two, as `outlived` says.
            self.living[dead as usize - 1].next = 0;
            dead = older;
        } else {
            *slot = 0;
        }
        let time = lookup.time(event.ticks);
        let mut next = dead;
        while let Some(place) = next.checked_sub(1) {
            let object = &mut self.living[place as usize];
            let lives = &mut self.kinds[object.kind as usize].1;
            lives.freed += 1;
            if object.cycles != EXISTED {
                *lives.cycles.of((self.ended_cycles - object.cycles).into()) += 1;
                lives.nanoseconds.push(time.saturating_sub(object.birth));
            }
            let following = std::mem::replace(&mut object.next, self.unused);
            self.unused = next;
            next = following;
        }
    }

    fn kind(&mut self, kind: ObjectKind) -> u32 {
        let kinds = &mut self.kinds;
        *self.kind_places.entry(kind).or_insert_with(|| {
            kinds.push((kind, Lives::default()));
            (kinds.len() - 1) as u32
        })
    }

    /// Puts an object into an unused place; gives that plus one.
    fn place(&mut self, object: Object) -> u32 {
        match self.unused.checked_sub(1) {
            Some(place) => {
                let unused = &mut self.living[place as usize];
                self.unused = unused.next;
                *unused = object;
                place + 1
            }
            None => {
                self.living.push(object);
                u32::try_from(self.living.len()).unwrap_or(0)
            }
        }
    }

    /// Makes the places of a slot's objects unused.
    fn drop_chain(&mut self, first: u32) {
        let mut next = first;
        while let Some(object) = next.checked_sub(1).and_then(|place| self.living.get_mut(place as usize)) {
            let following = std::mem::replace(&mut object.next, self.unused);
            self.unused = next;
            next = following;
        }
    }
}
