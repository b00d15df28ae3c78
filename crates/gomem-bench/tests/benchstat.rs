//! Medians, intervals, tests and means beside those of `benchstat`, where that is installed:
//! `go install golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da`. The samples are made up: of 3 to 30 runs, with
//! and without values that are equal.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{collections::BTreeMap, env, fmt::Write, fs, process::Command};

use gomem_bench::{Basis, Benchmarks, Comparison, ComparisonRow};

/// What `benchstat -format csv` says of a benchmark in a unit.
#[derive(Debug, Clone, PartialEq)]
struct Told {
    base: f64,
    base_off: String,
    current: f64,
    change: String,
    p: Option<f64>,
}

/// Numbers without a pattern, the same each time.
struct Dice(u64);

impl Dice {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

fn made_up(dice: &mut Dice, shift: u64) -> String {
    let mut text = String::from("goos: linux\ngoarch: amd64\npkg: p\ncpu: X\n");
    for number in 0..80 {
        let runs = [3, 4, 5, 6, 8, 10, 20, 26, 30][dice.next(9) as usize];
        for run in 0..runs {
            let (spread, step) = (1 + dice.next(2000), shift * (number % 7) * 100);
            let nanos = (100_000 + spread * 10 / (1 + number % 3) + step) / (1 + number % 4 * 100);
            let allocs = 10 + dice.next(1 + number % 3) + shift * u64::from(number % 5 == 0);
            writeln!(text, "BenchmarkB{number}-8 {} {nanos} ns/op {} B/op {allocs} allocs/op", 1000 + run, allocs * 16)
                .unwrap();
        }
    }
    text
}

fn told(csv: &str) -> (BTreeMap<(String, String), Told>, BTreeMap<String, String>) {
    let (mut rows, mut means, mut unit) = (BTreeMap::new(), BTreeMap::new(), String::new());
    for line in csv.lines() {
        let cells: Vec<&str> = line.split(',').collect();
        match cells.as_slice() {
            ["", name, "CI", ..] => unit = (*name).replace("sec/op", "ns/op"),
            ["geomean", _, _, _, _, ratio, ..] => drop(means.insert(unit.clone(), (*ratio).to_owned())),
            [name, base, base_off, current, _, change, p] if !name.is_empty() => {
                let p = p.split(' ').next().and_then(|p| p.strip_prefix("p=")).map(|p| p.parse().unwrap());
                let [base, current] = [base, current].map(|value| value.parse().unwrap());
                let told = Told { base, base_off: (*base_off).to_owned(), current, change: (*change).to_owned(), p };
                rows.insert((format!("Benchmark{name}"), unit.clone()), told);
            }
            _ => {}
        }
    }
    (rows, means)
}

/// As `benchstat` writes a share.
fn change(row: &ComparisonRow) -> String {
    match row.delta_fraction() {
        Some(0.0) => "0.00%".to_owned(),
        Some(fraction) => format!("{:+.2}%", fraction * 100.0),
        None => "?".to_owned(),
    }
}

fn off(row: &ComparisonRow) -> String {
    let base = row.base.unwrap();
    match (base.low, base.high) {
        (Some(low), Some(high)) => format!("{:.0}%", 100.0 * (high / base.center - 1.0).max(1.0 - low / base.center)),
        _ => "∞".to_owned(),
    }
}

/// Whether values are equal: with samples of two sizes benchstat is not exact then.
fn has_ties(row: &ComparisonRow, sides: [&Benchmarks; 2]) -> bool {
    let runs = sides.into_iter().flat_map(Benchmarks::runs).filter(|run| run.name == row.benchmark);
    let mut values: Vec<u64> = runs.filter_map(|run| run.value(&row.unit)).map(f64::to_bits).collect();
    let all = values.len();
    values.sort_unstable();
    values.dedup();
    values.len() < all
}

#[test]
fn every_answer_is_that_of_benchstat() {
    let tool = env::var("BENCHSTAT").unwrap_or_else(|_| "benchstat".to_owned());
    let folder = tempfile::tempdir().unwrap();
    let (mut compared, mut tested) = (0, 0);
    for seed in 0..if env::var("GOMEM_PARITY").is_ok() { 40 } else { 4 } {
        let mut dice = Dice(seed);
        let texts = [made_up(&mut dice, 0), made_up(&mut dice, 2)];
        let paths = ["o", "n"].map(|name| folder.path().join(name));
        paths.iter().zip(&texts).for_each(|(path, text)| fs::write(path, text).unwrap());
        let Ok(output) = Command::new(&tool).args(["-format", "csv"]).args(&paths).output() else {
            println!("skipped: there is no benchstat to compare with");
            return;
        };
        let (rows, means) = told(&String::from_utf8(output.stdout).unwrap());
        let [base, current] = texts.map(|text| Benchmarks::parse(text.as_bytes()).unwrap());
        let comparison = Comparison::new(&base, &current);
        assert_eq!((rows.len(), comparison.rows().len()), (240, 240));
        for row in comparison.rows() {
            let told = &rows[&(row.benchmark.to_string(), row.unit.to_string())];
            let scale = if &*row.unit == "ns/op" { 1e-9 } else { 1.0 };
            let near = |summary: Option<gomem_bench::Summary>, value: f64| {
                (summary.unwrap().center * scale / value - 1.0).abs() < 1e-9
            };
            assert!(near(row.base, told.base) && near(row.current, told.current), "{row:?} {told:?}");
            // Of more than 30 runs benchstat takes the normal distribution; there are none here.
            assert_eq!(off(row), told.base_off, "{row:?}");
            // What is exact is no matter of a test.
            let is_of_one_size = row.base.unwrap().runs == row.current.unwrap().runs;
            if row.basis == Basis::Ranks && (is_of_one_size || !has_ties(row, [&base, &current])) {
                tested += 1;
                let p = row.p.unwrap_or(1.0);
                // With ties benchstat says p=1.286, as it doubles more than half.
                assert!((p - told.p.unwrap().min(1.0)).abs() < 6e-4, "{row:?} {told:?}");
                let expected = if row.verdict.is_shown() { change(row) } else { "~".to_owned() };
                assert!(told.change == expected || (p - 0.05).abs() < 1e-3, "{row:?} {told:?}");
            }
            compared += 1;
        }
        for mean in comparison.means() {
            let ratio = format!("{:+.2}%", (mean.ratio.unwrap() - 1.0) * 100.0);
            assert_eq!(ratio, means[&*mean.unit], "{mean:?}");
        }
    }
    println!("{compared} comparisons, {tested} with a test");
}
