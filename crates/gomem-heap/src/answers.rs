//! What a heap is asked beyond who keeps it.

mod claims;
mod leads;
mod map_types;
mod maps;
mod outline;
mod parts;
mod redacted;
mod stack_memory;
mod stacks;
mod types;
mod typing;
mod ways;
mod windows;

pub(crate) use map_types::key_and_value;
pub(crate) use maps::{MapShape, Maps};
pub(crate) use outline::{Outliner, Step};
pub(crate) use redacted::redacted;
pub(crate) use types::{TypeSource, Types};
pub(crate) use typing::types;
pub use ways::WayTarget;
pub(crate) use ways::{WayStep, ways};
pub(crate) use windows::{Window, windows};
