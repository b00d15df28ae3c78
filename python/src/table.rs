//! A table on its way to a data frame: the Arrow C stream interface.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StructArray};
use arrow_schema::{Field, FieldRef};
use gomem_arrow::record_batch;
use gomem_table::Table;
use pyo3::{PyClass, exceptions::PyRuntimeError, prelude::*, pyclass::boolean_struct::True, types::PyCapsule};
use pyo3_arrow::ffi::{ArrayIterator, to_stream_pycapsule};

use crate::{error::Error, worker};

/// A table in Arrow's memory layout, for any library that takes the Arrow C stream interface.
#[pyclass(name = "Table", module = "gomem._gomem", frozen)]
#[derive(Debug)]
pub(crate) struct ArrowTable {
    name: String,
    batch: RecordBatch,
}

impl ArrowTable {
    /// Builds a table and lays it out, with the interpreter released.
    pub(crate) fn build(py: Python<'_>, table: impl FnOnce() -> Table + Send + 'static) -> Result<Self, Error> {
        let failed = |problem: &dyn std::fmt::Display| Error::Python(PyRuntimeError::new_err(problem.to_string()));
        worker::run(py, move || {
            let table = table();
            let batch = record_batch(&table).map_err(|err| failed(&err))?;
            Ok(Self { name: table.name().to_owned(), batch })
        })?
    }

    /// The same, out of what a Python object holds.
    pub(crate) fn from_fn<Owner: PyClass<Frozen = True> + Sync>(
        owner: &Bound<'_, Owner>,
        table: impl FnOnce(&Owner) -> Table + Send + 'static,
    ) -> Result<Self, Error> {
        let kept = owner.clone().unbind();
        Self::build(owner.py(), move || table(kept.get()))
    }
}

#[pymethods]
impl ArrowTable {
    /// The table's name.
    #[getter]
    fn name(&self) -> &str {
        &self.name
    }

    fn __len__(&self) -> usize {
        self.batch.num_rows()
    }

    fn __repr__(&self) -> String {
        format!("Table({}, {} rows, {} columns)", self.name, self.batch.num_rows(), self.batch.num_columns())
    }

    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let fields = self.batch.schema().fields().clone();
        let field: FieldRef = Arc::new(Field::new_struct("", fields, false));
        let rows: ArrayRef = Arc::new(StructArray::from(self.batch.clone()));
        let stream = ArrayIterator::new([Ok(rows)], field);
        Ok(to_stream_pycapsule(py, Box::new(stream), requested_schema)?)
    }
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<ArrowTable>()
}
