//! A picture of a program's memory.

use std::{collections::HashMap, sync::Arc};

use foldhash::fast::RandomState;

use crate::{
    error::Diagnostic,
    memory::{Cleanup, Finalizer, Goroutine, Objects, Order, Segment, Site, Words},
};

/// All that a picture of a program's memory says.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) source: SnapshotSource,
    /// The bytes that contents are in.
    pub(crate) file: Vec<u8>,
    pub(crate) target: Target,
    pub(crate) objects: Objects,
    pub(crate) segments: Vec<Segment>,
    pub(crate) goroutines: Vec<Goroutine>,
    pub(crate) finalizers: Vec<Finalizer>,
    /// What `runtime.AddCleanup` keeps; `None` where there is no record of it.
    pub(crate) cleanups: Option<Vec<Cleanup>>,
    /// The addresses of the runtime's records of threads.
    pub(crate) threads: Vec<u64>,
    /// The addresses of its records of processors, as far as they are known.
    pub(crate) processors: Vec<u64>,
    /// Roots of which only a description is known.
    pub(crate) other_roots: Vec<OtherRoot>,
    /// Types by address.
    pub(crate) types: HashMap<u64, Type, RandomState>,
    /// The type of an interface's table of methods, by the table's address.
    pub(crate) itabs: HashMap<u64, u64, RandomState>,
    pub(crate) sites: Vec<Site>,
    /// Which object was allocated where, by object.
    pub(crate) samples: Vec<(u32, u32)>,
    /// What the runtime itself counted.
    pub(crate) counted: Option<Counted>,
    /// The program's `runtime.MemProfileRate`.
    pub(crate) mem_profile_rate: Option<f64>,
    pub(crate) is_complete: bool,
    /// Contents of slots that are no objects.
    pub(crate) phantoms: Vec<Words>,
    /// Where the last whole record ends.
    pub(crate) end: usize,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Snapshot {
    /// Whether there are as many objects and bytes as the runtime counted.
    pub(crate) fn is_as_counted(&self) -> bool {
        self.counted.is_some_and(|counted| {
            counted.heap_objects == self.objects.len() as u64 && counted.heap_alloc_bytes == self.objects.total_bytes()
        })
    }

    pub(crate) fn content(&self, object: u32) -> &[u8] {
        self.objects.words(object).content(&self.file)
    }

    /// A word of an object.
    pub(crate) fn word(&self, object: u32, at: usize) -> Option<u64> {
        self.target.order.word(self.content(object), at)
    }

    /// Where an object was allocated, if it was sampled.
    pub(crate) fn site(&self, object: u32) -> Option<u32> {
        let at = self.samples.binary_search_by_key(&object, |(sampled, _)| *sampled).ok()?;
        Some(self.samples[at].1)
    }
}

/// Where a picture of memory comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SnapshotSource {
    /// `runtime/debug.WriteHeapDump`.
    HeapDump,
    /// A core, and what told where the runtime's structures lie in it.
    Core { layouts: &'static str },
}

/// A root of which only a description is known.
#[derive(Debug, Clone)]
pub(crate) struct OtherRoot {
    pub(crate) description: Arc<str>,
    pub(crate) address: u64,
    pub(crate) is_of_runtime: bool,
}

/// The machine and the version of Go.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) order: Order,
    pub(crate) arch: Arc<str>,
    pub(crate) go_version: Arc<str>,
}

impl Target {
    /// The second number of Go's version; of one under development, which has none, the largest.
    pub(crate) fn go_minor(&self) -> u32 {
        let minor = self.go_version.strip_prefix("go1.").map(|rest| {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            rest[..digits].parse().unwrap_or(u32::MAX)
        });
        minor.unwrap_or(u32::MAX)
    }
}

/// A type.
#[derive(Debug, Clone)]
pub(crate) struct Type {
    pub(crate) name: Arc<str>,
}

/// What the runtime counted itself (`runtime.MemStats`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counted {
    pub(crate) heap_objects: u64,
    pub(crate) heap_alloc_bytes: u64,
}
