//! One run of a benchmark.

use std::sync::Arc;

use gomem_table::{Definition, Unit};

/// One run of a benchmark: a line of the output.
///
/// ```
/// # let text = b"pkg: example.com/app\nBenchmarkRender-8 1000 250.0 ns/op 96 B/op 2 allocs/op\n";
/// let benchmarks = gomem_bench::Benchmarks::parse(text)?;
/// let run = &benchmarks.runs()[0];
/// assert_eq!((run.iterations, run.value("allocs/op")), (1_000, Some(2.0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Run {
    /// The package; empty where the output does not say.
    pub package: Arc<str>,
    /// Its name with sub-benchmarks and processors: `BenchmarkRender/large-8`.
    pub name: Arc<str>,
    /// How many times it was done.
    pub iterations: u64,
    /// What was measured, as it is printed.
    pub values: Vec<Measurement>,
    /// What it ran on: `goos/goarch, cpu`; empty where the output does not say.
    pub machine: Arc<str>,
    /// Which start of the package's test program it is of, from 0: runs of one start share what the machine did meanwhile.
    pub start: usize,
    /// The line of the output, from 1.
    pub line: usize,
}

/// What was measured in a run.
///
/// ```
/// # let text = b"pkg: example.com/app\nBenchmarkRender-8 1000 250.0 ns/op 96 B/op 2 allocs/op\n";
/// let benchmarks = gomem_bench::Benchmarks::parse(text)?;
/// let measured: Vec<_> = benchmarks.runs()[0].values.iter().map(|value| (&*value.unit, value.value)).collect();
/// assert_eq!(measured, [("ns/op", 250.0), ("B/op", 96.0), ("allocs/op", 2.0)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Measurement {
    /// The unit as it is printed: `ns/op`.
    pub unit: Arc<str>,
    /// How much.
    pub value: f64,
}

/// The name of a benchmark without `-8`, which `go test` adds for more than one processor.
///
/// ```
/// assert_eq!(gomem_bench::without_processors("BenchmarkA/n=4-b-16"), "BenchmarkA/n=4-b");
/// ```
#[must_use]
pub fn without_processors(name: &str) -> &str {
    match name.rsplit_once('-') {
        Some((rest, number)) if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        _ => name,
    }
}

/// A measurement with as many digits as `go test` prints (`prettyPrint` in `testing/benchmark.go`), whole numbers without any.
///
/// ```
/// assert_eq!([250.34, 48.0, 0.12].map(gomem_bench::printed_number), ["250.3", "48", "0.1200"]);
/// ```
#[must_use]
pub fn printed_number(value: f64) -> String {
    let digits = match value.abs() {
        size if value.fract() == 0.0 || size >= 999.95 => 0,
        size if size >= 99.995 => 1,
        size if size >= 9.9995 => 2,
        size if size >= 0.999_95 => 3,
        _ => 4,
    };
    format!("{value:.digits$}")
}

impl Run {
    /// What was measured in a unit.
    #[must_use]
    pub fn value(&self, unit: &str) -> Option<f64> {
        self.values.iter().find(|of| &*of.unit == unit).map(|of| of.value)
    }
}

/// A measurement with its run: a row of the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MeasuredRun<'r> {
    pub(crate) run: &'r Run,
    pub(crate) of: &'r Measurement,
}

impl<'r> MeasuredRun<'r> {
    pub(crate) fn columns() -> Definition<'r, Self> {
        Definition::new("runs", "as they were run, then as they are printed")
            .about("what was measured in each run of a benchmark")
            .text("benchmark", "its name, with sub-benchmarks and processors", |row: &Self| &row.run.name)
            .text("unit", "the unit, as it is printed", |row: &Self| &row.of.unit)
            .float64("value", Unit::None, "what was measured", |row| row.of.value)
            .uint64("iterations", Unit::Count, "how many times it was done", |row| row.run.iterations)
            .text("package", "the package; empty where the output does not say", |row: &Self| &row.run.package)
            .text("machine", "what it ran on; empty where the output does not say", |row: &Self| &row.run.machine)
            .int64("start", Unit::None, "which start of the test program it is of, from 0", |row| row.run.start as i64)
            .int64("line", Unit::None, "the line of the output", |row| row.run.line as i64)
    }
}
