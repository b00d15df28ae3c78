//! What of a text reaches a notebook's page: `gomem._display`.

use gomem_symbol::{Outlet, name_for, turns_text};
use pyo3::prelude::*;

/// Text that stays text in HTML.
#[pyfunction]
fn html_text(text: &str) -> String {
    name_for(Outlet::Html, text).into_owned()
}

/// HTML of which the markup is escaped already.
#[pyfunction]
fn without_turned_text(html: &str) -> String {
    html.replace(turns_text, "\u{fffd}")
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(html_text, module)?)?;
    module.add_function(wrap_pyfunction!(without_turned_text, module)?)
}
