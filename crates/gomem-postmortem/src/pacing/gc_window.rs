//! GC cycles and their cost, over the time that one source saw.

use gomem_metrics::{GcRun, GoState, Quantity};

use crate::{
    bundle::{Bundle, Contents},
    pacing::pacing::{NoPacing, Pacing, traced_gc_cpu},
};

/// What one source counted of the GC.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct GcWindow {
    /// [`Contents::Metrics`] or [`Contents::GcTrace`].
    pub(crate) source: Contents,
    pub(crate) cycles: f64,
    pub(crate) seconds: f64,
    /// Whether it begins with the program.
    pub(crate) is_from_start: bool,
    /// The share of the available CPU, without marking on idle processors.
    pub(crate) cpu_fraction: Option<f64>,
}

/// What the sources of one bundle counted. They need not have seen the same time: scrapes often cover a part of what a
/// trace does.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct GcWindows {
    metrics: Option<GcWindow>,
    trace: Option<GcWindow>,
}

impl GcWindow {
    fn from_metrics(state: &GoState) -> Option<Self> {
        let rows = state.longest_segment()?;
        let increase = |quantity| state.increase(quantity, rows.clone());
        let times = state.times_ms().get(rows.clone())?;
        let cpu = || {
            let gc = increase(Quantity::GcCpuSeconds)? - increase(Quantity::GcIdleCpuSeconds).unwrap_or(0.0);
            increase(Quantity::TotalCpuSeconds).filter(|&total| total > 0.0).map(|total| gc / total)
        };
        let seconds = (times.last()? - times.first()?) as f64 / 1e3;
        Some(Self {
            source: Contents::Metrics,
            cycles: increase(Quantity::GcCyclesTotal).filter(|_| seconds > 0.0)?,
            seconds,
            is_from_start: false,
            cpu_fraction: cpu(),
        })
    }

    /// A trace from the program's start covers the time since then; another one begins with its first cycle. As for the
    /// model, it ends half a cycle after the last one.
    fn from_trace(bundle: &Bundle, cpu_fraction: Option<f64>) -> Option<Self> {
        let run = GcRun::longest(bundle.gctrace()?)?;
        let (first, last) = (run.lines.first()?, run.lines.last()?);
        let is_from_start = first.cycle == 1;
        let begin = if is_from_start { 0.0 } else { first.start_seconds };
        let seconds = (last.start_seconds - begin) * (1.0 + 0.5 / run.cycles() as f64);
        (seconds > 0.0).then(|| Self {
            source: Contents::GcTrace,
            cycles: run.cycles() as f64,
            seconds,
            is_from_start,
            cpu_fraction,
        })
    }
}

impl GcWindows {
    pub(crate) fn new(bundle: &Bundle, state: &GoState, pacing: Result<&Pacing, &NoPacing>) -> Self {
        let trace = GcWindow::from_trace(bundle, traced_gc_cpu(pacing));
        let metrics = GcWindow::from_metrics(state).filter(|_| trace.is_none() || !is_dump(state));
        Self { metrics, trace }
    }

    /// The metrics, unless the trace saw much more.
    pub(crate) fn best(&self) -> Option<GcWindow> {
        if self.trace_saw_more() { self.trace } else { self.metrics.or(self.trace) }
    }

    /// The windows of two bundles, of one source where both have one: the traces where one of them saw much more than the
    /// metrics.
    pub(crate) fn pair(before: &Self, after: &Self) -> (Option<GcWindow>, Option<GcWindow>) {
        let by_metrics = before.metrics.zip(after.metrics);
        let by_trace = before.trace.zip(after.trace);
        let prefers_trace = before.trace_saw_more() || after.trace_saw_more();
        let of_one_source = if prefers_trace { by_trace.or(by_metrics) } else { by_metrics.or(by_trace) };
        match of_one_source {
            Some((one, other)) if one.cpu_fraction.is_some() && other.cpu_fraction.is_some() => {
                (Some(one), Some(other))
            }
            // A share of the CPU is one over whatever time.
            Some((one, other)) => (
                Some(GcWindow { cpu_fraction: before.any_cpu_fraction(), ..one }),
                Some(GcWindow { cpu_fraction: after.any_cpu_fraction(), ..other }),
            ),
            None => (before.best(), after.best()),
        }
    }

    fn trace_saw_more(&self) -> bool {
        match (self.metrics, self.trace) {
            (Some(metrics), Some(trace)) => trace.seconds > MUCH_LONGER * metrics.seconds,
            _ => false,
        }
    }

    /// GC CPU by whatever source knows it.
    pub(crate) fn any_cpu_fraction(&self) -> Option<f64> {
        self.metrics
            .and_then(|window| window.cpu_fraction)
            .or_else(|| self.trace.and_then(|window| window.cpu_fraction))
    }
}

/// Whether the metrics are those in a heap profile that is text: it tells when each of the last cycles ended, and all else
/// once, at the time its file was written.
fn is_dump(state: &GoState) -> bool {
    let rows = state.longest_segment();
    rows.and_then(|rows| state.increase(Quantity::AllocTotalBytes, rows)).is_none_or(|allocated| allocated == 0.0)
}

/// Scrapes begin a little after the program does and end a little before it.
const MUCH_LONGER: f64 = 1.1;
