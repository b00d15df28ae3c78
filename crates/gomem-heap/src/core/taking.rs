//! What a core is made of: how much of a process's memory it needs, and the process or the core that it is taken from.

pub(crate) mod copied;
pub(crate) mod live;
pub(crate) mod plan;
pub(crate) mod redacted;
