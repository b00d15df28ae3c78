//! From a profile to its sites.

mod assumptions;
mod attribute;
mod cut_stacks;
mod explain;
mod groups;
mod inlined;
mod places;
mod roles;

pub(crate) use assumptions::assumptions;
pub use attribute::attribute;
pub(crate) use attribute::latest_sites;
