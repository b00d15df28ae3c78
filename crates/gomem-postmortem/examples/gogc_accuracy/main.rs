//! How well one recorded run predicts others: `cargo run --release --example gogc_accuracy -- FOLDER…`
//!
//! Each folder holds runs as `testdata/gogc/capture.sh` writes them. Every run at `GOGC=100` predicts every run of the same
//! program at another `GOGC`, from its GC trace, from metrics, and by two rules of thumb; printed is how far off each is.

#![expect(clippy::print_stdout, reason = "a table is what it is for")]
#![expect(clippy::expect_used, reason = "a broken folder is a reason to stop")]

mod forecast;
mod limit;
mod run;
mod score;

use forecast::{Forecaster, forecasts};
use limit::print_limits;
use run::Run;
use score::{print_coverage, print_table, print_workloads};

fn main() {
    let (options, folders): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|arg| arg.starts_with('-'));
    let runs: Vec<Run> = folders.iter().flat_map(|folder| Run::read_all(folder.as_ref())).collect();
    if runs.is_empty() {
        println!("no recorded runs in {folders:?}: see testdata/gogc/capture.sh");
        return;
    }
    let made: Vec<_> = Forecaster::ALL.iter().flat_map(|&forecaster| forecasts(&runs, forecaster)).collect();
    if options.iter().any(|option| option == "--csv") {
        made.iter().for_each(|forecast| println!("{forecast}"));
        return;
    }
    println!(
        "{} runs of {} programs",
        runs.len(),
        made.iter().map(|made| &made.program).collect::<std::collections::BTreeSet<_>>().len()
    );
    print_table(&made);
    print_workloads(&made);
    print_coverage(&made);
    print_limits(&runs);
}
