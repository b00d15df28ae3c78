//! All that an output of `go test -bench` says.

use std::{collections::HashMap, sync::Arc};

use crate::{
    error::{Error, ErrorKind},
    events::printed,
    run::{Measurement, Run},
};

/// The runs of benchmarks that an output has.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Benchmarks {
    runs: Vec<Run>,
    /// What `Unit` lines say: by unit and key.
    units: HashMap<(String, String), String>,
    remarks: Vec<Remark>,
}

/// A line that says that something failed, or that is damaged.
///
/// ```
/// use gomem_bench::Benchmarks;
///
/// let benchmarks = Benchmarks::parse(b"BenchmarkRender-8 1000 250.0 ns/op\n--- FAIL: TestOther\nFAIL\n")?;
/// assert!(benchmarks.has_failures() && benchmarks.remarks().iter().any(|remark| remark.is_failure));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Remark {
    /// The line of the output, from 1.
    pub line: usize,
    /// What it says.
    pub text: String,
    /// Whether something failed: then benchmarks can be missing.
    pub is_failure: bool,
}

/// How much is accepted.
///
/// ```
/// # let text = b"pkg: example.com/app\nBenchmarkRender-8 1000 250.0 ns/op 96 B/op 2 allocs/op\n";
/// use gomem_bench::{Benchmarks, Limits};
///
/// let mut limits = Limits::default();
/// limits.runs = 0;
/// assert!(Benchmarks::parse_with(text, &limits).unwrap_err().is_limit());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Runs: a million by default.
    pub runs: usize,
    /// Measurements of one run: 64 by default. What is beyond is left out, with a remark.
    pub values: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { runs: 1_000_000, values: 64 }
    }
}

impl Benchmarks {
    /// Reads what `go test -bench` or `go test -json -bench` printed, with whatever stands in between.
    ///
    /// ```
    /// let text = b"goos: linux\npkg: example.com/app\nBenchmarkRender/large-8 \t 100 250 ns/op\nPASS\n";
    /// let benchmarks = gomem_bench::Benchmarks::parse(text)?;
    /// assert_eq!(&*benchmarks.runs()[0].name, "BenchmarkRender/large-8");
    /// # Ok::<(), gomem_bench::Error>(())
    /// ```
    ///
    /// # Errors
    /// When there is no benchmark in it. A line that is damaged is among the [`remarks`](Self::remarks).
    pub fn parse(text: &[u8]) -> Result<Self, Error> {
        Self::parse_with(text, &Limits::default())
    }

    /// The same, within limits.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), and when there are more runs than are accepted.
    pub fn parse_with(text: &[u8], limits: &Limits) -> Result<Self, Error> {
        let plain = gomem_transport::utf8(text);
        let text = String::from_utf8_lossy(&plain);
        let text = printed(&text);
        let mut reader = Reader::default();
        let mut lines = 0;
        for line in gomem_transport::lines(text.as_bytes()) {
            lines += 1;
            reader.read(lines, &String::from_utf8_lossy(&line.text), limits)?;
        }
        let mut found = reader.benchmarks;
        if !text.ends_with('\n') {
            found.check_end(lines, text.lines().next_back().unwrap_or_default());
        }
        if found.runs.is_empty() && !found.has_failures() {
            return Err(ErrorKind::NothingFound { lines }.into());
        }
        Ok(found)
    }

    /// The runs, in the order of the output.
    #[must_use]
    pub fn runs(&self) -> &[Run] {
        &self.runs
    }

    /// Lines that say that something failed, or that are damaged.
    #[must_use]
    pub fn remarks(&self) -> &[Remark] {
        &self.remarks
    }

    /// Whether a build, a test or a benchmark failed: then benchmarks can be missing.
    #[must_use]
    pub fn has_failures(&self) -> bool {
        self.remarks.iter().any(|remark| remark.is_failure)
    }

    /// Adds the runs of another output of the same code.
    pub fn extend(&mut self, other: Self) {
        let starts = self.runs.last().map_or(0, |run| run.start + 1);
        self.runs.extend(other.runs.into_iter().map(|run| Run { start: starts + run.start, ..run }));
        self.units.extend(other.units);
        self.remarks.extend(other.remarks);
    }

    /// Whether more is better, or less; `None` where nothing tells.
    #[must_use]
    pub fn is_more_better(&self, unit: &str) -> Option<bool> {
        match self.units.get(&(unit.to_owned(), "better".to_owned())).map(String::as_str) {
            Some("higher") => Some(true),
            Some("lower") => Some(false),
            _ if matches!(unit, "MB/s" | "B/s") => Some(true),
            _ if matches!(unit, "ns/op" | "sec/op" | "B/op" | "allocs/op") => Some(false),
            // As `b.ReportMetric` is used: `ns/get`, `p99-ns`.
            _ if unit.starts_with("ns/") || unit.ends_with("-ns") || unit.ends_with("-bytes") => Some(false),
            _ => None,
        }
    }

