//! What of a text reaches a notebook's page: `gomem._display`.

use gomem_symbol::{Outlet, name_for, turns_text};
use gomem_table::{Unit, UnknownName, percent};
use pyo3::prelude::*;

use crate::error::UsageError;

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

/// A number of a unit as the report writes it: `9.5 KiB`, `< 0.1 %`.
#[pyfunction]
fn in_unit(value: f64, unit: &str) -> PyResult<String> {
    let unit: Unit = unit.parse().map_err(|problem: UnknownName| UsageError::new_err(problem.to_string()))?;
    Ok(if unit == Unit::Fraction { percent(value, 1) } else { unit.humanize(value) })
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(html_text, module)?)?;
    module.add_function(wrap_pyfunction!(in_unit, module)?)?;
    module.add_function(wrap_pyfunction!(without_turned_text, module)?)
}
