//! Sources line by line: `gomem._listing`.

use std::{path::PathBuf, sync::Arc};

use gomem_postmortem::{AttributeOptions, Listing, ListingOptions};
use gomem_table::ToTable;
use pyo3::prelude::*;

use crate::{
    error::Error,
    escape::PyEscapeLog,
    input::{OneOrMany, source_tree},
    pprof::PyProfile,
    table::ArrowTable,
    worker,
};

/// Functions of a profile, line by line.
#[pyclass(name = "Listing", module = "gomem._gomem", frozen)]
#[derive(Debug)]
pub(crate) struct PyListing {
    listing: Listing,
}

#[pymethods]
impl PyListing {
    fn table(slf: &Bound<'_, Self>) -> Result<ArrowTable, Error> {
        ArrowTable::from_fn(slf, |this| this.listing.to_table())
    }

    fn text(slf: Py<Self>, py: Python<'_>) -> PyResult<String> {
        worker::run(py, move || gomem_report::listing_text(&slf.get().listing))
    }

    fn html(slf: Py<Self>, py: Python<'_>) -> PyResult<String> {
        worker::run(py, move || gomem_report::listing_html(&slf.get().listing))
    }

    fn __len__(&self) -> usize {
        self.listing.functions.len()
    }
}

#[pyfunction]
#[pyo3(signature = (profile, pattern, *, sample_type, source, escapes, go_version))]
fn listing(
    py: Python<'_>,
    profile: &PyProfile,
    pattern: String,
    sample_type: Option<String>,
    source: OneOrMany<PathBuf>,
    escapes: Option<Py<PyEscapeLog>>,
    go_version: Option<String>,
) -> Result<PyListing, Error> {
    let (profile, folders) = (Arc::clone(&profile.profile), source.into_vec());
    let listing = worker::run(py, move || {
        let sources = source_tree(&folders)?;
        let options = ListingOptions::default()
            .with_sample_type(sample_type.as_deref())
            .with_sources(sources.as_ref())
            .with_escapes(escapes.as_ref().map(|escapes| &escapes.get().log))
            .with_attribution(AttributeOptions::default().with_go_version(go_version.as_deref()));
        Listing::new(&profile, &pattern, &options).map_err(|err| Error::usage(err.to_string()))
    })??;
    Ok(PyListing { listing })
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyListing>()?;
    module.add_function(wrap_pyfunction!(listing, module)?)
}
