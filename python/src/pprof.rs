//! Profiles: `gomem._pprof`.

use gomem_pprof::{FlameHtml, FlameTree, Granularity, Profile, TopOptions};
use gomem_table::{Column, Table, TableError, Unit};
use pyo3::prelude::*;

use crate::{error::Error, input::Source, table::ArrowTable};

/// A profile.
#[pyclass(name = "Profile", module = "gomem._gomem", frozen)]
#[derive(Debug)]
pub(crate) struct PyProfile {
    pub(crate) profile: Profile,
}

/// A flame tree.
#[pyclass(name = "FlameTree", module = "gomem._gomem", frozen)]
#[derive(Debug)]
pub(crate) struct PyFlameTree {
    tree: FlameTree,
}

#[pymethods]
impl PyProfile {
    #[getter]
    fn sample_types(&self) -> Vec<(&str, &str)> {
        self.profile.sample_types().iter().map(|kind| (kind.name(), kind.unit())).collect()
    }

    #[getter]
    fn default_sample_type(&self) -> Option<&str> {
        Some(self.profile.sample_types().get(self.profile.default_sample_type())?.name())
    }

    #[getter]
    fn time_nanos(&self) -> Option<i64> {
        self.profile.time_nanos()
    }

    #[getter]
    fn duration_nanos(&self) -> Option<i64> {
        self.profile.duration_nanos()
    }

    #[getter]
    fn period(&self) -> i64 {
        self.profile.period()
    }

    #[getter]
    fn comments(&self) -> Vec<String> {
        self.profile.comments().to_vec()
    }

    fn __len__(&self) -> usize {
        self.profile.samples().len()
    }

    fn samples(&self, py: Python<'_>) -> Result<ArrowTable, Error> {
        ArrowTable::build(py, || self.profile.samples_table())
    }

    fn frames(&self, py: Python<'_>) -> Result<ArrowTable, Error> {
        ArrowTable::build(py, || self.profile.frames_table())
    }

    fn diagnostics(&self, py: Python<'_>) -> Result<ArrowTable, Error> {
        ArrowTable::build(py, || diagnostics_table(&self.profile))
    }

    #[pyo3(signature = (sample_type=None, *, by="function"))]
    fn top(&self, py: Python<'_>, sample_type: Option<&str>, by: &str) -> Result<ArrowTable, Error> {
        let index = self.sample_type(sample_type)?;
        let by: Granularity = by.parse().map_err(Error::Usage)?;
        ArrowTable::build(py, || self.profile.top(&TopOptions::new(index).by(by)).to_table())
    }

    #[pyo3(signature = (sample_type=None))]
    fn flame(&self, py: Python<'_>, sample_type: Option<&str>) -> Result<PyFlameTree, Error> {
        let index = self.sample_type(sample_type)?;
        // The others come along, so that the picture can switch to them.
        let mut shown: Vec<usize> = (0..self.profile.sample_types().len()).collect();
        shown.sort_by_key(|&other| other != index);
        Ok(PyFlameTree { tree: py.detach(|| self.profile.flame_of(&shown)) })
    }
}

#[pymethods]
impl PyFlameTree {
    fn table(&self, py: Python<'_>) -> Result<ArrowTable, Error> {
        ArrowTable::build(py, || self.tree.to_table())
    }

    fn folded(&self, py: Python<'_>) -> String {
        py.detach(|| self.tree.to_folded())
    }

    fn html(&self, py: Python<'_>, title: &str) -> String {
        py.detach(|| FlameHtml::new(title, &self.tree).document())
    }

    fn __len__(&self) -> usize {
        self.tree.nodes().len()
    }
}

#[pyfunction]
#[pyo3(signature = (source, *, max_decompressed_bytes=None, strict=false))]
fn read_pprof(
    py: Python<'_>,
    source: Source,
    max_decompressed_bytes: Option<u64>,
    strict: bool,
) -> Result<PyProfile, Error> {
    let name = source.name();
    let bytes = source.read(py)?;
    let mut options = gomem_pprof::DecodeOptions::default().with_strict(strict);
    if let Some(most) = max_decompressed_bytes {
        options.limits = options.limits.with_decompressed_bytes(most);
    }
    let profile = py.detach(|| Profile::decode_with(&bytes, &options)).map_err(|err| refusal(&name, &err))?;
    Ok(PyProfile { profile })
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyProfile>()?;
    module.add_class::<PyFlameTree>()?;
    module.add_function(wrap_pyfunction!(read_pprof, module)?)
}

impl PyProfile {
    fn sample_type(&self, name: Option<&str>) -> Result<usize, Error> {
        let Some(name) = name else { return Ok(self.profile.default_sample_type()) };
        self.profile.sample_type_index(name).ok_or_else(|| {
            let names: Vec<&str> = self.profile.sample_types().iter().map(gomem_pprof::SampleType::name).collect();
            Error::usage(format!("no sample type {name:?}; there are {}", names.join(", ")))
        })
    }
}

fn refusal(name: &str, err: &gomem_pprof::Error) -> Error {
    let message = format!("{name}: {err}");
    if err.is_limit() {
        return Error::Limit(message);
    }
    use gomem_pprof::ErrorKind as Kind;
    let kind = match err.kind() {
        Kind::Empty => "empty",
        Kind::Gzip { .. } => "gzip",
        Kind::Truncated { .. } => "truncated",
        Kind::Unsupported { .. } => "unsupported",
        _ => "malformed",
    };
    Error::Decode { message, kind, offset: err.offset(), line: None }
}

fn diagnostics_table(profile: &Profile) -> Result<Table, TableError> {
    let all = || profile.diagnostics().iter();
    Table::new(
        "diagnostics",
        vec![
            Column::uint64("offset", Unit::Bytes, all().map(|found| found.offset).collect()),
            Column::strings("problem", all().map(|found| found.flaw.to_string())),
        ],
    )
}
