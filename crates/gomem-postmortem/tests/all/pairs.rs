//! What fixing a line was predicted to save, beside what it saved: the programs in `testdata/pairs` were run before and after
//! a fix of the lines marked `// fixed`, under the same work.

#![allow(clippy::panic, clippy::print_stdout, clippy::unwrap_used)]

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use flate2::read::GzDecoder;
use gomem_postmortem::{Artifact, Bundle, Finding, FindingKind, Report};
use gomem_testkit::root;

/// In percentage points of the GC cycles.
const MEDIAN_ERROR: f64 = 10.0;
const LARGEST_ERROR: f64 = 25.0;

#[test]
fn predicted_savings_come_true() {
    for (folder, fewest) in [(data(), 16), (data().join("go1.24.11"), 6)] {
        let errors = errors(&folder);
        let (median, largest) = (median(&errors), errors[errors.len() - 1]);
        assert!(errors.len() >= fewest);
        assert!(median <= MEDIAN_ERROR && largest <= LARGEST_ERROR, "median {median}, largest {largest}");
    }
}

/// Pairs of your own, laid out as in `testdata/pairs`: `GOMEM_PAIRS=<folder>`, with `--nocapture`.
#[test]
fn others_are_scored() {
    if let Some(folder) = std::env::var_os("GOMEM_PAIRS") {
        errors(Path::new(&folder));
    }
}

/// The absolute errors of all pairs in a folder, sorted, in percentage points.
fn errors(folder: &Path) -> Vec<f64> {
    let mut errors = Vec::new();
    println!("| pair | share of bytes | GC cycles before | after | predicted saving (90 %) | measured | error |");
    println!("|---|---:|---:|---:|---:|---:|---:|");
    for pair in pairs(folder) {
        let before = Bundle::from_artifacts(
            "before",
            ["heap.pb.gz", "escape.log.gz", "gctrace.log.gz"]
                .map(|name| Artifact {
                    name: name.to_owned(),
                    bytes: fs::read(pair.join(format!("before.{name}"))).unwrap(),
                    modified_ms: None,
                })
                .into(),
        );
        let report = Report::from_bundle(&before);
        let fixed = fixed_lines(&pair);
        let is_fixed = |finding: &&Finding| {
            let is_site =
                [FindingKind::AllocationSite, FindingKind::PoolMisuse, FindingKind::Call].contains(&finding.kind);
            is_site && finding.place.as_ref().is_some_and(|place| fixed.contains(&place.line) && is_main(place.file()))
        };
        let found: Vec<&Finding> = report.findings().iter().filter(is_fixed).collect();
        assert!(!found.is_empty(), "{}: no finding on {fixed:?}", name(&pair));
        let share: f64 = found.iter().filter_map(|finding| finding.bytes_fraction).sum();
        // What the line allocates itself and what its calls do are findings of their own; the fix takes away both.
        let avoidable: f64 = found.iter().filter_map(|finding| finding.avoidable_bytes_fraction).sum();
        let saving = report.saving(avoidable).unwrap().gc_cycles;
        let [cycles, after] = ["before", "after"].map(|side| cycles(&pair, side));
        let measured = 1.0 - after / cycles;
        let error = 100.0 * (saving.value - measured);
        println!(
            "| {} | {:.1} % | {cycles} | {after} | {:.0} % ({:.0}–{:.0}) | {:.0} % | {error:+.1} |",
            name(&pair),
            share * 100.0,
            saving.value * 100.0,
            saving.low * 100.0,
            saving.high * 100.0,
            measured * 100.0,
        );
        errors.push(error.abs());
    }
    errors.sort_by(f64::total_cmp);
    if let Some(largest) = errors.last() {
        println!("{} pairs: median error {:.1} points, largest {largest:.1}", errors.len(), median(&errors));
    }
    errors
}

fn median(sorted: &[f64]) -> f64 {
    f64::midpoint(sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2])
}

fn data() -> PathBuf {
    root().join("testdata/pairs")
}

fn pairs(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut pairs: Vec<PathBuf> = entries.filter(|path| path.join("before.heap.pb.gz").exists()).collect();
    pairs.sort();
    pairs
}

fn name(pair: &Path) -> &str {
    pair.file_name().unwrap().to_str().unwrap()
}

fn is_main(file: &str) -> bool {
    file.ends_with("before/main.go")
}

fn fixed_lines(pair: &Path) -> Vec<i64> {
    let folder = pair.ancestors().map(|folder| folder.join("programs")).find(|programs| programs.exists()).unwrap();
    let source = fs::read_to_string(folder.join(name(pair)).join("before/main.go")).unwrap();
    (1..).zip(source.lines()).filter(|(_, line)| line.ends_with("// fixed")).map(|(number, _)| number).collect()
}

/// GC cycles of a run.
fn cycles(pair: &Path, side: &str) -> f64 {
    let mut trace = String::new();
    let file = fs::File::open(pair.join(format!("{side}.gctrace.log.gz"))).unwrap();
    GzDecoder::new(file).read_to_string(&mut trace).unwrap();
    trace.lines().filter(|line| line.starts_with("gc ")).count() as f64
}
