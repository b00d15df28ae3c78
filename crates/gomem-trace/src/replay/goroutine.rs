//! A goroutine's time, segment by segment.

use std::num::NonZero;

use crate::{
    model::{Assist, Charge, Pause, Recording, Region, RegionId, Stretch, Sweep, Worker, WorkerMode},
    replay::{
        jumps::Jump,
        lookup::Lookup,
        mark::{is_mark, is_of_sweeps},
        open_regions::OpenRegions,
        segment::{Segment, Start},
        segment_sweeps::SegmentSweep,
        thread_events::ThreadEvents,
    },
    wire::{Event, TimedEvent},
};

/// What is open on a goroutine, from one segment and one generation to the next.
///
/// Few goroutines of many have an open range, so ranges are in boxes.
#[derive(Debug, Default)]
pub(super) struct Goroutine {
    /// Since when it is on a thread.
    on_since: Option<u64>,
    worker: Option<WorkerMode>,
    assist: Option<Box<Assist>>,
    /// From when on the time on a thread is not yet counted as the assist's.
    assist_counted: Option<u64>,
    sweep: Option<Box<Sweep>>,
    pause: Option<Box<Pause>>,
    regions: OpenRegions,
    /// Tasks that began here and have not ended, as far as anybody asked.
    tasks: Vec<u64>,
}

/// What goroutines are told with.
#[derive(Debug)]
pub(super) struct Context<'c, 'g, 'a> {
    pub(super) lookup: Lookup<'g, 'a>,
    pub(super) recording: &'c mut Recording,
    /// Ends of what did not begin, where the beginning should be in the trace.
    pub(super) ends_alone: u64,
}

impl Goroutine {
    /// Whether nothing is open.
    pub(super) fn is_idle(&self) -> bool {
        self.on_since.is_none()
            && self.assist.is_none()
            && self.sweep.is_none()
            && self.pause.is_none()
            && self.regions.is_empty()
            && self.tasks.is_empty()
    }

    /// An assist is open; where it began is not in the trace unless it is known already.
    pub(super) fn assisting(&mut self, goroutine: u64) {
        self.assist.get_or_insert_with(|| {
            let stretch = Stretch::new(None, None);
            Box::new(Assist { stretch, running: 0, stopping: 0, goroutine, stack: None, charge: Charge::default() })
        });
    }

    /// Takes a segment of a thread, its sweeps, and the jumps to its marks.
    pub(super) fn walk(
        &mut self,
        segment: &Segment,
        sweeps: &mut [SegmentSweep],
        jumps: &[Jump],
        thread: &ThreadEvents<'_>,
        context: &mut Context<'_, '_, '_>,
    ) {
        let begin = context.lookup.time(segment.begin);
        match self.on_since {
            // It was on the thread when the generation began, and goes on.
            Some(_) if segment.start == Start::Continued => {}
            _ => {
                self.on_since = Some(begin);
                self.worker = None;
                self.assist_counted = self.assist.is_some().then_some(begin);
            }
        }
        if segment.sweeps > 0 || segment.has_jumps {
            self.marks_and_sweeps(segment, sweeps, jumps, thread, context);
        } else if segment.marks > 0 {
            let (mut events, mut event) = (thread.of_segment(segment), TimedEvent::default());
            let mut left = segment.marks;
            while left > 0 && events.read_one(&mut event, is_mark) {
                self.mark(&event, segment.goroutine, context);
                left -= 1;
            }
        }
        if let Some(end) = segment.end {
            let end = context.lookup.time(end.get());
            self.count_assist(end);
            self.assist_counted = None;
            // A worker makes no system call. A processor that was a worker's can give its label to the goroutine that comes next.
            let worker = self.worker.take().filter(|_| !segment.has_syscall);
            if let (Some(mode), Some(begin)) = (worker, self.on_since) {
                context.recording.workers.push(Worker { mode, goroutine: segment.goroutine, begin, end });
            }
            self.on_since = None;
        }
    }

