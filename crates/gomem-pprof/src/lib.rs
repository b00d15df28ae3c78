//! Reader for pprof profiles: heap, allocs, CPU, goroutine, mutex, block and any other.
//!
//! The format is `proto/profile.proto` of google/pprof, gzipped or not; Go's text forms (`debug=1`, `debug=2`) and
//! gperftools' older ones are read too. Protobuf is decoded straight into columns; names are held once. What a lenient
//! reading had to repair is told by [`Profile::diagnostics`]. Answers are those of `go tool pprof`, to the unit, but where
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
//! | module | holds |
//! |---|---|
//! | `wire`, `inflate`, `decode` | protobuf, gzip with a limit, and bytes → [`Profile`] |
//! | `text` | the text forms, and the binary CPU profile, → [`Profile`] |
//! | `profile`, `samples`, `labels` | [`Profile`] and its views: [`Sample`], [`SampleValues`], [`Stack`], [`Location`], [`Line`], [`Function`] |
//! | `build`, `merge`, `diff` | profiles put together: [`Merger`], [`ProfileDiff`] |
//! | `filter`, `tag_filter`, `prune`, `label_frames`, `select`, `repair` | parts of a profile: [`Filter`] |
//! | `key`, `top`, `edges`, `tags`, `flame`, `total` | sums: [`Granularity`], [`Top`], [`Edges`], [`Tag`], [`FlameTree`] |
//! | `sampling` | how sure a value is: [`Sampled`] |
//! | `growth` | how values go over a series of profiles: [`Growth`], [`SiteGrowth`] |
//! | `table`, `goroutine`, `mem_stats` | tables of samples, frames, goroutines; [`MemStats`] |
//! | `encode`, `proto`, `flame_html`, `speedscope`, `callgrind` | other forms |
//! | `error` | [`Error`], [`ErrorKind`], [`Diagnostic`], [`Limits`], [`UsageError`] |

#![forbid(unsafe_code)]

mod build;
mod callgrind;
mod decode;
mod diff;
mod edges;
mod encode;
mod error;
mod filter;
mod flame;
mod flame_html;
mod goroutine;
mod growth;
mod inflate;
mod key;
mod label_frames;
mod labels;
mod mem_stats;
mod merge;
mod pattern;
mod profile;
mod proto;
mod prune;
mod repair;
mod samples;
mod sampling;
mod scale;
mod select;
mod speedscope;
mod strings;
mod table;
mod tag_filter;
mod tags;
mod text;
mod top;
mod total;
mod varint;
mod wire;

#[cfg(test)]
#[path = "../tests/reference/mod.rs"]
mod reference;
#[cfg(test)]
mod synthetic_tests;

pub use diff::{DiffRow, KeyStatus, ProfileDiff};
pub use edges::{Edge, Edges};
pub use error::{DecodeOptions, Diagnostic, Error, ErrorKind, Flaw, Limits, UsageError};
pub use filter::Filter;
pub use flame::{FLAME_SCHEMA, FlameNode, FlameTree};
pub use flame_html::FlameHtml;
pub use growth::{Growth, GrowthError, GrowthOptions, SiteGrowth};
pub use key::{FrameKey, Granularity};
pub use mem_stats::{MemStat, MemStats};
pub use merge::Merger;
pub use profile::{Function, FunctionId, Label, Line, Location, LocationId, Mapping, Profile, Sample, SampleType};
pub use samples::{SampleValues, Stack};
pub use sampling::Sampled;
pub use table::FRAMES_SCHEMA;
pub use tags::Tag;
pub use top::{Top, TopOptions, TopRow};
