//! Goroutines.

use std::sync::Arc;

use crate::memory::Frame;

/// A goroutine and what its stack holds.
#[derive(Debug, Clone)]
pub(crate) struct Goroutine {
    /// The address of the runtime's record of it.
    pub(crate) address: u64,
    pub(crate) id: u64,
    /// Where the `go` statement is that made it.
    pub(crate) created_at: u64,
    pub(crate) status: u64,
    pub(crate) is_system: bool,
    pub(crate) wait_reason: Arc<str>,
    /// What else it holds: the context it is to run in, values of panics, functions that are deferred.
    pub(crate) roots: Vec<u64>,
    /// The address of the thread that runs it.
    pub(crate) thread: u64,
    /// How well it is known what its stack holds.
    pub(crate) exactness: Exactness,
    /// The innermost first.
    pub(crate) frames: Vec<Frame>,
}

/// How well it is known what a stack holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exactness {
    /// Variables whose address is taken are in no list: any word of the stack may be one.
    Lists,
    /// Every word that the collector looks at is known, and no other is one.
    Exact,
    /// The same, but of frames that were interrupted anywhere all words are taken.
    Interrupted,
}

impl Goroutine {
    /// Whether it waits for something.
    pub(crate) fn is_waiting(&self) -> bool {
        self.status & !SCAN == WAITING
    }

    /// What a traceback calls its state.
    pub(crate) fn state(&self) -> &'static str {
        match self.status & !SCAN {
            0 => "idle",
            1 => "runnable",
            2 => "running",
            3 => "syscall",
            WAITING => "waiting",
            6 => "dead",
            8 => "copystack",
            9 => "preempted",
            10 => "leaked",
            _ => "unknown",
        }
    }
}

/// `_Gwaiting` in `runtime/runtime2.go`.
const WAITING: u64 = 4;
/// `_Gscan`: added while the collector looks at the stack.
pub(crate) const SCAN: u64 = 0x1000;
