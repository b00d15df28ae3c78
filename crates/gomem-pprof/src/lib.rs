//! Reader for pprof profiles: heap, allocs, CPU, goroutine, mutex, block and any other in the protobuf form.
//!
//! The format is `proto/profile.proto` of google/pprof, gzipped or not. Bytes are decoded straight into columns; names
//! are held once. What a lenient reading had to repair is told by [`Profile::diagnostics`].
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
//! | `wire` | the protobuf wire format: fields, varints, positions |
//! | `inflate` | gzip, with a limit |
//! | `decode` | bytes → [`Profile`] |
//! | `profile` | [`Profile`] and its views: [`Sample`], [`Location`], [`Line`], [`Function`] |
//! | `top` | [`Top`]: flat and cum, at any [`Granularity`] |
//! | `flame` | [`FlameTree`] |
//! | `flame_html` | [`FlameHtml`]: an interactive flame graph without network |
//! | `error` | [`Error`], [`ErrorKind`], [`Diagnostic`], [`Limits`] |

#![forbid(unsafe_code)]

mod build;
mod decode;
mod diff;
mod edges;
mod encode;
mod error;
mod filter;
mod flame;
mod flame_html;
mod goroutine;
mod inflate;
mod key;
mod label_frames;
mod mem_stats;
mod merge;
mod pattern;
mod profile;
mod proto;
mod prune;
mod sampling;
mod scale;
mod select;
mod strings;
mod table;
mod tag_filter;
mod text;
mod top;
mod total;
mod wire;

pub use diff::{DiffRow, KeyStatus, ProfileDiff};
pub use edges::{Edge, Edges};
pub use error::{DecodeOptions, Diagnostic, Error, ErrorKind, Flaw, Limits, UsageError};
pub use filter::Filter;
pub use flame::{FLAME_SCHEMA, FlameNode, FlameTree};
pub use flame_html::FlameHtml;
pub use key::{FrameKey, Granularity};
pub use mem_stats::{MemStat, MemStats};
pub use merge::Merger;
pub use profile::{Function, FunctionId, Label, Line, Location, LocationId, Mapping, Profile, Sample, SampleType};
pub use sampling::Sampled;
pub use table::FRAMES_SCHEMA;
pub use top::{Top, TopOptions, TopRow};
