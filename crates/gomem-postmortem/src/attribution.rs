//! What allocates, with the compiler's reason.

mod compiler;
mod explain;
mod library;
mod map_types;
mod reason;
mod record;
mod site;
mod size_classes;
mod sizes;
mod unreported;

pub use reason::Reason;
pub(crate) use site::certainty;
pub use site::{Place, Site, attribute};
