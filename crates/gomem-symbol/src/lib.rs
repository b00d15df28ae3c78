#![doc = include_str!("../README.md")]
//!
//! ## Tasks and types
//!
//! | to | use |
//! |---|---|
//! | take a function's name apart | [`Symbol`] |
//! | compare the paths of files | [`SourcePath`] |
//! | know whose code a package is, and its name | [`Origin`], [`Modules`], [`package_name`], [`is_of_package`], [`is_of_dependency`] |
//! | know whose goroutine it is that begins with a function | [`is_starter`] |
//! | show a name safely in a given kind of output | [`name_for`], [`turns_text`] |
//! | shorten the type arguments of a generic name | [`shortened`] |

#![forbid(unsafe_code)]

mod direction;
mod module;
mod origin;
mod outlet;
mod package;
mod shapes;
mod source_path;
mod starter;
mod symbol;

pub use direction::turns_text;
pub use module::{Modules, is_of_dependency};
pub use origin::Origin;
pub use outlet::{Outlet, name_for};
pub use package::{is_major_version, is_of_package, package_name, short_place};
pub use shapes::shortened;
pub use source_path::SourcePath;
pub use starter::is_starter;
pub use symbol::{Symbol, Wrapper};
