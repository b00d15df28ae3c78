//! Two outputs of the same benchmarks: what changed, and whether that is shown.

use std::{collections::BTreeMap, sync::Arc};

use gomem_statistics::{geometric_mean, mann_whitney};

use crate::{
    benchmarks::Benchmarks,
    sample::{Key, Sample, Samples},
    summary::Summary,
};

/// Two outputs of the same benchmarks, before a change and after it.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    rows: Vec<ComparisonRow>,
    means: Vec<UnitMean>,
    notes: Vec<String>,
}

/// What became of one benchmark in one unit.
///
/// ```
/// # let before = gomem_bench::Benchmarks::parse(b"pkg: p\nBenchmarkRender-8 1000 96 B/op 2 allocs/op\n")?;
/// # let after = gomem_bench::Benchmarks::parse(b"pkg: p\nBenchmarkRender-8 1000 112 B/op 3 allocs/op\n")?;
/// # let comparison = gomem_bench::Comparison::new(&before, &after);
/// let bytes = comparison.rows().iter().find(|row| &*row.unit == "B/op").expect("both have it");
/// assert_eq!((bytes.delta(), bytes.is_count()), (Some(16.0), true));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ComparisonRow {
    /// The package; empty where the output does not say.
    pub package: Arc<str>,
    /// Its name, with sub-benchmarks and processors.
    pub benchmark: Arc<str>,
    /// The unit, as it is printed.
    pub unit: Arc<str>,
    /// The runs before.
    pub base: Option<Summary>,
    /// The runs after.
    pub current: Option<Summary>,
    /// What became of it.
    pub verdict: Verdict,
    /// By what that is told.
    pub basis: Basis,
    /// The chance that as much is by chance, where a test was made.
    pub p: Option<f64>,
    /// How often the test program started before, and after.
    pub starts: [usize; 2],
    /// The values that depend on nothing that they share, before and after: of a count those of all runs, else the median
    /// of each start.
    pub(crate) independent: [Vec<f64>; 2],
    pub(crate) is_more_better: Option<bool>,
    pub(crate) is_count: bool,
}

/// What became of a benchmark.
///
/// ```
/// # let before = gomem_bench::Benchmarks::parse(b"pkg: p\nBenchmarkRender-8 1000 96 B/op 2 allocs/op\n")?;
/// # let after = gomem_bench::Benchmarks::parse(b"pkg: p\nBenchmarkRender-8 1000 112 B/op 3 allocs/op\n")?;
/// # let comparison = gomem_bench::Comparison::new(&before, &after);
/// use gomem_bench::Verdict;
///
/// assert!(comparison.rows().iter().all(|row| row.verdict == Verdict::Worse));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// It costs more, or gives less.
    Worse,
    /// It costs less, or gives more.
    Better,
    /// It changed, and the unit does not say which way is good.
    Changed,
    /// Nothing is shown: `~`.
    Same,
    /// It differs, and so few runs do not tell that from noise.
    Unsure,
    /// It is only in the second output.
    New,
    /// It is only in the first output.
    Gone,
}

/// By what a verdict is told.
///
/// ```
/// # let before = gomem_bench::Benchmarks::parse(b"pkg: p\nBenchmarkRender-8 1000 96 B/op 2 allocs/op\n")?;
/// # let after = gomem_bench::Benchmarks::parse(b"pkg: p\nBenchmarkRender-8 1000 112 B/op 3 allocs/op\n")?;
/// # let comparison = gomem_bench::Comparison::new(&before, &after);
/// use gomem_bench::Basis;
///
/// // Counts that do not vary need no statistics.
/// assert!(comparison.rows().iter().all(|row| row.basis == Basis::Exact));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Basis {
    /// All runs of each side have the same value.
    Exact,
    /// Mann's and Whitney's test, at 5 %.
    Ranks,
    /// Nothing: there are too few runs, or none on one side, or they ran on different machines.
    Nothing,
}

