//! What the kernel, and what runs containers, say of a process and of its group.

pub(crate) mod container_spec;
pub(crate) mod eviction;
pub(crate) mod group_events;
pub(crate) mod handles;
pub(crate) mod heap_goal;
pub(crate) mod oom_report;
pub(crate) mod outside_of_go;
pub(crate) mod process_memory;
pub(crate) mod swap;
pub(crate) mod threads;
