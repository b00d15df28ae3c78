//! Inputs: files and standard input, what they hold, and the options that say what of it is read.

mod benchmarks;
mod binary;
mod bundle;
mod escape_logs;
mod execution_trace;
mod gc_traces;
mod heap;
mod kind;
#[cfg(feature = "mcp")]
mod kind_of_file;
mod metrics;
mod profile;
mod profiles;
mod recording;
mod selection;
mod size;
mod source;
mod source_tree;
mod sums;
mod window;

pub(crate) use benchmarks::read_benchmarks;
pub(crate) use binary::{Reach, read_binary};
pub(crate) use bundle::read_bundle_with;
pub(crate) use escape_logs::{check_built, failed_build, for_each_log, read_escape_log, read_escape_logs};
pub(crate) use execution_trace::read_execution_trace;
pub(crate) use gc_traces::{read_gc_trace, read_gc_traces};
#[cfg(target_os = "linux")]
pub(crate) use heap::redacted_core;
pub(crate) use heap::{ProgramFile, read_heap, retained};
pub(crate) use kind::Kind;
#[cfg(feature = "mcp")]
pub(crate) use kind_of_file::kind_of_file;
pub(crate) use metrics::{MetricsInput, read_metrics};
pub(crate) use profile::{read_profile, sample_type_index};
pub(crate) use profiles::{Profiles, title};
pub(crate) use recording::read_gc_model;
pub(crate) use selection::Selection;
pub(crate) use size::Size;
pub(crate) use source::{STDIN, Source, read};
pub(crate) use source_tree::read_source_tree;
pub(crate) use sums::Sums;
pub(crate) use window::WindowOptions;
