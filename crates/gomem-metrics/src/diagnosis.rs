//! What all rules say of all programs that the metrics are of.

#[allow(clippy::module_inception)]
mod diagnosis;
mod judgement;
mod present;
mod traced;

pub use diagnosis::{DiagnoseOptions, Diagnosis};
pub use judgement::Judgement;
