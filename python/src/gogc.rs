//! What `GOGC` and `GOMEMLIMIT` do: `gomem.gogc`.

use arrow_array::{Array, ArrayRef, cast::AsArray, types::Float64Type};
use arrow_cast::cast;
use arrow_schema::DataType;
use gomem_gogc::{
    Container, FitError, GcModel, Gogc, Interval, MemoryState, Objective, Prediction, Recommendation, Setting,
    heap_goal, memory_limit_goal,
};
use gomem_metrics::GcTraceLine;
use gomem_table::{Column, Table, TableError, Unit};
use pyo3::{exceptions::PyTypeError, prelude::*, types::PyString};
use pyo3_arrow::PyTable;

use crate::{
    error::Error,
    input::{OneOrMany, Source},
    metrics::{PyMetrics, decode_gctrace},
    recording::{Recorded, Said, from_metrics, from_trace},
    table::ArrowTable,
};

/// A program's GC behaviour.
#[pyclass(name = "GcModel", module = "gomem._gomem", frozen)]
#[derive(Debug)]
pub(crate) struct PyGcModel {
    pub(crate) model: GcModel,
    knows_cpu: bool,
    remarks: Vec<String>,
}

/// What limits a fit.
#[pyclass(name = "Quality", module = "gomem.gogc", frozen, get_all)]
#[derive(Debug, Clone)]
pub(crate) struct PyQuality {
    /// GC cycles learnt from.
    cycles: usize,
    /// Cycles that the program asked for with `runtime.GC`.
    forced_cycles: usize,
    /// Replayed over recorded cycles at the recorded setting: 1 is perfect.
    replayed_cycles_ratio: f64,
    /// Relative change of the surviving heap between the first and the last third of the run.
    drift: f64,
    /// The share of the live heap that the rounding of the recorded numbers can be off by.
    rounding_fraction: f64,
    /// Whether the GC's CPU time is known; without it, none is predicted.
    knows_cpu: bool,
    /// Whether the run is too short or too unsteady for the usual intervals.
    is_shaky: bool,
    /// What to know before trusting the predictions.
    remarks: Vec<String>,
}

/// A recording of GC cycles: metrics, a frame, or a log.
enum Cycles<'py> {
    Metrics(PyRef<'py, PyMetrics>),
    Frame(PyTable),
    Log(Source),
}

/// `GOGC`: a percentage, or "off".
#[derive(Clone, Copy)]
struct Percent(Gogc);

/// A memory limit in bytes, or none.
struct Limit(Option<u64>);

#[pyfunction]
#[pyo3(signature = (source, *, metrics=None, gogc=Percent(Gogc::Percent(100)), memory_limit_bytes=None, procs=None))]
fn fit(
    py: Python<'_>,
    source: Cycles<'_>,
    metrics: Option<PyRef<'_, PyMetrics>>,
    gogc: Percent,
    memory_limit_bytes: Option<u64>,
    procs: Option<u32>,
) -> Result<PyGcModel, Error> {
    if procs == Some(0) {
        return Err(Error::usage("procs is at least 1"));
    }
    let said = Said { gogc: gogc.0, memory_limit_bytes, procs };
    let beside = metrics.as_ref().map(|metrics| &metrics.metrics);
    let recorded = match source {
        Cycles::Metrics(_) if beside.is_some() => {
            return Err(Error::usage("metrics goes beside a GC trace; the source is metrics already"));
        }
        Cycles::Metrics(metrics) => from_metrics(&metrics.metrics, said)?,
        Cycles::Frame(frame) => from_trace(&frame_lines(&frame)?, beside, said),
        Cycles::Log(log) => from_trace(decode_gctrace(py, log)?.lines(), beside, said),
    };
    py.detach(|| fitted(recorded))
}

/// The heap goal that the runtime sets after a cycle.
#[pyfunction]
#[pyo3(signature = (live_bytes, *, roots_bytes=0, gogc=Percent(Gogc::Percent(100)), memory_limit_bytes=None,
                    mapped_ready_bytes=0, heap_free_bytes=0, heap_objects_bytes=0))]
