//! All that a trace says of memory.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::model::{
    assist::Assist, gc_mark::GcMark, lifetime::Lifetimes, log::Log, names::Names, pause::Pause, region::Region,
    sample::Sample, sweep::Sweep, task::Task, worker::Worker,
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
    /// Puts what several threads wrote into the order of time.
    pub(crate) fn sort(&mut self) {
        self.heap.sort_by_key(|sample| sample.time);
        self.goals.sort_by_key(|goal| goal.time);
        self.procs.sort_by_key(|sample| sample.time);
        self.pauses.sort_by_key(|pause| (pause.begin.or(pause.end), pause.goroutine));
        self.assists.sort_by_key(|assist| (assist.begin.or(assist.end), assist.goroutine));
        self.sweeps.sort_by_key(|sweep| (sweep.begin.or(sweep.end), sweep.goroutine));
        self.workers.sort_by_key(|worker| (worker.begin, worker.goroutine));
        self.logs.sort_by_key(|log| (log.time, log.goroutine));
    }

    /// The name of a task.
    pub(crate) fn task(&self, id: u64) -> Option<&Task> {
        self.task_places.get(&id).map(|place| &self.tasks[*place])
    }
}
