//! What log, sizes, names and a CPU profile say of an allocation.

mod build_match;
mod compiler;
mod compiler_log;
pub(crate) mod fit;
pub(crate) mod library;
mod map_types;
mod named_function;
mod proved_type;
mod record;
mod runtime_calls;
mod size_classes;
mod size_counts;
mod sizes;
mod std_release;
mod type_sizes;
mod unreported;

pub use build_match::BuildMatch;
pub(crate) use compiler::Compiler;
pub(crate) use map_types::is_usual_bucket;
pub(crate) use named_function::NamedFunction;
pub(crate) use proved_type::is_of_type;
pub(crate) use record::{Record, is_copy};
pub(crate) use runtime_calls::Operation;
pub(crate) use size_classes::{is_room_for, nearest};
pub(crate) use sizes::{Shape, Sizes};
pub use std_release::{StdBasis, StdRelease};
pub(crate) use type_sizes::{Made, TypeSizes, traced_type};
pub(crate) use unreported::unreported;
