//! Profiles: `gomem._pprof`, `gomem._profile`.

use std::{path::PathBuf, sync::Arc};

use gomem_postmortem::{ListingOptions, SourceLimits, SourceView};
use gomem_pprof::{
    CallGraphOptions, Filter, FlameTree, Granularity, Growth, GrowthOptions, Merger, Profile, ProfileDiff, SampleType,
    TopOptions, UsageError,
};
use gomem_report::{FlameHtml, flame_html};
use gomem_table::ToTable;
use pyo3::prelude::*;

use crate::{
    error::Error,
    input::{Bytes, OneOrMany, Source, source_tree},
    table::ArrowTable,
    worker,
};

/// A profile.
#[pyclass(name = "Profile", module = "gomem._gomem", frozen)]
#[derive(Debug)]
pub(crate) struct PyProfile {
    pub(crate) profile: Arc<Profile>,
}

/// A flame tree.
#[pyclass(name = "FlameTree", module = "gomem._gomem", frozen)]
#[derive(Debug)]
pub(crate) struct PyFlameTree {
    tree: FlameTree,
    /// Where there is one profile, it and its sample types, so that the picture can switch between them.
    whole: Option<(Arc<Profile>, Vec<usize>)>,
}

/// Two profiles, one held against the other.
#[pyclass(name = "ProfileDiff", module = "gomem._gomem", frozen)]
#[derive(Debug)]
pub(crate) struct PyProfileDiff {
    diff: ProfileDiff,
}

impl PyProfile {
    fn from_profile(profile: Profile) -> Self {
        Self { profile: Arc::new(profile) }
    }
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