fn goal(
    live_bytes: u64,
    roots_bytes: u64,
    gogc: Percent,
    memory_limit_bytes: Option<u64>,
    mapped_ready_bytes: u64,
    heap_free_bytes: u64,
    heap_objects_bytes: u64,
) -> u64 {
    let memory = MemoryState { mapped_ready_bytes, heap_free_bytes, heap_objects_bytes };
    let limited = memory_limit_bytes.map_or(u64::MAX, |limit| memory_limit_goal(limit, live_bytes, &memory));
    heap_goal(live_bytes, roots_bytes, gogc.0).min(limited)
}

#[pymethods]
impl PyGcModel {
    #[pyo3(signature = (*, gogc=None, memory_limit_bytes=None, alloc_scale=1.0))]
    fn predict(
        &self,
        py: Python<'_>,
        gogc: Option<OneOrMany<Percent>>,
        memory_limit_bytes: Option<OneOrMany<Limit>>,
        alloc_scale: f64,
    ) -> Result<ArrowTable, Error> {
        if !(alloc_scale.is_finite() && alloc_scale > 0.0) {
            return Err(Error::usage(format!("alloc_scale is a positive number, not {alloc_scale}")));
        }
        let base = self.model.base();
        let gogcs = gogc.map_or_else(|| vec![Percent(base.gogc)], OneOrMany::into_vec);
        let limits = memory_limit_bytes.map_or_else(|| vec![Limit(base.memory_limit_bytes)], OneOrMany::into_vec);
        let settings: Vec<Setting> = limits
            .iter()
            .flat_map(|limit| gogcs.iter().map(|gogc| Setting::new(gogc.0).with_memory_limit(limit.0)))
            .map(|setting| setting.with_alloc_scale(alloc_scale))
            .collect();
        ArrowTable::build(py, || {
            let predictions: Vec<Prediction> = settings.iter().map(|setting| self.model.predict(setting)).collect();
            Table::new("predictions", self.prediction_columns(&predictions.iter().collect::<Vec<_>>()))
        })
    }

    #[pyo3(signature = (*, container_limit_bytes, objective="balanced", cpu_price=None, memory_price=None))]
    fn recommend(
        &self,
        py: Python<'_>,
        container_limit_bytes: u64,
        objective: &str,
        cpu_price: Option<f64>,
        memory_price: Option<f64>,
    ) -> Result<ArrowTable, Error> {
        let objective = objective_of(objective, cpu_price, memory_price)?;
        ArrowTable::build(py, || {
            let offered = self.model.recommend(&Container::new(container_limit_bytes), objective);
            self.recommendation_table(&offered)
        })
    }

    /// What limits the fit.
    #[getter]
    fn quality(&self) -> PyQuality {
        let quality = self.model.quality();
        PyQuality {
            cycles: quality.cycles,
            forced_cycles: quality.forced_cycles,
            replayed_cycles_ratio: quality.replayed_cycles_ratio,
            drift: quality.drift,
            rounding_fraction: quality.rounding_fraction,
            knows_cpu: self.knows_cpu,
            is_shaky: quality.is_shaky(),
            remarks: self.remarks.iter().chain(&quality.remarks).cloned().collect(),
        }
    }

    #[getter]
    fn gogc(&self) -> f64 {
        percent(self.model.base().gogc)
    }

    #[getter]
    fn memory_limit_bytes(&self) -> Option<u64> {
        self.model.base().memory_limit_bytes
    }

    #[getter]
    fn observed_gc_cpu_fraction(&self) -> Option<f64> {
        self.knows_cpu.then(|| self.model.observed_gc_cpu_fraction())
    }
}

#[pymethods]
impl PyQuality {
    fn __repr__(&self) -> String {
        let Self { cycles, forced_cycles, replayed_cycles_ratio: ratio, drift, is_shaky, remarks, .. } = self;
        format!(
            "Quality(cycles={cycles}, forced_cycles={forced_cycles}, replayed_cycles_ratio={ratio:.2}, \
             drift={drift:.2}, is_shaky={}, remarks={remarks:?})",
            if *is_shaky { "True" } else { "False" }
        )
    }
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyGcModel>()?;
    module.add_class::<PyQuality>()?;
    module.add_function(wrap_pyfunction!(fit, module)?)?;
    module.add_function(wrap_pyfunction!(goal, module)?)
}

