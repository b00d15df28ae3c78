//! Whether memory limits that hurt are refused, and only those.

use gomem_gogc::{Refusal, Setting};

use crate::{
    forecast::{Forecaster, model},
    run::Run,
};

pub(crate) fn print_limits(runs: &[Run]) {
    println!("\nmemory limits: GC CPU that was burned, and what the model of each GOGC=100 run says");
    let (mut hot, mut hot_told) = (0, 0);
    let (mut healthy, mut healthy_refused, mut too_small) = (0, 0, 0);
    for base in runs.iter().filter(|run| run.is_base()) {
        let Some(model) = model(base, Forecaster::TraceAndMetrics) else { continue };
        for target in runs.iter().filter(|run| run.program == base.program && run.memory_limit_bytes.is_some()) {
            let setting = Setting::new(target.gogc).with_memory_limit(target.memory_limit_bytes);
            let prediction = model.predict(&setting);
            let burned = target.actual.gc_cpu_fraction;
            let told = prediction.refusal.is_some();
            hot += u32::from(burned > 0.45);
            hot_told += u32::from(burned > 0.45 && told);
            // A limit below the live heap itself is refused whatever it burned.
            let holds = !matches!(prediction.refusal, Some(Refusal::LiveHeapExceedsLimit { .. }));
            too_small += u32::from(burned < 0.20 && !holds);
            healthy += u32::from(burned < 0.20 && holds);
            healthy_refused += u32::from(burned < 0.20 && holds && told);
            println!(
                "{:<26} GOGC={:<4} {:>4} MiB {:>4.0} %  {:>5} cycles, {:>5.0} predicted  {}",
                target.program,
                target.gogc.to_string(),
                target.memory_limit_bytes.unwrap_or(0) >> 20,
                burned * 100.0,
                target.actual.cycles,
                prediction.gc_cycles.map_or(f64::NAN, |cycles| cycles.value),
                prediction.refusal.map_or_else(String::new, |refusal| refusal.to_string())
            );
        }
    }
    println!(
        "over 45 %: {hot_told} of {hot} refused; under 20 %: {healthy_refused} of {healthy} refused, and {too_small} whose \
         limit is below the live heap"
    );
}
