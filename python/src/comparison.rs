//! Two bundles, before a change and after it: `gomem._comparison`.

use gomem_bench::{Benchmarks, Comparison as BenchComparison};
use gomem_postmortem::Comparison;
use gomem_table::ToTable;
use pyo3::prelude::*;

use crate::{
    bundle::read_bundle,
    error::Error,
    input::{OneOrMany, Source},
    table::ArrowTable,
    worker,
};

/// Two bundles of the same work.
#[pyclass(name = "Comparison", module = "gomem._gomem", frozen)]
#[derive(Debug)]
pub(crate) struct PyComparison {
    comparison: Comparison,
}

#[pymethods]
impl PyComparison {
    fn quantities(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.comparison.quantities().to_table())
    }

    fn lines(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.comparison.lines().to_table())
    }

    /// Without rows where a bundle has none.
    fn benchmarks(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        let none = BenchComparison::new(&Benchmarks::default(), &Benchmarks::default());
        ArrowTable::from_fn(slf, move |this| this.comparison.benchmarks.as_ref().unwrap_or(&none).to_table())
    }

    fn benchmark_lines(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.comparison.benchmark_lines.to_table())
    }

    fn json(slf: Py<Self>, py: Python<'_>) -> PyResult<String> {
        worker::run(py, move || slf.get().comparison.to_json())
    }

    fn text(slf: Py<Self>, py: Python<'_>) -> PyResult<String> {
        worker::run(py, move || gomem_report::comparison_text(&slf.get().comparison))
    }
}

#[pyfunction]
fn compare(py: Python<'_>, before: OneOrMany<Source>, after: OneOrMany<Source>) -> Result<PyComparison, Error> {
    let (before, after) = (read_bundle(py, before)?, read_bundle(py, after)?);
    Ok(PyComparison { comparison: worker::run(py, move || Comparison::new(&before, &after))? })
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyComparison>()?;
    module.add_function(wrap_pyfunction!(compare, module)?)
}
