//! What a threshold says of two outputs.

use gomem_statistics::{least_p, mann_whitney};

use crate::{
    comparison::{Basis, Comparison, ComparisonRow, Verdict},
    threshold::Threshold,
};

/// What a threshold says of two outputs.
///
/// Counts that are the same in all runs are compared exactly. All else is tested against the most that the threshold
/// accepts, and over all benchmarks of the unit one comparison in a thousand fails by chance. Runs of one start of a test
/// program share what else the machine did meanwhile, so that they are no evidence of a time by themselves: the medians of
/// starts are.
///
/// ```
/// use gomem_bench::{Benchmarks, Comparison, Gate, Threshold};
///
/// let read = |count: u32| Benchmarks::parse(format!("BenchmarkA 100 {count} allocs/op\n").as_bytes());
/// let comparison = Comparison::new(&read(10)?, &read(11)?);
/// let exceeded = |text: &str| Ok::<_, gomem_bench::ThresholdError>(Gate::new(&text.parse()?, &comparison).exceeded.len());
/// assert_eq!((exceeded("allocs/op>0%")?, exceeded("allocs/op>10%")?), (1, 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Gate<'c> {
    /// What is shown to be worse by more.
    pub exceeded: Vec<&'c ComparisonRow>,
    /// What differs, and so few runs, or runs of two machines, do not tell that from noise.
    pub unsure: Vec<&'c ComparisonRow>,
    /// What cannot be told of so few starts of the test program, or of a count by so few runs, however much it differs.
    pub too_few: Vec<&'c ComparisonRow>,
    /// What is worse by more, as far as its median goes, and varies too much for that to be shown.
    pub noisy: Vec<&'c ComparisonRow>,
    /// How many starts, or runs, before and after can tell.
    pub needed: usize,
    /// What differs, and nothing says which way is worse.
    pub undirected: Vec<&'c ComparisonRow>,
    /// What is only in the first output.
    pub gone: Vec<&'c ComparisonRow>,
}

impl<'c> Gate<'c> {
    /// Holds two outputs against a threshold.
    #[must_use]
    pub fn new(threshold: &Threshold, comparison: &'c Comparison) -> Self {
        let rows: Vec<&ComparisonRow> = comparison.rows().iter().filter(|row| *row.unit == *threshold.unit).collect();
        let tested = rows.iter().filter(|row| row.basis == Basis::Ranks).count();
        let alpha = FALSE_ALARMS / tested.max(1) as f64;
        let mut found = Self { needed: needed(alpha), ..Self::default() };
        for row in rows {
            match (row.verdict, row.basis) {
                (Verdict::Gone, _) => found.gone.push(row),
                (Verdict::Unsure, _) => found.unsure.push(row),
                (Verdict::Changed, _) => found.undirected.push(row),
                (_, Basis::Exact) if threshold.is_beyond(row) => found.exceeded.push(row),
                (_, Basis::Ranks) if !can_tell(row, alpha) => found.too_few.push(row),
                (_, Basis::Ranks) if is_shown(threshold, row, alpha) => found.exceeded.push(row),
                (_, Basis::Ranks) if threshold.is_beyond(row) => found.noisy.push(row),
                _ => {}
            }
        }
        found
    }

    /// All that is worse, in any unit, beyond what chance makes of so many benchmarks.
    #[must_use]
    pub fn worse(comparison: &'c Comparison) -> Vec<&'c ComparisonRow> {
        let any = |unit: &str| Threshold { unit: unit.to_owned(), most: 0.0, is_percent: true };
        comparison.means().iter().flat_map(|mean| Self::new(&any(&mean.unit), comparison).exceeded).collect()
    }
}

/// Whether a benchmark is worse by more than is accepted, told by ranks.
fn is_shown(threshold: &Threshold, row: &ComparisonRow, alpha: f64) -> bool {
    let [base, current] = &row.independent;
    let accepted = |base: &f64| threshold.accepted(*base, row.is_more_better == Some(true));
    let accepted: Vec<f64> = base.iter().map(accepted).collect();
    threshold.is_beyond(row) && mann_whitney(&accepted, current).is_some_and(|p| p <= 2.0 * alpha)
}

fn can_tell(row: &ComparisonRow, alpha: f64) -> bool {
    let [base, current] = &row.independent;
    least_p(base.len(), current.len()) <= 2.0 * alpha
}

/// So many values on each side can tell.
fn needed(alpha: f64) -> usize {
    (1..MOST_NEEDED).find(|&count| least_p(count, count) <= 2.0 * alpha).unwrap_or(MOST_NEEDED)
}

/// A share of comparisons without a change. Only one of the two sides of a test is an alarm.
const FALSE_ALARMS: f64 = 0.001;
const MOST_NEEDED: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::benchmarks::Benchmarks;

