//! What an input is, told by its content.

use gomem_heap::Heap;
use gomem_postmortem::{Signature, stranger};
use gomem_trace::Trace;
use gomem_transport::Compression;

/// What can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Profile,
    EscapeLog,
    GcTrace,
    Metrics,
    HeapDump,
    Core,
    ExecutionTrace,
}

impl Kind {
    /// What `bytes` announce, what they are most of all first.
    pub(crate) fn announced_by(bytes: &[u8]) -> impl Iterator<Item = Self> {
        let signature = Signature::from_bytes(bytes);
        let is_heap_dump = Heap::is_heap_dump(bytes);
        let is_core = Heap::is_core(bytes);
        let is_trace = Trace::is_trace(bytes);
        let is_binary = is_heap_dump || is_core || is_trace;
        let is_profile = !is_binary && signature.profile.is_some_and(|profile| profile.len() == bytes.len());
        [
            (is_heap_dump, Self::HeapDump),
            (is_core, Self::Core),
            (is_trace, Self::ExecutionTrace),
            (is_profile, Self::Profile),
            (signature.escape_log, Self::EscapeLog),
            (signature.gc_trace, Self::GcTrace),
            (signature.metrics, Self::Metrics),
            (!is_binary && !is_profile && signature.profile.is_some(), Self::Profile),
        ]
        .into_iter()
        .filter_map(|(is_announced, kind)| is_announced.then_some(kind))
    }

    /// What people call it, with its article.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Profile => "a profile",
            Self::EscapeLog => "the compiler's log",
            Self::GcTrace => "a log with GC traces",
            Self::Metrics => "metrics",
            Self::HeapDump => "a heap dump",
            Self::Core => "a core",
            Self::ExecutionTrace => "an execution trace",
        }
    }

    /// What its tables are of.
    pub(crate) fn plural(self) -> &'static str {
        match self {
            Self::Profile => "profiles",
            Self::EscapeLog => "the compiler's log",
            Self::GcTrace => "a log",
            Self::Metrics => "metrics",
            Self::HeapDump => "a heap dump",
            Self::Core => "a core",
            Self::ExecutionTrace => "an execution trace",
        }
    }

    /// Whether it holds a heap: a core has the tables of a heap dump.
    pub(crate) fn is_heap(self) -> bool {
        matches!(self, Self::HeapDump | Self::Core)
    }

    /// Whether both have the same tables.
    pub(crate) fn has_tables_of(self, other: Self) -> bool {
        self == other || self.is_heap() && other.is_heap()
    }

    /// The command that reads it before all others.
    fn reader(self) -> &'static str {
        match self {
            Self::Profile => "gomem top",
            Self::EscapeLog => "gomem escape",
            Self::GcTrace => "gomem gogc",
            Self::Metrics => "gomem metrics",
            Self::HeapDump | Self::Core => "gomem heap",
            Self::ExecutionTrace => "gomem trace",
        }
    }

    /// How to come by one.
    pub(crate) fn recipe(self) -> &'static str {
        match self {
            Self::Profile => "`curl -o heap.pb.gz http://HOST/debug/pprof/heap` takes one",
            Self::EscapeLog => "`go build -gcflags=all=-m=2 ./... 2> escape.log` makes one",
            Self::GcTrace => "`GODEBUG=gctrace=1 ./program 2> stderr.log` makes one",
            Self::Metrics => "`curl http://HOST/metrics` gives some",
            Self::HeapDump => "debug.WriteHeapDump of runtime/debug writes one",
            Self::Core => "`gcore PID` takes one",
            Self::ExecutionTrace => "`curl -o trace.out 'http://HOST/debug/pprof/trace?seconds=5'` takes one",
        }
    }

    /// What to do about an input that is not of this kind.
    pub(crate) fn hint(self, bytes: &[u8]) -> String {
        let stranger = || stranger(bytes).map(|what| format!("it is {what}; {}", self.recipe()));
        self.other(bytes).or_else(stranger).unwrap_or_else(|| self.recipe().to_owned())
    }

    /// What it is instead, and which command reads that.
    pub(crate) fn other(self, bytes: &[u8]) -> Option<String> {
        let found = Self::announced_by(bytes).find(|found| *found != self)?;
        // Whatever is no text announces a profile.
        let is_sure = found != Self::Profile || Compression::from_head(bytes).is_some();
        is_sure.then(|| format!("it looks like {}, which is for `{}`", found.name(), found.reader()))
    }
}