    /// Whether segments of which nothing is told say something of it.
    pub(super) fn needs_quiet_segments(&self) -> bool {
        self.on_since.is_some() || self.assist.is_some()
    }

    /// It was on a thread for so long, and nothing is told of that.
    pub(super) fn ran(&mut self, nanoseconds: u64) {
        if let Some(assist) = &mut self.assist {
            assist.running = assist.running.saturating_add(nanoseconds);
        }
        self.assist_counted = None;
        self.worker = None;
        self.on_since = None;
    }

    /// What is still open when the trace ends has no end.
    pub(super) fn finish(self, recording: &mut Recording) {
        recording.assists.extend(self.assist.map(|assist| *assist));
        self.sweep.iter().for_each(|sweep| recording.sweeps.push(sweep));
        recording.pauses.extend(self.pause.map(|pause| *pause));
    }

    /// Takes the marks of a segment in turn with its sweeps, by the jumps to them. It is apart, since most segments have marks alone,
    /// and reading those takes longer beside it.
    #[inline(never)]
    fn marks_and_sweeps(
        &mut self,
        segment: &Segment,
        sweeps: &mut [SegmentSweep],
        jumps: &[Jump],
        thread: &ThreadEvents<'_>,
        context: &mut Context<'_, '_, '_>,
    ) {
        let (mut sweeps, mut jumps) = (sweeps.iter_mut().peekable(), jumps.iter().peekable());
        let (mut events, mut event) = (thread.of_segment(segment), TimedEvent::default());
        for done in 0..segment.marks {
            while let Some(sweep) = sweeps.next_if(|sweep| sweep.marks_before <= done) {
                self.sweep(sweep, segment.goroutine, context);
            }
            let is_there = match jumps.next_if(|jump| jump.marks_before == done) {
                Some(jump) => {
                    events = thread.of_jump(jump);
                    events.read(&mut event)
                }
                None => events.read_one(&mut event, |event| is_mark(event) && !is_of_sweeps(event)),
            };
            if is_there {
                self.mark(&event, segment.goroutine, context);
            }
        }
        sweeps.for_each(|sweep| self.sweep(sweep, segment.goroutine, context));
    }

    /// Takes a sweep that begins; says to whom it is charged where its end is known.
    fn sweep(&mut self, sweep: &mut SegmentSweep, goroutine: u64, context: &mut Context<'_, '_, '_>) {
        let charge = self.charge(context.recording, sweep.begin(&context.lookup));
        if sweep.has_end() {
            sweep.owner = context.recording.sweeps.owner(NonZero::new(goroutine), charge);
        } else {
            self.sweep = Some(Box::new(sweep.unended(goroutine, charge, &mut context.lookup)));
        }
    }