    /// An output of some starts of a test program, with the same benchmarks in each.
    fn output(starts: usize, benchmarks: usize, unit: &str, value: impl Fn(usize, usize) -> f64) -> Benchmarks {
        let line = |start, of| format!("Benchmark{of}-2 100 {} {unit}\n", value(start, of));
        let of_start = |start| {
            let lines: String = (0..benchmarks).map(|of| line(start, of)).collect();
            format!("goos: linux\npkg: p\n{lines}PASS\nok  \tp\t1.0s\n")
        };
        Benchmarks::parse((0..starts).map(of_start).collect::<String>().as_bytes()).unwrap()
    }

    /// Exceeded, too few, and how many are needed.
    fn told(threshold: &str, base: &Benchmarks, current: &Benchmarks) -> (usize, usize, usize) {
        let comparison = Comparison::new(base, current);
        let gate = Gate::new(&threshold.parse().unwrap(), &comparison);
        (gate.exceeded.len(), gate.too_few.len(), gate.needed)
    }

    #[test]
    fn starts_are_evidence_of_times_and_runs_of_one_start_are_none() {
        let noisy = |scale: f64| move |start: usize, _| scale * (100.0 + (start * 7 % 10) as f64 / 2.0);
        let slower = |starts| output(starts, 1, "ns/op", noisy(1.3));
        let base = |starts| output(starts, 1, "ns/op", noisy(1.0));
        assert_eq!(told("ns/op>10%", &base(6), &slower(6)), (0, 1, 7));
        assert_eq!(told("ns/op>10%", &base(7), &slower(7)), (1, 0, 7));
        assert_eq!(told("ns/op>28%", &base(7), &slower(7)), (0, 0, 7), "30 % more is not shown to be 28 % more");
        let comparison = Comparison::new(&base(7), &slower(7));
        assert_eq!(Gate::new(&"ns/op>28%".parse().unwrap(), &comparison).noisy.len(), 1, "nor that it is not");
        assert_eq!(told("ns/op>20", &base(7), &slower(7)), (1, 0, 7));
        assert_eq!(told("ns/op>0%", &slower(7), &base(7)), (0, 0, 7));
        let one =
            |value: f64| Benchmarks::parse(format!("BenchmarkA 100 {value} ns/op\n").repeat(50).as_bytes()).unwrap();
        assert_eq!(told("ns/op>10%", &one(100.0), &one(200.0)), (0, 1, 7));
    }

    #[test]
    fn many_benchmarks_need_more_and_chance_is_of_all_of_them() {
        let of =
            |starts, scale: f64| output(starts, 28, "ns/op", move |start, of| scale * (100 + start * (of % 3)) as f64);
        assert_eq!(told("ns/op>10%", &of(8, 1.0), &of(8, 1.4)), (0, 28, 9));
        assert_eq!(told("ns/op>10%", &of(9, 1.0), &of(9, 1.4)).0, 28);
        // One of 28 is apart, as it is by chance in one comparison of thirty.
        let chance = |side: usize| {
            output(
                4,
                28,
                "ns/op",
                move |start, of| if of == 3 { 100 + 10 * side } else { 100 + 5 * start } as f64 + start as f64,
            )
        };
        let comparison = Comparison::new(&chance(0), &chance(1));
        assert_eq!(comparison.rows().iter().filter(|row| row.verdict == Verdict::Worse).count(), 1);
        assert!(Gate::worse(&comparison).is_empty());
    }

    #[test]
    fn counts_vary_by_run_and_rates_are_better_when_more() {
        let runs = |count: usize, first: f64| -> Benchmarks {
            let lines =
                (0..count).map(|run| format!("BenchmarkA {} {} allocs/op\n", 100 + run, first + (run % 3) as f64));
            Benchmarks::parse(lines.collect::<String>().as_bytes()).unwrap()
        };
        assert_eq!(told("allocs/op>0%", &runs(6, 10.0), &runs(6, 14.0)), (0, 1, 7));
        assert_eq!(told("allocs/op>0%", &runs(7, 10.0), &runs(7, 14.0)), (1, 0, 7));
        let rate = |value: f64| output(7, 1, "MB/s", move |start, _| value + start as f64);
        assert_eq!(told("MB/s>10%", &rate(1000.0), &rate(800.0)).0, 1);
        assert_eq!(told("MB/s>30%", &rate(1000.0), &rate(800.0)).0, 0);
        assert_eq!(told("MB/s>10%", &rate(800.0), &rate(1000.0)).0, 0);
    }

    #[test]
    fn what_is_not_known_is_told() {
        let of = |unit: &str, value: f64| output(7, 1, unit, move |start, _| value + start as f64);
        let comparison = Comparison::new(&of("hits", 100.0), &of("hits", 200.0));
        let gate = Gate::new(&"hits>0%".parse().unwrap(), &comparison);
        assert_eq!((gate.undirected.len(), gate.exceeded.len()), (1, 0));
        let comparison = Comparison::new(&of("ns/op", 100.0), &of("hits", 200.0));
        assert_eq!(Gate::new(&"ns/op>0%".parse().unwrap(), &comparison).gone.len(), 1);
    }
}
