//! What all rules say of all programs that the metrics are of.

#[allow(clippy::module_inception)]
mod diagnosis;
mod finding;

pub use diagnosis::{DiagnoseOptions, Diagnosis};
pub use finding::{DIAGNOSIS_SCHEMA, Finding};