    #[inline(always)]
    fn mark(&mut self, mark: &TimedEvent, goroutine: u64, context: &mut Context<'_, '_, '_>) {
        let time = context.lookup.time(mark.ticks);
        let [first, second, ..] = mark.numbers;
        match mark.event {
            Event::GC_MARK_ASSIST_BEGIN => {
                let stack = context.lookup.stack(first);
                let charge = self.charge(context.recording, time);
                let stretch = Stretch::new(Some(time), None);
                let assist = Assist { stretch, running: 0, stopping: 0, goroutine, stack, charge };
                context.ends_alone += u64::from(self.assist.replace(Box::new(assist)).is_some());
                self.assist_counted = Some(time);
            }
            Event::GC_MARK_ASSIST_END => {
                self.count_assist(time);
                self.assist_counted = None;
                match self.assist.take() {
                    Some(mut assist) => {
                        assist.stretch = assist.stretch.ending(time);
                        context.recording.assists.push(*assist);
                    }
                    None => context.ends_alone += 1,
                }
            }
            Event::GC_SWEEP_BEGIN => {
                self.sweep = Some(Box::new(Sweep {
                    stretch: Stretch::new(Some(time), None),
                    swept_bytes: 0,
                    reclaimed_bytes: 0,
                    goroutine: NonZero::new(goroutine),
                    stack: context.lookup.stack(first),
                    charge: self.charge(context.recording, time),
                }));
            }
            Event::GC_SWEEP_END => {
                let sweep = self.sweep.take();
                let charge = sweep.as_ref().map_or_else(|| self.charge(context.recording, time), |sweep| sweep.charge);
                context.recording.sweeps.push(&Sweep {
                    stretch: Stretch::new(sweep.as_ref().and_then(|sweep| sweep.stretch.begin()), Some(time)),
                    swept_bytes: first,
                    reclaimed_bytes: second,
                    goroutine: NonZero::new(goroutine),
                    stack: sweep.as_ref().and_then(|sweep| sweep.stack),
                    charge,
                });
            }
            Event::STW_BEGIN => {
                let (reason, stack) = (context.lookup.text(first), context.lookup.stack(second));
                let charge = self.charge(context.recording, time);
                let stretch = Stretch::new(Some(time), None);
                self.pause = Some(Box::new(Pause { stretch, goal: None, reason, goroutine, stack, charge }));
            }
            Event::HEAP_GOAL => {
                if let Some(pause) = &mut self.pause {
                    pause.goal.get_or_insert(time);
                }
            }
            Event::STW_END => self.end_pause(time, goroutine, context),
            Event::GO_LABEL => self.worker = context.lookup.raw(first).and_then(WorkerMode::from_label),
            Event::USER_TASK_BEGIN => self.tasks.push(first),
            Event::USER_REGION_BEGIN => {
                let (task, name) = (NonZero::new(first), context.lookup.text(second));
                let stretch = Stretch::new(Some(time), None);
                context.recording.regions.push(Region { task, name, goroutine, stretch });
                self.regions.begin(task.map(NonZero::get), name, RegionId::of_last(context.recording.regions.len()));
            }
            Event::USER_REGION_END => {
                let (task, name) = ((first != 0).then_some(first), context.lookup.text(second));
                // One that ends without a begin began before the trace, or on another goroutine, which is misuse.
                if let Some(id) = self.regions.end(task, name) {
                    let region = &mut context.recording.regions[id.place()];
                    region.stretch = region.stretch.ending(time);
                }
            }
            _ => {}
        }
    }

    fn end_pause(&mut self, time: u64, goroutine: u64, context: &mut Context<'_, '_, '_>) {
        let mut pause = self.pause.take().map_or_else(
            || Pause {
                stretch: Stretch::new(None, None),
                goal: None,
                reason: None,
                goroutine,
                stack: None,
                charge: self.charge(context.recording, time),
            },
            |pause| *pause,
        );
        pause.stretch = pause.stretch.ending(time);
        if let (Some(assist), Some(wall)) = (&mut self.assist, pause.wall()) {
            assist.stopping = assist.stopping.saturating_add(wall);
        }
        context.recording.pauses.push(pause);
    }

    /// Adds what the goroutine ran since the last time.
    fn count_assist(&mut self, time: u64) {
        if let (Some(assist), Some(since)) = (&mut self.assist, self.assist_counted) {
            assist.running = assist.running.saturating_add(time.saturating_sub(since));
        }
    }

    /// The innermost open region and its task; else the last task that began here and has not ended.
    fn charge(&mut self, recording: &Recording, time: u64) -> Charge {
        let region = self.regions.innermost();
        if let Some(id) = region {
            let task = recording.region(id).task.map(NonZero::get);
            if task.is_some() {
                return Charge::new(region, task);
            }
        }
        let has_ended = |task: u64| recording.task(task).and_then(|task| task.end).is_some_and(|end| end <= time);
        while self.tasks.last().is_some_and(|task| has_ended(*task)) {
            self.tasks.pop();
        }
        Charge::new(region, self.tasks.last().copied())
    }

    /// Forgets tasks that have ended.
    pub(super) fn forget_tasks(&mut self, recording: &Recording) {
        self.tasks.retain(|task| recording.task(*task).is_some_and(|task| task.end.is_none()));
    }
}
