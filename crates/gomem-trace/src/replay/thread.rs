//! The events of one thread: which goroutine is on it, and what is to be told of it.

use std::{collections::HashSet, num::NonZero};

use crate::{
    error::Diagnostic,
    model::Sample,
    replay::{
        holds::{Hold, Holds},
        jumps::Jumps,
        mark::{LogMark, SweepMark, TaskMark, is_mark, is_of_objects},
        quiet_segment::QuietSegment,
        segment::{EventPlace, Segment, Start},
        segment_sweeps::SegmentSweeps,
        thread_events::ThreadEvents,
    },
    wire::{Batch, Counts, Event, TimedEvent, TimedEvents},
};
use foldhash::fast::RandomState;

/// What one thread says in a generation; times are in units of the trace's clock.
#[derive(Debug, Default)]
pub(super) struct ThreadScan {
    pub(super) thread: u64,
    /// How many events of each type it has, where it has any.
    pub(super) counts: Vec<(u8, u64)>,
    pub(super) segments: Vec<Segment>,
    pub(super) quiet_segments: Vec<QuietSegment>,
    /// To the marks of segments.
    pub(super) jumps: Jumps,
    /// What is on the thread.
    open: Option<Segment>,
    open_holds: Option<Holds>,
    /// When it has processors, where that is asked for.
    pub(super) holds: Option<Vec<Hold>>,
    /// Whether an assist began in it and has not ended.
    has_open_assist: bool,
    /// Goroutines whose assists go on behind a segment.
    pub(super) parted: Vec<u64>,
    /// Goroutines that C called on this thread, or no longer does: their numbers begin anew.
    called: HashSet<u64, RandomState>,
    pub(super) tasks: Vec<TaskMark>,
    pub(super) logs: Vec<LogMark>,
    /// Those of no goroutine.
    pub(super) sweeps: Vec<SweepMark>,
    pub(super) segment_sweeps: SegmentSweeps,
    pub(super) gc: Vec<GcScan>,
    pub(super) heap: Vec<Sample>,
    pub(super) goals: Vec<(u64, u64)>,
    pub(super) procs: Vec<Sample>,
    pub(super) procs_named: HashSet<u64, RandomState>,
    /// Goroutines that are assisting when the generation begins.
    pub(super) assisting: Vec<u64>,
    /// Events of a goroutine, on a thread that has none.
    pub(super) strays: u64,
    pub(super) last_ticks: u64,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// A moment of a GC cycle.
#[derive(Debug, Clone)]
pub(super) struct GcScan {
    pub(super) event: u8,
    pub(super) ticks: u64,
    pub(super) sequence: u64,
    pub(super) stack: u64,
    /// How many sizes of the heap the thread had written in this generation.
    pub(super) heap_before: usize,
}

impl ThreadScan {
    /// Reads them. `has_objects` says that births and deaths of objects are likely: putting those in order takes more.
    pub(super) fn new(thread: &ThreadEvents<'_>, base: u64, has_objects: bool) -> Self {
        let open_holds = has_objects.then(Holds::default);
        let (mut scan, mut counts) = (Self { thread: thread.thread, open_holds, ..Self::default() }, Counts::default());
        let (mut left, mut done) = (thread.bytes(), 0);
        for (place, batch) in (0..).zip(thread.batches) {
            let (mut events, mut event) = (thread.of_batch(batch), TimedEvent::default());
            scan.jumps.begin_batch();
            while events.read(&mut event) {
                counts.add(event.event);
                if is_of_objects(event.event) {
                    // They tell nothing of the thread, and follow each other.
                    counts.merge(events.pass_objects());
                    continue;
                }
                scan.event(&event, place, &events);
            }
            scan.last_ticks = scan.last_ticks.max(events.ticks());
            (left, done) = (left - batch.data.len(), done + batch.data.len());
            scan.foresee(left, done);
            if let Some((place, flaw)) = events.flaw() {
                let offset = Some(base + (batch.data.start + place) as u64);
                scan.diagnostics.push(Diagnostic { offset, generation: Some(batch.generation), flaw });
            }
        }
        scan.close(None);
        scan.holds = scan.open_holds.take().map(Holds::finish);
        scan.counts = counts.iter().collect();
        scan
    }

    /// Makes room for what so many bytes will tell, if they are as those that are done: what is large is not moved again and again.
    fn foresee(&mut self, left: usize, done: usize) {
        room(&mut self.heap, left, done);
        room(&mut self.segments, left, done);
        room(&mut self.quiet_segments, left, done);
        room(&mut self.tasks, left, done);
        room(&mut self.logs, left, done);
        room(self.segment_sweeps.all_mut(), left, done);
    }

