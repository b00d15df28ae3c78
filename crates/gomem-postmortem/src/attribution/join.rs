//! From a profile to its sites.

mod attribute;
mod cut_stacks;
mod explain;
mod groups;
mod inlined;
mod places;
mod roles;

pub use attribute::attribute;
pub(crate) use attribute::latest_sites;