/// What all benchmarks of a unit come to.
///
/// ```
/// # let before = gomem_bench::Benchmarks::parse(b"pkg: p\nBenchmarkRender-8 1000 96 B/op 2 allocs/op\n")?;
/// # let after = gomem_bench::Benchmarks::parse(b"pkg: p\nBenchmarkRender-8 1000 112 B/op 3 allocs/op\n")?;
/// # let comparison = gomem_bench::Comparison::new(&before, &after);
/// let mean = comparison.means().iter().find(|mean| &*mean.unit == "allocs/op").expect("both have it");
/// assert_eq!((mean.benchmarks, mean.ratio), (1, Some(1.5)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct UnitMean {
    /// The unit.
    pub unit: Arc<str>,
    /// Benchmarks that both outputs have.
    pub benchmarks: usize,
    /// The geometric mean of what they are after, as a share of what they were before; `None` where one was or is 0 only on
    /// one side.
    pub ratio: Option<f64>,
}

impl Verdict {
    /// Its names, in the order of the values.
    pub const NAMES: &'static [&'static str] = &["worse", "better", "changed", "same", "unsure", "new", "gone"];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// Whether a difference is shown.
    #[must_use]
    pub fn is_shown(self) -> bool {
        matches!(self, Self::Worse | Self::Better | Self::Changed)
    }
}

impl Basis {
    /// Its names, in the order of the values.
    pub const NAMES: &'static [&'static str] = &["exact", "ranks", "nothing"];
}

impl ComparisonRow {
    /// By how much it differs, as a share of what it was; `None` without both, or where it was 0 and is not.
    #[must_use]
    pub fn delta_fraction(&self) -> Option<f64> {
        let (base, current) = (self.base?.center, self.current?.center);
        if base == current {
            return Some(0.0);
        }
        (base != 0.0).then(|| current / base - 1.0)
    }

    /// Whether its values do not depend on what else the machine does.
    #[must_use]
    pub fn is_count(&self) -> bool {
        self.is_count
    }

    /// The runs of the side that has fewer.
    #[must_use]
    pub fn fewest_runs(&self) -> usize {
        [self.base, self.current].into_iter().flatten().map(|summary| summary.runs).min().unwrap_or(0)
    }

    /// The starts of the test program of the side that has fewer.
    #[must_use]
    pub fn fewest_starts(&self) -> usize {
        self.starts[0].min(self.starts[1])
    }

    /// By how much it differs.
    #[must_use]
    pub fn delta(&self) -> Option<f64> {
        Some(self.current?.center - self.base?.center)
    }
}

impl Comparison {
    /// Compares benchmarks by package and name, the units as they are printed.
    ///
    /// ```
    /// use gomem_bench::{Benchmarks, Comparison, Verdict};
    ///
    /// let read = |value: u32| Benchmarks::parse(format!("BenchmarkA 1000 {value} allocs/op\n").repeat(3).as_bytes());
    /// let comparison = Comparison::new(&read(12)?, &read(14)?);
    /// assert_eq!(comparison.rows()[0].verdict, Verdict::Worse);
    /// # Ok::<(), gomem_bench::Error>(())
    /// ```
    #[must_use]
    pub fn new(base: &Benchmarks, current: &Benchmarks) -> Self {
        let (before, after) = (Samples::new(base), Samples::new(current));
        let machines = [&before, &after].map(|samples| samples.machines.clone());
        let is_one_machine = machines[0] == machines[1];
        let keys = before.order.iter().chain(after.order.iter().filter(|key| !before.samples.contains_key(*key)));
        let rows: Vec<ComparisonRow> = keys
            .map(|key| {
                let of = |samples: &Samples| samples.samples.get(key).cloned();
                let is_exact = base.is_exact(&key.2) || current.is_exact(&key.2);
                let pair = Pair { unit: &key.2, base: of(&before), current: of(&after), is_exact, is_one_machine };
                pair.row(key, current.is_more_better(&key.2).or_else(|| base.is_more_better(&key.2)))
            })
            .collect();
        let mut notes = Vec::new();
        if !is_one_machine {
            let told = |machines: &[Arc<str>]| match machines {
                [] => "one that is not named".to_owned(),
                many => many.join(" and "),
            };
            let [before, after] = machines.each_ref().map(|machines| told(machines));
            notes.push(format!("before ran on {before}, after on {after}: only counts are compared"));
        }
        if let Some(few) = rows
            .iter()
            .filter(|row| row.basis == Basis::Nothing && row.verdict == Verdict::Unsure)
            .map(ComparisonRow::fewest_runs)
            .min()
        {
            notes.push(format!("{few} runs do not tell a change from noise: go test -count=6 or more does"));
        }
        Self { means: means(&rows), rows, notes }
    }

