//! The bundle on disk, and what it says of itself.

mod folder;
mod manifest;

pub use manifest::{Build, BundleFile, Failure, Manifest, Omission, Window};

pub(crate) use folder::Folder;
pub(crate) use manifest::rfc3339;
