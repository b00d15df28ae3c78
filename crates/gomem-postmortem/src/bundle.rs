//! The files that a Go program left behind, each recognised by its content.

mod announced;
mod bundle;
mod folder;
mod program;
mod recognise;

pub use announced::{Announced, inflated_text};
pub use bundle::{Artifact, Bundle, BundleError, Contents, HeapProfile, Remark, Unread};
pub(crate) use recognise::LEAKED;
