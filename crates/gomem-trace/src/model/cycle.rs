//! GC cycles.

use crate::model::{
    gc_mark::{GcMark, GcMarkKind},
    names::{Names, StackId},
    pause::{self, Pause},
    runs::Runs,
    sample::Sample,
};

/// A GC cycle.
#[derive(Debug, Clone)]
pub(crate) struct Cycle {
    /// `None` when it began before the trace.
    pub(crate) begin: Option<u64>,
    pub(crate) end: Option<GcMark>,
    pub(crate) stack: Option<StackId>,
    /// When its first stop ended: marking begins.
    pub(crate) marking_begin: Option<u64>,
    /// When its last stop began: marking ends.
    pub(crate) marking_end: Option<u64>,
}

/// Why a cycle began.
///
/// ```
/// # let trace = gomem_trace::Trace::decode(&gomem_testkit::testdata("traces/service-1.27.3.trace"))?;
/// use gomem_trace::Trigger;
///
/// let forced: Vec<_> = trace.cycles(None).iter().map(|cycle| cycle.is_forced()).collect();
/// assert_eq!(forced, [false, false, false, true]);
/// assert_eq!(trace.cycles(None)[0].trigger, Trigger::Heap);
/// # Ok::<(), gomem_trace::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// The heap reached the trigger.
    Heap,
    /// The program called `runtime.GC`.
    Forced,
    /// Two minutes had passed.
    Periodic,
    /// The trace does not say.
    Unknown,
}

gomem_table::named!(Trigger { Heap "heap", Forced "forced", Periodic "periodic", Unknown "unknown" });

impl Trigger {
    pub(crate) fn from_stack(stack: Option<StackId>, names: &Names) -> Self {
        let Some(stack) = stack else { return Self::Unknown };
        if names.is_on_stack(stack, "runtime.GC") {
            return Self::Forced;
        }
        if names.is_on_stack(stack, "runtime.forcegchelper") {
            return Self::Periodic;
        }
        let allocates = names.frames(stack).iter().any(|frame| names.function(frame).starts_with("runtime.mallocgc"));
        if allocates { Self::Heap } else { Self::Unknown }
    }
}

/// The GC cycles of a trace, in order.
#[derive(Debug, Default)]
pub(crate) struct Cycles(Vec<Cycle>);

impl Cycles {
    /// Puts moments together; pauses say where marking began and ended.
    pub(crate) fn new(mut marks: Vec<GcMark>, pauses: &Runs<Pause>, names: &Names) -> Self {
        marks.sort_by_key(|mark| mark.sequence);
        let mut cycles: Vec<Cycle> = Vec::new();
        let mut is_open = false;
        for mark in marks {
            if mark.kind == GcMarkKind::Begin || !is_open {
                let is_begin = mark.kind == GcMarkKind::Begin;
                let (begin, stack) = (is_begin.then_some(mark.time), mark.stack.filter(|_| is_begin));
                cycles.push(Cycle { begin, end: None, stack, marking_begin: None, marking_end: None });
                is_open = true;
            }
            if mark.kind == GcMarkKind::End {
                is_open = false;
                if let Some(cycle) = cycles.last_mut() {
                    cycle.end = Some(mark);
                }
            }
        }
        let mut cycles = Self(cycles);
        for pause in pauses {
            cycles.place(pause, names);
        }
        cycles
    }

    fn place(&mut self, pause: &Pause, names: &Names) {
        let reason = pause.reason.map(|reason| &**names.text(reason));
        let Some(place) = pause.stretch.moment().and_then(|time| self.during(time)) else { return };
        let cycle = &mut self.0[place];
        match reason {
            Some(pause::SWEEP_TERMINATION) => cycle.marking_begin = cycle.marking_begin.max(pause.stretch.end()),
            Some(pause::MARK_TERMINATION) => cycle.marking_end = cycle.marking_end.max(pause.stretch.begin()),
            _ => {}
        }
    }

    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &Cycle> {
        self.0.iter()
    }

    pub(crate) fn get(&self, place: usize) -> &Cycle {
        &self.0[place]
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The cycle that had begun last at this time, by its place.
    pub(crate) fn begun_before(&self, time: u64) -> Option<usize> {
        self.0.partition_point(|cycle| cycle.begin.is_none_or(|begin| begin <= time)).checked_sub(1)
    }

    /// The cycle that had ended last at this time, by its place: its garbage is swept.
    pub(crate) fn ended_before(&self, time: u64) -> Option<usize> {
        let has_ended = |cycle: &Cycle| cycle.end.as_ref().is_some_and(|end| end.time <= time);
        self.0.partition_point(has_ended).checked_sub(1)
    }

    /// The cycle that this time is in, by its place. Its last stop goes on behind its end.
    pub(crate) fn during(&self, time: u64) -> Option<usize> {
        let place = self.begun_before(time)?;
        self.0[place].end.as_ref().is_none_or(|end| time <= end.time).then_some(place)
    }
}

impl Cycle {
    pub(crate) fn is_complete(&self) -> bool {
        self.begin.is_some() && self.end.is_some()
    }

    /// The part of a time in which the cycle marked.
    pub(crate) fn marking(&self, begin: u64, end: u64) -> u64 {
        let begin = self.marking_begin.map_or(begin, |first| begin.max(first));
        let end = self.marking_end.map_or(end, |last| end.min(last));
        end.saturating_sub(begin)
    }
}

/// The last number at or before a time.
pub(crate) fn last_before(samples: &Runs<Sample>, time: u64) -> Option<u64> {
    let place = samples.partition_point(|sample| sample.time <= time).checked_sub(1)?;
    samples.get(place).map(|sample| sample.value)
}
