#![doc = include_str!("../README.md")]
//!
//! ## Tasks and types
//!
//! | to | use |
//! |---|---|
//! | open a program | [`Binary::decode`] |
//! | know its modules and its version of Go | [`BuildInfo`], [`Module`] |
//! | know what a call calls, and whether only the running program knows | [`Binary::callee`], [`Binary::calls_value`] |
//! | know the type of what a call of the allocator makes | [`Binary::made_type`], [`MadeType`] |
//! | know which variable or function is at an address | [`Layout`], [`Symbol`], [`Function`], [`StackObject`], [`CodeLine`], [`Reference`] |
//! | know how large frames are, and which of their words are pointers | [`Layout::pointer_map`], [`FramePart`], [`PointerMap`] |
//! | know the types of variables | [`Layout::debug_info`], [`DebugInfo`], [`DebugType`], [`Shape`], [`Field`], [`TypeId`], [`LocalPart`], [`CapturedVariable`] |
//! | handle bad input | [`Error`], [`ErrorKind`] |

#![forbid(unsafe_code)]

mod binary;
mod build_info;
mod debug;
mod error;
mod frame_tables;
mod function_table;
mod functions;
mod go_types;
mod inlined;
mod layout;
mod lines;
mod loaded;
mod module_data;
mod references;

pub use binary::{Binary, MadeType};
pub use build_info::{BuildInfo, Module};
pub use debug::DebugInfo;
pub use error::{Error, ErrorKind};
pub use frame_tables::{FramePart, PointerMap};
pub use functions::Function;
pub use go_types::{CapturedVariable, DebugType, Field, LocalPart, Shape, TypeId};
pub use inlined::CodeLine;
pub use layout::{Layout, StackObject, Symbol};
pub use references::Reference;
