#![doc = include_str!("../README.md")]
//!
//! ## Tasks and types
//!
//! | to | use |
//! |---|---|
//! | read a dump or a core | [`Heap::decode`], [`Heap::read_with`], [`HeapOptions`], [`Limits`], [`RootChoice`] |
//! | know who keeps what | [`Heap::holdings`], [`Holding`], [`HolderKind`], [`HolderRow`] |
//! | know which line allocated it | [`Heap::site_shares`], [`SiteShare`], [`Site`], [`SiteFrame`], [`HolderSiteRow`] |
//! | look at goroutines, types, objects, roots | [`GoroutineRow`], [`TypeRow`], [`ObjectRow`], [`RootRow`] |
//! | see what a holder keeps, in steps | [`Heap::steps`], [`StepRow`] |
//! | see the ways to an object, a line's objects, or what a holder keeps | [`Heap::paths`], [`WayTarget`], [`PathRow`] |
//! | find buffers and maps that are mostly empty | [`WindowRow`], [`MapRow`] |
//! | give it to readers of profiles | [`Heap::to_pprof`] |
//! | compare two dumps | [`Heap::diff`], [`DifferenceRow`] |
//! | make a dump or a core fit to send | [`Heap::redacted`], [`Heap::redact_core`] |
//! | know what a dump lacks | [`SummaryRow`], [`Heap::diagnostics`], [`Diagnostic`], [`Flaw`], [`DiagnosticRow`] |
//! | handle bad input | [`Error`], [`ErrorKind`] |

#![forbid(unsafe_code)]

mod answers;
mod core;
mod dump;
mod encode;
mod error;
mod graph;
mod heap;
mod holders;
mod memory;
mod packing;
mod program;
mod tables;

pub use answers::WayTarget;
pub use core::{CopiedMemory, CorePlan, ReadMemory, RedactedCore, StoppedMemory};
pub use error::{Diagnostic, Error, ErrorKind, Flaw, Limits};
pub use heap::{Heap, HeapOptions};
pub use holders::{HolderKind, Holding, RootChoice, SiteShare};
pub use memory::{Site, SiteFrame};
pub use tables::{
    DiagnosticRow, DifferenceRow, GoroutineRow, HolderRow, HolderSiteRow, MapRow, ObjectRow, PathRow, RootRow, StepRow,
    SummaryRow, TypeRow, WindowRow,
};
