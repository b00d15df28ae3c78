//! The text of a log: its lines, what each says, and the expressions in them. Nothing here remembers a line.

mod build_error;
mod call;
mod grammar;
mod lines;
mod message;
mod position;
mod record;
mod section;
mod subject;
mod syntax;
mod version;

pub use build_error::BuildError;
pub use message::{Message, MessageKind};
pub use position::Position;
pub use record::{Record, records};
pub use section::{Section, Variant};
pub use subject::SubjectKind;
pub use version::GoVersions;

pub(crate) use build_error::is_build_error;
pub(crate) use call::{Call, CalleeShape, is_exported, is_name};
pub(crate) use grammar::{flow, stored};
pub(crate) use lines::{Line, for_each_line};
pub(crate) use subject::{has_constant_size, typed_constant};
pub(crate) use syntax::find;
