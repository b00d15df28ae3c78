//! What is wrong with a program, by scrapes of its metrics: cargo run -p gomem --example diagnose -- examples/incident/before/metrics
//!
//! The folder holds `<unix milliseconds>.prom` files.

#![expect(clippy::print_stdout, reason = "it is a command")]

use std::{env, error::Error, fs, path::PathBuf};

use gomem::metrics::{DiagnoseOptions, Diagnosis, Metrics};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1).ok_or("usage: diagnose FOLDER")?;
    let mut scrapes: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?;
    scrapes.sort();
    let mut metrics = Metrics::new();
    for path in scrapes {
        let time = path.file_stem().and_then(|name| Metrics::time_of_name(name.to_str()?));
        if let Some(time_ms) = time {
            metrics.push_scrape(time_ms, &fs::read(&path)?).map_err(|err| format!("{}: {err}", path.display()))?;
        }
    }
    for judgement in Diagnosis::from_state(&metrics.state(), DiagnoseOptions::default()).fired() {
        println!(
            "[{}] {}: {}\n  -> {}",
            judgement.severity.name(),
            judgement.rule.name(),
            judgement.summary,
            judgement.action
        );
    }
    Ok(())
}
