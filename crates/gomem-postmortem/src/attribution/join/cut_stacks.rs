//! Stacks that the profiler cut: it keeps the innermost 128 frames, 32 until Go 1.22.

use foldhash::{HashMap, HashSet};
use gomem_pprof::{Function, FunctionId, Line, Profile, Sample};

use crate::attribution::join::roles::{Role, Roles};

/// Where stacks that were cut most likely began: the line of the user's own code, and what it called.
#[derive(Debug, Default)]
pub(crate) struct CutStacks<'a> {
    /// A stack without a line of the user's own is cut when it has so many frames; `None` when no stack has.
    least_depth: Option<usize>,
    by_outermost: HashMap<FunctionId, Origin<'a>>,
}

/// A line of the user's own code and the function that it called.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin<'a> {
    pub(crate) user: Line<'a>,
    pub(crate) callee: Option<Function<'a>>,
}

impl<'a> CutStacks<'a> {
    /// Looks where whole stacks come from that go through the function that a cut one begins with. Where nearly all of them
    /// come from one line, the cut ones do too.
    pub(crate) fn find(profile: &'a Profile, roles: &mut Roles<'_, '_>) -> Self {
        let Some(least_depth) = least_depth(profile) else { return Self::default() };
        let column = profile.sample_type_index("alloc_space").unwrap_or(usize::MAX);
        let is_own = |roles: &mut Roles<'_, '_>, line| roles.of(line) == Role::Own;
        let mut outermost: HashSet<FunctionId> = HashSet::default();
        for sample in profile.samples() {
            if sample.frames().count() >= least_depth && !sample.frames().any(|line| is_own(roles, line)) {
                outermost.extend(last_function(sample));
            }
        }
        let mut votes: HashMap<FunctionId, Vec<(Origin<'a>, i64)>> = HashMap::default();
        for sample in profile.samples().filter(|_| !outermost.is_empty()) {
            let (mut through, mut callee): (Vec<FunctionId>, _) = (Vec::new(), None);
            for line in sample.frames() {
                if is_own(roles, line) {
                    for function in through {
                        vote(votes.entry(function).or_default(), Origin { user: line, callee }, sample.value(column));
                    }
                    break;
                }
                callee = line.function();
                through.extend(callee.map(|function| function.id()).filter(|id| outermost.contains(id)));
            }
        }
        let agreed = votes.into_iter().filter_map(|(function, votes)| Some((function, agreed(&votes)?)));
        Self { least_depth: Some(least_depth), by_outermost: agreed.collect() }
    }

    /// Whether a stack without a line of the user's own was cut.
    pub(crate) fn is_cut(&self, sample: Sample<'_>) -> bool {
        self.least_depth.is_some_and(|least| sample.frames().count() >= least)
    }

    /// Where a cut stack most likely began.
    pub(crate) fn origin(&self, sample: Sample<'_>) -> Option<Origin<'a>> {
        self.by_outermost.get(&last_function(sample)?).copied()
    }
}

/// How deep stacks are at least that were cut. Programs often have stacks of thirty frames that are whole, so those of the old
/// limit count only where the profile's reach it.
fn least_depth(profile: &Profile) -> Option<usize> {
    let limit = profile.stack_limit()?;
    let hidden = if limit < NEW_LIMIT { MOST_HIDDEN_OF_FEW } else { MOST_HIDDEN };
    let least = limit - hidden;
    profile.samples().any(|sample| sample.frames().count() >= least).then_some(least)
}

fn last_function(sample: Sample<'_>) -> Option<FunctionId> {
    Some(sample.frames().last()?.function()?.id())
}

fn vote<'a>(votes: &mut Vec<(Origin<'a>, i64)>, origin: Origin<'a>, bytes: i64) {
    let id = |function: Option<Function<'_>>| function.map(|function| function.id());
    let place = |origin: &Origin<'_>| (id(origin.user.function()), origin.user.line(), id(origin.callee));
    match votes.iter().position(|(known, _)| place(known) == place(&origin)) {
        Some(at) => votes[at].1 = votes[at].1.saturating_add(bytes),
        None if votes.len() < MOST_ORIGINS => votes.push((origin, bytes)),
        None => {}
    }
}

fn agreed<'a>(votes: &[(Origin<'a>, i64)]) -> Option<Origin<'a>> {
    let all: i64 = votes.iter().fold(0, |sum, (_, bytes)| sum.saturating_add(*bytes));
    let (origin, most) = votes.iter().max_by_key(|(_, bytes)| *bytes)?;
    (*most as f64 >= LEAST_AGREEMENT * all as f64).then_some(*origin)
}

/// `maxProfStackDepth` in `runtime/mprof.go` since Go 1.23, unless `GODEBUG=profstackdepth` says otherwise.
const NEW_LIMIT: usize = 128;
/// How many of the innermost frames are hidden at most.
const MOST_HIDDEN: usize = 8;
/// The same where stacks of such a depth may as well be whole.
const MOST_HIDDEN_OF_FEW: usize = 1;
const LEAST_AGREEMENT: f64 = 0.9;
/// A function that is reached from more lines has no one origin.
const MOST_ORIGINS: usize = 64;
