//! Benchmarks in words.

use std::collections::BTreeMap;

use foldhash::HashMap;
use gomem_bench::{BenchmarkMedian, printed_number, without_processors};
use gomem_postmortem::{BenchmarkLine, Report};
use gomem_symbol::Symbol;

/// A benchmark: what it measures, and the lines that allocate most for each operation.
pub(crate) struct BenchmarkWords {
    pub(crate) name: String,
    /// `250.3 ns/op · 48 B/op · 2 allocs/op, medians of 6 runs`
    pub(crate) measured: String,
    /// `2 allocs/op, 48 B/op at render.go:16: interface boxing (r.ID escapes to heap)`
    pub(crate) lines: Vec<String>,
}

/// The first benchmarks of a bundle, in the order of the outputs, and how many more there are.
pub(crate) fn benchmarks(report: &Report) -> (Vec<BenchmarkWords>, usize) {
    let mut lines: HashMap<(&str, &str), Vec<&BenchmarkLine>> = HashMap::default();
    for line in report.benchmark_lines() {
        lines.entry((&line.package, &line.benchmark)).or_default().push(line);
    }
    let is_one = |one: &BenchmarkMedian, other: &BenchmarkMedian| {
        (&one.package, &one.benchmark) == (&other.package, &other.benchmark)
    };
    let words = |units: &[BenchmarkMedian]| {
        let of = &units[0];
        let lines = lines.get(&(&*of.package, without_processors(&of.benchmark))).map_or(&[][..], Vec::as_slice);
        BenchmarkWords {
            name: of.benchmark.strip_prefix("Benchmark").unwrap_or(&of.benchmark).to_owned(),
            measured: measured(units),
            lines: sums(lines),
        }
    };
    let mut all = report.benchmarks().chunk_by(is_one);
    (all.by_ref().take(BENCHMARKS).map(words).collect(), all.count())
}

fn measured(units: &[BenchmarkMedian]) -> String {
    let values: Vec<String> =
        units.iter().map(|of| format!("{} {}", printed_number(of.summary.center), of.unit)).collect();
    let runs = units.iter().map(|unit| unit.summary.runs).max().unwrap_or(0);
    let told = if runs > 1 { format!(", medians of {runs} runs") } else { String::new() };
    format!("{}{told}", values.join(" · "))
}

/// What each line allocates for one reason, by one call: there may be many places below it.
fn sums(lines: &[&BenchmarkLine]) -> Vec<String> {
    let mut sums: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    for line in lines {
        let (allocs, bytes) = sums.entry(what(line)).or_default();
        (*allocs, *bytes) = (*allocs + line.allocs, *bytes + line.bytes);
    }
    let mut felt: Vec<(String, (f64, f64))> =
        sums.into_iter().filter(|&(_, (allocs, bytes))| BenchmarkLine::is_felt(allocs, bytes)).collect();
    felt.sort_by(|(_, one), (_, other)| other.1.total_cmp(&one.1));
    let told = |(what, (allocs, bytes)): (String, (f64, f64))| {
        format!("{} allocs/op, {} B/op at {what}", number(allocs), number(bytes))
    };
    felt.into_iter().take(LINES).map(told).collect()
}

/// `render.go:16, which calls fmt.Sprint: formatting`
fn what(line: &BenchmarkLine) -> String {
    let mut told = line.site.charged_to.short();
    if let Some(callee) = &line.site.callee {
        told.push_str(&format!(", which calls {}", Symbol::decode(callee).short()));
    }
    if let Some(reason) = line.site.reason {
        told.push_str(&format!(": {}", reason.words()));
    }
    if let Some(message) = line.site.compiler_message() {
        told.push_str(&format!(" ({})", gomem_symbol::shortened(&message)));
    }
    told
}

/// Both are whole, but for what is made once in several operations.
fn number(value: f64) -> String {
    if (value - value.round()).abs() < 0.02 || value >= 1000.0 {
        format!("{:.0}", value.round())
    } else {
        format!("{value:.2}")
    }
}

/// All of them are in [`Report::benchmarks`].
const BENCHMARKS: usize = 100;
/// Of each benchmark; all of them are in [`Report::benchmark_lines`].
const LINES: usize = 5;
