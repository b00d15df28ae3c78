//! The events of objects, in an order in which they can have happened.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
};

use foldhash::fast::RandomState;

use crate::{
    replay::{
        holds::{Hold, Holds},
        mark::is_of_objects,
        thread::ThreadScan,
        thread_events::{Events, ThreadEvents},
    },
    wire::{Event, TimedEvent},
};

/// Tells the events of objects and the ends of cycles by time.
///
/// A thread's time can run ahead of the clock, since each event takes a unit of it at least. So a processor that goes from thread
/// to thread, and takes its free slots along, can seem to be with the next one too early: that has to wait for what the one
/// before it did. A death can be told after the next birth in its slot all the same (`Object::can_be_dead`).
pub(super) fn in_order(threads: &[ThreadEvents<'_>], scans: &[ThreadScan], listener: &mut impl Listener) {
    let mut queues: Vec<Queue<'_>> = threads.iter().map(Queue::new).collect();
    if queues.iter().filter(|queue| queue.has_next).count() > 1 {
        for (thread, wait) in waits(threads, scans) {
            queues[thread].waits.push(wait);
        }
        // The next one is taken from the end.
        queues.iter_mut().for_each(|queue| queue.waits.sort_unstable_by_key(|wait| Reverse(wait.from)));
    }
    let mut order: BinaryHeap<Reverse<(u64, usize)>> = BinaryHeap::new();
    order.extend(queues.iter().enumerate().filter_map(|(place, queue)| Some(Reverse((queue.ticks()?, place)))));
    // By thread, who waits for it and until when.
    let mut waiting: HashMap<usize, BinaryHeap<Reverse<(u64, usize)>>, RandomState> = HashMap::default();
    loop {
        while let Some(Reverse((_, place))) = order.pop() {
            let until = order.peek().map_or((u64::MAX, usize::MAX), |Reverse(other)| *other);
            let blocked_by = loop {
                queues[place].tell(place, until, listener);
                match queues[place].ticks().filter(|ticks| (*ticks, place) <= until) {
                    Some(ticks) => {
                        let blocked_by = blocking(&mut queues, place, ticks);
                        if blocked_by.is_some() {
                            break blocked_by;
                        }
                    }
                    None => break None,
                }
            };
            match (blocked_by, queues[place].ticks()) {
                (Some(wait), _) => waiting.entry(wait.thread).or_default().push(Reverse((wait.until, place))),
                (None, Some(ticks)) => order.push(Reverse((ticks, place))),
                (None, None) => {}
            }
            let Some(others) = waiting.get_mut(&place) else { continue };
            while let Some(Reverse((until, other))) = others.peek().copied()
                && queues[place].ticks().is_none_or(|next| next > until)
            {
                others.pop();
                order.extend(queues[other].ticks().map(|ticks| Reverse((ticks, other))));
            }
        }
        // What waits in a circle cannot have happened; it goes on by time.
        let stuck: Vec<_> = waiting.drain().flat_map(|(_, others)| others).collect();
        if stuck.is_empty() {
            return;
        }
        for Reverse((_, place)) in stuck {
            queues[place].waits.pop();
            order.extend(queues[place].ticks().map(|ticks| Reverse((ticks, place))));
        }
    }
}

/// Who is told of events in order.
pub(super) trait Listener {
    /// Takes a birth or death of an object, which nearly all are.
    fn object(&mut self, event: &TimedEvent);

    /// Takes an event of any type.
    fn event(&mut self, event: &TimedEvent);
}

/// What a thread has to tell.
#[derive(Debug)]
struct Queue<'t> {
    events: Events<'t>,
    next: TimedEvent,
    has_next: bool,
    /// The last one is the next.
    waits: Vec<Wait>,
}

/// From some time on, a thread goes on only after another is past a time.
#[derive(Debug, Clone, Copy)]
struct Wait {
    from: u64,
    thread: usize,
    until: u64,
}

impl<'t> Queue<'t> {
    fn new(thread: &'t ThreadEvents<'t>) -> Self {
        let mut queue = Self { events: thread.iter(), next: TimedEvent::default(), has_next: false, waits: Vec::new() };
        queue.advance();
        queue
    }

    /// Tells what is next, until some time, or until something has to wait.
    fn tell(&mut self, place: usize, (until, other): (u64, usize), listener: &mut impl Listener) {
        let last = if place <= other { Some(until) } else { until.checked_sub(1) };
        let wait = self.waits.last().map_or(Some(u64::MAX), |wait| wait.from.checked_sub(1));
        let Some(last) = last.zip(wait).map(|(last, wait)| last.min(wait)) else { return };
        while self.has_next && self.next.ticks <= last {
            listener.event(&self.next);
            self.events.objects(last, |event| listener.object(event));
            self.advance();
        }
    }

    #[inline]
    fn advance(&mut self) {
        self.has_next = loop {
            match self.events.read(&mut self.next) {
                true if !is_told(self.next.event) => {}
                has_next => break has_next,
            }
        };
    }

    fn ticks(&self) -> Option<u64> {
        self.has_next.then_some(self.next.ticks)
    }
}

/// What a thread has to wait for before it does something at a time.
#[inline]
fn blocking(queues: &mut [Queue<'_>], place: usize, ticks: u64) -> Option<Wait> {
    while let Some(wait) = queues[place].waits.last().copied().filter(|wait| wait.from <= ticks) {
        if queues[wait.thread].ticks().is_some_and(|next| next <= wait.until) {
            return Some(wait);
        }
        queues[place].waits.pop();
    }
    None
}

/// Whoever has a processor waits for the thread that had it before.
fn waits(threads: &[ThreadEvents<'_>], scans: &[ThreadScan]) -> Vec<(usize, Wait)> {
    let mut holds: Vec<(usize, Hold)> = Vec::new();
    for (place, (thread, scan)) in threads.iter().zip(scans).enumerate() {
        match &scan.holds {
            Some(known) => holds.extend(known.iter().map(|hold| (place, *hold))),
            None => holds.extend(Holds::of_thread(thread).into_iter().map(|hold| (place, hold))),
        }
    }
    holds.sort_unstable_by_key(|(_, hold)| (hold.processor, hold.sequence));
    let pairs = holds.windows(2).filter_map(|pair| {
        let ((before, earlier), (thread, hold)) = (pair[0], pair[1]);
        let is_handed_on = earlier.processor == hold.processor && before != thread;
        is_handed_on.then_some((thread, Wait { from: hold.begin, thread: before, until: earlier.end }))
    });
    pairs.collect()
}

/// Whether an event has its place in the order.
#[inline]
fn is_told(event: u8) -> bool {
    is_of_objects(event) || event == Event::GC_END
}
