//! Tables as Parquet and as Arrow IPC, the file forms that Polars, Spark and DuckDB read.

use gomem_arrow::record_batch;
use gomem_table::Table;
use parquet::{arrow::ArrowWriter, basic::Compression, file::metadata::KeyValue, file::properties::WriterProperties};

use crate::failure::Failure;

pub(crate) fn parquet(table: &Table) -> Result<Vec<u8>, Failure> {
    let batch = record_batch(table).map_err(failed)?;
    // Not all readers of Parquet read Arrow's schema.
    let about = batch.schema_ref().metadata().iter();
    let about = about.map(|(name, value)| KeyValue::new(name.clone(), value.clone())).collect();
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY);
    let properties = properties.set_key_value_metadata(Some(about)).build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).map_err(failed)?;
    writer.write(&batch).map_err(failed)?;
    writer.close().map_err(failed)?;
    Ok(bytes)
}

/// The IPC file format, also called Feather V2.
pub(crate) fn arrow(table: &Table) -> Result<Vec<u8>, Failure> {
    let batch = record_batch(table).map_err(failed)?;
    let mut writer = arrow_ipc::writer::FileWriter::try_new(Vec::new(), &batch.schema()).map_err(failed)?;
    writer.write(&batch).map_err(failed)?;
    writer.into_inner().map_err(failed)
}

/// Memory is written to: all that can go wrong is a column which the form does not have.
fn failed(problem: impl std::fmt::Display) -> Failure {
    Failure::Usage(format!("the table cannot be written in this form: {problem}; take csv or json"))
}