    /// An output that ends within the line of a benchmark was cut, unless the last unit there is a known one.
    fn check_end(&mut self, number: usize, line: &str) {
        let is_known = |unit: &str| matches!(unit, "ns/op" | "MB/s" | "B/op" | "allocs/op");
        let run = self.runs.last().filter(|run| run.line == number);
        let is_whole = run.and_then(|run| run.values.last()).is_some_and(|value| is_known(&value.unit));
        if line.starts_with("Benchmark") && !is_whole {
            let text = format!("the output ends within a line: {line}");
            self.remarks.push(Remark { line: number, text, is_failure: true });
        }
    }

    /// Whether a `Unit` line says that its values are exact.
    pub(crate) fn is_exact(&self, unit: &str) -> bool {
        self.units.get(&(unit.to_owned(), "assume".to_owned())).is_some_and(|assumed| assumed == "exact")
    }
}

/// What is known while lines are read.
#[derive(Default)]
struct Reader {
    benchmarks: Benchmarks,
    package: Arc<str>,
    goos: String,
    goarch: String,
    cpu: String,
    machine: Arc<str>,
    /// How many test programs started before this one.
    start: usize,
    /// Names and units that many runs share.
    known: HashMap<String, Arc<str>>,
}

impl Reader {
    fn read(&mut self, number: usize, line: &str, limits: &Limits) -> Result<(), Error> {
        let line = line.trim_end();
        if let Some(rest) = line.strip_prefix("Benchmark") {
            return self.read_run(number, line, rest, limits);
        }
        if let Some(rest) = line.strip_prefix("Unit ") {
            self.read_unit(rest);
        } else if is_end(line) {
            self.end();
        } else if is_failure(line) {
            self.benchmarks.remarks.push(Remark { line: number, text: line.trim().to_owned(), is_failure: true });
        } else if let Some((key, value)) = line.split_once(':') {
            self.read_setting(key, value.trim());
        }
        Ok(())
    }

    /// What follows is of another start of a test program.
    fn end(&mut self) {
        self.start = self.benchmarks.runs.last().map_or(0, |run| run.start + 1);
    }

    fn read_setting(&mut self, key: &str, value: &str) {
        match key {
            "pkg" => self.package = value.into(),
            "goos" => value.clone_into(&mut self.goos),
            "goarch" => value.clone_into(&mut self.goarch),
            "cpu" => value.clone_into(&mut self.cpu),
            _ => return,
        }
        // A test program says these before its first benchmark (`labelsOnce` in `testing/benchmark.go`).
        self.end();
        let parts = [format!("{}/{}", self.goos, self.goarch), self.cpu.clone()];
        let parts: Vec<&str> =
            parts.iter().map(|part| part.trim_matches('/')).filter(|part| !part.is_empty()).collect();
        self.machine = parts.join(", ").into();
    }

    fn read_run(&mut self, number: usize, line: &str, rest: &str, limits: &Limits) -> Result<(), Error> {
        let name_ends = rest.find(char::is_whitespace).unwrap_or(rest.len());
        // `go test -v` prints the name when a benchmark begins; `Benchmarks of …` is prose.
        if rest[name_ends..].trim().is_empty() || !is_name(&rest[..name_ends]) {
            return Ok(());
        }
        let mut words = line.split_whitespace();
        let name = words.next().unwrap_or_default();
        let problem = match words.next().map(str::parse::<u64>) {
            Some(Ok(iterations)) => match self.values(words, limits) {
                Ok(values) => {
                    if self.benchmarks.runs.len() >= limits.runs {
                        return Err(ErrorKind::Limit { what: "runs", limit: limits.runs }.into());
                    }
                    let (package, machine) = (Arc::clone(&self.package), Arc::clone(&self.machine));
                    let (name, start) = (self.shared(name), self.start);
                    let run = Run { package, name, iterations, values, machine, start, line: number };
                    self.benchmarks.runs.push(run);
                    return Ok(());
                }
                Err(problem) => problem,
            },
            _ => "no number of iterations",
        };
        let text = format!("{name}: {problem}");
        self.benchmarks.remarks.push(Remark { line: number, text, is_failure: false });
        Ok(())
    }

