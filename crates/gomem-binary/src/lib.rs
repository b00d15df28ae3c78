#![doc = include_str!("../README.md")]
//!
//! ## Tasks and types
//!
//! | to | use |
//! |---|---|
//! | open a program | [`Binary::decode`] |
//! | know its modules and its version of Go | [`BuildInfo`], [`Module`] |
//! | know what a call calls | [`Binary::callee`] |
//! | know which variable or function is at an address | [`Layout`], [`Symbol`], [`Function`], [`StackObject`] |
//! | handle bad input | [`Error`], [`ErrorKind`] |

#![forbid(unsafe_code)]

mod binary;
mod build_info;
mod error;
mod functions;
mod layout;
mod lines;
mod module_data;

pub use binary::Binary;
pub use build_info::{BuildInfo, Module};
pub use error::{Error, ErrorKind};
pub use functions::Function;
pub use layout::{Layout, StackObject, Symbol};
