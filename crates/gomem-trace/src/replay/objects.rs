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
    ended_cycles: u64,
    has_events: bool,
    has_types: bool,
    overwritten: u64,
}

/// An object that lives.
#[derive(Debug, Clone)]
struct Object {
    birth: u64,
    /// How many cycles had ended at its birth; `None` when it was there before the trace.
    cycles: Option<u64>,
    kind: u32,
    /// The next in the same slot, or the next unused place, plus one.
    next: u32,
}

/// The kinds of a generation's ids of types, and spans.
type KindCache = HashMap<(u64, Option<Span>), u32, RandomState>;

impl Objects {
    /// Takes a generation.
    pub(super) fn take(&mut self, threads: &[ThreadEvents<'_>], scans: &[ThreadScan], lookup: &mut Lookup<'_, '_>) {
        let has_objects = scans.iter().flat_map(|scan| &scan.counts).any(|(event, _)| is_of_objects(*event));
        if !has_objects {
            let ends = scans.iter().flat_map(|scan| &scan.gc).filter(|mark| mark.event == Event::GC_END);
            self.ended_cycles += ends.count() as u64;
            return;
        }
        self.has_events = true;
        self.has_types |= lookup.has_types();
        let mut cache = KindCache::default();
        in_order(threads, |event| self.event(event, lookup, &mut cache));
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
            if object.cycles.is_some_and(|birth| self.ended_cycles.saturating_sub(birth) >= 2) {
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
        let cycles = self.ended_cycles;
        let [id, first, second, _] = event.numbers;
        match event.event {
            Event::SPAN | Event::SPAN_ALLOC => self.pages.set_span(id, first, second),
            Event::SPAN_FREE => self.pages.free_span(id),
            Event::HEAP_OBJECT => self.born(event, None, lookup, cache),
            Event::HEAP_OBJECT_ALLOC => self.born(event, Some(cycles), lookup, cache),
            Event::HEAP_OBJECT_FREE => self.died(event, cycles, lookup),
            Event::GC_END => self.ended_cycles += 1,
            _ => {}
        }
    }

    fn born(&mut self, event: &TimedEvent, cycles: Option<u64>, lookup: &mut Lookup<'_, '_>, cache: &mut KindCache) {
        let [id, type_number, ..] = event.numbers;
        let span = self.pages.span(id);
        let kind = match cache.get(&(type_number, span)) {
            Some(kind) => *kind,
            None => {
                let type_id = if type_number == 0 { None } else { lookup.type_of(type_number) };
                let type_id = type_id.map(|(name, address)| self.named(name, address));
                let kind = self.kind(ObjectKind {
                    type_id,
                    slot_bytes: span.map(|span| span.slot_bytes),
                    is_noscan: span.map(|span| span.is_noscan),
                });
                cache.insert((type_number, span), kind);
                kind
            }
        };
        let lives = &mut self.kinds[kind as usize].1;
        match cycles {
            Some(_) => lives.allocated += 1,
            None => lives.existed += 1,
        }
        let birth = lookup.time(event.ticks);
        let id = span.map_or(id, |span| span.slot_id(id));
        let before = *self.pages.slot(id);
        let next = if span.is_none_or(Span::has_tiny_blocks) { before } else { self.outlived(before) };
        let object = Object { birth, cycles, kind, next };
        *self.pages.slot(id) = self.place(object);
    }

    fn died(&mut self, event: &TimedEvent, cycles: u64, lookup: &Lookup<'_, '_>) {
        let id = event.numbers[0];
        let span = self.pages.span(id);
        let time = lookup.time(event.ticks);
        let id = span.map_or(id, |span| span.slot_id(id));
        if !self.die(id, time, cycles, span.is_some_and(|span| !span.has_tiny_blocks())) {
            // It was there before, and the flight recorder does not keep what says so.
            let kind = self.kind(ObjectKind {
                type_id: None,
                slot_bytes: span.map(|span| span.slot_bytes),
                is_noscan: span.map(|span| span.is_noscan),
            });
            let lives = &mut self.kinds[kind as usize].1;
            lives.existed += 1;
            lives.freed += 1;
        }
    }

    /// What an object that is born joins, in a slot of one: the death of the one before can be told later, since the time of the
    /// thread that swept it can run ahead.
    fn outlived(&mut self, before: u32) -> u32 {
        let older = before.checked_sub(1).map_or(0, |place| std::mem::take(&mut self.living[place as usize].next));
        self.overwritten += u64::from(older != 0);
        self.drop_chain(older);
        before
    }

    /// Ends the lives in a slot, or the oldest one; gives whether there were any.
    fn die(&mut self, id: u64, time: u64, cycles: u64, is_oldest: bool) -> bool {
        let Some(slot) = self.pages.slot_mut(id) else { return false };
        let mut dead = *slot;
        let older = dead.checked_sub(1).map_or(0, |place| self.living[place as usize].next);
        if is_oldest && older != 0 {
            self.living[dead as usize - 1].next = 0;
            dead = older;
        } else {
            *slot = 0;
        }
        let mut next = dead;
        while let Some(object) = next.checked_sub(1).and_then(|place| self.living.get(place as usize)) {
            let lives = &mut self.kinds[object.kind as usize].1;
            lives.freed += 1;
            if let Some(birth) = object.cycles {
                *lives.cycles.entry(cycles - birth).or_default() += 1;
                lives.nanoseconds.push(time.saturating_sub(object.birth));
            }
            next = object.next;
        }
        self.drop_chain(dead);
        dead != 0
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
