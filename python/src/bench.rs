//! Benchmarks: `gomem._bench`.

use std::sync::Arc;

use gomem_bench::{Benchmarks, Comparison};
use gomem_postmortem::{BenchmarkAllocation, benchmark_allocations};
use gomem_table::ToTable;
use pyo3::prelude::*;

use crate::{
    error::Error,
    escape::PyEscapeLog,
    input::{OneOrMany, Source},
    pprof::PyProfile,
    table::ArrowTable,
    worker,
};

/// What `go test -bench` printed.
#[pyclass(name = "Benchmarks", module = "gomem._gomem", frozen)]
#[derive(Debug)]
pub(crate) struct PyBenchmarks {
    benchmarks: Arc<Benchmarks>,
}

/// Two outputs of the same benchmarks.
#[pyclass(name = "BenchComparison", module = "gomem._gomem", frozen)]
#[derive(Debug)]
pub(crate) struct PyBenchComparison {
    comparison: Comparison,
}

#[pymethods]
impl PyBenchmarks {
    fn runs(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.benchmarks.to_table())
    }

    fn remarks(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.benchmarks.remarks().to_table())
    }

    fn compare(&self, py: Python<'_>, before: &Self) -> PyResult<PyBenchComparison> {
        let (current, base) = (Arc::clone(&self.benchmarks), Arc::clone(&before.benchmarks));
        Ok(PyBenchComparison { comparison: worker::run(py, move || Comparison::new(&base, &current))? })
    }

    /// Where each benchmark allocates; and of those whose lines are not known, why.
    #[pyo3(signature = (profile, escapes=None))]
    fn lines(
        &self,
        py: Python<'_>,
        profile: &PyProfile,
        escapes: Option<Py<PyEscapeLog>>,
    ) -> Result<(ArrowTable, Vec<String>), Error> {
        let (benchmarks, profile) = (Arc::clone(&self.benchmarks), Arc::clone(&profile.profile));
        let found = worker::run(py, move || {
            let log = escapes.as_ref().map(|escapes| &escapes.get().log);
            benchmark_allocations(&benchmarks, &profile, log)
        })?;
        let unknown = |of: &BenchmarkAllocation| Some(format!("{}: {}", of.benchmark, of.unknown()?));
        let notes = found.iter().filter_map(unknown).collect();
        let lines = move || found.into_iter().filter_map(|of| of.lines.ok()).flatten().collect::<Vec<_>>().to_table();
        Ok((ArrowTable::build(py, lines)?, notes))
    }

    fn __len__(&self) -> usize {
        self.benchmarks.runs().len()
    }
}

#[pymethods]
impl PyBenchComparison {
    fn table(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.comparison.to_table())
    }

    fn means(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.comparison.means().to_table())
    }

    #[getter]
    fn notes(&self) -> Vec<String> {
        self.comparison.notes().to_vec()
    }
}

#[pyfunction]
fn read_bench(py: Python<'_>, source: OneOrMany<Source>) -> Result<PyBenchmarks, Error> {
    let mut all = Benchmarks::default();
    for source in source.into_vec() {
        let name = source.name();
        let bytes = source.read(py)?;
        let parsed = worker::run(py, move || Benchmarks::parse(&bytes))?;
        all.extend(parsed.map_err(|err| refusal(&name, &err))?);
    }
    Ok(PyBenchmarks { benchmarks: Arc::new(all) })
}

fn refusal(name: &str, err: &gomem_bench::Error) -> Error {
    let message = format!("{name}: {err}; `go test -bench=. -benchmem` prints some");
    if err.is_limit() { Error::Limit(message) } else { Error::decode(message, "nothing_found", None) }
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyBenchmarks>()?;
    module.add_class::<PyBenchComparison>()?;
    module.add_function(wrap_pyfunction!(read_bench, module)?)
}
