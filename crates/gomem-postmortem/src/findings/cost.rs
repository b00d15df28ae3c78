//! What allocation costs the run as a whole: how much a finding of it can matter.

use std::ops::Range;

use gomem_metrics::{Diagnosis, GoState, Quantity, Rule};
use gomem_table::{MIB, Unit, percent};

/// What allocation costs the run as a whole.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    /// Whether a memory limit makes GC run all the time: then what is kept is what it runs for.
    pub(crate) is_limited: bool,
    /// Where all that it allocates costs next to nothing.
    little: Option<Little>,
}

/// Why allocating costs next to nothing.
#[derive(Debug, Clone, Copy)]
enum Little {
    /// The share of the available CPU that the whole program takes.
    Program(f64),
    /// Bytes allocated a second, at most.
    Rate(f64),
    /// What GC takes, and what allocating does beside that: of the CPU that the program takes where that is more than one, else of one.
    Time { gc: f64, allocating: f64, is_of_program: bool },
}

impl Cost {
    /// `traced_gc_cpus` are the CPUs that GC took by a GC trace; `profiled_rate` is how many bytes are allocated a second, at most, by
    /// heap profiles.
    pub(crate) fn new(
        state: &GoState,
        diagnosis: Option<&Diagnosis>,
        (traced_gc_cpus, profiled_rate): (Option<f64>, Option<f64>),
    ) -> Self {
        let fired = |rules: &[Rule]| {
            diagnosis.is_some_and(|diagnosis| diagnosis.fired().any(|told| rules.contains(&told.rule)))
        };
        // Where a rule finds GC costly, one verdict holds.
        let is_costly = fired(&[Rule::GcCpuHigh, Rule::MinHeapChurn, Rule::LowGogc, Rule::AssistPressure]);
        let is_limited = fired(&[Rule::MemlimitThrash, Rule::LimiterActive]);
        let little = match Run::longest(state) {
            Some(run) => run.little(traced_gc_cpus),
            None => profiled_rate.filter(|&rate| rate < LITTLE_ALLOCATION).map(Little::Rate),
        };
        Self { is_limited, little: little.filter(|_| !is_costly && !is_limited) }
    }

    /// That what is allocated costs little, in words.
    pub(crate) fn words(self) -> Option<String> {
        let what = match self.little? {
            Little::Program(share) => format!("the whole program takes {} of the CPU", percent(share, 1)),
            Little::Rate(rate) => format!("the whole program allocates {}", Unit::BytesPerSecond.humanize(rate)),
            Little::Time { gc, allocating, is_of_program } => format!(
                "of {}, GC takes {}, and allocating all of it about {} beside that",
                if is_of_program { "the CPU that the program takes" } else { "one CPU" },
                percent(gc, 1),
                percent(allocating, 1)
            ),
        };
        Some(format!("It costs little here: {what}."))
    }
}

/// The longest run of a program.
struct Run<'a> {
    state: &'a GoState,
    rows: Range<usize>,
    seconds: f64,
}

impl<'a> Run<'a> {
    fn longest(state: &'a GoState) -> Option<Self> {
        let rows = state.longest_segment()?;
        let times = state.times_ms().get(rows.clone())?;
        let seconds = (times.last()? - times.first()?) as f64 / 1e3;
        (seconds > 0.0).then_some(Self { state, rows, seconds })
    }

    fn little(&self, traced_gc_cpus: Option<f64>) -> Option<Little> {
        let program = self.program_cpu().zip(self.procs()).map(|(cpu, procs)| cpu / procs);
        let rate = self.rate(Quantity::AllocTotalBytes).filter(|_| self.seconds >= LEAST_SECONDS);
        program
            .filter(|&share| share < LITTLE_CPU)
            .map(Little::Program)
            .or_else(|| rate.filter(|&rate| rate < LITTLE_ALLOCATION).map(Little::Rate))
            .or_else(|| self.time(rate?, traced_gc_cpus))
    }

