//! All that a trace says of memory.

use crate::{
    model::{
        assist::Assist,
        charge::{Charge, TaskBy},
        gc_mark::GcMark,
        lifetime::Lifetimes,
        log::Log,
        names::Names,
        pause::Pause,
        region::{Region, RegionId},
        sample::Sample,
        sweep::Sweep,
        task::Task,
        worker::Worker,
    },
    wire::ById,
};

/// All that a trace says of memory, in the order in which it was found.
#[derive(Debug, Default)]
pub(crate) struct Recording {
    pub(crate) names: Names,
    pub(crate) gc_marks: Vec<GcMark>,
    pub(crate) pauses: Vec<Pause>,
    pub(crate) assists: Vec<Assist>,
    pub(crate) sweeps: Vec<Sweep>,
    pub(crate) workers: Vec<Worker>,
    /// What the pacer counts as live: what it marked, and all that was allocated since.
    pub(crate) heap: Vec<Sample>,
    pub(crate) goals: Vec<Goal>,
    pub(crate) procs: Vec<Sample>,
    pub(crate) tasks: Vec<Task>,
    pub(crate) task_places: ById<usize>,
    pub(crate) regions: Vec<Region>,
    pub(crate) logs: Vec<Log>,
    /// `None` when no birth and no death was traced.
    pub(crate) lifetimes: Option<Lifetimes>,
    /// How many processors the first generation names, where nothing says how many there are.
    pub(crate) procs_named: u64,
    ordered: Ordered,
}

/// A goal of the heap, and which thread set it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Goal {
    pub(crate) time: u64,
    pub(crate) thread: u64,
    pub(crate) bytes: u64,
}

impl Goal {
    /// The goal, unless it stands for none: 0 since Go 1.25, and before that most of 2^63.
    pub(crate) fn bytes(&self) -> Option<u64> {
        (self.bytes > 0 && self.bytes < NO_GOAL).then_some(self.bytes)
    }
}

const NO_GOAL: u64 = 1 << 62;

/// How far each kind is in the order of time.
#[derive(Debug, Default)]
struct Ordered {
    heap: Progress,
    goals: Progress,
    procs: Progress,
    pauses: Progress,
    assists: Progress,
    sweeps: Progress,
    workers: Progress,
    logs: Progress,
}

/// How far items are in order.
#[derive(Debug, Default)]
struct Progress {
    /// So many were looked at.
    items: usize,
    /// Whether there were some that belong far before those that were there.
    has_strays: bool,
}

impl Recording {
    /// Puts what a generation added into the order of time.
    ///
    /// Generations overlap, but by little. What belongs far before the rest waits for the last call: else a trace of many small
    /// generations would be sorted as often.
    pub(crate) fn put_in_order(&mut self, is_last: bool) {
        let ordered = &mut self.ordered;
        // Of the sizes of several threads in one unit of time the largest is the last: what is free again is counted when a cycle
        // ends, and the world stands still then.
        ordered.heap.take(&mut self.heap, is_last, |sample| (sample.time, sample.value));
        ordered.goals.take(&mut self.goals, is_last, |goal| goal.time);
        ordered.procs.take(&mut self.procs, is_last, |sample| sample.time);
        ordered.pauses.take(&mut self.pauses, is_last, |pause| (pause.stretch.moment(), pause.goroutine));
        ordered.assists.take(&mut self.assists, is_last, |assist| (assist.stretch.moment(), assist.goroutine));
        ordered.sweeps.take(&mut self.sweeps, is_last, |sweep| (sweep.stretch.moment(), sweep.goroutine));
        ordered.workers.take(&mut self.workers, is_last, |worker| (worker.begin, worker.goroutine));
        ordered.logs.take(&mut self.logs, is_last, |log| (log.time, log.goroutine));
    }

    /// The name of a task.
    pub(crate) fn task(&self, id: u64) -> Option<&Task> {
        self.task_places.get(id).map(|place| &self.tasks[*place])
    }

    pub(crate) fn region(&self, id: RegionId) -> &Region {
        &self.regions[id.place()]
    }

    /// What tells the task of a charge.
    pub(crate) fn task_by(&self, charge: Charge) -> Option<TaskBy> {
        let is_regions = charge.region.is_some_and(|region| self.region(region).task.is_some());
        charge.task().map(|_| if is_regions { TaskBy::Region } else { TaskBy::Begin })
    }
}

impl Progress {
    /// Puts new items in order, and those before them that they overlap with.
    fn take<T, K: Ord>(&mut self, items: &mut [T], is_last: bool, key: impl Fn(&T) -> K) {
        let (known, new) = items.split_at_mut(self.items.min(items.len()));
        new.sort_by_key(&key);
        if let Some(first) = new.first().map(&key).filter(|_| !self.has_strays) {
            let start = known.partition_point(|item| key(item) <= first);
            self.has_strays = known.len() - start > MOST_OVERLAP * new.len();
            if !self.has_strays && start < known.len() {
                items[start..].sort_by_key(&key);
            }
        }
        if is_last && std::mem::take(&mut self.has_strays) {
            items.sort_by_key(&key);
        }
        self.items = items.len();
    }
}

/// So many known items for a new one are sorted again.
const MOST_OVERLAP: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_is_put_where_it_belongs() {
        let mut progress = Progress::default();
        let mut items = vec![3, 1, 2];
        progress.take(&mut items, false, |item| *item);
        items.extend([9, 2, 5]);
        progress.take(&mut items, false, |item| *item);
        assert_eq!((&items[..], progress.items), (&[1, 2, 2, 3, 5, 9][..], 6));
    }

    #[test]
    fn what_belongs_far_before_waits_for_the_end() {
        let mut progress = Progress::default();
        let mut items: Vec<(u32, u32)> = (10..30).map(|time| (time, 0)).collect();
        progress.take(&mut items, false, |item| item.0);
        for generation in 1..=3 {
            items.push((5, generation));
            progress.take(&mut items, false, |item| item.0);
            assert_eq!(items.last(), Some(&(5, generation)));
        }
        items.push((20, 4));
        progress.take(&mut items, true, |item| item.0);
        let (first, rest) = items.split_at(3);
        assert_eq!(first, [(5, 1), (5, 2), (5, 3)]);
        assert!(rest.is_sorted() && rest.contains(&(20, 4)));
    }
}
