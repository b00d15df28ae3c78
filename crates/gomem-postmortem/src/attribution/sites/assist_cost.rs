//! What an execution trace says that goroutines lost at a place, since they allocated there.

use std::{collections::BTreeMap, sync::Arc};

use gomem_table::{Definition, Unit};

/// What goroutines lost at a place by helping the garbage collector, and how often it began a GC cycle.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [30000: 122880000] @ heap/1048576\n\
/// #             1: 4096 [30000: 122880000] @ 0x401000\n\
/// #             #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// # let log = gomem_escape::EscapeLog::decode(b"# main\n./parse.go:12:9: moved to heap: page\n")?;
/// # use gomem_postmortem::{AttributeOptions, attribute};
/// # let sites = attribute(&profile, Some(&log), &AttributeOptions::default());
/// # let trace = gomem_trace::Trace::decode(&gomem_testkit::testdata("traces/service-1.27.3.trace"))?;
/// use gomem_postmortem::join_trace;
///
/// let mut sites = sites;
/// join_trace(&mut sites, &trace);
/// // The trace is of another program: no goroutine of it stood still at this line.
/// assert!(sites.iter().all(|site| site.assists.is_none()));
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
