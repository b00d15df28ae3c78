//! Reader for pprof profiles: heap, allocs, CPU, goroutine, mutex, block and any other.
//!
//! The format is `proto/profile.proto` of google/pprof, gzipped or not; Go's text forms (`debug=1`, `debug=2`) and
//! gperftools' older ones are read too. Protobuf is decoded straight into columns; names are held once.
//! [`Profile::diagnostics`] lists what a lenient reading had to repair. Answers are those of `go tool pprof`, to the unit, but where
//! that is wrong; with [`DecodeOptions::pprof_compat`], there too.
//!
//! ```no_run
//! use gomem_pprof::{Granularity, Profile, TopOptions};
//!
//! let bytes = std::fs::read("heap.pb.gz")?;
//! let profile = Profile::decode(&bytes)?;
//! let alloc_space = profile.sample_type_index("alloc_space").unwrap_or(profile.default_sample_type());
//! for row in profile.top(&TopOptions::new(alloc_space).by(Granularity::Line)).rows().iter().take(10) {
//!     println!("{:>12} {:>12} {}", row.flat, row.cum, row.name());
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | room | holds |
//! |---|---|
//! | `error` | [`Error`], [`ErrorKind`], [`Diagnostic`], [`Limits`], [`UsageError`] |
//! | `pattern` | Go's regular expressions |
//! | `wire` | gzip with a limit, protobuf's fields and numbers |
//! | `model` | [`Profile`] in columns, and its views: [`Sample`], [`SampleValues`], [`Stack`], [`Location`], [`Line`], [`Function`] |
//! | `legacy` | text forms and gperftools' CPU profile → [`Profile`] |
//! | `decode` | bytes of any form → [`Profile`] |
//! | `transform` | [`Filter`], [`Merger`], pruned frames, repaired stacks: profiles → [`Profile`] |
//! | `view` | what it answers: [`Top`], [`Edges`], [`FlameTree`], [`ProfileDiff`], [`Tag`], [`SamplingEstimate`], and tables |
//! | `growth` | how values go over a series of profiles: [`Growth`], [`SiteGrowth`] |
//! | `encode` | [`Profile`] → pprof, folded stacks, speedscope, callgrind |
//!
//! Each room sees only those above it.

#![forbid(unsafe_code)]

mod decode;
mod encode;
mod error;
mod growth;
mod legacy;
mod model;
mod pattern;
mod transform;
mod view;
mod wire;

#[cfg(test)]
mod synthetic_tests;

pub use error::{DecodeOptions, Diagnostic, Error, ErrorKind, Flaw, Limits, UsageError};
pub use growth::{Growth, GrowthError, GrowthOptions, SiteGrowth};
pub use model::{
    Function, FunctionId, Label, Line, Location, LocationId, Mapping, MemStat, MemStats, Profile, Sample, SampleType,
    SampleValues, Samples, Stack,
};
pub use transform::{Filter, FilterOption, Merger};
pub use view::{
    DiffRow, Edge, Edges, FlameNode, FlameTree, FrameKey, Frames, Goroutine, Granularity, KeyStatus, ProfileDiff,
    Sampling, SamplingEstimate, SamplingRow, Scan, Tag, Tags, Top, TopDiff, TopOptions, TopRow, picking_probability,
};
