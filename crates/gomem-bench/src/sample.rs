//! The values of each benchmark in each unit.

use std::{collections::HashMap, sync::Arc};

use gomem_statistics::median;

use crate::{benchmarks::Benchmarks, run::Run};

/// Package, benchmark and unit.
pub(crate) type Key = (Arc<str>, Arc<str>, Arc<str>);

/// The values of each benchmark and unit.
pub(crate) struct Samples {
    pub(crate) order: Vec<Key>,
    pub(crate) samples: HashMap<Key, Sample>,
    pub(crate) machines: Vec<Arc<str>>,
}

/// The values of one benchmark in one unit.
#[derive(Clone, Default)]
pub(crate) struct Sample {
    pub(crate) values: Vec<f64>,
    starts: Vec<usize>,
    iterations: Vec<u64>,
    /// Bytes an operation, in the same runs.
    bytes: Vec<f64>,
}

impl Samples {
    pub(crate) fn new(benchmarks: &Benchmarks) -> Self {
        let mut found = Self { order: Vec::new(), samples: HashMap::new(), machines: Vec::new() };
        for run in benchmarks.runs() {
            if !run.machine.is_empty() && !found.machines.contains(&run.machine) {
                found.machines.push(Arc::clone(&run.machine));
            }
            for of in &run.values {
                let key = (Arc::clone(&run.package), Arc::clone(&run.name), Arc::clone(&of.unit));
                if !found.samples.contains_key(&key) {
                    found.order.push(key.clone());
                }
                found.samples.entry(key).or_default().push(run, of.value);
            }
        }
        found.machines.sort();
        found
    }
}

impl Sample {
    fn push(&mut self, run: &Run, value: f64) {
        self.values.push(value);
        self.starts.push(run.start);
        self.iterations.push(run.iterations);
        self.bytes.extend(run.value("B/op"));
    }

    pub(crate) fn is_constant(&self) -> bool {
        self.values.windows(2).all(|pair| pair[0] == pair[1])
    }

    /// The number of iterations, where all runs have the same.
    pub(crate) fn fixed_iterations(&self) -> Option<u64> {
        let first = *self.iterations.first()?;
        self.iterations.iter().all(|iterations| *iterations == first).then_some(first)
    }

    /// The median of each start of the test program.
    pub(crate) fn by_start(&self) -> Vec<f64> {
        let runs: Vec<(usize, f64)> = self.starts.iter().copied().zip(self.values.iter().copied()).collect();
        let of_start = |runs: &[(usize, f64)]| median(&mut runs.iter().map(|(_, value)| *value).collect::<Vec<_>>());
        runs.chunk_by(|one, other| one.0 == other.0).filter_map(of_start).collect()
    }

    pub(crate) fn mean_bytes(&self) -> Option<f64> {
        (!self.bytes.is_empty()).then(|| self.bytes.iter().sum::<f64>() / self.bytes.len() as f64)
    }
}
