//! How fast traces are read, one thread: `GOMEM_BENCH_TRACES="FILE…" cargo bench -p gomem-trace`; else those of testdata.
//!
//! `decode` is a trace read from bytes in memory, as a loop on `golang.org/x/exp/trace` reads one (`benches/trace-read`);
//! `file` is one read from a file, and the lines that had to help the garbage collector; `tables` makes all tables. The best of
//! several rounds counts.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{num::NonZero, path::PathBuf, time::Instant};

use gomem_table::ToTable;
use gomem_testkit::root;
use gomem_trace::{DecodeOptions, GroupBy, Trace, TraceReader};

fn main() {
    let paths: Vec<PathBuf> = match std::env::var("GOMEM_BENCH_TRACES") {
        Ok(paths) => paths.split_whitespace().map(PathBuf::from).collect(),
        Err(_) => vec![root().join("testdata/traces/service-1.27.3.trace")],
    };
    let options = DecodeOptions::default().with_threads(NonZero::<usize>::MIN);
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        let read = || Trace::decode_with(&bytes, &options).unwrap();
        let events: u64 = read().event_counts().map(|(_, count)| count).sum();
        println!("{}: {} bytes, {events} events", path.display(), bytes.len());
        measure("decode", bytes.len(), || {
            read();
        });
        measure("file", bytes.len(), || {
            let file = std::fs::File::open(&path).unwrap();
            let trace = TraceReader::new_with(file, &options).and_then(TraceReader::finish).unwrap();
            std::hint::black_box(trace.assists_by(GroupBy::Line).to_table());
        });
        measure("tables", bytes.len(), || {
            let trace = read();
            for view in Trace::TABLES {
                std::hint::black_box(view.table(&trace));
            }
        });
    }
}

fn measure(what: &str, bytes: usize, run: impl Fn()) {
    // `cargo bench -p gomem-trace -- decode` measures one of them.
    let mut asked = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).peekable();
    if asked.peek().is_some() && !asked.any(|argument| argument == what) {
        return;
    }
    let (begin, mut best) = (Instant::now(), f64::INFINITY);
    for round in 0.. {
        let (start, cpu, mut runs) = (Instant::now(), cpu_seconds(), 0_u32);
        while start.elapsed().as_secs_f64() < ROUND_SECONDS {
            run();
            runs += 1;
        }
        let seconds = cpu.zip(cpu_seconds()).map_or_else(|| start.elapsed().as_secs_f64(), |(begin, end)| end - begin);
        best = best.min(seconds / f64::from(runs));
        if round + 1 >= LEAST_ROUNDS && begin.elapsed().as_secs_f64() > SECONDS {
            break;
        }
    }
    println!("  {what:<10} {:>10.3} ms {:>8.1} MB/s", best * 1e3, bytes as f64 / best / 1e6);
}

/// What this thread has taken, where Linux tells it: other work on the machine does not count.
fn cpu_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(text.split(' ').next()?.parse::<f64>().ok()? / 1e9)
}

const LEAST_ROUNDS: u32 = 5;
const SECONDS: f64 = 1.0;
/// The kernel counts CPU time by ticks of some milliseconds, and a trace can be read in less.
const ROUND_SECONDS: f64 = 0.2;
