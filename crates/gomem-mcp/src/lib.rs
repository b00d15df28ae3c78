#![doc = include_str!("../README.md")]
//!
//! ## Tasks and types
//!
//! | to | use |
//! |---|---|
//! | serve one client until it hangs up | [`serve`] |
//! | say what may be read and written | [`Options`], [`FolderError`] |
//! | say what a tool runs | [`Host`] |

#![forbid(unsafe_code)]

mod argument;
mod clean;
mod cursor;
mod description;
mod document;
mod fence;
mod host;
mod kept;
mod options;
mod page;
mod piece;
mod refusal;
mod resources;
mod serve;
mod server;
mod tool;
mod tools;
mod work;

pub use fence::FolderError;
pub use host::Host;
pub use options::Options;
pub use serve::serve;
