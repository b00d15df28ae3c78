//! Long work: the interpreter is released, and Ctrl-C ends the wait.

use std::{
    any::Any,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc::{RecvTimeoutError, sync_channel},
    thread,
    time::Duration,
};

use gomem_table::Interrupt;
use pyo3::{prelude::*, sync::PyOnceLock};

use crate::error::InternalError;

/// Works with the interpreter released.
///
/// Only Python's main thread sees signals: there the work is done by another thread, while this one looks for them. After a
/// signal that raises, as Ctrl-C does, the work ends at its next checkpoint.
#[expect(clippy::redundant_closure_for_method_calls, reason = "the method is not general over lifetimes")]
pub(crate) fn run<T: Send + 'static>(py: Python<'_>, work: impl FnOnce() -> T + Send + 'static) -> PyResult<T> {
    if !is_main_thread(py)? {
        return py.detach(|| guarded(work));
    }
    py.detach(|| {
        let (done, result) = sync_channel(1);
        let interrupt = Interrupt::new();
        let of_work = interrupt.clone();
        let task = move || {
            let result = guarded(|| of_work.run(work));
            // Nobody waits any more after a signal, which is all that interrupts the work.
            if let Some(result) = result.map(Result::ok).transpose() {
                let _ = done.send(result);
            }
        };
        let worker = thread::Builder::new().name("gomem".to_owned()).stack_size(STACK_BYTES).spawn(task)?;
        loop {
            match result.recv_timeout(PATIENCE) {
                Ok(result) => return result,
                Err(RecvTimeoutError::Timeout) => {
                    Python::attach(|py| py.check_signals()).inspect_err(|_| interrupt.interrupt())?;
                }
                Err(RecvTimeoutError::Disconnected) => {
                    drop(worker.join());
                    return Err(io::Error::other("the worker gave no result").into());
                }
            }
        }
    })
}

/// Works, and makes an exception of a panic: pyo3's own is no `Exception`, and ends programs that catch all of these.
pub(crate) fn guarded<T>(work: impl FnOnce() -> T) -> PyResult<T> {
    // What the work was about is dropped with it, so that nobody sees it half done.
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| InternalError::new_err(report(text_of(panic.as_ref()))))
}

/// What is said of a panic.
pub(crate) fn report(panic: &str) -> String {
    format!("a mistake of gomem's own: {panic}; please report it, with the input if you may pass it on")
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("a panic without words")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_report() {
        for panic in [Box::new("one") as Box<dyn Any + Send>, Box::new("one".to_owned())] {
            let told = report(text_of(panic.as_ref()));
            assert!(told.contains(": one; please report it"), "{told}");
        }
        assert!(report(text_of(&1)).contains("a panic without words"));
    }
}
