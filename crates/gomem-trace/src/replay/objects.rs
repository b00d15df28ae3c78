//! Births and deaths of objects, as the experiment AllocFree traces them.

use crate::{
    error::{Error, Flaw, Limits},
    model::Lifetimes,
    replay::{
        kinds::{KindCache, Kinds},
        lookup::Lookup,
        mark::is_of_objects,
        object_order::{Listener, in_order},
        pages::Pages,
        slots::Object,
        thread::ThreadScan,
        thread_events::ThreadEvents,
    },
    wire::{Event, TimedEvent},
};

/// The objects that live, and what is known of those that lived.
#[derive(Debug, Default)]
pub(super) struct Objects {
    pages: Pages,
    kinds: Kinds,
    /// How many GC cycles have ended.
    ended_cycles: u32,
    has_events: bool,
    has_types: bool,
}

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
        in_order(threads, scans, &mut Generation { objects: self, lookup, cache: KindCache::default() });
    }

    /// Whether a generation had some.
    pub(super) fn has_events(&self) -> bool {
        self.has_events
    }

    pub(super) fn check(&self, limits: &Limits, offset: u64) -> Result<(), Error> {
        let (most, kinds) = (limits.objects, self.kinds.len() as u64);
        // A generation is too small to have the rest of the kinds that there can be.
        if self.pages.living() > most || kinds > u64::from(Object::MOST_KINDS / 2) {
            return Err(Error::limit("objects", most, offset));
        }
        Ok(())
    }

    pub(super) fn finish(self) -> (Option<Lifetimes>, Vec<Flaw>) {
        let Self { pages, mut kinds, ended_cycles, has_events, has_types } = self;
        for object in pages.iter() {
            // What the first of two cycles found dead was swept before the second began.
            kinds.left(object, ended_cycles.saturating_sub(object.cycles) >= 2);
        }
        pages.overwritten().iter().for_each(|object| kinds.left(*object, false));
        let mut flaws = Vec::new();
        if has_events && !has_types {
            flaws.push(Flaw::NoTypes);
        }
        let count = pages.overwritten().len() as u64;
        if count > 0 {
            flaws.push(Flaw::Contradiction { problem: "object born where another lives", count });
        }
        (has_events.then(|| kinds.finish()), flaws)
    }
}

/// The objects, and what ids of a generation stand for.
struct Generation<'o, 'l, 'g, 'a> {
    objects: &'o mut Objects,
    lookup: &'l mut Lookup<'g, 'a>,
    cache: KindCache,
}

impl Listener for Generation<'_, '_, '_, '_> {
    #[inline(always)]
    fn object(&mut self, event: &TimedEvent) {
        match event.event {
            Event::HEAP_OBJECT_FREE => self.died(event),
            Event::HEAP_OBJECT_ALLOC => self.born(event, self.objects.ended_cycles),
            _ => self.born(event, Object::EXISTED),
        }
    }

    #[inline(never)]
    fn event(&mut self, event: &TimedEvent) {
        let [id, first, second, _] = event.numbers;
        let Objects { pages, ended_cycles, .. } = &mut *self.objects;
        match event.event {
            Event::SPAN => pages.set_span(id, first, second, Object::EXISTED),
            Event::SPAN_ALLOC => pages.set_span(id, first, second, *ended_cycles),
            Event::SPAN_FREE => pages.free_span(id, *ended_cycles),
            Event::GC_END => *ended_cycles = (*ended_cycles + 1).min(Object::EXISTED - 1),
            Event::HEAP_OBJECT | Event::HEAP_OBJECT_ALLOC | Event::HEAP_OBJECT_FREE => self.object(event),
            _ => {}
        }
    }
}

impl Generation<'_, '_, '_, '_> {
    #[inline(always)]
    fn born(&mut self, event: &TimedEvent, cycles: u32) {
        let [id, type_number, ..] = event.numbers;
        let (birth, kinds) = (self.lookup.time(event.ticks), &mut self.objects.kinds);
        self.objects.pages.insert(id, |span| {
            let kind = kinds.of_birth(type_number, span, self.lookup, &mut self.cache);
            Object { birth, cycles, kind }
        });
    }

    #[inline(always)]
    fn died(&mut self, event: &TimedEvent) {
        let Objects { pages, kinds, ended_cycles, .. } = &mut *self.objects;
        let time = self.lookup.time(event.ticks);
        let ended = *ended_cycles;
        let told = pages.remove(event.numbers[0], ended, |object| kinds.died(object, time, ended));
        told.unwrap_or_else(|span| kinds.died_unseen(span));
    }
}
