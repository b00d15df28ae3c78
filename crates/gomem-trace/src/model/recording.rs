//! All that a trace says of memory.

use std::cmp::Ordering;

use crate::{
    model::{
        assist::Assist,
        charge::{Charge, TaskBy},
        gc_mark::GcMark,
        lifetime::Lifetimes,
        log::Log,
        names::Names,
        pause::Pause,
        pieces::Pieces,
        region::{Region, RegionId},
        runs::Runs,
        sample::Sample,
        sweeps::Sweeps,
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
    pub(crate) pauses: Runs<Pause>,
    pub(crate) assists: Runs<Assist>,
    pub(crate) sweeps: Sweeps,
    pub(crate) workers: Runs<Worker>,
    /// What the pacer counts as live: what it marked, and all that was allocated since.
    pub(crate) heap: Runs<Sample>,
    pub(crate) goals: Runs<Goal>,
    pub(crate) procs: Runs<Sample>,
    pub(crate) tasks: Pieces<Task>,
    pub(crate) task_places: ById<usize>,
    pub(crate) regions: Pieces<Region>,
    pub(crate) logs: Runs<Log>,
    /// `None` when no birth and no death was traced.
    pub(crate) lifetimes: Option<Lifetimes>,
    /// How many processors the first generation names, where nothing says how many there are.
    pub(crate) procs_named: u64,
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

impl Recording {
    /// Puts what a generation added into the order of time.
    pub(crate) fn put_in_order(&mut self, is_last: bool) {
        // Of the sizes of several threads in one unit of time the largest is the last: what is free again is counted when a cycle
        // ends, and the world stands still then.
        self.heap.put_in_order(is_last, by(|sample: &Sample| (sample.time, sample.value)));
        self.goals.put_in_order(is_last, by(|goal: &Goal| goal.time));
        self.procs.put_in_order(is_last, by(|sample: &Sample| sample.time));
        self.pauses.put_in_order(is_last, by(|pause: &Pause| (pause.stretch.moment(), pause.goroutine)));
        self.assists.put_in_order(is_last, by(|assist: &Assist| (assist.stretch.moment(), assist.goroutine)));
        self.sweeps.put_in_order(is_last);
        self.workers.put_in_order(is_last, by(|worker: &Worker| (worker.begin, worker.goroutine)));
        self.logs.put_in_order(is_last, by(|log: &Log| (log.time, log.goroutine)));
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

fn by<T, K: Ord>(key: impl Fn(&T) -> K) -> impl Fn(&T, &T) -> Ordering {
    move |one, other| key(one).cmp(&key(other))
}
