//! The rules: one file each, pure functions from what was measured to an opinion; and the list of them.

mod alloc_rate_spike;
mod alloc_sys_ratio;
mod assist_pressure;
mod container_oom_risk;
mod cpu_throttled;
mod finalizer_backlog;
mod forced_gc;
mod fragmentation;
mod gc_cpu_high;
mod gc_inflation;
mod gc_off;
mod goroutine_leak;
mod heap_profile_blind;
mod huge_stacks;
mod idle_after_spike;
mod limiter_active;
mod live_heap_leak;
mod low_gogc;
mod memlimit_thrash;
mod metadata_heavy;
mod min_heap_churn;
mod offheap_growth;
mod opinion;
mod periodic_gc_only;
mod restart_loop;
mod step_change;
mod stw_stop_latency;
mod sys_retained;
mod wanted;

use crate::{analysis::Window, model::TracedGc};

pub use opinion::Verdict;

pub(crate) use opinion::Opinion;

/// What a rule looks at.
pub(crate) enum Scope {
    /// A state, as it is over any time that holds enough of it; when it began and ended is found for it.
    State(fn(&Window<'_>) -> Opinion),
    /// How one run of the program went, from its begin on.
    Course(fn(&Window<'_>) -> Opinion),
    /// All of its runs, in order.
    Program(fn(&[Window<'_>]) -> Opinion),
    /// What differs between its runs; where nothing does, how one of them went.
    Runs(fn(&[Window<'_>]) -> Option<Opinion>, fn(&Window<'_>) -> Opinion),
}

macro_rules! rules {
    ($($variant:ident $name:literal $scope:ident $($find:path),+: $doc:literal;)+) => {
        /// A rule. What each one computes, and where its thresholds come from, is in its own file and in `docs/rules.md`.
        ///
        /// ```
        /// # let mut metrics = gomem_metrics::Metrics::new();
        /// # for second in 0..5 {
        /// #     let text = format!("go_memstats_alloc_bytes {}\ngo_goroutines {}\n", 40 << 20, 12 + second);
        /// #     metrics.push_scrape(1_700_000_000_000 + second * 1000, text.as_bytes())?;
        /// # }
        /// # let state = metrics.state();
        /// use gomem_metrics::Rule;
        ///
        /// assert_eq!(Rule::LiveHeapLeak.name(), "live_heap_leak");
        /// assert!(Rule::SysRetained.is_rule_of_thumb());
        /// # Ok::<(), Box<dyn std::error::Error>>(())
        /// ```
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Rule {
            $(#[doc = $doc] $variant,)+
        }

        gomem_table::named!(Rule { $($variant $name),+ });

        impl Rule {
            /// What it finds, in a few words.
            #[must_use]
            pub fn finds(self) -> &'static str {
                match self { $(Self::$variant => $doc),+ }
            }

            pub(crate) fn scope(self) -> Scope {
                match self { $(Self::$variant => Scope::$scope($($find),+)),+ }
            }
        }
    };
}

rules! {
    GcInflation "gc_inflation" State gc_inflation::find: "GC runs more often than allocation and the live heap explain.";
    GcOff "gc_off" State gc_off::find: "GC is off, and no memory limit starts it.";
    LiveHeapLeak "live_heap_leak" Course live_heap_leak::find: "What survives GC grows without an end in sight.";
    GoroutineLeak "goroutine_leak" Course goroutine_leak::find: "Goroutines are started and never end.";
    IdleAfterSpike "idle_after_spike" State idle_after_spike::find: "Memory of a past spike is still counted or held.";
    Fragmentation "fragmentation" State fragmentation::find: "Spans are held for few objects.";
    HugeStacks "huge_stacks" State huge_stacks::find: "Stacks hold a large part of the memory.";
    OffheapGrowth "offheap_growth" Course offheap_growth::find: "Memory outside of Go grows.";
    MemlimitThrash "memlimit_thrash" State memlimit_thrash::find: "GC runs all the time to stay below GOMEMLIMIT.";
    LimiterActive "limiter_active" State limiter_active::find: "The runtime lets the heap exceed GOMEMLIMIT to save CPU.";
    LowGogc "low_gogc" State low_gogc::find: "A low GOGC costs CPU.";
    MinHeapChurn "min_heap_churn" State min_heap_churn::find: "The heap is so small that GC runs for nothing.";
    AllocRateSpike "alloc_rate_spike" Course alloc_rate_spike::find: "The allocation rate went up by a multiple, and stays.";
    GcCpuHigh "gc_cpu_high" State gc_cpu_high::find: "GC takes a large share of the CPU time.";
    ForcedGc "forced_gc" State forced_gc::find: "The program calls runtime.GC.";
    AssistPressure "assist_pressure" State assist_pressure::find: "Goroutines pay for GC while they allocate.";
    StwStopLatency "stw_stop_latency" State stw_stop_latency::find: "Stopping the world takes long.";
    CpuThrottled "cpu_throttled" State cpu_throttled::find: "The system does not run what Go believes is running.";
    FinalizerBacklog "finalizer_backlog" Course finalizer_backlog::find: "Finalizers or cleanups are queued faster than they run.";
    ContainerOomRisk "container_oom_risk" Course container_oom_risk::find: "The container's memory will not be enough.";
    StepChange "step_change" Runs step_change::between, step_change::find: "Memory changed its level once.";
    RestartLoop "restart_loop" Program restart_loop::find: "The program restarts again and again, each time after its memory grew.";
    PeriodicGcOnly "periodic_gc_only" State periodic_gc_only::find: "GC runs only because two minutes have passed.";
    MetadataHeavy "metadata_heavy" State metadata_heavy::find: "The runtime's own tables hold a large part of the memory.";
    HeapProfileBlind "heap_profile_blind" State heap_profile_blind::find: "Most of the memory is nothing that a heap profile shows.";
    SysRetained "sys_retained" Course sys_retained::find: "sys_bytes rises and stays high.";
    AllocSysRatio "alloc_sys_ratio" State alloc_sys_ratio::find: "alloc_bytes is a large part of sys_bytes.";
}

impl Rule {
    /// Whether it is a rule of thumb that is often wrong (`docs/heuristics.md`): it is told to those who ask for it.
    #[must_use]
    pub fn is_rule_of_thumb(self) -> bool {
        matches!(self, Self::SysRetained | Self::AllocSysRatio)
    }

    /// What it makes of an execution trace; `None` for rules that no trace speaks of.
    pub(crate) fn traced(self, traced: &TracedGc) -> Option<Opinion> {
        match self {
            Self::AssistPressure => Some(assist_pressure::traced(traced)),
            Self::StwStopLatency => Some(stw_stop_latency::traced(traced)),
            Self::ForcedGc => Some(forced_gc::traced(traced)),
            Self::PeriodicGcOnly => Some(periodic_gc_only::traced(traced)),
            _ => None,
        }
    }

    /// Whether what it says of metrics follows from what they count, rather than from what else could not explain it.
    pub(crate) fn is_counted(self, missing: &[&str]) -> bool {
        self != Self::PeriodicGcOnly && missing.is_empty()
    }

    /// Who, by an execution trace, when it fired.
    pub(crate) fn traced_who(self, traced: &TracedGc) -> Option<String> {
        match self {
            Self::AssistPressure => {
                traced.told_assisted().map(|who| format!("in {} goroutines helped the GC at {who}", traced.length()))
            }
            Self::ForcedGc => traced.told_callers().map(|who| format!("in {} it was called by {who}", traced.length())),
            _ => None,
        }
    }
}
