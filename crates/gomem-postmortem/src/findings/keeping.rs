//! Who keeps what a line makes.

pub(crate) mod captured;
pub(crate) mod container;
pub(crate) mod final_store;
pub(crate) mod given;
pub(crate) mod keeper;
pub(crate) mod owner;
