//! What points to what, what that dominates, and who shares it. Nodes are numbers: objects first, then roots, then the one root of all.
//!
//! Nothing here knows where a graph comes from.

mod dominance;
mod edges;
mod reach;
mod sharing;
mod sources;
mod walk;

pub(crate) use dominance::{Dominance, Tops};
pub(crate) use edges::Edges;
pub(crate) use reach::Reach;
pub(crate) use sharing::{SharedBy, Sharing};
