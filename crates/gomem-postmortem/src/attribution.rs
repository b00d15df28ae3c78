//! What allocates, by leaf and reason.

mod account;
mod compiler;
mod explain;
mod fit;
mod join;
mod library;
mod map_types;
mod options;
mod place;
mod reason;
mod record;
mod runtime_calls;
mod site;
mod site_row;
mod size_classes;
mod sizes;
mod type_sizes;
mod unreported;

pub(crate) use account::{Account, Bytes, Call, Entry, Part, accounts};
pub use join::attribute;
pub use options::AttributeOptions;
pub use place::Place;
pub use reason::Reason;
pub use site::Site;
pub use site_row::predict_savings;
