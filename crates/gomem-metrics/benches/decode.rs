//! Readers beside their peers, on the same text in the same run: `make bench-metrics`.
//!
//! The text is real scrapes, one after the other; each reader goes over all of it several times, and its best time of fifty counts.
//! Python's client takes part where `PYTHON` (or `python3`) can import it.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{
    fmt::Write as _,
    io::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
    time::Instant,
};

use gomem_metrics::{Exposition, GcTrace, Metrics, SampleReader};
use gomem_testkit::root;

fn main() {
    let folder = root().join("examples/incident/before");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder.join("metrics")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let scrapes: Vec<String> = paths.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let bytes: usize = scrapes.iter().map(String::len).sum();
    println!("Prometheus text: {} scrapes, {:.1} MB", scrapes.len(), bytes as f64 / 1e6);
    measure("gomem: Exposition::decode", bytes, || {
        scrapes.iter().map(|scrape| Exposition::decode(scrape.as_bytes()).samples().len()).sum()
    });
    measure("gomem: SampleReader", bytes, || {
        scrapes.iter().map(|scrape| SampleReader::new(scrape.as_bytes()).count()).sum()
    });
    let bare: Vec<String> = scrapes
        .iter()
        .map(|scrape| {
            scrape.lines().filter(|line| !line.starts_with('#')).fold(String::new(), |all, line| all + line + "\n")
        })
        .collect();
    measure("gomem: SampleReader, no comments", bare.iter().map(String::len).sum(), || {
        bare.iter().map(|scrape| SampleReader::new(scrape.as_bytes()).count()).sum()
    });
    measure("gomem: Metrics, series over time", bytes, || {
        let mut metrics = Metrics::new();
        for (time, scrape) in (0..).zip(&scrapes) {
            metrics.push_scrape(time * 1000, scrape.as_bytes()).unwrap();
        }
        metrics.series().iter().map(|series| series.values.len()).sum()
    });
    measure("prometheus-parse 0.2.5", bytes, || {
        let lines = |scrape: &String| scrape.lines().map(|line| Ok(line.to_owned())).collect::<Vec<_>>();
        scrapes
            .iter()
            .map(|scrape| prometheus_parse::Scrape::parse(lines(scrape).into_iter()).unwrap().samples.len())
            .sum()
    });
    client_python(&scrapes.concat());
    let mut log = String::new();
    for line in std::fs::read_to_string(folder.join("gctrace.log")).unwrap().lines() {
        let _ = writeln!(
            log,
            "2026-01-02T03:04:05.678901234Z stderr F {line}\n2026-01-02T03:04:05Z stdout F request served in 3 ms"
        );
    }
    let log = log.repeat(100);
    println!("GC trace in a container's log: {:.1} MB", log.len() as f64 / 1e6);
    measure("gomem: GcTrace::decode", log.len(), || GcTrace::decode(log.as_bytes()).unwrap().lines().len());
}

fn measure(what: &str, bytes: usize, read: impl Fn() -> usize) {
    // `cargo bench -p gomem-metrics -- NAME` measures those whose name has this.
    if std::env::args().skip(1).any(|name| !name.starts_with('-') && !what.contains(&name)) {
        return;
    }
    let mut best = f64::INFINITY;
    let mut found = 0;
    for _ in 0..RUNS {
        let start = Instant::now();
        found = read();
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!("  {what:<34} {:>8.1} MB/s   {found} found", bytes as f64 / best / 1e6);
}

fn client_python(text: &str) {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let program = "import sys, time\n\
                   from prometheus_client.parser import text_string_to_metric_families as parse\n\
                   text = sys.stdin.read()\n\
                   start = time.perf_counter()\n\
                   found = sum(len(family.samples) for family in parse(text))\n\
                   speed = len(text) / (time.perf_counter() - start) / 1e6\n\
                   print(f'  {\"prometheus_client\":<34} {speed:>8.1f} MB/s   {found} found')\n";
    let child = Command::new(python).args(["-c", program]).stdin(Stdio::piped()).stderr(Stdio::null()).spawn();
    let Ok(mut child) = child else { return println!("  prometheus_client: no Python") };
    let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
    if !child.wait().is_ok_and(|status| status.success()) {
        println!("  prometheus_client                  not installed");
    }
}

const RUNS: usize = 50;
