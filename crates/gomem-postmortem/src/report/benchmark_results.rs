//! What a bundle's benchmarks come to.

use gomem_bench::BenchmarkMedian;

use crate::{
    benchmark::{BenchmarkAllocation, BenchmarkLine, OutputChange, benchmark_allocations, output_changes},
    bundle::{Bundle, Remark, shortened},
};

/// What a bundle's benchmarks come to, and at which lines they allocate.
#[derive(Debug, Clone, Default)]
pub(super) struct BenchmarkResults {
    pub(super) medians: Vec<BenchmarkMedian>,
    /// By the latest heap profile.
    pub(super) lines: Vec<BenchmarkLine>,
    /// The benchmarks whose lines are not known, and why.
    pub(super) remarks: Vec<Remark>,
}

impl BenchmarkResults {
    pub(super) fn new(bundle: &Bundle) -> Self {
        let Some(benchmarks) = bundle.benchmarks() else { return Self::default() };
        let allocations = allocations(bundle);
        let unknown = allocations.iter().filter_map(|of| Some((of.benchmark.clone(), of.unknown()?)));
        let remarks = shortened(unknown.collect()).into_iter().map(|(name, text)| Remark { name, text }).collect();
        let lines = allocations.into_iter().filter_map(|of| of.lines.ok()).flatten().collect();
        let changes = output_changes(benchmarks, &bundle.benchmark_outputs);
        let mut medians = benchmarks.medians();
        // What lies between two outputs that differ nobody measured.
        medians.retain(|median| {
            let is_same =
                |change: &OutputChange| (&change.package, &change.benchmark) == (&median.package, &median.benchmark);
            !changes.iter().any(|change| change.is_felt() && is_same(change))
        });
        Self { medians, lines, remarks }
    }
}

/// What each benchmark of a bundle allocates, by its latest heap profile; nothing without one.
pub(super) fn allocations(bundle: &Bundle) -> Vec<BenchmarkAllocation> {
    let Some((benchmarks, heap)) = bundle.benchmarks().zip(bundle.latest_heap()) else { return Vec::new() };
    benchmark_allocations(benchmarks, &heap.profile, bundle.escapes())
}