impl PyGcModel {
    fn prediction_columns(&self, predictions: &[&Prediction]) -> Vec<Column> {
        let all = || predictions.iter();
        let limit =
            |p: &&Prediction| p.setting.memory_limit_bytes.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX));
        let mut columns = vec![
            Column::float64("gogc", Unit::Percent, all().map(|p| percent(p.setting.gogc)).collect()),
            Column::optional_int64("memory_limit_bytes", Unit::Bytes, all().map(limit)),
        ];
        let mut push = |name: &str, unit, of: &dyn Fn(&Prediction) -> Option<Interval>| {
            let column = |end: &str, pick: fn(Interval) -> f64| {
                Column::optional_float64(format!("{name}{end}"), unit, all().map(|p| of(p).map(pick)))
            };
            columns.extend([column("", |i| i.value), column("_low", |i| i.low), column("_high", |i| i.high)]);
        };
        push("gc_cycles", Unit::Count, &|p| p.gc_cycles);
        push("peak_heap_bytes", Unit::Bytes, &|p| p.peak_heap_bytes);
        push("gc_cpu_fraction", Unit::Fraction, &|p| p.gc_cpu_fraction.filter(|_| self.knows_cpu));
        let refusal = |p: &&Prediction| p.refusal.map(|refusal| refusal.to_string());
        columns.push(Column::optional_float64("effective_gogc", Unit::Percent, all().map(|p| p.effective_gogc)));
        columns.push(Column::optional_strings("refusal", all().map(refusal)));
        columns
    }

    fn recommendation_table(&self, offered: &[Recommendation]) -> Result<Table, TableError> {
        let mut columns = vec![Column::int64("rank", Unit::None, (1..=offered.len() as i64).collect())];
        columns.extend(self.prediction_columns(&offered.iter().map(|offer| &offer.prediction).collect::<Vec<_>>()));
        columns.pop(); // what is refused is not offered
        columns.push(Column::float64("score", Unit::None, offered.iter().map(|offer| offer.score).collect()));
        columns.push(Column::bool("is_current", offered.iter().map(|offer| offer.is_current).collect()));
        columns.push(Column::strings("reason", offered.iter().map(|offer| &offer.reason)));
        Table::new("recommendations", columns)
    }
}

impl<'py> FromPyObject<'_, 'py> for Cycles<'py> {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(metrics) = object.cast::<PyMetrics>() {
            return Ok(Self::Metrics(metrics.to_owned().borrow()));
        }
        if object.hasattr("__arrow_c_stream__")? {
            return Ok(Self::Frame(object.extract()?));
        }
        Ok(Self::Log(object.extract()?))
    }
}

impl FromPyObject<'_, '_> for Percent {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        let wrong = || Error::usage("GOGC is a whole number from 0, or \"off\"").into();
        if object.is_instance_of::<PyString>() {
            return if object.extract::<&str>()? == "off" { Ok(Self(Gogc::Off)) } else { Err(wrong()) };
        }
        match object.extract::<f64>() {
            Ok(percent) if percent == f64::INFINITY => Ok(Self(Gogc::Off)),
            Ok(percent) if percent.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&percent) => {
                Ok(Self(Gogc::Percent(percent as u32)))
            }
            Ok(_) => Err(wrong()),
            Err(_) => Err(PyTypeError::new_err("GOGC is a whole number from 0, or \"off\"")),
        }
    }
}

impl FromPyObject<'_, '_> for Limit {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        object.extract().map(Self)
    }
}

