//! What `GOGC` and `GOMEMLIMIT` do: `gomem.gogc`.

use std::collections::BTreeMap;

use arrow_array::{Array, ArrayRef, cast::AsArray, types::Float64Type};
use arrow_cast::cast;
use arrow_schema::DataType;
use gomem_gogc::{
    Container, Cycle, FitError, GcModel, Gogc, MemoryState, Objective, Prediction, Recording, Setting, heap_goal,
    memory_limit_goal,
};
use gomem_metrics::{GcTrace, GcTraceLine};
use gomem_postmortem::{RecordingOptions, record_execution_trace, record_metrics, record_trace, record_traced_cycles};
use gomem_report::what_if_html;
use gomem_table::ToTable;
use pyo3::{exceptions::PyTypeError, prelude::*, types::PyString};
use pyo3_arrow::PyTable;

use crate::{
    error::Error,
    input::{OneOrMany, Source},
    metrics::{PyMetrics, decode_gctrace},
    table::ArrowTable,
    trace::PyTrace,
    worker,
};

/// A program's GC behaviour.
#[pyclass(name = "GcModel", module = "gomem._gomem", frozen)]
#[derive(Debug)]
pub(crate) struct PyGcModel {
    pub(crate) model: GcModel,
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
    /// Whether the surviving heap grows all along.
    is_growing: bool,
    /// The share of the live heap that the rounding of the recorded numbers can be off by.
    rounding_fraction: f64,
    /// Whether the GC's CPU time is known; without it, none is predicted.
    knows_cpu: bool,
    /// Whether the live heap is small.
    is_small: bool,
    /// Reported CPU time over the process's own, where both are known.
    cpu_inflation: Option<f64>,
    /// Whether the GC CPU limiter acted.
    limiter_acted: bool,
    /// Whether the run is too short or too unsteady for the usual intervals.
    is_shaky: bool,
    /// What to know before trusting the predictions.
    remarks: Vec<String>,
}

