#![doc = include_str!("../README.md")]
//!
//! ## Tasks and types
//!
//! | to | use |
//! |---|---|
//! | read a profile | [`Profile::decode`], [`DecodeOptions`], [`Limits`] |
//! | list what costs most | [`Profile::top`], [`TopOptions`], [`Granularity`] |
//! | see what each line of a function costs | [`Profile::function_lines`], [`FunctionLines`], [`LineSums`] |
//! | see who calls whom | [`Edges`], [`FlameTree`], [`CallGraph`] |
//! | look at samples | [`Sample`], [`SampleValues`], [`Stack`], [`Location`], [`Line`], [`Function`], [`Tag`] |
//! | keep a part of a profile | [`Filter`] |
//! | sum and compare profiles | [`Merger`], [`ProfileDiff`] |
//! | follow a site over a series | [`Growth`], [`SiteGrowth`] |
//! | know how large objects are, and how many are gone again | [`SizeRange`] |
//! | know how sure a sampled value is | [`SamplingEstimate`] |
//!
//! With [`DecodeOptions::pprof_compat`] the answers equal those of `go tool pprof` in every case.

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
pub use legacy::{PrintedRow, PrintedTable, printed_amount};
pub use model::{
    Function, FunctionId, Label, Line, Location, LocationId, Mapping, MemStat, MemStats, Profile, Sample, SampleType,
    SampleValues, Samples, Stack,
};
pub use pattern::quoted;
pub use transform::{Filter, FilterOption, Merger};
pub use view::{
    CallGraph, CallGraphOptions, CallNode, DiffRow, Edge, Edges, FlameNode, FlameTree, FrameKey, Frames, FunctionLines,
    Goroutine, Granularity, KeyStatus, LineSums, NodeCall, ProfileDiff, Sampling, SamplingEstimate, SamplingRow, Scan,
    ShownGrowth, SizeRange, Tag, Tags, Top, TopDiff, TopOptions, TopRow, picking_probability,
};
