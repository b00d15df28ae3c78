//! The join and the report: `gomem._postmortem`.

use std::{path::PathBuf, sync::Arc};

use gomem_binary::Binary;
use gomem_metrics::Window;
use gomem_postmortem::{
    AttributeOptions, Report, Site, attribute as join, attribute_heap as join_heap, join_trace, line_costs,
    predict_savings,
};
use gomem_table::ToTable;
use pyo3::prelude::*;

use crate::{
    bundle::{read_bundle, refusal},
    error::Error,
    escape::PyEscapeLog,
    gogc::PyGcModel,
    heap::PyHeap,
    input::{OneOrMany, Source, source_tree},
    pprof::PyProfile,
    table::ArrowTable,
    trace::PyTrace,
    worker,
};

/// A report.
#[pyclass(name = "Report", module = "gomem._gomem", frozen)]
#[derive(Debug)]
pub(crate) struct PyReport {
    report: Report,
}

#[pymethods]
impl PyReport {
    fn findings(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.report.findings().to_table())
    }

    fn sites(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.report.sites().to_table())
    }

    fn gogc(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.report.gogc().to_table())
    }

    fn rules(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.report.rules().to_table())
    }

    fn waterfall(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.report.waterfall().to_table())
    }

    fn benchmarks(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.report.benchmarks().to_table())
    }

    fn benchmark_lines(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.report.benchmark_lines().to_table())
    }

    fn html(slf: Py<Self>, py: Python<'_>) -> PyResult<String> {
        worker::run(py, move || gomem_report::html(&slf.get().report))
    }

    fn json(slf: Py<Self>, py: Python<'_>) -> PyResult<String> {
        worker::run(py, move || slf.get().report.to_json())
    }

    fn text(slf: Py<Self>, py: Python<'_>) -> PyResult<String> {
        worker::run(py, move || gomem_report::text(&slf.get().report, COLUMNS))
    }

    #[getter]
    fn name(&self) -> &str {
        self.report.name()
    }

    /// Files that were not used: name and reason.
    #[getter]
    fn unused_files(&self) -> Vec<(String, String)> {
        self.report.unused_files().iter().map(|unread| (unread.name.clone(), unread.reason.clone())).collect()
    }

    /// Files that were used with a reservation: name and text.
    #[getter]
    fn remarks(&self) -> Vec<(String, String)> {
        self.report.remarks().iter().map(|remark| (remark.name.clone(), remark.text.clone())).collect()
    }
}

#[pyfunction]
#[pyo3(signature = (bundle, *, source, window))]
fn postmortem(
    py: Python<'_>,
    bundle: OneOrMany<Source>,
    source: OneOrMany<PathBuf>,
    window: (String, String),
) -> Result<PyReport, Error> {
    let window = Window::parse(&window.0, &window.1).map_err(|problem| Error::usage(format!("window: {problem}")))?;
    let folders = source.into_vec();
    let tree = worker::run(py, move || source_tree(&folders))??;
    let bundle = read_bundle(py, bundle)?;
    let bundle = worker::run(py, move || bundle.within(window))?.map_err(refusal)?;
    Ok(PyReport { report: worker::run(py, move || Report::from_bundle(&bundle.with_sources(tree)))? })
}

#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "options are keyword-only")]
#[pyo3(signature = (profile, escapes=None, *, cpu=None, binary=None, go_version=None, own=Vec::new(), model=None, trace=None, sample_type="alloc_space", by="site"))]
fn attribute(
    py: Python<'_>,
    profile: &PyProfile,
    escapes: Option<Py<PyEscapeLog>>,
    cpu: Option<Py<PyProfile>>,
    binary: Option<Source>,
    go_version: Option<String>,
    own: Vec<String>,
    model: Option<Py<PyGcModel>>,
    trace: Option<Py<PyTrace>>,
    sample_type: &str,
    by: &str,
) -> Result<ArrowTable, Error> {
    let profile = Arc::clone(&profile.profile);
    if profile.sample_type_index("alloc_space").is_none() {
        return Err(Error::usage("not a heap profile: it has no alloc_space"));
    }
    profile.check_sums().map_err(|err| Error::usage(err.to_string()))?;
    let rank = Site::counter(sample_type).ok_or_else(|| {
        let known = "alloc_space, alloc_objects, inuse_space or inuse_objects";
        Error::usage(format!("sample_type is {known}, not {sample_type:?}"))
    })?;
    let by_line = match by {
        "site" => false,
        "line" => true,
        other => return Err(Error::usage(format!("by is site or line, not {other:?}"))),
    };
    let binary = binary.map(|source| binary_of(py, source)).transpose()?;
    ArrowTable::build(py, move || {
        let cpu = cpu.as_ref().map(|cpu| &*cpu.get().profile);
        let options = AttributeOptions::default()
            .with_cpu(cpu)
            .with_binary(binary.as_ref())
            .with_go_version(go_version.as_deref())
            .with_own(&own);
        let mut sites = join(&profile, escapes.as_ref().map(|escapes| &escapes.get().log), &options);
        sites.sort_by_key(|site| std::cmp::Reverse(rank(site)));
        if let Some(model) = &model {
            predict_savings(&mut sites, &model.get().model);
        }
        if let Some(trace) = &trace {
            join_trace(&mut sites, &trace.get().trace);
        }
        if by_line { line_costs(&sites).to_table() } else { sites.to_table() }
    })
}

/// Of a heap dump, with holders.
#[pyfunction]
#[pyo3(signature = (heap, escapes=None, *, binary=None, go_version=None, own=Vec::new()))]
fn attribute_heap(
    py: Python<'_>,
    heap: Py<PyHeap>,
    escapes: Option<Py<PyEscapeLog>>,
    binary: Option<Source>,
    go_version: Option<String>,
    own: Vec<String>,
) -> Result<ArrowTable, Error> {
    let binary = binary.map(|source| binary_of(py, source)).transpose()?;
    ArrowTable::build(py, move || {
        let options = AttributeOptions::default()
            .with_binary(binary.as_ref())
            .with_go_version(go_version.as_deref())
            .with_own(&own);
        join_heap(heap.get().heap(), escapes.as_ref().map(|escapes| &escapes.get().log), &options).to_table()
    })
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyReport>()?;
    module.add_function(wrap_pyfunction!(postmortem, module)?)?;
    module.add_function(wrap_pyfunction!(attribute, module)?)?;
    module.add_function(wrap_pyfunction!(attribute_heap, module)?)
}

fn binary_of(py: Python<'_>, source: Source) -> Result<Binary, Error> {
    let bytes = source.read(py)?;
    let decoded = worker::run(py, move || Binary::decode(&bytes))?;
    decoded.map_err(|err| Error::decode(err.to_string(), "not_a_program", None))
}

/// Of the text.
const COLUMNS: usize = 100;