    /// What GC and allocating take, where that is little.
    fn time(&self, rate: f64, traced_gc_cpus: Option<f64>) -> Option<Little> {
        let gc = self.rate(Quantity::GcCpuSeconds).or(traced_gc_cpus)?;
        let allocating = self.rate(Quantity::MallocsTotal)? * SECONDS_AN_OBJECT + rate * SECONDS_A_BYTE;
        let program = self.program_cpu().filter(|&cpus| cpus > 1.0);
        let [gc, allocating] = [gc, allocating].map(|cpus| cpus / program.unwrap_or(1.0));
        (gc + allocating < LITTLE_TIME).then_some(Little::Time { gc, allocating, is_of_program: program.is_some() })
    }

    /// The CPUs that the program takes.
    fn program_cpu(&self) -> Option<f64> {
        self.rate(Quantity::ProcessCpuSeconds)
    }

    fn procs(&self) -> Option<f64> {
        self.state.last(Quantity::Gomaxprocs).filter(|&procs| procs >= 1.0)
    }

    /// The increase of a total, a second.
    fn rate(&self, total: Quantity) -> Option<f64> {
        Some(self.state.increase(total, self.rows.clone())? / self.seconds)
    }
}

/// A judgement: of such a program all that it allocates is worth no warning.
const LITTLE_CPU: f64 = 0.05;
/// A judgement: Go allocates some hundred times as much a second on one processor, GC included.
const LITTLE_ALLOCATION: f64 = 4.0 * MIB;
/// A judgement: less of a CPU than this is not worth a change of code.
const LITTLE_TIME: f64 = 0.05;
/// Measured with Go 1.26.8 on a quiet machine (`go test -bench`, one processor): objects of 16 bytes to 1 MiB, with pointers or without,
/// took less, GC included (26 ns for 16 bytes, 161 ns for 1 KiB, 85 µs for 1 MiB).
const SECONDS_AN_OBJECT: f64 = 40e-9;
const SECONDS_A_BYTE: f64 = 0.4e-9;
/// A shorter time says little of what is usual.
const LEAST_SECONDS: f64 = 5.0;

#[cfg(test)]
mod tests {
    use gomem_metrics::Metrics;

    use super::*;

    /// What a program that takes so many of four CPUs is told, where it allocates so many bytes and objects a second, and GC takes so
    /// much of a CPU.
    fn words(cpus: f64, [bytes, objects]: [f64; 2], gc: f64) -> Option<String> {
        let mut metrics = Metrics::new();
        for step in 1..=6_i32 {
            let seconds = f64::from(step) * 10.0;
            let text = format!(
                "go_sched_gomaxprocs_threads 4\nprocess_cpu_seconds_total {}\ngo_memstats_alloc_bytes_total {}\n\
                 go_memstats_mallocs_total {}\ngo_cpu_classes_gc_total_cpu_seconds_total {}\n",
                cpus * seconds,
                bytes * seconds,
                objects * seconds,
                gc * seconds
            );
            metrics.push_scrape(1_700_000_000_000 + i64::from(step) * 10_000, text.as_bytes()).unwrap();
        }
        Cost::new(&metrics.state(), None, (None, None)).words()
    }

    #[test]
    fn what_costs_next_to_nothing_is_said() {
        let told = |cpus, made, gc| words(cpus, made, gc).unwrap_or_default();
        assert!(told(0.1, [1e9, 1e6], 0.05).contains("takes 2.5 % of the CPU"));
        assert!(told(2.0, [1e6, 1e6], 0.05).contains("allocates 976.6 KiB/s"));
        let little = told(1.0, [1e7, 1e5], 0.002);
        assert!(
            little.contains("of one CPU, GC takes 0.2 %, and allocating all of it about 0.8 % beside that"),
            "{little}"
        );
        assert!(told(4.0, [5e7, 5e5], 0.012).contains("of the CPU that the program takes, GC takes 0.3 %"));
        assert_eq!(told(1.0, [2e8, 1e5], 0.002), "", "much is allocated");
        assert_eq!(told(1.0, [1e7, 1e5], 0.1), "", "GC is at work");
    }
}
