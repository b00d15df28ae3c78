//! What the reader makes of whole logs, as a table: `cargo run --release -p gomem-escape --example parity -- LOG...`
//!
//! Each line is rendered back and compared with the input; then the log is read once more, for its heap decisions, and
//! timed.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    time::Instant,
};

use gomem_escape::{EscapeReader, Limits, Record, records};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!(
        "| log | MB | lines | parsed | unknown | skipped | differ | `escapes to heap` | decisions | seconds | MB/s |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|");
    for path in std::env::args().skip(1) {
        let (differ, found) = render(&path)?;
        let started = Instant::now();
        let mut reader = EscapeReader::new(Limits::default());
        reader.read(File::open(&path)?)?;
        let log = reader.finish()?;
        let seconds = started.elapsed().as_secs_f64();
        let megabytes = std::fs::metadata(&path)?.len() as f64 / 1e6;
        let coverage = log.coverage();
        let name = path.rsplit('/').next().unwrap_or(&path);
        println!(
            "| {name} | {megabytes:.1} | {} | {} | {} | {} | {differ} | {found} | {} | {seconds:.2} | {:.0} |",
            coverage.lines,
            coverage.parsed,
            coverage.unknown,
            coverage.skipped,
            log.heap_decisions().len(),
            megabytes / seconds,
        );
        for number in log.unknown_lines().iter().take(5) {
            eprintln!("{name}: line {number} is unknown");
        }
    }
    Ok(())
}

/// Lines that do not render back to what they were, and lines that grep would find.
fn render(path: &str) -> std::io::Result<(u64, u64)> {
    let (mut differ, mut found) = (0, 0);
    let mut log = BufReader::with_capacity(64 << 20, File::open(path)?);
    let mut part = Vec::new();
    // Parts of whole lines; a constant with line breaks may be cut at their borders, and is then two lines.
    while log.by_ref().take(32 << 20).read_to_end(&mut part)? > 0 {
        log.read_until(b'\n', &mut part)?;
        for (_, line) in records(&part) {
            differ += u64::from(Record::parse(&line).render() != line);
            found += u64::from(line.contains("escapes to heap"));
        }
        part.clear();
    }
    Ok((differ, found))
}
