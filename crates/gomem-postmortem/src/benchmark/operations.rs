//! How often a benchmark was done in all, also before what it prints.

use gomem_bench::Run;

/// How often, and what it prints for each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Operations {
    pub(super) count: f64,
    pub(super) printed_bytes: f64,
    /// Of the run that prints least. What other goroutines and the runtime allocate meanwhile is printed too, and makes some runs
    /// look larger; the benchmark's own stacks have none of it.
    pub(super) least_printed_bytes: f64,
    pub(super) printed_allocs: f64,
}

impl Operations {
    /// `go test` calls a benchmark with N = 1 before each run. With a fixed number of iterations (`-benchtime=1000x`) that is
    /// all; with a time it tries several numbers, which it does not print. A benchmark with `b.Loop` is called once.
    ///
    /// So the count is known where iterations are fixed, and what the profile then has for each operation is what was printed.
    /// Anything else is told, as a line's share would be a guess.
    ///
    /// `profiled_bytes` is what the benchmark allocated in all, by its profile.
    pub(super) fn find(runs: &[&Run], profiled_bytes: f64) -> Result<Self, String> {
        let first = runs.first().ok_or("it has no run")?;
        if runs.iter().any(|run| run.iterations != first.iterations) {
            return Err("its runs have different iterations: fix them, as in -benchtime=1000x".to_owned());
        }
        let mean = |unit: &str| {
            let values: Option<Vec<f64>> = runs.iter().map(|run| run.value(unit)).collect();
            values.map(|values| values.iter().sum::<f64>() / values.len() as f64)
        };
        let (Some(printed_bytes), Some(printed_allocs)) = (mean("B/op"), mean("allocs/op")) else {
            return Err("it prints no B/op: run it with -benchmem".to_owned());
        };
        let iterations = first.iterations as f64 * runs.len() as f64;
        let least_printed_bytes = runs.iter().filter_map(|run| run.value("B/op")).fold(printed_bytes, f64::min);
        let of = |count: f64| Self { count, printed_bytes, least_printed_bytes, printed_allocs };
        let fitting = [iterations + runs.len() as f64, iterations].map(of);
        fitting.into_iter().find(|operations| operations.fits(profiled_bytes)).ok_or_else(|| {
            let per_operation = profiled_bytes / (iterations + runs.len() as f64);
            format!(
                "its profile has {per_operation:.1} B/op, and it prints {printed_bytes:.1}: what is made once, outside the \
                 timer or in other goroutines cannot be told apart; more iterations help with the first"
            )
        })
    }

    /// Whether the profile has for each operation what was printed, which has no fraction.
    fn fits(self, profiled_bytes: f64) -> bool {
        let bytes = profiled_bytes / self.count;
        let (low, high) =
            (self.least_printed_bytes * (1.0 - TOLERANCE), (self.printed_bytes + 1.0) * (1.0 + TOLERANCE));
        (low..=high).contains(&bytes)
    }
}

/// Of the bytes.
const TOLERANCE: f64 = 0.005;

#[cfg(test)]
mod tests {
    use gomem_bench::Benchmarks;

    use super::*;

    fn count(text: &str, bytes: f64) -> Result<f64, String> {
        let benchmarks = Benchmarks::parse(text.as_bytes()).unwrap();
        let runs: Vec<&Run> = benchmarks.runs().iter().collect();
        Operations::find(&runs, bytes).map(|operations| operations.count)
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
