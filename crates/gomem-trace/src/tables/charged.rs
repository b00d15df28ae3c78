//! Where a time was spent, and to whom it is charged.

use std::{collections::HashMap, sync::Arc};

use foldhash::fast::RandomState;
use gomem_table::{Definition, Unit};

use crate::{
    model::{Charge, StackId, TaskBy},
    tables::{number::signed, place::Place},
    trace::Trace,
};

/// Where a time was spent, and to whom it is charged.
///
/// ```
/// # let trace = gomem_trace::Trace::decode(&gomem_testkit::testdata("traces/service-1.27.3.trace"))?;
/// let assists = trace.assists();
/// let mut charged = assists.iter().map(|assist| &assist.charged);
/// let charged = charged.find(|charged| charged.region.is_some()).expect("one in a region");
/// assert!(charged.place.is_some() && charged.task.is_some());
/// # Ok::<(), gomem_trace::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Charged {
    /// The line that allocated.
    pub place: Option<Place>,
    /// The stack, leaf first.
    pub stack: Arc<[Place]>,
    /// The innermost open region.
    pub region: Option<Arc<str>>,
    /// The task.
    pub task: Option<u64>,
    /// Its name.
    pub task_name: Option<Arc<str>>,
    task_by: Option<TaskBy>,
}

/// The same, in the trace's own words: rows of a table need no others.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChargedRef<'t> {
    place: Option<&'t Place>,
    stack: &'t Arc<[Place]>,
    region: Option<&'t Arc<str>>,
    task: Option<u64>,
    task_name: Option<&'t Arc<str>>,
    task_by: Option<TaskBy>,
}

/// Tells where times were spent. Many have one stack, which they share.
pub(super) struct Charges<'t> {
    trace: &'t Trace,
    stacks: HashMap<StackId, ShownStack, RandomState>,
    no_stack: Arc<[Place]>,
}

/// The line of a stack, and all its frames.
struct ShownStack {
    place: Option<Place>,
    frames: Arc<[Place]>,
    /// Whether it is the runtime's own sweeper.
    is_sweeper: bool,
}

impl<'t> Charges<'t> {
    /// Of these stacks.
    pub(super) fn new(trace: &'t Trace, stacks: impl Iterator<Item = Option<StackId>>) -> Self {
        let (names, mut known) = (&trace.recording.names, HashMap::default());
        for id in stacks.flatten() {
            known.entry(id).or_insert_with(|| ShownStack {
                place: Place::of_site(Some(id), names),
                frames: Place::of_stack(Some(id), names),
                is_sweeper: names.is_on_stack(id, "runtime.bgsweep"),
            });
        }
        Self { trace, stacks: known, no_stack: Arc::new([]) }
    }

    pub(super) fn charged(&self, stack: Option<StackId>, charge: Charge) -> ChargedRef<'_> {
        let shown = self.shown(stack);
        ChargedRef {
            place: shown.and_then(|shown| shown.place.as_ref()),
            stack: shown.map_or(&self.no_stack, |shown| &shown.frames),
            region: self.trace.region_name(charge.region),
            task: charge.task(),
            task_name: self.trace.task_name(charge.task()),
            task_by: self.trace.recording.task_by(charge),
        }
    }

    /// Whether a stack is that of the runtime's own sweeper.
    pub(super) fn is_sweeper(&self, stack: Option<StackId>) -> Option<bool> {
        self.shown(stack).map(|shown| shown.is_sweeper)
    }

    fn shown(&self, stack: Option<StackId>) -> Option<&ShownStack> {
        self.stacks.get(&stack?)
    }
}

impl From<ChargedRef<'_>> for Charged {
    fn from(charged: ChargedRef<'_>) -> Self {
        Self {
            place: charged.place.cloned(),
            stack: Arc::clone(charged.stack),
            region: charged.region.cloned(),
            task: charged.task,
            task_name: charged.task_name.cloned(),
            task_by: charged.task_by,
        }
    }
}

impl Charged {
    /// Whether the open region tells the task, rather than the goroutine.
    #[must_use]
    pub fn is_task_of_region(&self) -> bool {
        self.task_by == Some(TaskBy::Region)
    }

    pub(super) fn borrowed(&self) -> ChargedRef<'_> {
        ChargedRef {
            place: self.place.as_ref(),
            stack: &self.stack,
            region: self.region.as_ref(),
            task: self.task,
            task_name: self.task_name.as_ref(),
            task_by: self.task_by,
        }
    }
}

impl<'t> ChargedRef<'t> {
    /// Its columns.
    pub(super) fn columns() -> Definition<'t, Self> {
        Definition::new("charged", "")
            .embed(Place::columns(""), |charged: &Self| charged.place)
            .shared_list("stack", "the stack, leaf first; empty where the trace has none", Place::frame(), |charged| {
                charged.stack
            })
            .optional_shared_text("region", "none was open", "the goroutine's innermost open region", |charged| {
                charged.region
            })
            .optional_int64("task", Unit::None, "none was open", "the task that is charged", |charged| {
                charged.task.map(signed)
            })
            .optional_shared_text("task_name", "no task, or it began before the trace", "its name", |charged| {
                charged.task_name
            })
            .optional_category(
                "task_by",
                TaskBy::NAMES,
                "no task",
                "what tells the task: the open region, or that it was the last to begin on the goroutine",
                |charged| charged.task_by.map(|by| by as u32),
            )
    }
}
