//! What dashboards, APM tools and clouds export of a program: tables and JSON, each tool's in its own shape.

pub(super) mod json_records;
pub(super) mod long_csv;
pub(super) mod panel_csv;
mod records;
