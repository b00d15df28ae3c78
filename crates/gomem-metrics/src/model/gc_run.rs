//! One run of a program, by its GC trace.

use std::borrow::Cow;

use super::lost_cycles::{lost_cycles, with_lost_cycles};
use crate::decode::{GcTrace, GcTraceLine};

/// One run of a program, by its GC trace.
///
/// ```
/// # let log = b"gc 7 @1.250s 3%: 0.02+1.5+0.01 ms clock, 0.04+0.3/1.1/0+0.02 ms cpu, 12->13->7 MB, 14 MB goal, \
/// #             0 MB stacks, 0 MB globals, 2 P\n";
/// use gomem_metrics::{GcRun, GcTrace};
///
/// let trace = GcTrace::decode(log)?;
/// let run = GcRun::longest(&trace).expect("one run");
/// assert_eq!(run.lines.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct GcRun<'a> {
    /// What the log calls the process; empty where it does not.
    pub origin: &'a str,
    /// The cycles that the log has.
    pub lines: &'a [GcTraceLine],
}

impl<'a> GcRun<'a> {
    /// All runs of a trace.
    pub fn all(trace: &'a GcTrace) -> impl Iterator<Item = Self> {
        trace.named_runs().map(|(origin, lines)| Self { origin, lines })
    }

    /// The run with the most cycles: what is said of one process is said of it.
    #[must_use]
    pub fn longest(trace: &'a GcTrace) -> Option<Self> {
        // Of two that are as long, the later one.
        Self::all(trace).max_by_key(Self::cycles)
    }

    /// The cycles from the first to the last, those that the log lost included.
    #[must_use]
    pub fn cycles(&self) -> u64 {
        self.lines.len() as u64 + self.lost()
    }

    /// How many of them the log lost: the cycles' numbers tell.
    #[must_use]
    pub fn lost(&self) -> u64 {
        lost_cycles(self.lines)
    }

    /// The cycles, with those that the log lost put in between their neighbours, unless more than half are lost.
    #[must_use]
    pub fn whole(&self) -> Cow<'a, [GcTraceLine]> {
        with_lost_cycles(self.lines)
    }
}
