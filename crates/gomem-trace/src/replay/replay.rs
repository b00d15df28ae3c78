//! Generations, one after the other, with what is carried from one to the next.

use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use foldhash::fast::RandomState;
use gomem_table::{Interrupt, checkpoint};

use crate::{
    error::{Diagnostic, Error, Flaw, Limits},
    model::{Charge, GcMark, GcMarkKind, Goal, Log, Recording, Sample, Stretch, Sweep, Task},
    replay::{
        goroutine::{Context, Goroutine},
        lookup::Lookup,
        objects::Objects,
        order::Order,
        quiet_segment::QuietSegments,
        segment_sweeps::SegmentSweep,
        thread::ThreadScan,
        thread_events::ThreadEvents,
    },
    wire::{Batch, Clock, Counts, Event, Generation, RawGeneration, WallTime},
};

/// What is known after so many generations.
#[derive(Debug)]
pub(crate) struct Replay {
    limits: Limits,
    threads: usize,
    pub(crate) recording: Recording,
    pub(crate) counts: Counts,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) generations: Vec<GenerationSummary>,
    /// When the trace begins and ends, in nanoseconds of its clock.
    pub(crate) span: Option<(u64, u64)>,
    /// When it begins by the system's clock, in milliseconds since the Unix epoch.
    pub(crate) start_unix_ms: Option<i64>,
    clock: Option<Clock>,
    goroutines: HashMap<u64, Goroutine, RandomState>,
    /// So many events have passed since all goroutines were looked at.
    since_forgetting: u64,
    /// The last size of the heap that each thread wrote.
    last_heap: HashMap<u64, Sample, RandomState>,
    objects: Objects,
    strays: u64,
    ends_alone: u64,
}

/// A generation, when it has been read.
///
/// ```
/// # let trace = gomem_trace::Trace::decode(&gomem_testkit::testdata("traces/service-1.27.3.trace"))?;
/// let generation = &trace.generations()[0];
/// assert!(generation.is_complete);
/// assert_eq!((generation.number, generation.offset), (1, 44));
/// # Ok::<(), gomem_trace::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct GenerationSummary {
    /// Its number, as the program counts them.
    pub number: u64,
    /// The byte of the file where its first batch has its data.
    pub offset: u64,
    /// Batches in it.
    pub batches: u64,
    /// Events in it.
    pub events: u64,
    /// Threads that wrote events.
    pub threads: u64,
    /// Whether it has its end.
    pub is_complete: bool,
}

impl Replay {
    pub(crate) fn new(limits: Limits, threads: usize) -> Self {
        Self {
            limits,
            threads,
            recording: Recording::default(),
            counts: Counts::default(),
            diagnostics: Vec::new(),
            generations: Vec::new(),
            span: None,
            start_unix_ms: None,
            clock: None,
            goroutines: HashMap::default(),
            since_forgetting: 0,
            last_heap: HashMap::default(),
            objects: Objects::default(),
            strays: 0,
            ends_alone: 0,
        }
    }

    /// Takes the next generation; `base` is the byte of the file that `bytes` begin at.
    pub(crate) fn take(&mut self, raw: &RawGeneration, bytes: &[u8], base: u64) -> Result<GenerationSummary, Error> {
        checkpoint();
        let generation = Generation::decode(raw, bytes, base);
        let offset = base + raw.batches.first().map_or(0, |batch| batch.data.start as u64);
        if generation.threads.len() as u64 > self.limits.threads {
            return Err(Error::limit("threads", self.limits.threads, offset));
        }
        self.check_follows(raw.number, offset);
        let clock = self.clock(&generation, raw.number);
        let threads: Vec<ThreadEvents<'_>> =
            generation.threads.iter().map(|(thread, batches)| ThreadEvents::new(*thread, batches, bytes)).collect();
        let has_objects = self.objects.has_events() || generation.counts.of(Event::EXPERIMENTAL_BATCH) > 0;
        let mut scans = self.scan(&threads, base, has_objects);
        let mut events = generation.counts.clone();
        scans.iter().for_each(|scan| events.merge(scan.counts.iter().copied()));
        self.counts.merge(events.iter());
        self.check_limits(&generation, offset)?;
        self.diagnostics.extend(generation.diagnostics.iter().cloned());
        for scan in &scans {
            self.diagnostics.extend(scan.diagnostics.iter().cloned());
            self.strays += scan.strays;
        }
        self.stretch(&generation, &scans, clock);
        self.replay(&generation, &threads, &mut scans, clock, raw.number);
        self.objects.check(&self.limits, offset)?;
        if !raw.is_complete {
            self.tell(raw.number, None, Flaw::Torn);
        }
        self.diagnostics.extend(raw.end.clone());
        let summary = GenerationSummary {
            number: raw.number,
            offset,
            batches: raw.batches.len() as u64,
            events: events.total(),
            threads: generation.threads.iter().filter(|(thread, _)| *thread != Batch::NO_THREAD).count() as u64,
            is_complete: raw.is_complete,
        };
        self.generations.push(summary.clone());
        Ok(summary)
    }

