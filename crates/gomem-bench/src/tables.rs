//! Benchmarks and comparisons as tables.

use gomem_table::{Definition, Row, Table, TableSchema, ToTable, Unit, View};

use crate::{
    benchmarks::{Benchmarks, Remark},
    comparison::{Basis, Comparison, ComparisonRow, UnitMean, Verdict},
    run::MeasuredRun,
    summary::Summary,
};

impl Benchmarks {
    /// The tables, by name.
    pub const TABLES: &'static [View<Self>] = &[View::new(Self::schema, Self::to_table)];

    /// What the table of runs promises.
    #[must_use]
    pub fn schema() -> TableSchema {
        MeasuredRun::columns().schema()
    }
}

/// One row a run and unit.
impl ToTable for Benchmarks {
    fn to_table(&self) -> Table {
        let rows = self.runs().iter().flat_map(|run| run.values.iter().map(move |of| MeasuredRun { run, of }));
        MeasuredRun::columns().table(rows)
    }
}

/// One row a benchmark and unit.
impl ToTable for Comparison {
    fn to_table(&self) -> Table {
        self.rows().to_table()
    }
}

impl Row for ComparisonRow {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        let center = |summary: Option<Summary>| Some(summary?.center);
        let runs = |summary: Option<Summary>| summary.map_or(0, |summary| summary.runs as i64);
        Definition::new("bench", "as in the outputs")
            .about("what became of each benchmark, in each unit")
            .text("benchmark", "its name, with sub-benchmarks and processors", |row: &&'a Self| &row.benchmark)
            .text("unit", "the unit, as it is printed", |row: &&'a Self| &row.unit)
            .optional_float64("base", Unit::None, "it is new", "the median before", move |row| center(row.base))
            .optional_float64("current", Unit::None, "it is gone", "the median after", move |row| center(row.current))
            .optional_float64("delta", Unit::None, ONE_SIDE, "by how much they differ", |row| row.delta())
            .optional_float64("delta_fraction", Unit::Fraction, NO_SHARE, "the same, as a share of the base", |row| {
                row.delta_fraction()
            })
            .category("verdict", Verdict::NAMES, "what became of it", |row| row.verdict as u32)
            .category("basis", Basis::NAMES, "by what that is told", |row| row.basis as u32)
            .optional_float64("p", Unit::Fraction, "no test was made", "the chance that as much is by chance", |row| {
                row.p
            })
            .int64("base_runs", Unit::Count, "runs before", move |row| runs(row.base))
            .int64("current_runs", Unit::Count, "runs after", move |row| runs(row.current))
            .optional_float64(
                "base_low",
                Unit::None,
                FEW,
                "the lower end of the median's interval of 95 %, before",
                |row| row.base?.low,
            )
            .optional_float64("base_high", Unit::None, FEW, "its upper end", |row| row.base?.high)
            .optional_float64("current_low", Unit::None, FEW, "the same, after", |row| row.current?.low)
            .optional_float64("current_high", Unit::None, FEW, "its upper end", |row| row.current?.high)
            .text("package", "the package; empty where the output does not say", |row: &&'a Self| &row.package)
    }
}

impl Row for UnitMean {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("bench_means", "by the first row of each unit")
            .about("what all benchmarks of a unit come to")
            .text("unit", "the unit", |row: &&'a Self| &row.unit)
            .int64("benchmarks", Unit::Count, "benchmarks that both outputs have", |row| row.benchmarks as i64)
            .optional_float64(
                "ratio",
                Unit::Ratio,
                "one is 0 on one side only",
                "the geometric mean of what they are after, as a share of before",
                |row| row.ratio,
            )
    }
}

impl Row for Remark {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("bench_remarks", "by line")
            .about("lines of the output that say that something failed, or that are damaged")
            .uint64("line", Unit::None, "the line of the output", |row: &&'a Self| row.line as u64)
            .text("text", "what it says", |row: &&'a Self| &row.text)
            .bool("is_failure", "whether something failed", |row| row.is_failure)
    }
}

const ONE_SIDE: &str = "it is in one output only";
const NO_SHARE: &str = "it is in one output only, or was 0";
const FEW: &str = "fewer than six runs";
