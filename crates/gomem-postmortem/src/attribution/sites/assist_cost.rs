//! What an execution trace says that goroutines lost at a place, since they allocated there.

use std::{collections::BTreeMap, sync::Arc};

use gomem_table::{Definition, Unit};

/// What goroutines lost at a place by helping the garbage collector, and how often it began a GC cycle.
///
/// ```
/// # let recording = gomem_testkit::root().join("examples/checkout/recording");
/// use gomem_postmortem::{Bundle, Report};
///
/// let report = Report::from_bundle(&Bundle::open(&recording)?);
/// let site = report.sites().iter().find(|site| site.place.line == 22).ok_or("render allocates there")?;
/// let cost = site.assists.as_deref().ok_or("the trace is of the same build")?;
/// // In a tenth of a second goroutines that allocate at this line stood still for 0.13 s, together.
/// assert!(cost.seconds > 0.13 && cost.max_seconds > 0.05);
/// assert_eq!((cost.trigger_count, cost.task().map(|name| &**name)), (5, Some("checkout")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct AssistCost {
    /// How long they were kept from their own work, waiting included.
    pub seconds: f64,
    /// The longest time that one was.
    pub max_seconds: f64,
    /// How many GC cycles an allocation there began.
    pub trigger_count: u64,
    /// By the name of the task, how much of it.
    tasks: BTreeMap<Arc<str>, f64>,
    /// How long the trace is, and how many GC cycles it has.
    pub(crate) trace_seconds: f64,
    pub(crate) trace_cycles: u64,
}

impl AssistCost {
    /// What costs nothing in a trace of this length, with so many GC cycles.
    pub(crate) fn nothing_of(trace_seconds: f64, trace_cycles: u64) -> Self {
        Self { trace_seconds, trace_cycles, ..Self::default() }
    }

    pub(crate) fn add_assist(&mut self, seconds: f64, task: Option<&Arc<str>>) {
        self.seconds += seconds;
        self.max_seconds = self.max_seconds.max(seconds);
        if let Some(task) = task {
            *self.tasks.entry(Arc::clone(task)).or_default() += seconds;
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.seconds += other.seconds;
        self.max_seconds = self.max_seconds.max(other.max_seconds);
        self.trigger_count += other.trigger_count;
        self.trace_seconds = other.trace_seconds;
        self.trace_cycles = other.trace_cycles;
        for (task, seconds) in &other.tasks {
            *self.tasks.entry(Arc::clone(task)).or_default() += seconds;
        }
    }

    /// The tasks that lost at least half of it, by their name.
    #[must_use]
    pub fn task(&self) -> Option<&Arc<str>> {
        let most = self.tasks.iter().max_by(|one, other| one.1.total_cmp(other.1))?;
        (*most.1 > 0.0 && 2.0 * most.1 >= self.seconds).then_some(most.0)
    }

    /// Its columns.
    pub(crate) fn columns<'a>() -> Definition<'a, Option<&'a Self>> {
        Definition::new("assist_cost", "")
            .optional_float64(
                "assist_seconds",
                Unit::Seconds,
                NO_TRACE,
                "how long goroutines helped the garbage collector while they allocated here, by the execution trace",
                |cost: &Option<&'a Self>| cost.map(|cost| cost.seconds),
            )
            .optional_float64("assist_max_seconds", Unit::Seconds, NO_TRACE, "the longest such time", |cost| {
                cost.map(|cost| cost.max_seconds)
            })
            .optional_int64(
                "trigger_count",
                Unit::Count,
                NO_TRACE,
                "how many GC cycles of the execution trace an allocation here began",
                |cost| cost.map(|cost| i64::try_from(cost.trigger_count).unwrap_or(i64::MAX)),
            )
            .optional_shared_text(
                "assist_task",
                "no execution trace, or no tasks of one name lost half of it",
                "the name of the tasks that lost the most of assist_seconds",
                |cost| cost.and_then(Self::task),
            )
    }
}

const NO_TRACE: &str = "no execution trace of this build, or it does not tell of every stack";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_named_from_half_on() {
        let (checkout, browse): (Arc<str>, Arc<str>) = ("checkout".into(), "browse".into());
        let mut cost = AssistCost::default();
        assert_eq!(cost.task(), None);
        cost.add_assist(0.5, Some(&checkout));
        cost.add_assist(0.25, Some(&browse));
        assert_eq!(cost.task(), Some(&checkout));
        cost.add_assist(0.5, None);
        assert_eq!(cost.task(), None);
        let mut both = cost.clone();
        both.add(&cost);
        assert_eq!((both.seconds, both.max_seconds), (2.5, 0.5));
    }
}
