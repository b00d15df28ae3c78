//! How far off forecasts are.

use std::collections::BTreeSet;

use crate::{
    forecast::{Forecast, Forecaster},
    run::MIB,
};

/// One of the forecast numbers: its name, its error, whether the truth lies in its interval.
struct Number {
    name: &'static str,
    error: fn(&Forecast) -> Option<f64>,
    /// None where the interval is not another one.
    covered: Option<fn(&Forecast) -> Option<bool>>,
}

/// Errors by forecaster and distance.
pub(crate) fn print_table(made: &[Forecast]) {
    println!("\nerror, median/p90: cycles and peak heap in %, GC CPU in points of the available CPU");
    println!(
        "{:<18}{:>22}{:>10}{:>6}{:>12}{:>12}{:>12}{:>12}",
        "from", "programs", "GOGC", "n", "cycles", "from 5 on", "peak heap", "GC CPU"
    );
    for forecaster in Forecaster::ALL {
        for (name, group) in GROUPS {
            for (octave, gogcs) in OCTAVES {
                let chosen: Vec<&Forecast> = made
                    .iter()
                    .filter(|made| made.forecaster == forecaster && group(made) && gogcs.contains(&made.gogc))
                    .collect();
                if chosen.is_empty() || (*octave != "25-800" && *name != "all others") {
                    continue;
                }
                print!("{:<18}{:>22}{:>10}{:>6}", forecaster.title(), name, octave, chosen.len());
                for number in &NUMBERS {
                    print!("{:>12}", quantiles(chosen.iter().filter_map(|made| (number.error)(made)).collect()));
                }
                println!();
            }
        }
    }
}

/// Errors by workload, from a trace alone.
pub(crate) fn print_workloads(made: &[Forecast]) {
    println!("\nfrom a GC trace, GOGC 25-800, by program");
    let programs: BTreeSet<&str> = made.iter().map(|made| made.program.as_str()).collect();
    for program in programs {
        let chosen: Vec<&Forecast> =
            made.iter().filter(|made| made.forecaster == Forecaster::Trace && made.program == program).collect();
        print!("{program:<26}{:>6}", chosen.len());
        for number in &NUMBERS {
            print!("{:>12}", quantiles(chosen.iter().filter_map(|made| (number.error)(made)).collect()));
        }
        println!();
    }
}

/// How many truths lie in the 90 % intervals.
pub(crate) fn print_coverage(made: &[Forecast]) {
    println!("\ntruths within the 90 % interval, in %: held-out workloads, all workloads, and the worst workload");
    for forecaster in Forecaster::ALL.into_iter().filter(|forecaster| forecaster.is_replay()) {
        print!("{:<18}", forecaster.title());
        for number in &NUMBERS {
            let Some(covered) = number.covered else { continue };
            let share = |chosen: &dyn Fn(&Forecast) -> bool| {
                let inside: Vec<bool> = made
                    .iter()
                    .filter(|made| made.forecaster == forecaster && chosen(made))
                    .filter_map(covered)
                    .collect();
                100.0 * inside.iter().filter(|&&inside| inside).count() as f64 / inside.len() as f64
            };
            let workloads: BTreeSet<&str> = made.iter().map(|made| made.workload.as_str()).collect();
            let worst = workloads
                .into_iter()
                .map(|workload| (share(&|made| made.workload == workload), workload))
                .min_by(|a, b| a.0.total_cmp(&b.0));
            let (worst, workload) = worst.unwrap_or((f64::NAN, ""));
            print!(
                "  {} {:.0} {:.0} {worst:.0} ({workload})",
                number.name,
                share(&|made| !is_tuned(made)),
                share(&|_| true)
            );
        }
        println!();
    }
}

fn is_tuned(made: &Forecast) -> bool {
    TUNED.contains(&made.workload.as_str())
}

/// Whole MiB of a gctrace line say little about such a heap.
fn is_small(made: &Forecast) -> bool {
    made.live_bytes < 10.0 * MIB
}

fn quantiles(mut errors: Vec<f64>) -> String {
    if errors.is_empty() {
        return "-".to_owned();
    }
    errors.sort_by(f64::total_cmp);
    let at = |share: f64| 100.0 * errors[((errors.len() - 1) as f64 * share).round() as usize];
    format!("{:.1}/{:.1}", at(0.5), at(0.9))
}

fn off(value: f64, actual: f64) -> f64 {
    (value / actual - 1.0).abs()
}

type Group = (&'static str, fn(&Forecast) -> bool);

const GROUPS: &[Group] = &[
    ("tuned", |made| is_tuned(made) && !is_small(made)),
    ("held out", |made| !is_tuned(made) && !is_small(made)),
    ("all others", |made| !is_small(made)),
    ("live heap < 10 MiB", is_small),
];
const OCTAVES: &[(&str, &[u32])] =
    &[("50, 200", &[50, 200]), ("25, 400", &[25, 400]), ("800", &[800]), ("25-800", &[25, 50, 200, 400, 800])];
const NUMBERS: [Number; 4] = [
    Number {
        name: "cycles",
        error: |made| Some(off(made.cycles.value, made.actual.cycles)),
        covered: Some(|made| Some((made.cycles.low..=made.cycles.high).contains(&made.actual.cycles))),
    },
    // One cycle more or less is 50 % of two.
    Number {
        name: "from 5 cycles",
        error: |made| (made.actual.cycles >= 5.0).then(|| off(made.cycles.value, made.actual.cycles)),
        covered: None,
    },
    Number {
        name: "peak",
        error: |made| Some(off(made.peak_heap_bytes.value, made.actual.peak_heap_bytes)),
        covered: Some(|made| {
            Some((made.peak_heap_bytes.low..=made.peak_heap_bytes.high).contains(&made.actual.peak_heap_bytes))
        }),
    },
    Number {
        name: "cpu",
        error: |made| Some((made.gc_cpu_fraction?.value - made.actual.gc_cpu_fraction).abs()),
        covered: Some(|made| {
            let cpu = made.gc_cpu_fraction?;
            Some((cpu.low..=cpu.high).contains(&made.actual.gc_cpu_fraction))
        }),
    },
];
/// The workloads that the model's constants were chosen on; the others are only reported on.
const TUNED: [&str; 10] =
    ["cache", "json", "bintree", "ramp", "lru", "trees", "buffers", "growth", "service", "records"];
