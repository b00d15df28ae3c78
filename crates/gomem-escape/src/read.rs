//! The lines of a log, folded: what is distinct in it, as it was read. Text is interned.

mod block;
mod build;
mod coverage;
mod distinct;
mod facts;
mod fold;
mod functions;
mod interner;
mod kept;
mod logopt;
mod merge;
mod raw;
mod section;
mod std_names;
mod store;
mod xpos;

pub use coverage::Coverage;

pub(crate) use facts::Facts;
pub(crate) use fold::Fold;
pub(crate) use functions::{Callee, Functions, Obstacle, without_type_arguments};
pub(crate) use interner::Interner;
pub(crate) use kept::Kept;
pub(crate) use merge::{JsonFacts, merge};
pub(crate) use raw::{RawDecision, RawInlining, RawLeak, RawStackBuffer, RawStep};
pub(crate) use std_names::BASIC_TYPES;
pub(crate) use xpos::{TextId, XPos};
