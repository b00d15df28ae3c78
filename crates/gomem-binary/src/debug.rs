//! What a program's debug information says.

mod info;
#[cfg(feature = "dwarf")]
mod locals;
#[cfg(feature = "dwarf")]
mod sections;
#[cfg(feature = "dwarf")]
mod types;

pub use info::DebugInfo;
#[cfg(feature = "dwarf")]
pub(crate) use sections::PackedSections;