    #[inline]
    fn event(&mut self, told: &TimedEvent, batch: u32, events: &TimedEvents<'_>) {
        let TimedEvent { event, ticks, numbers: [first, second, third, _] } = *told;
        let place = || EventPlace::new(batch, events.next_place());
        match event {
            Event::GO_START | Event::GO_SWITCH | Event::GO_SWITCH_DESTROY => {
                self.begin(ticks, first, second, Start::Scheduled, place());
            }
            Event::GO_STOP | Event::GO_BLOCK | Event::GO_DESTROY | Event::GO_DESTROY_SYSCALL => self.end(ticks),
            Event::GO_SYSCALL_END_BLOCKED => {
                self.end(ticks);
                self.hold(told);
            }
            Event::PROC_START | Event::PROC_STOP | Event::GO_SYSCALL_END => self.hold(told),
            Event::GO_CREATE_SYSCALL => {
                self.called.insert(first);
                self.begin(ticks, first, 0, Start::Called, place());
            }
            Event::GO_STATUS | Event::GO_STATUS_STACK => {
                let is_here = match third {
                    RUNNING => self.thread != Batch::NO_THREAD,
                    SYSCALL => second == self.thread,
                    _ => false,
                };
                if is_here {
                    self.begin(ticks, first, 0, Start::Continued, place());
                }
            }
            Event::GO_SYSCALL_BEGIN => {
                if let Some(open) = &mut self.open {
                    open.has_syscall = true;
                }
                self.hold(told);
            }
            Event::HEAP_ALLOC => self.heap.push(Sample { time: ticks, value: first }),
            Event::HEAP_GOAL => {
                self.goals.push((ticks, first));
                self.mark(told, batch, events.place());
            }
            Event::GC_SWEEP_BEGIN => match &mut self.open {
                Some(open) => {
                    if !self.segment_sweeps.begin(open, ticks, first) {
                        self.mark_alone(told, batch, events.place());
                    }
                }
                None => self.sweeps.push(SweepMark { begin: ticks, stack: first, end: None }),
            },
            Event::GC_SWEEP_END if self.sweeps.last().is_some_and(|sweep| sweep.end.is_none()) => {
                if let Some(sweep) = self.sweeps.last_mut() {
                    sweep.end = Some((ticks, first, second));
                }
            }
            Event::GC_SWEEP_END => match &mut self.open {
                Some(open) => {
                    if !self.segment_sweeps.end(open, ticks, first, second) {
                        self.mark_alone(told, batch, events.place());
                    }
                }
                None => self.strays += 1,
            },
            Event::USER_TASK_BEGIN => {
                let goroutine = self.goroutine();
                self.tasks.push(TaskMark { ticks, goroutine, task: first, begin: Some((second, third)) });
                self.mark(told, batch, events.place());
            }
            Event::USER_TASK_END => {
                let goroutine = self.goroutine();
                self.tasks.push(TaskMark { ticks, goroutine, task: first, begin: None });
            }
            Event::USER_LOG => {
                let goroutine = self.goroutine();
                self.logs.push(LogMark { ticks, goroutine, task: first, key: second, value: third });
            }
            Event::GC_ACTIVE | Event::GC_BEGIN | Event::GC_END => {
                let stack = if event == Event::GC_BEGIN { second } else { 0 };
                self.gc.push(GcScan { event, ticks, sequence: first, stack, heap_before: self.heap.len() });
            }
            Event::GC_MARK_ASSIST_ACTIVE => self.assisting.push(first),
            Event::PROCS_CHANGE => self.procs.push(Sample { time: ticks, value: first }),
            Event::PROC_STATUS => {
                self.procs_named.insert(first);
                self.hold(told);
            }
            event if is_mark(event) => {
                self.strays += u64::from(self.open.is_none());
                match event {
                    Event::GC_MARK_ASSIST_BEGIN => self.has_open_assist = self.open.is_some(),
                    Event::GC_MARK_ASSIST_END => self.has_open_assist = false,
                    _ => {}
                }
                self.mark(told, batch, events.place());
            }
            _ => {}
        }
    }

    fn begin(&mut self, ticks: u64, goroutine: u64, sequence: u64, start: Start, place: EventPlace) {
        self.end(ticks);
        let sequence = u32::try_from(sequence).unwrap_or(u32::MAX);
        self.jumps.begin_segment(place.last_byte.into());
        self.open = Some(Segment::new(goroutine, sequence, start, ticks, place));
    }

    fn end(&mut self, ticks: u64) {
        self.close(Some(NonZero::new(ticks).unwrap_or(NonZero::<u64>::MIN)));
    }

    /// Ends what is on the thread. Nearly all are quiet, of which little is kept, so nothing is moved before that is known.
    #[inline]
    fn close(&mut self, end: Option<NonZero<u64>>) {
        let Some(open) = &mut self.open else { return };
        self.segment_sweeps.end_segment(open);
        if std::mem::take(&mut self.has_open_assist) {
            self.parted.push(open.goroutine);
        }
        let is_called = !self.called.is_empty() && self.called.contains(&open.goroutine);
        match QuietSegment::new(open, end) {
            Some(quiet) if !is_called => self.quiet_segments.push(quiet),
            _ => self.segments.push(Segment { end, ..open.clone() }),
        }
        self.open = None;
    }

    #[inline]
    fn hold(&mut self, event: &TimedEvent) {
        if let Some(holds) = &mut self.open_holds {
            holds.event(event);
        }
    }

    fn goroutine(&self) -> Option<u64> {
        self.open.as_ref().map(|segment| segment.goroutine)
    }

    #[inline]
    fn mark(&mut self, event: &TimedEvent, batch: u32, byte: usize) {
        if let Some(open) = &mut self.open {
            self.jumps.mark(open, event, batch, byte);
            open.marks += 1;
        }
    }

    /// Takes a mark that is not read between others.
    fn mark_alone(&mut self, event: &TimedEvent, batch: u32, byte: usize) {
        if let Some(open) = &mut self.open {
            self.jumps.push(open, event, batch, byte);
            open.marks += 1;
        }
    }
}

/// Makes room in a list that is nearly full. It is no loss when there is none.
fn room<T>(list: &mut Vec<T>, left: usize, done: usize) {
    if list.len() >= MANY && list.capacity() - list.len() < list.len() / 4 {
        let more = list.len() as u128 * left as u128 * 9 / (done.max(1) as u128 * 8);
        let _ = list.try_reserve_exact(usize::try_from(more).unwrap_or_default());
    }
}

/// Fewer are moved without ado.
const MANY: usize = 1024;

/// States of goroutines, as `tracev2` numbers them.
const RUNNING: u64 = 2;
const SYSCALL: u64 = 3;