    fn values<'l>(
        &mut self,
        mut words: impl Iterator<Item = &'l str>,
        limits: &Limits,
    ) -> Result<Vec<Measurement>, &'static str> {
        let mut values = Vec::new();
        while let Some(number) = words.next() {
            let value: f64 = number.parse().map_err(|_| "a measurement that is no number")?;
            // A difference stands in tables that compare two outputs.
            let unit = words.next().filter(|unit| !unit.starts_with(['+', '-', '~']));
            let unit = unit.ok_or("a measurement without a unit")?;
            if !value.is_finite() {
                return Err("a measurement that is no number");
            }
            if values.len() < limits.values {
                values.push(Measurement { unit: self.shared(unit), value });
            }
        }
        if values.is_empty() { Err("no measurement") } else { Ok(values) }
    }

    fn read_unit(&mut self, rest: &str) {
        let mut words = rest.split_whitespace();
        let Some(unit) = words.next() else { return };
        for (key, value) in words.filter_map(|word| word.split_once('=')) {
            self.benchmarks.units.insert((unit.to_owned(), key.to_owned()), value.to_owned());
        }
    }

    fn shared(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.known.get(text) {
            return Arc::clone(known);
        }
        let shared: Arc<str> = text.into();
        self.known.insert(text.to_owned(), Arc::clone(&shared));
        shared
    }
}

/// `BenchmarkX`, not `Benchmarkx`: what `go test` takes for one.
fn is_name(rest: &str) -> bool {
    !rest.starts_with(|first: char| first.is_lowercase())
}

/// What a test program prints last, or `go test` after it.
fn is_end(line: &str) -> bool {
    line == "PASS" || line.starts_with("ok  \t")
}

fn is_failure(line: &str) -> bool {
    let is_of_package = line.strip_prefix("FAIL").is_some_and(|rest| rest.is_empty() || rest.starts_with(['\t', ' ']));
    is_of_package
        || line.trim_start().starts_with("--- FAIL: ")
        || line.starts_with("panic: ")
        || line.ends_with("[build failed]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_all_kinds_are_read() {
        let text = b"goos: linux\ngoarch: amd64\npkg: example.com/app\ncpu: Some CPU @ 2GHz\nUnit p99-ns better=higher\n\
            BenchmarkA\nBenchmarkA-8   \t  100\t  12.5 ns/op\t  8 B/op\t 1 allocs/op\nBenchmarkA/n=1-8 \t 1e3\t5 ns/op\n\
            BenchmarkB-8 100 x ns/op\nBenchmarks of today 1 2\nBenchmarkC-8 7 1 p99-ns 2\nok  \texample.com/app\t1.2s\n";
        let found = Benchmarks::parse(text).unwrap();
        assert_eq!(found.runs().len(), 1);
        let run = &found.runs()[0];
        assert_eq!((&*run.package, &*run.name, run.iterations, run.line), ("example.com/app", "BenchmarkA-8", 100, 7));
        assert_eq!((run.value("ns/op"), run.value("allocs/op"), run.value("MB/s")), (Some(12.5), Some(1.0), None));
        assert_eq!(&*run.machine, "linux/amd64, Some CPU @ 2GHz");
        let told: Vec<(usize, &str)> = found.remarks().iter().map(|remark| (remark.line, &*remark.text)).collect();
        assert_eq!(
            told,
            [
                (8, "BenchmarkA/n=1-8: no number of iterations"),
                (9, "BenchmarkB-8: a measurement that is no number"),
                (11, "BenchmarkC-8: a measurement without a unit"),
            ]
        );
        assert_eq!((found.is_more_better("p99-ns"), found.is_more_better("ns/op")), (Some(true), Some(false)));
        assert!(!found.has_failures());
    }

    #[test]
    fn failures_and_empty_inputs_are_told() {
        for (text, has_failures) in [
            ("FAIL\texample.com/app [build failed]\nFAIL\n", true),
            ("--- FAIL: TestX (0.00s)\nBenchmarkA 1 1 ns/op\n", true),
            ("panic: oh\n\ngoroutine 1 [running]:\n", true),
            ("BenchmarkA 1 1 ns/op\nBenchmarkB", true),
            ("BenchmarkA 1 1 ns/op\nBenchmarkB 1 1 ns/op 12", true),
            ("BenchmarkA 1 1 ns/op\nBenchmarkB 1 1 ns/op 12 al", true),
            ("BenchmarkA 1 1 ns/op\nBenchmarkB 1 1 ns/op 12 allocs/op", false),
            ("BenchmarkA 1 1 ns/op\nPASS\nFAILED is no word of go test\n", false),
        ] {
            assert_eq!(Benchmarks::parse(text.as_bytes()).unwrap().has_failures(), has_failures, "{text}");
        }
        assert_eq!(Benchmarks::parse(b"PASS\nok\n").unwrap_err().to_string(), "no benchmark in 2 lines");
        let limits = Limits { runs: 1, values: 1 };
        let text = b"BenchmarkA 1 1 ns/op 2 B/op\nBenchmarkA 1 1 ns/op\n";
        assert!(Benchmarks::parse_with(text, &limits).unwrap_err().is_limit());
    }
}
