//! What programs say in their own logs: of their memory, and of their end.

pub(crate) mod container_state;
pub(crate) mod crash;
pub(crate) mod logged_memory;
pub(crate) mod memory_limiter;
pub(crate) mod refused;
pub(crate) mod scavenger;