    /// A row for each benchmark and unit, in the order of the outputs.
    #[must_use]
    pub fn rows(&self) -> &[ComparisonRow] {
        &self.rows
    }

    /// What all benchmarks of each unit come to.
    #[must_use]
    pub fn means(&self) -> &[UnitMean] {
        &self.means
    }

    /// What to know about the comparison.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}

/// A benchmark in both outputs.
struct Pair<'a> {
    unit: &'a str,
    base: Option<Sample>,
    current: Option<Sample>,
    /// Whether a `Unit` line says that its values are exact.
    is_exact: bool,
    is_one_machine: bool,
}

impl Pair<'_> {
    fn row(&self, (package, benchmark, unit): &Key, is_more_better: Option<bool>) -> ComparisonRow {
        let summary = |sample: &Option<Sample>| Summary::new(&sample.as_ref()?.values);
        let by_start = |sample: &Option<Sample>| sample.as_ref().map(Sample::by_start).unwrap_or_default();
        let by_run = |sample: &Option<Sample>| sample.as_ref().map(|sample| sample.values.clone()).unwrap_or_default();
        let [base, current] = [by_start(&self.base), by_start(&self.current)];
        let starts = [base.len(), current.len()];
        let independent = if self.is_count() { [by_run(&self.base), by_run(&self.current)] } else { [base, current] };
        let (verdict, basis, p) = match (&self.base, &self.current) {
            (None, _) => (Verdict::New, Basis::Nothing, None),
            (_, None) => (Verdict::Gone, Basis::Nothing, None),
            (Some(base), Some(current)) => self.compared(base, current, is_more_better),
        };
        ComparisonRow {
            package: Arc::clone(package),
            benchmark: Arc::clone(benchmark),
            unit: Arc::clone(unit),
            base: summary(&self.base),
            current: summary(&self.current),
            verdict,
            basis,
            p,
            starts,
            independent,
            is_more_better,
            is_count: self.is_count(),
        }
    }

    /// A count does not depend on what else the machine does.
    fn is_count(&self) -> bool {
        self.is_exact || matches!(self.unit, "allocs/op" | "B/op")
    }

    fn compared(&self, base: &Sample, current: &Sample, is_more_better: Option<bool>) -> (Verdict, Basis, Option<f64>) {
        let center = |sample: &Sample| Summary::new(&sample.values).map_or(0.0, |summary| summary.center);
        let (before, after) = (center(base), center(current));
        let direction = match is_more_better {
            _ if before == after => Verdict::Same,
            None => Verdict::Changed,
            Some(is_more_better) if (after > before) == is_more_better => Verdict::Better,
            Some(_) => Verdict::Worse,
        };
        let is_count = self.is_count();
        if !self.is_one_machine && !is_count {
            return (if direction == Verdict::Same { Verdict::Same } else { Verdict::Unsure }, Basis::Nothing, None);
        }
        if is_count && base.is_constant() && current.is_constant() {
            if direction == Verdict::Same || self.is_proof(base, current) {
                return (direction, Basis::Exact, None);
            }
            // Few runs that happen to agree are no proof; many are.
            if base.values.len().min(current.values.len()) < ENOUGH {
                return (Verdict::Unsure, Basis::Nothing, None);
            }
        }
        let p = mann_whitney(&base.values, &current.values);
        let is_shown = p.is_some_and(|p| p <= ALPHA);
        if is_shown {
            return (direction, Basis::Ranks, p);
        }
        // A count can differ so clearly that only the number of runs is missing.
        let is_apart = is_count && is_apart(&base.values, &current.values);
        if is_apart && base.values.len().min(current.values.len()) < ENOUGH {
            return (Verdict::Unsure, Basis::Nothing, p);
        }
        (Verdict::Same, Basis::Ranks, p)
    }

    /// Whether counts that are the same in all runs of each side differ for a reason.
    fn is_proof(&self, base: &Sample, current: &Sample) -> bool {
        if self.is_exact {
            return true;
        }
        // The same work on both sides: nothing is shared out among more or fewer iterations.
        let is_same_work = base.fixed_iterations().is_some_and(|iterations| iterations >= FEW_ITERATIONS)
            && base.fixed_iterations() == current.fixed_iterations();
        let runs = base.values.len().min(current.values.len());
        match self.unit {
            "allocs/op" => {
                let (before, after) = (base.values[0], current.values[0]);
                let allocs = (after - before).abs();
                // 12.99 and 13.01 allocations are printed as 12 and 13: a real one comes with its bytes.
                let bytes = base.mean_bytes().zip(current.mean_bytes()).map(|(before, after)| (after - before).abs());
                let has_bytes = bytes.is_none_or(|bytes| bytes >= allocs * SMALLEST_BLOCK);
                let is_noise = allocs < before.max(after) * LARGE_COUNT_NOISE;
                (is_same_work || (runs >= CONSTANT_RUNS && has_bytes)) && !(is_noise && runs < ENOUGH)
            }
            // What is done once is shared out among the iterations.
            _ => {
                let allocated = (current.values[0] - base.values[0]).abs();
                let is_noise = allocated < base.values[0].max(current.values[0]) * LARGE_COUNT_NOISE;
                (is_same_work || (runs >= CONSTANT_RUNS && allocated >= SMALLEST_BLOCK)) && !(is_noise && runs < ENOUGH)
            }
        }
    }
}

