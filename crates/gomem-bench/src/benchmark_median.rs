//! What the runs of each benchmark come to.

use std::sync::Arc;

use gomem_table::{Definition, Row, Unit};

use crate::{benchmarks::Benchmarks, sample::Samples, summary::Summary};

/// What the runs of one benchmark come to, in one unit.
///
/// ```
/// # let text = b"pkg: example.com/app\nBenchmarkRender-8 1000 250.0 ns/op 96 B/op 2 allocs/op\n";
/// let medians = gomem_bench::Benchmarks::parse(text)?.medians();
/// let bytes = medians.iter().find(|median| &*median.unit == "B/op").expect("it was asked for");
/// assert_eq!((&*bytes.benchmark, bytes.summary.center), ("BenchmarkRender-8", 96.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BenchmarkMedian {
    /// The package; empty where the output does not say.
    pub package: Arc<str>,
    /// Its name, with sub-benchmarks and processors.
    pub benchmark: Arc<str>,
    /// The unit, as it is printed.
    pub unit: Arc<str>,
    /// The runs.
    pub summary: Summary,
}

impl Benchmarks {
    /// What the runs of each benchmark come to, unit by unit, in the order of the output.
    ///
    /// ```
    /// let text = b"BenchmarkA 100 7 ns/op 2 allocs/op\nBenchmarkA 100 9 ns/op 2 allocs/op\n";
    /// let medians = gomem_bench::Benchmarks::parse(text)?.medians();
    /// assert_eq!((medians.len(), medians[0].summary.center, &*medians[1].unit), (2, 8.0, "allocs/op"));
    /// # Ok::<(), gomem_bench::Error>(())
    /// ```
    #[must_use]
    pub fn medians(&self) -> Vec<BenchmarkMedian> {
        let Samples { order, samples, .. } = Samples::new(self);
        let of = |(package, benchmark, unit)| {
            let key = (package, benchmark, unit);
            let summary = Summary::new(&samples.get(&key)?.values)?;
            let (package, benchmark, unit) = key;
            Some(BenchmarkMedian { package, benchmark, unit, summary })
        };
        order.into_iter().filter_map(of).collect()
    }
}

impl Row for BenchmarkMedian {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("bench_medians", "as in the output")
            .about("what the runs of each benchmark come to, in each unit")
            .text("benchmark", "its name, with sub-benchmarks and processors", |row: &&'a Self| &row.benchmark)
            .text("unit", "the unit, as it is printed", |row: &&'a Self| &row.unit)
            .float64("value", Unit::None, "the median", |row| row.summary.center)
            .optional_float64("low", Unit::None, FEW, "the lower end of the median's interval of 95 %", |row| {
                row.summary.low
            })
            .optional_float64("high", Unit::None, FEW, "its upper end", |row| row.summary.high)
            .int64("runs", Unit::Count, "runs", |row| row.summary.runs as i64)
            .text("package", "the package; empty where the output does not say", |row: &&'a Self| &row.package)
    }
}

const FEW: &str = "fewer than six runs";
