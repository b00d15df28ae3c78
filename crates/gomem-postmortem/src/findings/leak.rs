//! What grows without end, and who keeps it.

pub(crate) mod container;
pub(crate) mod keeper;
pub(crate) mod kept_together;
pub(crate) mod leak;
