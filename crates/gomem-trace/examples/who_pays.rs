//! Prints the lines that had to help the garbage collector most, and how fast the trace was read.
//!
//! `cargo run --release -p gomem-trace --example who_pays -- trace.out`

use std::{io::Write, time::Instant};

use gomem_table::ToTable;
use gomem_trace::{GroupBy, Trace};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("name a trace")?;
    let bytes = std::fs::read(&path)?;
    let begin = Instant::now();
    let trace = Trace::decode(&bytes)?;
    let seconds = begin.elapsed().as_secs_f64();
    let mut out = std::io::stdout().lock();
    for row in trace.assists_by(GroupBy::Line).to_table().head(10).json_rows() {
        writeln!(out, "{row}")?;
    }
    let events: u64 = trace.event_counts().map(|(_, count)| count).sum();
    writeln!(out, "{events} events, {:.0} MB/s", bytes.len() as f64 / 1e6 / seconds)?;
    Ok(())
}