/// Whether no value of one sample is among those of the other.
fn is_apart(one: &[f64], other: &[f64]) -> bool {
    let ends = |values: &[f64]| {
        values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)))
    };
    let ((low, high), (other_low, other_high)) = (ends(one), ends(other));
    high < other_low || other_high < low
}

/// By unit, in the order of their first row.
fn means(rows: &[ComparisonRow]) -> Vec<UnitMean> {
    let mut units: Vec<&Arc<str>> = Vec::new();
    let mut ratios: BTreeMap<&str, Vec<Option<f64>>> = BTreeMap::new();
    for row in rows {
        let (Some(base), Some(current)) = (row.base, row.current) else { continue };
        if !ratios.contains_key(&*row.unit) {
            units.push(&row.unit);
        }
        // As benchstat has it, nothing of nothing is the same.
        let ratio = if base.center == current.center { 1.0 } else { current.center / base.center };
        ratios.entry(&row.unit).or_default().push((ratio.is_finite() && ratio > 0.0).then_some(ratio));
    }
    let mean = |unit: &Arc<str>| {
        let ratios = &ratios[&**unit];
        let known: Option<Vec<f64>> = ratios.iter().copied().collect();
        UnitMean { unit: Arc::clone(unit), benchmarks: ratios.len(), ratio: known.as_deref().and_then(geometric_mean) }
    };
    units.into_iter().map(mean).collect()
}

/// Less than so many iterations measure what pools and caches happen to hold.
const FEW_ITERATIONS: u64 = 100;
/// What benchstat asks for.
const ALPHA: f64 = 0.05;
/// Samples of four can be told apart at 5 %.
const ENOUGH: usize = 4;
/// Runs that agree by chance in both outputs and differ between them: of two values that are equally likely, one pair of
/// outputs in thirty-two.
const CONSTANT_RUNS: usize = 3;
/// Bytes: the smallest size class. Smaller objects share blocks, and need more runs.
const SMALLEST_BLOCK: f64 = 8.0;
/// A share: of thousands of allocations, some depend on when GC ran.
const LARGE_COUNT_NOISE: f64 = 0.002;

#[cfg(test)]
mod tests {
    use super::*;

    fn one(before: &str, after: &str) -> Vec<(Verdict, Basis)> {
        let read = |text: &str| Benchmarks::parse(text.as_bytes()).unwrap();
        Comparison::new(&read(before), &read(after)).rows().iter().map(|row| (row.verdict, row.basis)).collect()
    }