/// A recording of GC cycles: metrics, an execution trace, a frame, or a log.
enum Cycles {
    Metrics(Py<PyMetrics>),
    Trace(Py<PyTrace>),
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
    source: Cycles,
    metrics: Option<Py<PyMetrics>>,
    gogc: Percent,
    memory_limit_bytes: Option<u64>,
    procs: Option<u32>,
) -> Result<PyGcModel, Error> {
    if procs == Some(0) {
        return Err(Error::usage("procs is at least 1"));
    }
    let options = RecordingOptions::default().with_gogc(gogc.0).with_memory_limit(memory_limit_bytes).with_procs(procs);
    let trace = match source {
        Cycles::Metrics(_) | Cycles::Trace(_) if metrics.is_some() => {
            return Err(Error::usage("metrics goes beside a GC trace"));
        }
        Cycles::Metrics(metrics) => {
            return worker::run(py, move || {
                let recording = record_metrics(&metrics.get().metrics, &options);
                fitted(&recording.map_err(|err| Error::Limit(err.to_string()))?)
            })?;
        }
        Cycles::Trace(trace) => {
            return worker::run(py, move || fitted(&record_execution_trace(&trace.get().trace, &options)))?;
        }
        Cycles::Frame(frame) if is_traced(&frame) => {
            let cycles = traced_cycles(&frame)?;
            return worker::run(py, move || fitted(&record_traced_cycles(cycles, &options)))?;
        }
        Cycles::Frame(frame) => GcTrace::from_lines(frame_lines(&frame)?),
        Cycles::Log(log) => decode_gctrace(py, log)?,
    };
    worker::run(py, move || {
        let state = metrics.as_ref().map(|metrics| metrics.get().metrics.state());
        fitted(&record_trace(&trace, state.as_ref(), &options))
    })?
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
        slf: &Bound<'_, Self>,
        gogc: Option<OneOrMany<Percent>>,
        memory_limit_bytes: Option<OneOrMany<Limit>>,
        alloc_scale: f64,
    ) -> Result<ArrowTable, Error> {
        if !(alloc_scale.is_finite() && alloc_scale > 0.0) {
            return Err(Error::usage(format!("alloc_scale is a positive number, not {alloc_scale}")));
        }
        let base = slf.get().model.base();
        let gogcs = gogc.map_or_else(|| vec![Percent(base.gogc)], OneOrMany::into_vec);
        let limits = memory_limit_bytes.map_or_else(|| vec![Limit(base.memory_limit_bytes)], OneOrMany::into_vec);
        let settings: Vec<Setting> = limits
            .iter()
            .flat_map(|limit| gogcs.iter().map(|gogc| Setting::new(gogc.0).with_memory_limit(limit.0)))
            .map(|setting| setting.with_alloc_scale(alloc_scale))
            .collect();
        ArrowTable::from_fn(slf, move |this| {
            let predictions: Vec<Prediction> = settings.iter().map(|setting| this.model.predict(setting)).collect();
            predictions.to_table()
        })
    }

    #[pyo3(signature = (*, container_limit_bytes, objective="balanced", cpu_price=None, memory_price=None))]
    fn recommend(
        slf: &Bound<'_, Self>,
        container_limit_bytes: u64,
        objective: &str,
        cpu_price: Option<f64>,
        memory_price: Option<f64>,
    ) -> Result<ArrowTable, Error> {
        let objective = objective_of(objective, cpu_price, memory_price)?;
        ArrowTable::from_fn(slf, move |this| {
            let offered = this.model.recommend(&Container::new(container_limit_bytes), objective);
            offered.to_table()
        })
    }

    /// The what-if page.
    #[pyo3(signature = (*, memory_limit_bytes=None))]
    fn html(slf: Py<Self>, py: Python<'_>, memory_limit_bytes: Option<u64>) -> PyResult<String> {
        worker::run(py, move || what_if_html(&slf.get().model, "the recorded program", memory_limit_bytes))
    }

    /// Who marked: shares of the GC's CPU and of the wall time, by name.
    #[getter]
    fn observed_shares(&self) -> Option<BTreeMap<&'static str, f64>> {
        let shares = self.model.observed_shares()?;
        Some(BTreeMap::from([
            ("assist", shares.assist),
            ("background", shares.background),
            ("idle", shares.idle),
            ("pause", shares.pause),
            ("mark_wall", shares.mark_wall),
            ("pause_wall", shares.pause_wall),
        ]))
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
            is_growing: quality.is_growing,
            rounding_fraction: quality.rounding_fraction,
            knows_cpu: quality.knows_gc_cpu,
            is_small: quality.is_small,
            cpu_inflation: quality.cpu_inflation,
            limiter_acted: quality.limiter_acted,
            is_shaky: quality.is_shaky(),
            remarks: quality.remarks.clone(),
        }
    }

    /// None: off.
    #[getter]
    fn gogc(&self) -> Option<u32> {
        match self.model.base().gogc {
            Gogc::Percent(percent) => Some(percent),
            Gogc::Off => None,
        }
    }

    #[getter]
    fn memory_limit_bytes(&self) -> Option<u64> {
        self.model.base().memory_limit_bytes
    }

    #[getter]
    fn observed_gc_cpu_fraction(&self) -> Option<f64> {
        self.model.observed_gc_cpu_fraction()
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

impl FromPyObject<'_, '_> for Cycles {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, '_, PyAny>) -> PyResult<Self> {
        if let Ok(metrics) = object.cast::<PyMetrics>() {
            return Ok(Self::Metrics(metrics.to_owned().unbind()));
        }
        if let Ok(trace) = object.cast::<PyTrace>() {
            return Ok(Self::Trace(trace.to_owned().unbind()));
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

fn fitted(recording: &Recording) -> Result<PyGcModel, Error> {
    match GcModel::fit(recording) {
        Ok(model) => Ok(PyGcModel { model }),
        Err(err @ FitError::TooFewCycles { .. }) => Err(Error::decode(err.to_string(), "too_few_cycles", None)),
        Err(err @ FitError::Contradiction { .. }) => Err(Error::decode(err.to_string(), "contradiction", None)),
        Err(err) => Err(Error::decode(err.to_string(), "invalid_number", None)),
    }
}

/// Whether a frame is of `Trace.cycles`, which has bytes where a GC trace has MiB.
fn is_traced(frame: &PyTable) -> bool {
    frame.batches().iter().any(|batch| batch.column_by_name("heap_live_bytes").is_some())
}

/// The columns of `Trace.cycles`; of cycles that the trace has from begin to end.
fn traced_cycles(frame: &PyTable) -> Result<Vec<Cycle>, Error> {
    let rows = rows::<(Cycle, bool)>(
        frame,
        &[
            ("start_seconds", |(cycle, _), value| cycle.start_seconds = value),
            ("heap_start_bytes", |(cycle, _), value| cycle.heap_start_bytes = value),
            ("heap_end_bytes", |(cycle, _), value| cycle.heap_end_bytes = value),
            ("heap_live_bytes", |(cycle, _), value| cycle.heap_live_bytes = value),
            ("goal_bytes", |(cycle, _), value| cycle.goal_bytes = value),
            ("roots_bytes", |(cycle, _), value| cycle.stacks_bytes = value),
            ("mark_seconds", |(cycle, _), value| cycle.mark_seconds = value),
            ("stw_sweep_seconds", |(cycle, _), value| cycle.stw_seconds = value),
            ("stw_mark_term_seconds", |(cycle, _), value| cycle.stw_seconds += value),
            ("assist_running_seconds", |(cycle, _), value| cycle.assist_cpu_seconds = value),
            ("dedicated_seconds", |(cycle, _), value| cycle.background_cpu_seconds = value),
            ("fractional_seconds", |(cycle, _), value| cycle.background_cpu_seconds += value),
            ("idle_seconds", |(cycle, _), value| cycle.idle_cpu_seconds = value),
            ("procs", |(cycle, _), value| cycle.procs = value as u32),
            ("forced", |(cycle, _), value| cycle.forced = value != 0.0),
            ("complete", |(_, is_complete), value| *is_complete = value != 0.0),
        ],
    )?;
    let is_whole = |(cycle, is_complete): &(Cycle, bool)| {
        *is_complete && cycle.heap_start_bytes > 0.0 && cycle.heap_live_bytes > 0.0
    };
    let whole = rows.into_iter().filter(is_whole).map(|(mut cycle, _)| {
        // Without a goal the heap may grow.
        if cycle.goal_bytes == 0.0 {
            cycle.goal_bytes = f64::INFINITY;
        }
        cycle
    });
    Ok(whole.collect())
}

/// The columns of `read_gctrace`, of any numeric type.
pub(crate) fn frame_lines(frame: &PyTable) -> Result<Vec<GcTraceLine>, Error> {
    rows::<GcTraceLine>(
        frame,
        &[
            ("cycle", |line, value| line.cycle = value as u64),
            ("start_seconds", |line, value| line.start_seconds = value),
            ("stw_sweep_ms", |line, value| line.stw_sweep_ms = value),
            ("mark_ms", |line, value| line.mark_ms = value),
            ("stw_mark_term_ms", |line, value| line.stw_mark_term_ms = value),
            ("assist_cpu_ms", |line, value| line.assist_cpu_ms = value),
            ("background_cpu_ms", |line, value| line.background_cpu_ms = value),
            ("idle_cpu_ms", |line, value| line.idle_cpu_ms = value),
            ("heap_start_mb", |line, value| line.heap_start_mb = value as u64),
            ("heap_end_mb", |line, value| line.heap_end_mb = value as u64),
            ("heap_live_mb", |line, value| line.heap_live_mb = value as u64),
            ("goal_mb", |line, value| line.goal_mb = value as u64),
            ("stacks_mb", |line, value| line.stacks_mb = Some(value as u64)),
            ("globals_mb", |line, value| line.globals_mb = Some(value as u64)),
            ("procs", |line, value| line.procs = value as u32),
            ("forced", |line, value| line.forced = value != 0.0),
        ],
    )
}

/// What sets a field of a row to the number that its column has.
type Set<T> = fn(&mut T, f64);

/// The rows of a frame, by its columns.
fn rows<T: Clone + Default>(frame: &PyTable, columns: &[(&str, Set<T>)]) -> Result<Vec<T>, Error> {
    let mut all = Vec::new();
    for batch in frame.batches() {
        let mut rows = vec![T::default(); batch.num_rows()];
        for (name, set) in columns {
            let values = numbers(name, batch.column_by_name(name))?;
            rows.iter_mut().zip(values).for_each(|(row, value)| set(row, value));
        }
        all.append(&mut rows);
    }
    Ok(all)
}

fn numbers(name: &str, column: Option<&ArrayRef>) -> Result<Vec<f64>, Error> {
    let missing = || Error::usage(format!("the frame has no numeric column {name}; it should be one of read_gctrace"));
    let column = cast(column.ok_or_else(missing)?, &DataType::Float64).map_err(|_| missing())?;
    let column = column.as_primitive_opt::<Float64Type>().ok_or_else(missing)?;
    let values = (0..column.len()).map(|row| if column.is_null(row) { 0.0 } else { column.value(row) });
    let value = |(row, value): (usize, f64)| {
        // What no number of a trace is would be cut to the nearest one that is.
        let problem = || Error::usage(format!("row {row}: {value} is no {name} of a GC cycle"));
        NUMBERS.contains(&value).then_some(value).ok_or_else(problem)
    };
    values.enumerate().map(value).collect()
}

/// What the numbers of a cycle are in.
const NUMBERS: std::ops::Range<f64> = 0.0..1e15;

fn objective_of(name: &str, cpu_price: Option<f64>, memory_price: Option<f64>) -> Result<Objective, Error> {
    let objective = match name {
        "balanced" | "price" => Objective::Balanced,
        "throughput" => Objective::Throughput,
        "latency" => Objective::Latency,
        "memory" => Objective::Memory,
        _ => {
            let known = "balanced, throughput, latency, memory or price";
            return Err(Error::usage(format!("objective is {known}, not {name:?}")));
        }
    };
    match (cpu_price, memory_price) {
        (Some(cpu_hour), Some(gib_hour)) if objective == Objective::Balanced => {
            if [cpu_hour, gib_hour].iter().any(|price| !(price.is_finite() && *price >= 0.0)) {
                return Err(Error::usage("prices are not negative"));
            }
            Ok(Objective::Price { cpu_hour, gib_hour })
        }
        (None, None) if name != "price" => Ok(objective),
        (None, None) => {
            Err(Error::usage("objective=\"price\" needs cpu_price (of a CPU-hour) and memory_price (of a GiB-hour)"))
        }
        (Some(_), Some(_)) => Err(Error::usage(format!("prices go with objective=\"price\", not {name:?}"))),
        _ => Err(Error::usage("cpu_price (of a CPU-hour) and memory_price (of a GiB-hour) go together")),
    }
}