    fn samples(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.profile.samples().to_table())
    }

    fn frames(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.profile.frames().to_table())
    }

    fn diagnostics(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.profile.diagnostics().to_table())
    }

    fn goroutines(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.profile.goroutines().to_table())
    }

    fn mem_stats(&self, py: Python<'_>) -> Result<Option<ArrowTable>, Error> {
        let stats = self.profile.mem_stats().cloned();
        stats.map(|stats| ArrowTable::build(py, move || stats.to_table())).transpose()
    }

    #[pyo3(signature = (sample_type, *, by, mean, divide_by, unit, relative, drop_negative))]
    #[expect(clippy::too_many_arguments, reason = "they are keywords in Python")]
    fn top(
        &self,
        py: Python<'_>,
        sample_type: Option<&str>,
        by: &str,
        mean: bool,
        divide_by: f64,
        unit: Option<&str>,
        relative: bool,
        drop_negative: bool,
    ) -> Result<ArrowTable, Error> {
        let options = self.options(sample_type, by)?.with_mean(mean).with_divide_by(divisor(divide_by)?);
        let options = options.with_relative(relative).with_drop_negative(drop_negative);
        let profile = Arc::clone(&self.profile);
        let mut top = worker::run(py, move || profile.top(&options))?;
        if let Some(unit) = unit {
            top = top.in_unit(unit).map_err(usage)?;
        }
        ArrowTable::build(py, move || top.to_table())
    }

    fn repair_truncated_stacks(&self, py: Python<'_>) -> PyResult<Self> {
        let profile = Arc::clone(&self.profile);
        Ok(Self::from_profile(worker::run(py, move || profile.repair_truncated_stacks())?))
    }

    #[pyo3(signature = (sample_type, *, by, mean, divide_by))]
    fn edges(
        slf: &Bound<'_, Self>,
        sample_type: Option<&str>,
        by: &str,
        mean: bool,
        divide_by: f64,
    ) -> Result<ArrowTable, Error> {
        let options = slf.get().options(sample_type, by)?.with_mean(mean).with_divide_by(divisor(divide_by)?);
        ArrowTable::from_fn(slf, move |this| this.profile.edges(&options).to_table())
    }

    fn tags(slf: &Bound<'_, Self>, sample_type: Option<&str>) -> Result<ArrowTable, Error> {
        let index = slf.get().sample_type(sample_type)?;
        ArrowTable::from_fn(slf, move |this| this.profile.tags(index).to_table())
    }

    fn sizes(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.profile.sizes().to_table())
    }

    fn sampling(&self, py: Python<'_>, sample_type: Option<&str>, by: &str) -> Result<ArrowTable, Error> {
        let options = self.options(sample_type, by)?;
        let profile = Arc::clone(&self.profile);
        let Some(sampling) = py.detach(|| worker::guarded(|| profile.sampling(options.sample_type, options.by)))?
        else {
            return Err(Error::usage("only heap profiles sample objects by their size"));
        };
        ArrowTable::build(py, move || sampling.to_table())
    }

    /// The options of the filter, by their names.
    fn filter(
        &self,
        py: Python<'_>,
        expressions: std::collections::HashMap<String, String>,
        noinlines: bool,
    ) -> Result<Self, Error> {
        let filter = filter_of(expressions, noinlines)?;
        let profile = Arc::clone(&self.profile);
        Ok(Self::from_profile(worker::run(py, move || profile.filter(&filter))?.map_err(usage)?))
    }

    fn diff(&self, py: Python<'_>, base: &Self, normalize: bool) -> Result<PyProfileDiff, Error> {
        let (profile, base) = (Arc::clone(&self.profile), Arc::clone(&base.profile));
        let diff = worker::run(py, move || profile.diff(&base, normalize))?.map_err(usage)?;
        Ok(PyProfileDiff { diff })
    }

    fn since(&self, py: Python<'_>, earlier: &Self) -> Result<Self, Error> {
        let (profile, earlier) = (Arc::clone(&self.profile), Arc::clone(&earlier.profile));
        let since = worker::run(py, move || profile.since(&earlier))?.map_err(usage)?;
        let restarted = || Error::usage("a counter went back: the profiles are not of one run, the earlier one first");
        Ok(Self::from_profile(since.ok_or_else(restarted)?))
    }

    fn encode(&self, py: Python<'_>) -> PyResult<Vec<u8>> {
        let profile = Arc::clone(&self.profile);
        worker::run(py, move || profile.encode())
    }

    fn speedscope(&self, py: Python<'_>, name: String) -> PyResult<String> {
        let profile = Arc::clone(&self.profile);
        worker::run(py, move || profile.to_speedscope(&name))
    }

    fn callgrind(&self, py: Python<'_>, sample_type: Option<&str>) -> Result<String, Error> {
        let index = self.sample_type(sample_type)?;
        let profile = Arc::clone(&self.profile);
        Ok(worker::run(py, move || profile.to_callgrind(index))?)
    }

    fn dot(
        &self,
        py: Python<'_>,
        sample_type: Option<&str>,
        nodecount: usize,
        nodefraction: f64,
        edgefraction: f64,
    ) -> Result<String, Error> {
        let index = self.sample_type(sample_type)?;
        let options = CallGraphOptions::default().with_fractions(nodefraction, edgefraction).with_nodes(nodecount);
        let profile = Arc::clone(&self.profile);
        Ok(worker::run(py, move || profile.to_dot(index, options))?)
    }

    /// Some columns of the first rows, for a scan.
    fn scan(slf: &Bound<'_, Self>, columns: Vec<String>, rows: Option<usize>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, move |this| {
            let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
            this.profile.scan(&columns, rows.unwrap_or(usize::MAX)).to_table()
        })
    }

    #[pyo3(signature = (sample_type=None))]
    fn flame(&self, py: Python<'_>, sample_type: Option<&str>) -> Result<PyFlameTree, Error> {
        let index = self.sample_type(sample_type)?;
        let mut shown: Vec<usize> = (0..self.profile.sample_types().len()).collect();
        shown.sort_by_key(|&other| other != index);
        let profile = Arc::clone(&self.profile);
        let tree = worker::run(py, move || profile.flame(index))?;
        Ok(PyFlameTree { tree, whole: Some((Arc::clone(&self.profile), shown)) })
    }
}

#[pymethods]
impl PyProfileDiff {
    #[getter]
    fn default_sample_type(&self) -> Option<&str> {
        let current = self.diff.current();
        Some(current.sample_types().get(current.default_sample_type())?.name())
    }

