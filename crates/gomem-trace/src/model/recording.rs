//! All that a trace says of memory.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::model::{
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
    pub(crate) task_places: HashMap<u64, usize, RandomState>,
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

/// How many of each kind are in the order of time.
#[derive(Debug, Default)]
struct Ordered {
    heap: usize,
    goals: usize,
    procs: usize,
    pauses: usize,
    assists: usize,
    sweeps: usize,
    workers: usize,
    logs: usize,
}

impl Recording {
    /// Puts what a generation added into the order of time. Generations overlap, but by little.
    pub(crate) fn put_in_order(&mut self) {
        let ordered = &mut self.ordered;
        put_in_order(&mut self.heap, &mut ordered.heap, |sample| sample.time);
        put_in_order(&mut self.goals, &mut ordered.goals, |goal| goal.time);
        put_in_order(&mut self.procs, &mut ordered.procs, |sample| sample.time);
        put_in_order(&mut self.pauses, &mut ordered.pauses, |pause| (pause.stretch.moment(), pause.goroutine));
        put_in_order(&mut self.assists, &mut ordered.assists, |assist| (assist.stretch.moment(), assist.goroutine));
        put_in_order(&mut self.sweeps, &mut ordered.sweeps, |sweep| (sweep.stretch.moment(), sweep.goroutine));
        put_in_order(&mut self.workers, &mut ordered.workers, |worker| (worker.begin, worker.goroutine));
        put_in_order(&mut self.logs, &mut ordered.logs, |log| (log.time, log.goroutine));
    }

    /// The name of a task.
    pub(crate) fn task(&self, id: u64) -> Option<&Task> {
        self.task_places.get(&id).map(|place| &self.tasks[*place])
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

/// Sorts items of which so many are in order already, and belong mostly before the rest.
fn put_in_order<T, K: Ord>(items: &mut [T], ordered: &mut usize, key: impl Fn(&T) -> K) {
    if let Some(new) = items.get_mut(*ordered..) {
        new.sort_by_key(&key);
    }
    if let Some(first) = items.get(*ordered).map(&key) {
        let overlap = items[..*ordered].partition_point(|item| key(item) <= first);
        if overlap < *ordered {
            items[overlap..].sort_by_key(&key);
        }
    }
    *ordered = items.len();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_is_put_where_it_belongs() {
        let mut ordered = 0;
        let mut items = vec![3, 1, 2];
        put_in_order(&mut items, &mut ordered, |item| *item);
        items.extend([9, 2, 5]);
        put_in_order(&mut items, &mut ordered, |item| *item);
        assert_eq!((items, ordered), (vec![1, 2, 2, 3, 5, 9], 6));
    }
}
