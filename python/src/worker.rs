//! Long work: the interpreter is released, and Ctrl-C ends the wait.

use std::{
    io,
    panic::resume_unwind,
    sync::mpsc::{RecvTimeoutError, sync_channel},
    thread,
    time::Duration,
};

use pyo3::{prelude::*, sync::PyOnceLock};

/// Works with the interpreter released.
///
/// Only Python's main thread sees signals: there the work is done by another thread, while this one looks for them. What was
/// begun cannot be stopped from outside: after a signal it ends in the background, and its result is dropped.
#[expect(clippy::redundant_closure_for_method_calls, reason = "the method is not general over lifetimes")]
pub(crate) fn run<T: Send + 'static>(py: Python<'_>, work: impl FnOnce() -> T + Send + 'static) -> PyResult<T> {
    if !is_main_thread(py)? {
        return Ok(py.detach(work));
    }
    py.detach(|| {
        let (done, result) = sync_channel(1);
        let task = move || {
            // Nobody waits any more after a signal.
            let _ = done.send(work());
        };
        let worker = thread::Builder::new().name("gomem".to_owned()).stack_size(STACK_BYTES).spawn(task)?;
        loop {
            match result.recv_timeout(PATIENCE) {
                Ok(result) => return Ok(result),
                Err(RecvTimeoutError::Timeout) => Python::attach(|py| py.check_signals())?,
                Err(RecvTimeoutError::Disconnected) => match worker.join() {
                    Err(panic) => resume_unwind(panic),
                    Ok(()) => return Err(io::Error::other("the worker gave no result").into()),
                },
            }
        }
    })
}

fn is_main_thread(py: Python<'_>) -> PyResult<bool> {
    static THREADING: PyOnceLock<(Py<PyAny>, Py<PyAny>)> = PyOnceLock::new();
    let (main_thread, get_ident) = THREADING.get_or_try_init(py, || {
        let threading = py.import("threading")?;
        PyResult::Ok((threading.getattr("main_thread")?.unbind(), threading.getattr("get_ident")?.unbind()))
    })?;
    main_thread.bind(py).call0()?.getattr("ident")?.eq(get_ident.bind(py).call0()?)
}

/// How long a signal may wait.
const PATIENCE: Duration = Duration::from_millis(50);
/// What a main thread usually has.
const STACK_BYTES: usize = 8 << 20;
