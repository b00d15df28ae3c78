//! The commands about one profile, or several.

pub(crate) mod comments;
pub(crate) mod diff;
pub(crate) mod flame;
pub(crate) mod growth;
pub(crate) mod growth_gate;
pub(crate) mod list;
pub(crate) mod tags;
pub(crate) mod top;
pub(crate) mod traces;
pub(crate) mod tree;
