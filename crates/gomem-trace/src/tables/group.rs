//! What ranges of time are added up by.

use std::{collections::HashMap, hash::Hash, sync::Arc};

use foldhash::fast::RandomState;
use gomem_table::{Definition, Unit};

use crate::{
    model::{Charge, Frame, RegionId, StackId, TextId},
    tables::{
        number::{cycle_number, signed, total},
        place::Place,
    },
    trace::Trace,
};

/// What ranges of time are added up by.
///
/// ```
/// use gomem_trace::GroupBy;
///
/// assert_eq!("task_name".parse::<GroupBy>().expect("one of them"), GroupBy::TaskName);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum GroupBy {
    /// The whole stack.
    Stack,
    /// The first function that is not the runtime's.
    Function,
    /// Its line.
    Line,
    /// The goroutine.
    Goroutine,
    /// The innermost open region's name.
    Region,
    /// The task.
    Task,
    /// The task's name.
    TaskName,
    /// The GC cycle.
    Cycle,
}

gomem_table::named!(GroupBy {
    Stack "stack",
    Function "function",
    Line "line",
    Goroutine "goroutine",
    Region "region",
    Task "task",
    TaskName "task_name",
    Cycle "cycle",
});

/// What a range of time can be told by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject {
    pub(super) stack: Option<StackId>,
    pub(super) goroutine: Option<u64>,
    pub(super) charge: Charge,
    /// The cycle, by its place.
    pub(super) cycle: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Stack(Option<StackId>),
    Function(Option<TextId>),
    Line(Option<Frame>),
    Text(Option<TextId>),
    Number(Option<u64>),
}

/// Times that have the same key, added up.
pub(super) struct Summed<S> {
    pub(super) key: GroupKey,
    pub(super) count: u64,
    /// What else they add up to.
    pub(super) sums: S,
    /// What they took, in nanoseconds; of those that have a length.
    pub(super) wall: u64,
    pub(super) longest: u64,
    /// The share of what all took; `None` when that is no time.
    pub(super) fraction: Option<f64>,
}

/// The key of a group, as its columns show it.
#[derive(Debug, Clone)]
pub(super) struct GroupKey {
    stack: Arc<[Place]>,
    place: Option<Place>,
    text: Option<Arc<str>>,
    number: Option<u64>,
    task_name: Option<Arc<str>>,
}

impl Trace {
    /// Adds up items that have the same key, those that took longest first.
    pub(super) fn summed<T, S: Default>(
        &self,
        by: GroupBy,
        items: impl Iterator<Item = T>,
        subject: impl Fn(&T) -> Subject,
        wall: impl Fn(&T) -> Option<u64>,
        add: impl Fn(&mut S, &T),
    ) -> Vec<Summed<S>> {
        let mut sites: HashMap<Option<StackId>, Option<Frame>, RandomState> = HashMap::default();
        let mut places: HashMap<Key, usize, RandomState> = HashMap::default();
        let mut groups: Vec<Summed<S>> = Vec::new();
        for item in items {
            let subject = subject(&item);
            let stack = subject.stack;
            let mut site = || *sites.entry(stack).or_insert_with(|| self.recording.names.site(stack?));
            let key = match by {
                GroupBy::Stack => Key::Stack(stack),
                GroupBy::Function => Key::Function(site().map(|frame| frame.function)),
                GroupBy::Line => Key::Line(site()),
                GroupBy::Goroutine => Key::Number(subject.goroutine),
                GroupBy::Region => Key::Text(subject.charge.region.and_then(|id| self.region_text(id))),
                GroupBy::Task => Key::Number(subject.charge.task()),
                GroupBy::TaskName => Key::Text(self.task_text(subject.charge.task())),
                GroupBy::Cycle => Key::Number(cycle_number(subject.cycle)),
            };
            let place = *places.entry(key).or_insert_with(|| {
                let (key, sums) = (self.group_key(by, key), S::default());
                groups.push(Summed { key, count: 0, sums, wall: 0, longest: 0, fraction: None });
                groups.len() - 1
            });
            let group = &mut groups[place];
            group.count += 1;
            if let Some(wall) = wall(&item) {
                group.wall = group.wall.saturating_add(wall);
                group.longest = group.longest.max(wall);
            }
            add(&mut group.sums, &item);
        }
        let whole = total(groups.iter().map(|group| group.wall));
        for group in &mut groups {
            group.fraction = (whole > 0).then(|| group.wall as f64 / whole as f64);
        }
        groups.sort_by_key(|group| std::cmp::Reverse(group.wall));
        groups
    }

