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

/// Tells where times were spent. Many have one stack, which they share.
pub(super) struct Charges<'t> {
    trace: &'t Trace,
    stacks: HashMap<StackId, Shown, RandomState>,
    no_stack: Arc<[Place]>,
}

/// The line of a stack, and all its frames.
type Shown = (Option<Place>, Arc<[Place]>);

impl<'t> Charges<'t> {
    pub(super) fn new(trace: &'t Trace) -> Self {
        Self { trace, stacks: HashMap::default(), no_stack: Arc::new([]) }
    }

    pub(super) fn charged(&mut self, stack: Option<StackId>, charge: Charge) -> Charged {
        let names = &self.trace.recording.names;
        let (place, stack) = match stack {
            Some(id) => self
                .stacks
                .entry(id)
                .or_insert_with(|| (Place::of_site(stack, names), Place::of_stack(stack, names)))
                .clone(),
            None => (None, Arc::clone(&self.no_stack)),
        };
        Charged {
            place,
            stack,
            region: self.trace.region_name(charge.region),
            task: charge.task(),
            task_name: self.trace.task_name(charge.task()),
            task_by: self.trace.recording.task_by(charge),
        }
    }
}

impl Charged {
    /// Whether the open region tells the task, rather than the goroutine.
    #[must_use]
    pub fn is_task_of_region(&self) -> bool {
        self.task_by == Some(TaskBy::Region)
    }

    /// Its columns.
    pub(super) fn columns<'a>() -> Definition<'a, &'a Self> {
        Definition::new("charged", "")
            .embed(Place::columns(""), |charged: &&'a Self| charged.place.as_ref())
            .list("stack", "the stack, leaf first; empty where the trace has none", Place::frame(), |charged| {
                charged.stack.iter()
            })
            .optional_shared_text("region", "none was open", "the goroutine's innermost open region", |charged| {
                charged.region.as_ref()
            })
            .optional_int64("task", Unit::None, "none was open", "the task that is charged", |charged| {
                charged.task.map(signed)
            })
            .optional_shared_text("task_name", "no task, or it began before the trace", "its name", |charged| {
                charged.task_name.as_ref()
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