    /// Tells the rest, when there are no other generations.
    pub(crate) fn finish(&mut self) {
        for (_, goroutine) in std::mem::take(&mut self.goroutines) {
            goroutine.finish(&mut self.recording);
        }
        let alone = [
            ("events of a goroutine on a thread that has none", self.strays),
            ("begins and ends that do not match", self.ends_alone),
        ];
        for (problem, count) in alone.into_iter().filter(|(_, count)| *count > 0) {
            self.diagnostics.push(Diagnostic {
                offset: None,
                generation: None,
                flaw: Flaw::Contradiction { problem, count },
            });
        }
        let objects = std::mem::take(&mut self.objects);
        let (lifetimes, flaws) = objects.finish();
        self.recording.lifetimes = lifetimes;
        self.diagnostics.extend(flaws.into_iter().map(|flaw| Diagnostic { offset: None, generation: None, flaw }));
        self.recording.put_in_order(true);
    }

    fn check_follows(&mut self, number: u64, offset: u64) {
        if let Some(before) = self.generations.last().map(|last| last.number)
            && before.checked_add(1) != Some(number)
        {
            self.tell(number, Some(offset), Flaw::GenerationGap { before, after: number });
        }
    }

    /// A generation without a frequency has that of the one before.
    fn clock(&mut self, generation: &Generation<'_>, number: u64) -> Clock {
        let known = generation.clock.or(self.clock);
        if known.is_none() {
            self.tell(number, None, Flaw::NoFrequency);
        }
        let clock = known.unwrap_or(Clock::LINUX);
        self.clock = Some(clock);
        clock
    }

