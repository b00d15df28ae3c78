//! How often a benchmark was done in all, also before what it prints.

use gomem_bench::Run;

/// By what the objects below a line of the benchmark are divided for what an operation allocates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Operations {
    /// Those of lines that allocate in most operations: how often it was done in all.
    pub(super) each: f64,
    /// Those of lines that do so in few of them, as what comes before the loop. `None`: they are outside the timer, and no
    /// part of an operation.
    pub(super) rare: Option<f64>,
    /// A line with fewer objects is rare.
    rare_below: f64,
    /// As printed.
    pub(super) printed_allocs: f64,
}

/// What was allocated in all below a line of the benchmark.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Allocated {
    pub(super) objects: f64,
    pub(super) bytes: f64,
}

/// The bytes that are printed for an operation.
#[derive(Debug, Clone, Copy)]
struct Printed {
    /// Of the run that prints least. What other goroutines and the runtime allocate meanwhile is printed too, and makes some runs
    /// look larger; the benchmark's own stacks have none of it.
    least: f64,
    most: f64,
}

impl Operations {
    /// `go test` calls a benchmark with N = 1 before each run. With a fixed number of iterations (`-benchtime=1000x`) that is
    /// all; with a time it tries several numbers, which it does not print. A benchmark with `b.Loop` is called once.
    ///
    /// So the count is known where iterations are fixed, and what the profile then has for each operation is what was printed.
    /// What a benchmark makes before its loop is in the profile, and is printed only if the timer runs: then as a part of N, and
    /// the profile has it twice. What is printed tells which of these it is. Anything else is an error, as a line's share would
    /// be a guess. `fraction` is how much of a byte the text can have cut off.
    pub(super) fn find(runs: &[&Run], lines: &[Allocated], fraction: f64) -> Result<Self, String> {
        let first = runs.first().ok_or("it has no run")?;
        if runs.iter().any(|run| run.iterations != first.iterations) {
            return Err("its runs have different iterations: fix them, as in -benchtime=1000x".to_owned());
        }
        let mean = |unit: &str| {
            let values: Option<Vec<f64>> = runs.iter().map(|run| run.value(unit)).collect();
            values.map(|values| values.iter().sum::<f64>() / values.len() as f64)
        };
        let (Some(bytes), Some(printed_allocs)) = (mean("B/op"), mean("allocs/op")) else {
            return Err("it prints no B/op: run it with -benchmem".to_owned());
        };
        let least_bytes = runs.iter().filter_map(|run| run.value("B/op")).fold(bytes, f64::min);
        let printed = Printed { least: least_bytes, most: bytes + fraction };
        let iterations = first.iterations as f64 * runs.len() as f64;
        let with_warm_ups = iterations + runs.len() as f64;
        let of = |each, rare| Self { each, rare, rare_below: each * LEAST_SHARE, printed_allocs };
        // Without the rare lines first: they are no part of an operation unless what is printed needs them.
        let without = vec![of(with_warm_ups, None), of(iterations, None)];
        let with = vec![
            of(with_warm_ups, Some(with_warm_ups)),
            of(iterations, Some(iterations)),
            of(with_warm_ups, Some(2.0 * iterations)),
        ];
        // What is made before the loop can be many objects, so then the lines with the fewest are left out, one after the other.
        let mut counts: Vec<f64> = lines.iter().map(|line| line.objects).filter(|&count| count > 0.0).collect();
        counts.sort_by(f64::total_cmp);
        let fewest = counts.into_iter().take(MOST_LEFT_OUT);
        let with_fewer = fewest.map(|count| Self { rare_below: count + 1.0, ..of(with_warm_ups, None) });
        let candidates = [without, with].into_iter().chain(with_fewer.map(|operations| vec![operations]));
        let distance = |operations: &Self| printed.distance(operations.bytes(lines));
        let nearest = |of: Vec<Self>| of.into_iter().min_by(|one, other| distance(one).total_cmp(&distance(other)));
        let is_near = |operations: &Self| distance(operations) <= TOLERANCE * bytes.max(1.0);
        candidates.filter_map(nearest).find(is_near).ok_or_else(|| {
            format!(
                "its profile has {:.1} B/op, and it prints {bytes:.1}: what is made once, outside the timer or in other \
                 goroutines cannot be told apart; more iterations help with the first",
                of(with_warm_ups, Some(with_warm_ups)).bytes(lines)
            )
        })
    }

