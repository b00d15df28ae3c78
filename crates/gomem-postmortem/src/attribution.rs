//! What allocates, with the compiler's reason.

mod compiler;
mod explain;
mod join;
mod library;
mod map_types;
mod place;
mod reason;
mod record;
mod site;
mod size_classes;
mod sizes;
mod unreported;

pub use join::attribute;
pub use place::Place;
pub use reason::Reason;
pub use site::Site;
pub(crate) use site::certainty;