    /// Threads do not depend on each other.
    fn scan(&self, threads: &[ThreadEvents<'_>], base: u64, has_objects: bool) -> Vec<ThreadScan> {
        let scan = |thread: &ThreadEvents<'_>| ThreadScan::new(thread, base, has_objects);
        let total: usize = threads.iter().map(ThreadEvents::bytes).sum();
        let workers = self.threads.min(threads.len());
        if workers < 2 || total < WORTH_THREADS {
            return threads.iter().map(scan).collect();
        }
        let next = AtomicUsize::new(0);
        let interrupt = Interrupt::current();
        let scans: Mutex<Vec<(usize, ThreadScan)>> = Mutex::new(Vec::with_capacity(threads.len()));
        let work = || {
            while let Some((place, thread)) = {
                let place = next.fetch_add(1, Ordering::Relaxed);
                threads.get(place).map(|thread| (place, thread))
            } {
                let done = (place, scan(thread));
                if let Ok(mut scans) = scans.lock() {
                    scans.push(done);
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..workers {
                // What ends the work there ends it below.
                scope.spawn(|| interrupt.run(work));
            }
        });
        checkpoint();
        let mut scans = scans.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        scans.sort_unstable_by_key(|(place, _)| *place);
        scans.into_iter().map(|(_, scan)| scan).collect()
    }

    fn check_limits(&self, generation: &Generation<'_>, offset: u64) -> Result<(), Error> {
        let limits = &self.limits;
        if self.counts.total() > limits.events {
            return Err(Error::limit("events", limits.events, offset));
        }
        if self.recording.names.stacks() + generation.stacks.len() as u64 > limits.stacks {
            return Err(Error::limit("stacks", limits.stacks, offset));
        }
        let text_bytes: u64 = generation.strings.values().map(|text| text.len() as u64).sum();
        if self.recording.names.text_bytes() + text_bytes > limits.text_bytes {
            return Err(Error::limit("bytes of text", limits.text_bytes, offset));
        }
        Ok(())
    }

    /// When the trace begins and ends.
    fn stretch(&mut self, generation: &Generation<'_>, scans: &[ThreadScan], clock: Clock) {
        let Some(first) = generation.first_ticks else { return };
        let begin = clock.nanoseconds(first);
        let end = scans.iter().map(|scan| clock.nanoseconds(scan.last_ticks)).max().unwrap_or(begin).max(begin);
        let begin = self.span.map_or(begin, |(begin, _)| begin);
        self.span = Some((begin, self.span.map_or(end, |(_, last)| last.max(end))));
        if self.start_unix_ms.is_none()
            && let Some(WallTime { ticks, unix_ms }) = generation.wall
        {
            let since = i64::try_from(clock.nanoseconds(ticks).saturating_sub(begin) / 1_000_000).unwrap_or(i64::MAX);
            self.start_unix_ms = Some(unix_ms.saturating_sub(since));
        }
    }

    fn replay(
        &mut self,
        generation: &Generation<'_>,
        threads: &[ThreadEvents<'_>],
        scans: &mut [ThreadScan],
        clock: Clock,
        number: u64,
    ) {
        let mut names = std::mem::take(&mut self.recording.names);
        let lookup = Lookup::new(generation, &mut names, clock);
        let mut context = Context { lookup, recording: &mut self.recording, ends_alone: 0 };
        reserve(context.recording, scans);
        tasks(scans, &mut context);
        walk(&mut self.goroutines, scans, threads, &mut context);
        self.since_forgetting += scans.iter().flat_map(|scan| &scan.counts).map(|(_, count)| count).sum::<u64>();
        // As much work as that of the events, however many generations there are.
        if self.since_forgetting >= self.goroutines.len() as u64 {
            self.since_forgetting = 0;
            self.goroutines.retain(|_, state| {
                state.forget_tasks(context.recording);
                !state.is_idle()
            });
        }
        heap(&mut self.last_heap, scans, &mut context);
        logs(scans, &mut context);
        sweeps(scans, &mut context);
        self.objects.take(threads, scans, &mut context.lookup);
        let Context { lookup, ends_alone, .. } = context;
        let missing = [("texts", lookup.missing_texts), ("stacks", lookup.missing_stacks)];
        self.ends_alone += ends_alone;
        self.recording.names = names;
        self.recording.put_in_order(false);
        for (what, count) in missing.into_iter().filter(|(_, count)| *count > 0) {
            self.tell(number, None, Flaw::Unexplained { what, count });
        }
        if self.generations.is_empty() {
            self.recording.procs_named = scans.iter().map(|scan| scan.procs_named.len() as u64).sum();
        }
    }

    fn tell(&mut self, generation: u64, offset: Option<u64>, flaw: Flaw) {
        self.diagnostics.push(Diagnostic { offset, generation: Some(generation), flaw });
    }
}

/// Makes room for what is counted already.
fn reserve(recording: &mut Recording, scans: &[ThreadScan]) {
    let mut counts = Counts::default();
    scans.iter().for_each(|scan| counts.merge(scan.counts.iter().copied()));
    let of = |event: u8| usize::try_from(counts.of(event)).unwrap_or_default();
    recording.assists.reserve(of(Event::GC_MARK_ASSIST_END));
    recording.logs.reserve(of(Event::USER_LOG));
}

/// Births of tasks, and then deaths, since another thread can end what one began.
fn tasks(scans: &[ThreadScan], context: &mut Context<'_, '_, '_>) {
    let marks = || scans.iter().flat_map(|scan| &scan.tasks);
    for mark in marks() {
        let Some((parent, name)) = mark.begin else { continue };
        let begin = Some(context.lookup.time(mark.ticks));
        let (parent, name) = ((parent != 0).then_some(parent), context.lookup.text(name));
        let recording = &mut *context.recording;
        recording.task_places.insert(mark.task, recording.tasks.len());
        recording.tasks.push(Task { id: mark.task, parent, name, goroutine: mark.goroutine, begin, end: None });
    }
    for mark in marks().filter(|mark| mark.begin.is_none()) {
        let end = Some(context.lookup.time(mark.ticks));
        let recording = &mut *context.recording;
        match recording.task_places.get(mark.task) {
            Some(place) => recording.tasks[*place].end = end,
            None => {
                recording.task_places.insert(mark.task, recording.tasks.len());
                let task = Task { id: mark.task, parent: None, name: None, goroutine: None, begin: None, end };
                recording.tasks.push(task);
            }
        }
    }
}

/// Each goroutine's segments, in their order.
fn walk(
    goroutines: &mut HashMap<u64, Goroutine, RandomState>,
    scans: &mut [ThreadScan],
    threads: &[ThreadEvents<'_>],
    context: &mut Context<'_, '_, '_>,
) {
    let mut sweeps: Vec<Vec<SegmentSweep>> = scans.iter_mut().map(|scan| scan.segment_sweeps.take()).collect();
    let scans = &*scans;
    for goroutine in scans.iter().flat_map(|scan| &scan.assisting) {
        goroutines.entry(*goroutine).or_default().assisting(*goroutine);
    }
    let parted = scans.iter().flat_map(|scan| &scan.parted).copied();
    let mut quiet = QuietSegments::new(goroutines, parted, scans.iter().flat_map(|scan| &scan.quiet_segments));
    let order = Order::new(scans);
    for own in order.goroutines() {
        let Some(goroutine) = own.first().map(|first| first.of(scans).goroutine) else { continue };
        let mut state = goroutines.remove(&goroutine).unwrap_or_default();
        let mut quiet = quiet.take(goroutine).into_iter().peekable();
        for place in own {
            let segment = place.of(scans);
            while let Some(before) = quiet.next_if(|quiet| quiet.sequence < segment.sequence) {
                state.ran(context.lookup.time(before.ticks.into()));
            }
            let thread = place.thread as usize;
            let (first, count) = (segment.first_sweep as usize, usize::from(segment.sweeps));
            let own_sweeps = sweeps[thread].get_mut(first..first + count).unwrap_or_default();
            let jumps = scans[thread].jumps.of(segment);
            state.walk(segment, own_sweeps, jumps, &threads[thread], context);
        }
        quiet.for_each(|after| state.ran(context.lookup.time(after.ticks.into())));
        if !state.is_idle() {
            goroutines.insert(goroutine, state);
        }
    }
    for (goroutine, own) in quiet.into_rest() {
        if let Some(state) = goroutines.get_mut(&goroutine) {
            own.iter().for_each(|quiet| state.ran(context.lookup.time(quiet.ticks.into())));
        }
    }
    for own in sweeps {
        let Context { recording, lookup, .. } = &mut *context;
        // They stay where they are.
        let records = own.into_iter().filter_map(|sweep| sweep.record(recording, lookup)).collect();
        recording.sweeps.take(records);
    }
}

/// Sizes of the heap, goals, and moments of cycles.
fn heap(
    last_heap: &mut HashMap<u64, Sample, RandomState>,
    scans: &mut [ThreadScan],
    context: &mut Context<'_, '_, '_>,
) {
    let clock = context.lookup.clock;
    let sample = |ticks: &Sample| Sample { time: clock.nanoseconds(ticks.time), ..*ticks };
    for scan in &*scans {
        for mark in &scan.gc {
            let heap = match mark.heap_before.checked_sub(1) {
                Some(place) => Some(sample(&scan.heap[place])),
                None => last_heap.get(&scan.thread).copied(),
            };
            let kind = match mark.event {
                Event::GC_BEGIN => GcMarkKind::Begin,
                Event::GC_END => GcMarkKind::End,
                _ => GcMarkKind::Active,
            };
            let (time, stack) = (clock.nanoseconds(mark.ticks), context.lookup.stack(mark.stack));
            let mark = GcMark { sequence: mark.sequence, kind, time, thread: scan.thread, stack, heap };
            context.recording.gc_marks.push(mark);
        }
        context.recording.procs.extend(scan.procs.iter().map(sample));
        let goals = scan.goals.iter().map(|(ticks, bytes)| Goal {
            time: clock.nanoseconds(*ticks),
            thread: scan.thread,
            bytes: *bytes,
        });
        context.recording.goals.extend(goals);
        if let Some(last) = scan.heap.last() {
            last_heap.insert(scan.thread, sample(last));
        }
    }
    // Those of one thread can be nearly all, and stay where they are.
    let most = scans.iter_mut().max_by_key(|scan| scan.heap.len());
    let mut heap = most.map(|scan| std::mem::take(&mut scan.heap)).unwrap_or_default();
    heap.iter_mut().for_each(|ticks| *ticks = sample(ticks));
    let others: usize = scans.iter().map(|scan| scan.heap.len()).sum();
    heap.reserve_exact(others);
    scans.iter().for_each(|scan| heap.extend(scan.heap.iter().map(sample)));
    heap.shrink_to_fit();
    context.recording.heap.take(heap);
}

fn logs(scans: &[ThreadScan], context: &mut Context<'_, '_, '_>) {
    for mark in scans.iter().flat_map(|scan| &scan.logs) {
        let log = Log {
            time: context.lookup.time(mark.ticks),
            goroutine: mark.goroutine,
            task: (mark.task != 0).then_some(mark.task),
            key: context.lookup.text(mark.key),
            value: context.lookup.text(mark.value),
        };
        context.recording.logs.push(log);
    }
}

/// Sweeps of no goroutine; those of goroutines are with them.
fn sweeps(scans: &[ThreadScan], context: &mut Context<'_, '_, '_>) {
    for mark in scans.iter().flat_map(|scan| &scan.sweeps) {
        let sweep = Sweep {
            stretch: Stretch::new(
                Some(context.lookup.time(mark.begin)),
                mark.end.map(|(end, ..)| context.lookup.time(end)),
            ),
            swept_bytes: mark.end.map_or(0, |(_, swept, _)| swept),
            reclaimed_bytes: mark.end.map_or(0, |(.., reclaimed)| reclaimed),
            goroutine: None,
            stack: context.lookup.stack(mark.stack),
            charge: Charge::default(),
        };
        context.recording.sweeps.push(&sweep);
    }
}

/// Below so many bytes, starting threads costs more than it saves.
const WORTH_THREADS: usize = 1 << 20;
