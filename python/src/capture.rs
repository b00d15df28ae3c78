//! Bundles from live services: `gomem._capture`.

use std::{collections::BTreeMap, ops::ControlFlow, path::PathBuf, time::Duration};

use gomem_capture::{Authorities, CaptureOptions, Error as CaptureError, Headers, Progress, Target, capture as take};
use pyo3::prelude::*;

use crate::{
    error::{Error, GomemError},
    input::{OneOrMany, source_tree},
    worker,
};

/// Gives the manifest as JSON; a signal, as of Ctrl-C, ends it at once. `progress` is told the seconds so far.
#[pyfunction]
#[pyo3(signature = (url, directory, *, seconds, trace_seconds, metrics_url, headers, bearer_token, headers_to_metrics, insecure_token, ca_file, timeout, limit_bytes, source, progress))]
#[expect(clippy::too_many_arguments, reason = "options are keyword-only")]
fn capture(
    py: Python<'_>,
    url: &str,
    directory: PathBuf,
    seconds: u32,
    trace_seconds: Option<u32>,
    metrics_url: Option<&str>,
    headers: BTreeMap<String, String>,
    bearer_token: Option<&str>,
    headers_to_metrics: bool,
    insecure_token: bool,
    ca_file: Option<&[u8]>,
    timeout: f64,
    limit_bytes: u64,
    source: OneOrMany<PathBuf>,
    progress: Py<PyAny>,
) -> Result<String, Error> {
    if !(1..=3600).contains(&seconds) {
        return Err(Error::usage(format!("seconds is from 1 to 3600, not {seconds}")));
    }
    if let Some(seconds) = trace_seconds.filter(|seconds| !(1..=3600).contains(seconds)) {
        return Err(Error::usage(format!("trace_seconds is from 1 to 3600, not {seconds}")));
    }
    if !(timeout > 0.0 && timeout <= 3600.0) {
        return Err(Error::usage(format!("timeout is at most 3600 seconds, not {timeout}")));
    }
    let mut options = CaptureOptions::new(Target::parse(url)?)
        .with_seconds(seconds)
        .with_headers(sent(&headers, bearer_token)?)
        .with_timeout(Duration::from_secs_f64(timeout))
        .with_limit_bytes(limit_bytes);
    if let Some(seconds) = trace_seconds {
        options = options.with_trace(seconds);
    }
    if let Some(url) = metrics_url {
        options = options.with_metrics(Target::parse(url)?);
    }
    if headers_to_metrics {
        options = options.with_headers_to_metrics();
    }
    if insecure_token {
        options = options.with_insecure_token();
    }
    if let Some(pem) = ca_file {
        options = options.with_authorities(Authorities::decode(pem)?);
    }
    let folders = source.into_vec();
    if let Some(sources) = worker::run(py, move || source_tree(&folders))?? {
        options = options.with_sources(sources);
    }
    let mut signal = None;
    let mut watch = |so_far: Progress<'_>| {
        signal = Python::attach(|py| {
            py.check_signals()?;
            progress.call1(py, (so_far.elapsed.as_secs_f64(),))
        })
        .err();
        if signal.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let taken = py.detach(|| worker::guarded(|| take(&options, &directory, &mut watch)))?;
    match signal {
        Some(err) => Err(err.into()),
        None => Ok(taken?.manifest_json()),
    }
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(capture, module)?)
}

fn sent(headers: &BTreeMap<String, String>, bearer_token: Option<&str>) -> Result<Headers, Error> {
    let mut sent = Headers::default();
    for (name, value) in headers {
        sent.push(name, value)?;
    }
    if let Some(token) = bearer_token {
        sent.push_bearer(token)?;
    }
    Ok(sent)
}

impl From<CaptureError> for Error {
    fn from(err: CaptureError) -> Self {
        match err {
            CaptureError::Io { path, source } => Self::Io { path, error: source },
            CaptureError::Nothing { .. } => Self::Python(GomemError::new_err(err.to_string())),
            _ => Self::usage(err.to_string()),
        }
    }
}