    fn group_key(&self, by: GroupBy, key: Key) -> GroupKey {
        let names = &self.recording.names;
        let mut shown = GroupKey { stack: Arc::new([]), place: None, text: None, number: None, task_name: None };
        match key {
            Key::Stack(stack) => {
                shown.stack = Place::of_stack(stack, names);
                shown.place = Place::of_site(stack, names);
            }
            Key::Line(frame) => shown.place = frame.map(|frame| Place::new(&frame, names)),
            Key::Function(text) | Key::Text(text) => shown.text = text.map(|text| Arc::clone(names.text(text))),
            Key::Number(number) => {
                shown.number = number;
                if by == GroupBy::Task {
                    shown.task_name = self.task_name(number).cloned();
                }
            }
        }
        shown
    }

    fn region_text(&self, id: RegionId) -> Option<TextId> {
        self.recording.region(id).name
    }

    fn task_text(&self, task: Option<u64>) -> Option<TextId> {
        self.recording.task(task?)?.name
    }

    pub(super) fn region_name(&self, id: Option<RegionId>) -> Option<&Arc<str>> {
        id.and_then(|id| self.region_text(id)).map(|text| self.recording.names.text(text))
    }

    pub(super) fn task_name(&self, task: Option<u64>) -> Option<&Arc<str>> {
        self.task_text(task).map(|text| self.recording.names.text(text))
    }
}

impl GroupKey {
    /// The columns of a key.
    pub(super) fn columns<'a>(by: GroupBy) -> Definition<'a, &'a Self> {
        let definition = Definition::new("key", "");
        match by {
            GroupBy::Stack => definition
                .list(
                    "stack",
                    "the stack, leaf first; empty where the trace has none",
                    Place::frame(),
                    |key: &&'a Self| key.stack.iter(),
                )
                .embed(Place::columns(""), |key| key.place.as_ref()),
            GroupBy::Line => definition.embed(Place::columns(""), |key: &&'a Self| key.place.as_ref()),
            GroupBy::Function => definition.optional_shared_text(
                "function",
                "the trace has no stack for it, or all of it is the runtime's",
                "the first function on the stack that is not the runtime's",
                |key: &&'a Self| key.text.as_ref(),
            ),
            GroupBy::Goroutine => definition.optional_int64(
                "goroutine",
                Unit::None,
                "the runtime swept without one",
                "the goroutine",
                |key: &&'a Self| key.number.map(signed),
            ),
            GroupBy::Region => definition.optional_shared_text(
                "region",
                "no region was open",
                "the goroutine's innermost open region",
                |key: &&'a Self| key.text.as_ref(),
            ),
            GroupBy::Task => definition
                .optional_int64("task", Unit::None, "no task was open", "the task", |key: &&'a Self| {
                    key.number.map(signed)
                })
                .optional_shared_text(
                    "task_name",
                    "no task was open, or it began before the trace",
                    "its name",
                    |key| key.task_name.as_ref(),
                ),
            GroupBy::TaskName => definition.optional_shared_text(
                "task_name",
                "no task was open, or it began before the trace",
                "the task's name",
                |key: &&'a Self| key.text.as_ref(),
            ),
            GroupBy::Cycle => {
                definition.optional_int64("cycle", Unit::None, "in no cycle", "the GC cycle", |key: &&'a Self| {
                    key.number.map(signed)
                })
            }
        }
    }
}