    #[getter]
    fn sample_types(&self) -> Vec<(&str, &str)> {
        self.diff.current().sample_types().iter().map(|kind| (kind.name(), kind.unit())).collect()
    }

    fn top(
        slf: &Bound<'_, Self>,
        sample_type: Option<&str>,
        by: &str,
        drop_negative: bool,
    ) -> Result<ArrowTable, Error> {
        let options = options(slf.get().diff.current(), sample_type, by)?.with_drop_negative(drop_negative);
        ArrowTable::from_fn(slf, move |this| this.diff.top(&options).to_table())
    }

    fn flame(slf: Py<Self>, py: Python<'_>, sample_type: Option<&str>) -> Result<PyFlameTree, Error> {
        let index = sample_type_of(slf.get().diff.current(), sample_type)?;
        Ok(PyFlameTree { tree: worker::run(py, move || slf.get().diff.flame(index))?, whole: None })
    }

    /// The profile less the base, as one profile.
    fn profile(&self) -> PyProfile {
        PyProfile::from_profile(self.diff.difference().clone())
    }
}

#[pymethods]
impl PyFlameTree {
    fn table(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.tree.to_table())
    }

    fn folded(slf: Py<Self>, py: Python<'_>) -> PyResult<String> {
        worker::run(py, move || slf.get().tree.to_folded())
    }

    fn html(slf: Py<Self>, py: Python<'_>, title: String, source: OneOrMany<PathBuf>) -> Result<String, Error> {
        let folders = source.into_vec();
        worker::run(py, move || {
            let sources = source_tree(&folders)?;
            let this = slf.get();
            let Some((profile, shown)) = &this.whole else {
                return Ok(FlameHtml::new(&title, &this.tree).document());
            };
            let flame = FlameHtml::from_profile(&title, profile, shown);
            let Some(sources) = sources else { return Ok(flame.document()) };
            let name = shown.first().and_then(|&index| profile.sample_types().get(index)).map(SampleType::name);
            let options = ListingOptions::default().with_sample_type(name).with_sources(Some(&sources));
            let view = SourceView::from_profile(profile, &options, SourceLimits::default());
            Ok(flame_html(flame, &view.map_err(|err| Error::usage(err.to_string()))?))
        })?
    }

    fn __len__(&self) -> usize {
        self.tree.len()
    }
}

#[pyfunction]
#[pyo3(signature = (source, *, limits, strict, pprof_compat))]
fn read_pprof(
    py: Python<'_>,
    source: Source,
    limits: std::collections::HashMap<String, u64>,
    strict: bool,
    pprof_compat: bool,
) -> Result<PyProfile, Error> {
    let name = source.name();
    let options = gomem_pprof::DecodeOptions::default().with_strict(strict).with_pprof_compat(pprof_compat);
    let options = options.with_limits(limits_of(limits)?);
    let bytes = source.read(py)?;
    let decode = move || match bytes {
        Bytes::Owned(bytes) => Profile::decode_owned(bytes, &options),
        Bytes::Borrowed(bytes) => Profile::decode_with(&bytes, &options),
    };
    let profile = worker::run(py, decode)?.map_err(|err| refusal(&name, &err))?;
    Ok(PyProfile::from_profile(profile))
}

/// Sums profiles, one at a time.
#[pyclass(name = "Merger", module = "gomem._gomem")]
#[derive(Debug, Default)]
pub(crate) struct PyMerger {
    merger: Merger,
}

#[pymethods]
impl PyMerger {
    fn add(&mut self, py: Python<'_>, profile: &PyProfile) -> Result<(), Error> {
        py.detach(|| worker::guarded(|| self.merger.add(&profile.profile)))?.map_err(usage)
    }

    fn finish(&mut self, py: Python<'_>) -> Result<PyProfile, Error> {
        let merger = std::mem::take(&mut self.merger);
        Ok(PyProfile::from_profile(py.detach(|| worker::guarded(|| merger.finish()))?.map_err(usage)?))
    }
}