    fn runs(values: &[f64], unit: &str) -> String {
        values.iter().enumerate().map(|(at, value)| format!("BenchmarkA-2 {} {value} {unit}\n", 1000 + at)).collect()
    }

    #[test]
    fn times_are_compared_by_their_ranks() {
        let unit = "ns/op";
        let of = |before: &[f64], after: &[f64]| one(&runs(before, unit), &runs(after, unit))[0];
        assert_eq!(of(&[1.0, 2.0, 3.0, 4.0], &[5.0, 6.0, 7.0, 8.0]), (Verdict::Worse, Basis::Ranks));
        assert_eq!(of(&[5.0, 6.0, 7.0, 8.0], &[1.0, 2.0, 3.0, 4.0]), (Verdict::Better, Basis::Ranks));
        assert_eq!(of(&[1.0, 2.0, 3.0], &[5.0, 6.0, 7.0]), (Verdict::Same, Basis::Ranks), "three are too few");
        assert_eq!(of(&[1.0], &[50.0]), (Verdict::Same, Basis::Ranks));
    }

    #[test]
    fn counts_that_do_not_vary_are_exact_and_noise_is_not() {
        for (before, after, verdict) in [
            ("100 2 allocs/op", "100 3 allocs/op", Verdict::Worse),
            ("100 64 B/op 2 allocs/op", "150 96 B/op 3 allocs/op", Verdict::Unsure),
            ("100 64 B/op 12 allocs/op", "150 65 B/op 13 allocs/op", Verdict::Unsure),
            ("100 9000 B/op", "150 9001 B/op", Verdict::Unsure),
            ("100 900000 B/op 12000 allocs/op", "100 900064 B/op 12001 allocs/op", Verdict::Unsure),
        ] {
            let line = |text: &str| format!("BenchmarkA-2 {text}\n");
            let found = one(&line(before), &line(after)).last().copied().unwrap();
            assert_eq!(found.0, verdict, "{before} {after}");
        }
        let varying = [12.0, 13.0, 12.0, 13.0, 12.0, 13.0];
        assert_eq!(one(&runs(&varying, "allocs/op"), &runs(&varying, "allocs/op"))[0].0, Verdict::Same);
        assert_eq!(one(&runs(&[2.0; 3], "allocs/op"), &runs(&[2.0; 3], "allocs/op"))[0], (Verdict::Same, Basis::Exact));
    }

    #[test]
    fn machines_units_and_what_is_on_one_side() {
        let on = |cpu: &str, text: &str| format!("goos: linux\ncpu: {cpu}\n{text}");
        let times = runs(&[1.0, 2.0, 3.0, 4.0], "ns/op");
        let slower = runs(&[5.0, 6.0, 7.0, 8.0], "ns/op");
        assert_eq!(one(&on("A", &times), &on("B", &slower))[0], (Verdict::Unsure, Basis::Nothing));
        let read = |text: &str| Benchmarks::parse(text.as_bytes()).unwrap();
        let comparison = Comparison::new(&read(&on("A", &times)), &read(&on("B", &slower)));
        assert!(comparison.notes()[0].contains("linux, A") && comparison.means()[0].ratio.is_some());
        assert_eq!(
            one("BenchmarkA 1 1 ns/op\n", "BenchmarkB 1 1 ns/op\n"),
            [(Verdict::Gone, Basis::Nothing), (Verdict::New, Basis::Nothing)]
        );
        assert_eq!(
            one(&runs(&[1.0, 2.0, 3.0, 4.0], "hits"), &runs(&[5.0, 6.0, 7.0, 8.0], "hits"))[0].0,
            Verdict::Changed
        );
        let exact = "Unit hits assume=exact better=higher\n";
        assert_eq!(
            one(&format!("{exact}{}", runs(&[1.0], "hits")), &runs(&[2.0], "hits"))[0],
            (Verdict::Better, Basis::Exact)
        );
        let zero = Comparison::new(&read("BenchmarkA 1 0 allocs/op\n"), &read("BenchmarkA 1 2 allocs/op\n"));
        assert_eq!(
            (zero.means()[0].ratio, zero.rows()[0].delta_fraction(), zero.rows()[0].delta()),
            (None, None, Some(2.0))
        );
    }
}
