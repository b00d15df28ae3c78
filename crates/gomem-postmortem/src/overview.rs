//! The run in numbers.

use gomem_metrics::{GoState, Quantity};
use gomem_pprof::{Profile, TopOptions};
use gomem_table::Unit;

use crate::{bundle::Bundle, pacing::Pacing};

/// The run in numbers: what a reader wants to know before any finding.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Overview {
    /// The Go version.
    pub go_version: Option<String>,
    /// How long the bundle covers.
    pub seconds: Option<f64>,
    /// GC cycles in that time.
    pub gc_cycles: Option<f64>,
    /// Bytes allocated in that time.
    pub alloc_bytes: Option<f64>,
    /// Objects allocated in that time.
    pub mallocs: Option<f64>,
    /// The share of available CPU that GC took, without marking on idle processors.
    pub gc_cpu_fraction: Option<f64>,
    /// The share of the process's CPU time spent allocating, by the CPU profile.
    pub malloc_cpu_fraction: Option<f64>,
    /// The largest resident size.
    pub peak_resident_bytes: Option<f64>,
    /// Goroutines at the end.
    pub goroutines: Option<f64>,
}

impl Overview {
    pub(crate) fn of(bundle: &Bundle, state: &GoState, pacing: Option<&Pacing>) -> Self {
        // The longest run of the longest-observed target: what happened across a restart does not add up.
        let rows = state.segments().into_iter().max_by_key(ExactSizeIterator::len);
        let increase = |quantity| state.increase(quantity, rows.clone()?);
        let times = rows.clone().and_then(|rows| state.times_ms().get(rows));
        let trace = bundle.gctrace().and_then(|trace| trace.runs().max_by_key(|run| run.len()));
        let peak = state.values(Quantity::ResidentBytes).iter().flatten().copied().reduce(f64::max);
        let info = bundle.metrics().named("go_info").next();
        let metrics_seconds = times.and_then(|times| Some((times.last()? - times.first()?) as f64 / 1e3));
        let trace_seconds = trace.and_then(|run| Some(run.last()?.start_seconds - run.first()?.start_seconds));
        Self {
            go_version: info.and_then(|series| series.label("version")).map(str::to_owned),
            seconds: metrics_seconds.filter(|&seconds| seconds > 0.0).or(trace_seconds),
            gc_cycles: increase(Quantity::GcCyclesTotal).or_else(|| trace.map(|run| run.len() as f64)),
            alloc_bytes: increase(Quantity::AllocTotalBytes),
            mallocs: increase(Quantity::MallocsTotal),
            gc_cpu_fraction: gc_cpu(&increase)
                .or_else(|| pacing.and_then(|pacing| pacing.model.observed_gc_cpu_fraction())),
            malloc_cpu_fraction: bundle.cpu.as_ref().and_then(|cpu| cpu_share(cpu, "runtime.mallocgc")),
            peak_resident_bytes: peak,
            goroutines: state.last(Quantity::Goroutines),
        }
    }

    /// Label and value of everything that is known.
    #[must_use]
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let rate = self.alloc_bytes.zip(self.seconds).map(|(bytes, seconds)| bytes / seconds);
        let cycles = self
            .gc_cycles
            .zip(self.seconds)
            .map(|(cycles, seconds)| format!("{cycles:.0} ({:.2}/s)", cycles / seconds));
        let unit = |value: Option<f64>, unit: Unit| value.map(|value| unit.humanize(value));
        [
            ("Go", self.go_version.clone()),
            ("observed", unit(self.seconds, Unit::Seconds)),
            ("allocated", unit(self.alloc_bytes, Unit::Bytes)),
            ("allocation rate", unit(rate, Unit::BytesPerSecond)),
            ("GC cycles", cycles),
            ("GC CPU", unit(self.gc_cpu_fraction, Unit::Fraction)),
            ("CPU in mallocgc", unit(self.malloc_cpu_fraction, Unit::Fraction)),
            ("peak RSS", unit(self.peak_resident_bytes, Unit::Bytes)),
            ("goroutines", unit(self.goroutines, Unit::Count)),
        ]
        .into_iter()
        .filter_map(|(label, value)| Some((label, value?)))
        .collect()
    }
}

fn gc_cpu(increase: &impl Fn(Quantity) -> Option<f64>) -> Option<f64> {
    let gc = increase(Quantity::GcCpuSeconds)? - increase(Quantity::GcIdleCpuSeconds).unwrap_or(0.0);
    let total = increase(Quantity::TotalCpuSeconds)?;
    (total > 0.0).then(|| gc / total)
}

/// The share of a CPU profile that runs in a function or below it.
fn cpu_share(cpu: &Profile, function: &str) -> Option<f64> {
    let top = cpu.top(&TopOptions::new(cpu.sample_type_index("cpu")?));
    let row = top.rows().iter().find(|row| row.key.function.as_deref() == Some(function))?;
    Some(top.fraction(row.cum))
}
