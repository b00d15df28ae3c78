//! What a heap is asked beyond who keeps it.

mod maps;
mod outline;
mod redacted;
mod types;
mod windows;

pub(crate) use maps::{MapShape, shape};
pub(crate) use outline::{Outliner, Step};
pub(crate) use redacted::redacted;
pub(crate) use types::{TypeSource, Types};
pub(crate) use windows::{Window, windows};
