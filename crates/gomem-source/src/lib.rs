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

#![forbid(unsafe_code)]

mod declarations;
mod file;
mod likeness;
mod tree;

pub use file::{Mismatch, Sighting, SourceFile, is_source};
pub use tree::{Resolution, SourceTree, module_path};
