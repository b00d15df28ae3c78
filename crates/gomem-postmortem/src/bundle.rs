//! The files that a Go program left behind, each recognised by its content.

mod announced;
mod artifact;
mod bundle;
mod error;
mod folder;
mod program;
mod reader;
mod recognise;

pub use announced::{Announced, inflated_text};
pub use artifact::{Artifact, Contents, Remark, Unread};
pub use bundle::{Bundle, HeapProfile};
pub use error::BundleError;
pub(crate) use recognise::LEAKED;