    /// Whether a line allocates in few of the operations.
    pub(super) fn is_rare(self, line: &Allocated) -> bool {
        line.objects < self.rare_below
    }

    /// What the lines allocate for an operation.
    fn bytes(self, lines: &[Allocated]) -> f64 {
        let of = |line: &Allocated| Some(line.bytes / if self.is_rare(line) { self.rare? } else { self.each });
        lines.iter().filter_map(of).sum()
    }
}

impl Printed {
    /// How far so much is from it.
    fn distance(self, bytes: f64) -> f64 {
        (self.least - bytes).max(bytes - self.most).max(0.0)
    }
}

/// Of the bytes.
const TOLERANCE: f64 = 0.005;
/// Of the operations: a line that allocates in fewer is rare.
const LEAST_SHARE: f64 = 0.5;
/// Lines: with more, some would fit by chance.
const MOST_LEFT_OUT: usize = 3;

#[cfg(test)]
mod tests {
    use gomem_bench::Benchmarks;

    use super::*;

    fn operations(text: &str, lines: &[(f64, f64)]) -> Result<Operations, String> {
        let benchmarks = Benchmarks::parse(text.as_bytes()).unwrap();
        let runs: Vec<&Run> = benchmarks.runs().iter().collect();
        let lines: Vec<Allocated> = lines.iter().map(|&(objects, bytes)| Allocated { objects, bytes }).collect();
        Operations::find(&runs, &lines, 1.0)
    }

    fn count(text: &str, bytes: f64) -> Result<f64, String> {
        operations(text, &[(bytes / 32.0, bytes)]).map(|operations| operations.each)
    }

    #[test]
    fn what_is_made_once_is_outside_the_timer_or_in_it() {
        let once =
            |text: &str, bytes: f64| operations(text, &[(2002.0, 64.0 * 1001.0), (2.0, bytes)]).map(|of| of.rare);
        let printed = "BenchmarkA 1000 5 ns/op 64 B/op 2 allocs/op\n";
        assert_eq!(once(printed, 20_000.0), Ok(None), "10 kB before b.ResetTimer, in two calls");
        let inside = "BenchmarkA 1000 5 ns/op 84 B/op 2 allocs/op\n";
        assert_eq!(once(inside, 40_000.0), Ok(Some(2000.0)), "20 kB in the timer: 20 an operation");
        assert!(once(inside, 80_000.0).is_err(), "half of it in the timer");
        let before = operations(printed, &[(2002.0, 64.0 * 1001.0), (1400.0, 90_000.0)]).unwrap();
        let line = |objects| Allocated { objects, bytes: 0.0 };
        assert!(before.is_rare(&line(1400.0)) && !before.is_rare(&line(2002.0)), "700 objects before the loop");
    }

    #[test]
    fn warm_ups_count_and_what_does_not_fit_is_told() {
        let twice = "BenchmarkA 100 5 ns/op 64 B/op 2 allocs/op\n".repeat(2);
        assert_eq!(count(&twice, 64.0 * 202.0), Ok(202.0), "100 and 1, twice");
        assert_eq!(count("BenchmarkA 10 5 ns/op 64 B/op 2 allocs/op\n", 640.0), Ok(10.0), "b.Loop");
        assert_eq!(count("BenchmarkA 10 5 ns/op 0 B/op 0 allocs/op\n", 0.0), Ok(11.0));
        let noisy = "BenchmarkA 500 5 ns/op 11 B/op 0 allocs/op\nBenchmarkA 500 5 ns/op 0 B/op 0 allocs/op\n";
        assert_eq!(count(noisy, 0.0), Ok(1002.0), "what else ran meanwhile is in one of the runs");
        for (text, bytes, says) in [
            (&*twice, 64.0 * 250.0, "outside the timer"),
            (&*twice, 64.0 * 150.0, "other goroutines"),
            ("BenchmarkA 100 5 ns/op\n", 64.0, "-benchmem"),
            (
                "BenchmarkA 100 5 ns/op 1 B/op 1 allocs/op\nBenchmarkA 90 5 ns/op 1 B/op 1 allocs/op\n",
                64.0,
                "-benchtime",
            ),
        ] {
            assert!(count(text, bytes).is_err_and(|told| told.contains(says)), "{says}");
        }
    }
}