fn fitted(recorded: Recorded) -> Result<PyGcModel, Error> {
    let Recorded { recording, knows_cpu, remarks } = recorded;
    match GcModel::fit(&recording) {
        Ok(model) => Ok(PyGcModel { model, knows_cpu, remarks }),
        Err(err @ FitError::TooFewCycles { .. }) => Err(Error::decode(err.to_string(), "too_few_cycles", None)),
        Err(err) => Err(Error::decode(err.to_string(), "invalid_number", None)),
    }
}

/// The columns of `read_gctrace`, of any numeric type.
pub(crate) fn frame_lines(frame: &PyTable) -> Result<Vec<GcTraceLine>, Error> {
    let mut all = Vec::new();
    for batch in frame.batches() {
        let mut lines = vec![GcTraceLine::default(); batch.num_rows()];
        let mut fill = |name: &str, set: fn(&mut GcTraceLine, f64)| -> Result<(), Error> {
            let values = numbers(name, batch.column_by_name(name))?;
            lines.iter_mut().zip(values).for_each(|(line, value)| set(line, value));
            Ok(())
        };
        fill("cycle", |line, value| line.cycle = value as u64)?;
        fill("start_seconds", |line, value| line.start_seconds = value)?;
        fill("stw_sweep_ms", |line, value| line.stw_sweep_ms = value)?;
        fill("mark_ms", |line, value| line.mark_ms = value)?;
        fill("stw_mark_term_ms", |line, value| line.stw_mark_term_ms = value)?;
        fill("assist_cpu_ms", |line, value| line.assist_cpu_ms = value)?;
        fill("background_cpu_ms", |line, value| line.background_cpu_ms = value)?;
        fill("idle_cpu_ms", |line, value| line.idle_cpu_ms = value)?;
        fill("heap_start_mb", |line, value| line.heap_start_mb = value as u64)?;
        fill("heap_end_mb", |line, value| line.heap_end_mb = value as u64)?;
        fill("heap_live_mb", |line, value| line.heap_live_mb = value as u64)?;
        fill("goal_mb", |line, value| line.goal_mb = value as u64)?;
        fill("stacks_mb", |line, value| line.stacks_mb = Some(value as u64))?;
        fill("globals_mb", |line, value| line.globals_mb = Some(value as u64))?;
        fill("procs", |line, value| line.procs = value as u32)?;
        fill("forced", |line, value| line.forced = value != 0.0)?;
        all.append(&mut lines);
    }
    Ok(all)
}

fn numbers(name: &str, column: Option<&ArrayRef>) -> Result<Vec<f64>, Error> {
    let missing = || Error::usage(format!("the frame has no numeric column {name}; it should be one of read_gctrace"));
    let column = cast(column.ok_or_else(missing)?, &DataType::Float64).map_err(|_| missing())?;
    let column = column.as_primitive_opt::<Float64Type>().ok_or_else(missing)?;
    Ok((0..column.len()).map(|row| if column.is_null(row) { 0.0 } else { column.value(row) }).collect())
}

fn objective_of(name: &str, cpu_price: Option<f64>, memory_price: Option<f64>) -> Result<Objective, Error> {
    match (name, cpu_price, memory_price) {
        ("price", Some(cpu_hour), Some(gib_hour)) => {
            if [cpu_hour, gib_hour].iter().any(|price| !(price.is_finite() && *price >= 0.0)) {
                return Err(Error::usage("prices are not negative"));
            }
            Ok(Objective::Price { cpu_hour, gib_hour })
        }
        ("price", ..) => {
            Err(Error::usage("objective=\"price\" needs cpu_price (of a CPU-hour) and memory_price (of a GiB-hour)"))
        }
        (_, Some(_), _) | (_, _, Some(_)) => Err(Error::usage("prices go with objective=\"price\"")),
        ("balanced", ..) => Ok(Objective::Balanced),
        ("throughput", ..) => Ok(Objective::Throughput),
        ("memory", ..) => Ok(Objective::Memory),
        _ => Err(Error::usage(format!("objective is balanced, throughput, memory or price, not {name:?}"))),
    }
}

/// `GOGC` as a number; infinite when off.
fn percent(gogc: Gogc) -> f64 {
    gogc.factor().map_or(f64::INFINITY, |factor| factor * 100.0)
}
