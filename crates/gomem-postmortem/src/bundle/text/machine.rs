//! What the kernel, and what runs containers, say of a process and of the machine below it.

pub(crate) mod cgroup;
pub(crate) mod container_spec;
pub(crate) mod container_table;
pub(crate) mod eviction;
pub(crate) mod group_events;
pub(crate) mod kernel_line;
pub(crate) mod mac_footprint;
pub(crate) mod machine_bytes;
pub(crate) mod machine_memory;
pub(crate) mod oom_report;
pub(crate) mod perf_report;
pub(crate) mod platform_kill;
pub(crate) mod pod_metrics;
mod process_columns;
pub(crate) mod process_list;
pub(crate) mod process_memory;
pub(crate) mod refusal;
pub(crate) mod server_status;
pub(crate) mod unit_properties;
pub(crate) mod unit_status;
