//! No panic crosses into Python: the last line of defence, around every way into the module.

use pyo3::{ffi::c_str, panic::PanicException, prelude::*};

use crate::{error::InternalError, worker};

/// Guards all that was added to `module`: functions, methods, getters, and what operators call. What pyo3 makes of a panic is
/// made before any code of ours could see it, and so is changed where Python calls.
pub(crate) fn guard(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    let guards = PyModule::from_code(py, GUARDS, c_str!("gomem/guard.py"), c_str!("gomem._guard"))?;
    let internal_error = wrap_pyfunction!(internal_error, py)?;
    guards.getattr("guard_all")?.call1((module, py.get_type::<PanicException>(), internal_error))?;
    Ok(())
}

#[pyfunction]
fn internal_error(panic: &str) -> PyErr {
    InternalError::new_err(worker::report(panic))
}

const GUARDS: &std::ffi::CStr = c_str!(include_str!("guard.py"));

/// What the tests see guarded: debug builds panic on request.
#[cfg(debug_assertions)]
pub(crate) mod panics {
    use super::*;

    #[pyclass(name = "_Panics", module = "gomem._gomem", frozen)]
    struct Panics {}

    #[pymethods]
    #[expect(clippy::panic, clippy::unused_self, reason = "this is what it is for")]
    impl Panics {
        #[getter]
        fn getter(&self) -> usize {
            panic!("got")
        }

        fn method(&self, _py: Python<'_>) -> usize {
            panic!("called")
        }

        fn __len__(&self) -> usize {
            panic!("counted")
        }

        fn __repr__(&self) -> String {
            panic!("shown")
        }
    }

    #[pyfunction]
    fn _panics() -> Panics {
        Panics {}
    }

    #[pyfunction]
    #[expect(clippy::panic, reason = "this is what it is for")]
    fn _panic() -> usize {
        panic!("ran")
    }

    pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add_class::<Panics>()?;
        module.add_function(wrap_pyfunction!(_panics, module)?)?;
        module.add_function(wrap_pyfunction!(_panic, module)?)
    }
}
