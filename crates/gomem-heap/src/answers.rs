//! What a heap is asked beyond who keeps it.

mod maps;
mod types;

pub(crate) use types::{TypeSource, Types};
