//! All that logs say, each fact once.

use foldhash::{HashMap, HashSet};

use crate::{
    read::{
        build::Build,
        coverage::Coverage,
        distinct::Distinct,
        functions::Functions,
        interner::Interner,
        kept::Kept,
        logopt::LogOptFacts,
        raw::{RawDecision, RawInlining, RawLeak, RawStackBuffer},
        xpos::{TextId, XPos},
    },
    text::GoVersions,
};

/// What is known after the lines that were read so far; it lives as long as the reader.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    pub(crate) texts: Interner,
    pub(crate) functions: Functions,
    pub(crate) versions: GoVersions,
    pub(crate) coverage: Coverage,
    /// Lines that begin a package's part: alone they say nothing.
    pub(crate) sections: u64,
    /// Lines that talk of the heap as decisions do, and have no place.
    pub(crate) unplaced: u64,
    pub(crate) build: Build,
    /// Numbers of the first lines that were not understood.
    pub(crate) unknown: Vec<u64>,
    /// By position, subject, and whether a variable was moved.
    pub(crate) decisions: Distinct<(XPos, TextId, bool), RawDecision>,
    /// By position and subject.
    pub(crate) stack_buffers: Distinct<(XPos, TextId), RawStackBuffer>,
    /// By position, parameter as the line has it, and whether only its content leaks.
    pub(crate) leaks: Distinct<(XPos, TextId, bool), RawLeak>,
    /// By position and function.
    pub(crate) inlining: Distinct<(XPos, TextId), RawInlining>,
    /// What `-json` files say.
    pub(crate) logopt: LogOptFacts,
    /// Variables that closures share, and whether they have no size.
    pub(crate) shared: HashMap<(XPos, TextId), bool>,
    /// Variables that closures capture: where each is declared, the function around the closure, and the name.
    pub(crate) captured: HashSet<(XPos, TextId, TextId)>,
    /// What a function of its own keeps of each call that `go` or `defer` puts into one.
    pub(crate) wrapped: HashSet<Kept>,
    /// Fields that are put into an interface, each at its position.
    pub(crate) boxed: HashSet<(XPos, TextId)>,
    /// What something flows into the storage of, where it may be a method value with its receiver; by file.
    pub(crate) receivers: HashSet<(TextId, TextId)>,
    /// File and line of `text += more`.
    pub(crate) additions: HashSet<(TextId, u32)>,
    /// Positions of calls that were inlined, each with every function that was inlined there.
    pub(crate) inlined_calls: HashMap<(XPos, TextId), usize>,
    /// Function literals by package and position, and the function that their header names.
    pub(crate) literals: HashMap<(TextId, XPos), TextId>,
}

impl Facts {
    pub(crate) fn unknown_line(&mut self, number: u64) {
        if self.unknown.len() < MOST_UNKNOWN {
            self.unknown.push(number);
        }
    }
}

const MOST_UNKNOWN: usize = 1000;
