#![doc = include_str!("../README.md")]
//!
//! ## Tasks and types
//!
//! | to | use |
//! |---|---|
//! | say where sources are | [`SourceTree`] |
//! | find the file of a profile's path | [`SourceTree::find`], [`Sighting`], [`Resolution`] |
//! | read its lines | [`SourceFile`] |
//! | know whether it is the one that was compiled | [`Mismatch`] |
//! | know which files are sources | [`is_source`] |
//! | handle a folder that cannot be listed | [`OpenError`] |

#![forbid(unsafe_code)]

mod declarations;
mod file;
mod likeness;
mod open_error;
mod tree;

pub use file::{Mismatch, Sighting, SourceFile, is_source};
pub use open_error::OpenError;
pub use tree::{Resolution, SourceTree, module_path};
