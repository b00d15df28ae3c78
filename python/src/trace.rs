//! Execution traces: `gomem._trace`.

use std::sync::Arc;

use gomem_report::trace_html;
use gomem_table::{Table, ToTable};
use gomem_trace::{DecodeOptions, GroupBy, LifetimeBy, Limits, Trace, WorkerBy};
use pyo3::prelude::*;

use crate::{error::Error, input::Source, table::ArrowTable, worker};

/// An execution trace.
#[pyclass(name = "Trace", module = "gomem._gomem", frozen)]
#[derive(Debug)]
pub(crate) struct PyTrace {
    pub(crate) trace: Arc<Trace>,
}

#[pymethods]
impl PyTrace {
    fn summary(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| [this.trace.summary()].to_table())
    }

    fn events(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.trace.events().to_table())
    }

    fn diagnostics(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.trace.diagnostic_rows().to_table())
    }

    #[pyo3(signature = (gogc))]
    fn cycles(slf: &Bound<'_, Self>, gogc: Option<u64>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, move |this| this.trace.cycles(gogc).to_table())
    }

    fn pauses(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.trace.pauses().to_table())
    }

    #[pyo3(signature = (by))]
    fn assists(slf: &Bound<'_, Self>, by: Option<&str>) -> Result<ArrowTable, Error> {
        match by.map(group).transpose()? {
            None => ArrowTable::from_fn(slf, |this| this.trace.assists().to_table()),
            Some(by) => ArrowTable::from_fn(slf, move |this| this.trace.assists_by(by).to_table()),
        }
    }

    #[pyo3(signature = (by))]
    fn sweeps(slf: &Bound<'_, Self>, by: Option<&str>) -> Result<ArrowTable, Error> {
        match by.map(group).transpose()? {
            None => ArrowTable::from_fn(slf, |this| this.trace.sweeps().to_table()),
            Some(by) => ArrowTable::from_fn(slf, move |this| this.trace.sweeps_by(by).to_table()),
        }
    }

    #[pyo3(signature = (by))]
    fn workers(slf: &Bound<'_, Self>, by: Option<&str>) -> Result<ArrowTable, Error> {
        let by = match by {
            None => return ArrowTable::from_fn(slf, |this| this.trace.workers().to_table()),
            Some("mode") => WorkerBy::Mode,
            Some("cycle") => WorkerBy::Cycle,
            Some(other) => return Err(Error::usage(format!("by is mode or cycle, not {other:?}"))),
        };
        ArrowTable::from_fn(slf, move |this| this.trace.workers_by(by).to_table())
    }

    #[pyo3(signature = (every))]
    fn heap(slf: &Bound<'_, Self>, every: Option<f64>) -> Result<ArrowTable, Error> {
        if every.is_some_and(|every| !(every.is_finite() && every > 0.0)) {
            return Err(Error::usage("every is a positive number of seconds"));
        }
        ArrowTable::from_fn(slf, move |this| this.trace.heap(every).to_table())
    }

    fn goals(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.trace.goals().to_table())
    }

    fn tasks(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.trace.tasks().to_table())
    }

    fn regions(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.trace.regions().to_table())
    }

    fn logs(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.trace.logs().to_table())
    }

    fn lifetimes(slf: &Bound<'_, Self>, by: &str) -> Result<ArrowTable, Error> {
        let by = match by {
            "type" => LifetimeBy::Type,
            "size" => LifetimeBy::Size,
            other => return Err(Error::usage(format!("by is type or size, not {other:?}"))),
        };
        if slf.get().trace.experiments().is_empty() {
            return Err(Error::usage(
                "births and deaths of objects are not in the trace; run the program with GODEBUG=traceallocfree=1 \
                 (Go 1.23 or later)",
            ));
        }
        ArrowTable::from_fn(slf, move |this| -> Table { this.trace.lifetimes(by).unwrap_or_default().to_table() })
    }

    fn html(slf: Py<Self>, py: Python<'_>, name: String) -> PyResult<String> {
        worker::run(py, move || trace_html(&slf.get().trace, &name))
    }

    #[getter]
    fn format(&self) -> &'static str {
        self.trace.format().name()
    }

    #[getter]
    fn generations(&self) -> usize {
        self.trace.generations().len()
    }

    #[getter]
    fn complete(&self) -> bool {
        self.trace.is_complete()
    }

    #[getter]
    fn duration_seconds(&self) -> f64 {
        self.trace.duration_seconds()
    }

    #[getter]
    fn start_unix_ms(&self) -> Option<i64> {
        self.trace.start_unix_ms()
    }

    #[getter]
    fn procs(&self) -> Option<u64> {
        self.trace.procs()
    }

    #[getter]
    fn experiments(&self) -> Vec<&'static str> {
        self.trace.experiments().to_vec()
    }
}

fn group(by: &str) -> Result<GroupBy, Error> {
    by.parse().map_err(|_| Error::usage(format!("by is one of {}, not {by:?}", GroupBy::NAMES.join(", "))))
}

#[pyfunction]
#[pyo3(signature = (source, *, limits=Vec::new()))]
fn read_trace(py: Python<'_>, source: Source, limits: Vec<(String, u64)>) -> Result<PyTrace, Error> {
    let options = DecodeOptions::default().with_limits(limits_of(limits)?);
    let name = source.name();
    let bytes = source.read(py)?;
    let trace = worker::run(py, move || Trace::decode_with(&bytes, &options))?;
    trace.map(|trace| PyTrace { trace: Arc::new(trace) }).map_err(|err| {
        let message = format!("{name}: {err}");
        if err.is_limit() {
            return Error::Limit(message);
        }
        Error::Decode { message, kind: err.kind().name(), offset: Some(err.offset()), line: None }
    })
}

fn limits_of(given: Vec<(String, u64)>) -> Result<Limits, Error> {
    given.into_iter().try_fold(Limits::default(), |limits, (name, value)| match name.as_str() {
        "events" => Ok(limits.with_events(value)),
        "generation_bytes" => Ok(limits.with_generation_bytes(value)),
        "threads" => Ok(limits.with_threads(value)),
        "stacks" => Ok(limits.with_stacks(value)),
        "text_bytes" => Ok(limits.with_text_bytes(value)),
        "objects" => Ok(limits.with_objects(value)),
        other => Err(Error::usage(format!(
            "limits has events, generation_bytes, threads, stacks, text_bytes and objects, not {other:?}"
        ))),
    })
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyTrace>()?;
    module.add_function(wrap_pyfunction!(read_trace, module)?)
}
