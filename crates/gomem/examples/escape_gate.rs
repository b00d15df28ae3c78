//! Stops a change that makes more go to the heap: cargo run -p gomem --example escape_gate -- BEFORE.log AFTER.log
//!
//! Both are what `go build -gcflags=-m=2 ./...` printed.

#![expect(clippy::print_stdout, reason = "it is a command")]

use std::{env, error::Error, fs, process::ExitCode};

use gomem::escape::EscapeLog;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let paths: Vec<String> = env::args().skip(1).collect();
    let [before, after] = paths.as_slice() else { return Err("usage: escape_gate BEFORE.log AFTER.log".into()) };
    let (before, after) = (read(before)?, read(after)?);
    let mut fresh = 0;
    for decision in after.diff(&before).new_allocations() {
        fresh += 1;
        let line = decision.line.unwrap_or_default();
        println!("{}:{line}: {}: {}", decision.file, decision.subject, decision.cause.name());
    }
    println!("{fresh} new allocations");
    Ok(if fresh == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn read(path: &str) -> Result<EscapeLog, Box<dyn Error>> {
    EscapeLog::decode(&fs::read(path)?).map_err(|err| format!("{path}: {err}").into())
}
