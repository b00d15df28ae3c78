//! The commands, a file each: what can be said to it, and how it answers.
//!
//! `profile` holds those that ask profiles alone, `service` those that talk to what runs, `shell` what a shell needs.

mod attribute;
mod bench;
mod compare;
mod convert;
mod diagnose;
mod escape;
mod fail_on;
mod gate;
mod gogc;
mod heap;
mod metrics;
mod postmortem;
mod profile;
mod service;
mod shell;
mod trace;

pub(crate) use attribute::Attribute;
pub(crate) use bench::Bench;
pub(crate) use compare::Compare;
pub(crate) use convert::Convert;
pub(crate) use diagnose::Diagnose;
pub(crate) use escape::Escape;
pub(crate) use gogc::Gogc;
pub(crate) use heap::Heap;
pub(crate) use metrics::Metrics;
pub(crate) use postmortem::Postmortem;
pub(crate) use profile::{
    comments::Comments, diff::Diff, flame::Flame, growth::Growth, list::List, tags::Tags, top::Top, traces::Traces,
    tree::Tree,
};
pub(crate) use service::capture::Capture;
#[cfg(feature = "mcp")]
pub(crate) use service::mcp::Mcp;
#[cfg(feature = "serve")]
pub(crate) use service::serve::Serve;
pub(crate) use shell::{completions::Completions, man::Man};
pub(crate) use trace::Trace;
