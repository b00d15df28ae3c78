//! The GC traces of a bundle: one, of all processes that its files tell of.

use std::{
    collections::{BTreeMap, VecDeque},
    hash::{BuildHasher, Hash, Hasher},
};

use foldhash::{HashMap, fast::RandomState};
use gomem_metrics::{GcRun, GcTrace, GcTraceLine};

/// The runs of all traces, each called by its file and by what the file calls it. A log that was rotated goes on where
/// another ends, and is one run with it.
pub(crate) fn joined(traces: Vec<(String, GcTrace)>) -> Option<GcTrace> {
    let is_one = traces.len() == 1;
    let mut chains = Chains::default();
    for (file, trace) in &traces {
        for GcRun { origin, lines, .. } in GcRun::all(trace) {
            let name = if is_one { origin.to_owned() } else { format!("{file} {origin}").trim_end().to_owned() };
            if is_one {
                chains.push(name, lines);
            } else {
                chains.add(name, lines);
            }
        }
    }
    let runs = chains.into_runs();
    (!runs.is_empty()).then(|| GcTrace::from_runs(runs))
}

/// Traces that are known, each told from the others in one look, however many there are.
#[derive(Debug, Default)]
pub(crate) struct KnownTraces {
    by_hash: HashMap<u64, usize>,
    hasher: RandomState,
}

impl KnownTraces {
    /// Which of the known ones `lines` may be; none is: then it is known as `index`.
    pub(crate) fn candidate(&mut self, lines: &[GcTraceLine], index: usize) -> Option<usize> {
        let mut hasher = self.hasher.build_hasher();
        for line in lines {
            let numbers = [line.cycle, line.heap_start_mb, line.heap_end_mb, line.heap_live_mb, line.goal_mb];
            numbers.hash(&mut hasher);
            [line.start_seconds, line.mark_ms, line.stw_sweep_ms].map(f64::to_bits).hash(&mut hasher);
        }
        let hash = hasher.finish();
        let known = self.by_hash.get(&hash).copied();
        self.by_hash.entry(hash).or_insert(index);
        known
    }
}

/// Runs, each of the parts that logs have of it.
#[derive(Default)]
struct Chains<'a> {
    names: Vec<String>,
    parts: Vec<VecDeque<&'a [GcTraceLine]>>,
    /// Which chains end, and which begin, with a cycle of this number at that time.
    ends: BTreeMap<Moment, usize>,
    begins: BTreeMap<Moment, usize>,
    known: KnownTraces,
    /// The parts by their order in `known`.
    all: Vec<&'a [GcTraceLine]>,
}

/// A cycle's number, and when it began. Times of a trace are not negative, so that their bits are in their order.
type Moment = (u64, u64);

impl<'a> Chains<'a> {
    /// A part that goes on where a chain ends, or ends where one begins, is of that chain: of several the nearest in time.
    fn add(&mut self, name: String, lines: &'a [GcTraceLine]) {
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return };
        let candidate = self.known.candidate(lines, self.all.len());
        if candidate.and_then(|index| self.all.get(index)).is_some_and(|known| is_same(known, lines)) {
            return;
        }
        self.all.push(lines);
        let (first, last) = (moment(first), moment(last));
        let before = first.0.saturating_sub(1);
        let end = self.ends.range((before, 0)..(before, first.1)).next_back().map(|(&at, &chain)| (at, chain));
        if let Some((at, chain)) = end.filter(|_| first.0 > 0) {
            self.ends.remove(&at);
            self.ends.insert(last, chain);
            self.parts[chain].push_back(lines);
            return;
        }
        let after = last.0.saturating_add(1);
        let begin = self.begins.range((after, last.1.saturating_add(1))..=(after, u64::MAX)).next();
        if let Some((at, chain)) = begin.map(|(&at, &chain)| (at, chain)) {
            self.begins.remove(&at);
            self.begins.insert(first, chain);
            self.parts[chain].push_front(lines);
            return;
        }
        self.push(name, lines);
    }

    fn push(&mut self, name: String, lines: &'a [GcTraceLine]) {
        if let (Some(first), Some(last)) = (lines.first(), lines.last()) {
            self.begins.entry(moment(first)).or_insert(self.names.len());
            self.ends.entry(moment(last)).or_insert(self.names.len());
        }
        self.names.push(name);
        self.parts.push(VecDeque::from([lines]));
    }

    /// The chains, but for those that another part had whole.
    fn into_runs(self) -> Vec<(String, Vec<GcTraceLine>)> {
        let Self { names, parts, mut known, all, .. } = self;
        let mut runs = Vec::with_capacity(names.len());
        for (name, parts) in names.into_iter().zip(parts) {
            let is_joined = parts.len() > 1;
            let lines: Vec<GcTraceLine> = parts.into_iter().flatten().copied().collect();
            let candidate = if is_joined { known.candidate(&lines, usize::MAX) } else { None };
            if !candidate.and_then(|index| all.get(index)).is_some_and(|known| is_same(known, &lines)) {
                runs.push((name, lines));
            }
        }
        runs
    }
}

fn moment(line: &GcTraceLine) -> Moment {
    (line.cycle, line.start_seconds.to_bits())
}

/// What runs there are, and which one is looked at; nothing where there is but one.
pub(crate) fn choice(trace: &GcTrace) -> Option<String> {
    let runs: Vec<GcRun<'_>> = GcRun::all(trace).collect();
    let taken = GcRun::longest(trace).filter(|_| runs.len() > 1)?;
    let name = |run: &GcRun<'_>| match (run.origin, run.lines.first()) {
        ("", first) => format!("that from line {} on", first.map_or(0, |line| line.log_line)),
        (origin, _) => origin.to_owned(),
    };
    let told = |run: &GcRun<'_>| {
        let seconds = run.lines.last().map_or(0.0, |line| line.start_seconds);
        format!("{}, {} cycles until {seconds:.1} s", name(run), run.cycles())
    };
    let mut all: Vec<String> = runs.iter().take(MOST_TOLD).map(told).collect();
    if runs.len() > MOST_TOLD {
        all.push(format!("{} more", runs.len() - MOST_TOLD));
    }
    Some(format!(
        "GC traces of {} processes ({}): {} is looked at, as none has more cycles",
        runs.len(),
        all.join("; "),
        name(&taken)
    ))
}

pub(crate) fn is_same(a: &[GcTraceLine], b: &[GcTraceLine]) -> bool {
    let is_same = |a: &GcTraceLine, mut b: GcTraceLine| {
        b.log_line = a.log_line;
        *a == b
    };
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, *b))
}

const MOST_TOLD: usize = 4;