/// A function, since no constructor can be guarded against panics.
#[pyfunction]
fn merger() -> PyMerger {
    PyMerger::default()
}

#[pyfunction]
fn growth(py: Python<'_>, profiles: Vec<Py<PyProfile>>, sample_type: String) -> Result<ArrowTable, Error> {
    let growth = worker::run(py, move || {
        Growth::new(profiles.iter().map(|profile| &*profile.get().profile), &GrowthOptions::new(sample_type))
    })?;
    let growth = growth.map_err(|err| Error::usage(err.to_string()))?;
    ArrowTable::build(py, move || growth.to_table())
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyProfile>()?;
    module.add_class::<PyProfileDiff>()?;
    module.add_class::<PyFlameTree>()?;
    module.add_class::<PyMerger>()?;
    module.add_function(wrap_pyfunction!(growth, module)?)?;
    module.add_function(wrap_pyfunction!(merger, module)?)?;
    module.add_function(wrap_pyfunction!(read_pprof, module)?)
}

impl PyProfile {
    fn sample_type(&self, name: Option<&str>) -> Result<usize, Error> {
        sample_type_of(&self.profile, name)
    }

    fn options(&self, sample_type: Option<&str>, by: &str) -> Result<TopOptions, Error> {
        options(&self.profile, sample_type, by)
    }
}

fn options(profile: &Profile, sample_type: Option<&str>, by: &str) -> Result<TopOptions, Error> {
    let by: Granularity = by.parse().map_err(Error::Usage)?;
    Ok(TopOptions::new(sample_type_of(profile, sample_type)?).by(by))
}

fn sample_type_of(profile: &Profile, name: Option<&str>) -> Result<usize, Error> {
    let Some(name) = name else { return Ok(profile.default_sample_type()) };
    profile.sample_type_index(name).ok_or_else(|| {
        let names: Vec<&str> = profile.sample_types().iter().map(SampleType::name).collect();
        Error::usage(format!("no sample type {name:?}; there are {}", names.join(", ")))
    })
}

fn divisor(divide_by: f64) -> Result<f64, Error> {
    if divide_by > 0.0 { Ok(divide_by) } else { Err(Error::usage("divide_by is a number above 0")) }
}

fn filter_of(expressions: std::collections::HashMap<String, String>, noinlines: bool) -> Result<Filter, Error> {
    let mut filter = Filter::default();
    filter.noinlines = noinlines;
    for (name, expression) in expressions {
        let option = Filter::option(&name).ok_or_else(|| Error::usage(format!("no filter {name:?}")))?;
        *option.of(&mut filter) = expression;
    }
    Ok(filter)
}

fn limits_of(named: std::collections::HashMap<String, u64>) -> Result<gomem_pprof::Limits, Error> {
    let mut limits = gomem_pprof::Limits::default();
    for (name, limit) in named {
        *match name.as_str() {
            "decompressed_bytes" => &mut limits.decompressed_bytes,
            "sample_types" => &mut limits.sample_types,
            "samples" => &mut limits.samples,
            "values" => &mut limits.values,
            "stack_depth" => &mut limits.stack_depth,
            "entries" => &mut limits.entries,
            "diagnostics" => &mut limits.diagnostics,
            _ => return Err(Error::usage(format!("no limit {name:?}"))),
        } = limit;
    }
    Ok(limits)
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
fn usage(err: UsageError) -> Error {
    Error::usage(err.to_string())
}

fn refusal(name: &str, err: &gomem_pprof::Error) -> Error {
    let message = format!("{name}: {err}");
    if err.is_limit() {
        return Error::Limit(message);
    }
    use gomem_pprof::ErrorKind as Kind;
    let kind = match err.kind() {
        _ if err.is_foreign() => "not_a_profile",
        Kind::Empty => "empty",
        Kind::Gzip { .. } => "gzip",
        Kind::Truncated { .. } => "truncated",
        _ => "malformed",
    };
    Error::Decode { message, kind, offset: err.offset(), line: err.line() }
}
