//! From a profile to its sites.

mod allocation;
mod assists;
mod assumptions;
mod attribute;
mod caller;
mod cut_stacks;
mod explain;
mod frames;
mod groups;
mod inlined;
mod lifespans;
mod numbers;
mod places;
mod roles;

pub use assists::join_trace;
pub(crate) use assumptions::assumptions;
pub use attribute::attribute;
pub(crate) use attribute::latest_sites;
pub(crate) use groups::first_frame;
