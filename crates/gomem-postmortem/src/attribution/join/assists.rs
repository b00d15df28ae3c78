//! What an execution trace says of a profile's sites.

use std::sync::Arc;

use foldhash::{HashMap, HashSet};
use gomem_symbol::{SourcePath, Symbol};
use gomem_trace::{Place as Frame, Trace, Trigger};

use crate::attribution::{
    join::lifespans,
    place::Place,
    sites::{AssistCost, Site},
};

/// Adds to each site what an execution trace of the same build says of it: [`Site::assists`], and with births and deaths of
/// objects [`Site::lifespan`].
///
/// ```
/// # let text = b"heap profile: 1: 4096 [30000: 122880000] @ heap/1048576\n\
/// #             1: 4096 [30000: 122880000] @ 0x401000\n\
/// #             #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// # let log = gomem_escape::EscapeLog::decode(b"# main\n./parse.go:12:9: moved to heap: page\n")?;
/// # use gomem_postmortem::{AttributeOptions, attribute};
/// # let sites = attribute(&profile, Some(&log), &AttributeOptions::default());
/// # let trace = gomem_trace::Trace::decode(&gomem_testkit::testdata("traces/service-1.27.3.trace"))?;
/// use gomem_postmortem::join_trace;
///
/// let mut sites = sites;
/// join_trace(&mut sites, &trace);
/// assert_eq!(sites.len(), 1, "sites gain columns, and none is added");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn join_trace(sites: &mut [Site], trace: &Trace) {
    charge(sites, trace);
    lifespans::find(sites, trace);
}

/// Adds to each site what goroutines lost by helping the garbage collector while they allocated there, and how often that began a
/// GC cycle. A stack of the trace is a site's when its leaf, the nearest line of the user's own and what that calls are: what
/// is allocated there for another reason is told by no stack, so that sites which differ in nothing else have the same numbers.
///
/// Nothing is added when fewer than half of the trace's lines are in the profile, of functions that are in both: then it is of
/// another build.
fn charge(sites: &mut [Site], trace: &Trace) {
    let Some(costs) = Costs::find(sites, trace) else { return };
    for site in sites {
        site.assists = costs.of(site).map(Box::new);
    }
}

/// What tells places of a profile and of a trace apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Line {
    function: Arc<str>,
    file: Arc<str>,
    line: i64,
}

/// What tells sites apart, but for reasons.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    leaf: Line,
    own: Option<Line>,
    callee: Option<Arc<str>>,
}

/// What a trace's stacks cost, by site.
#[derive(Debug, Default)]
struct Costs {
    by_key: HashMap<Key, AssistCost>,
    names: Names,
    /// What costs nothing.
    nothing: AssistCost,
    /// Whether each time has a stack that says where.
    is_all: bool,
}

impl Costs {
    fn find(sites: &[Site], trace: &Trace) -> Option<Self> {
        let cycles = trace.cycles(None);
        let nothing = AssistCost::nothing_of(trace.duration_seconds(), cycles.len() as u64);
        let mut costs = Self { is_all: true, nothing, ..Self::default() };
        let own: HashSet<String> = sites
            .iter()
            .filter(|site| site.reached_from.is_none())
            .map(|site| Symbol::decode(site.charged_to.function()).package().to_owned())
            .collect();
        let mut fit = Fit::new(sites, &mut costs.names);
        for assist in trace.assists() {
            let key = costs.names.key(&assist.charged.stack, &own);
            // What reaches over an edge of the trace has no length.
            let Some(seconds) = assist.wall_seconds else { continue };
            match key {
                Some(key) => {
                    fit.see(&key.leaf);
                    costs.at(key).add_assist(seconds, assist.charged.task_name.as_ref());
                }
                None => costs.is_all = false,
            }
        }
        for cycle in cycles.iter().filter(|cycle| cycle.start_seconds.is_some()) {
            match (cycle.trigger, costs.names.key(&cycle.stack, &own)) {
                (Trigger::Heap, Some(key)) => {
                    fit.see(&key.leaf);
                    costs.at(key).trigger_count += 1;
                }
                (Trigger::Heap | Trigger::Unknown, _) => costs.is_all = false,
                _ => {}
            }
        }
        (costs.by_key.is_empty() || fit.is_of_one_build()).then_some(costs)
    }

    fn of(&self, site: &Site) -> Option<AssistCost> {
        let own = site.reached_from.is_none().then(|| self.names.known(&site.charged_to)).flatten();
        let callee = site.callee.as_ref().and_then(|callee| self.names.functions.get(callee).cloned());
        let key = self.names.known(&site.place).map(|leaf| Key { leaf, own, callee });
        let found = key.and_then(|key| self.by_key.get(&key).cloned());
        found.or_else(|| self.is_all.then(|| self.nothing.clone()))
    }

    fn at(&mut self, key: Key) -> &mut AssistCost {
        self.by_key.entry(key).or_insert_with(|| self.nothing.clone())
    }
}

/// How well the lines of a trace fit those of a profile.
struct Fit {
    lines: HashSet<Line>,
    functions: HashSet<Arc<str>>,
    seen: u64,
    known: u64,
}

impl Fit {
    fn new(sites: &[Site], names: &mut Names) -> Self {
        let mut lines = HashSet::default();
        for site in sites {
            let own = names.line(site.charged_to.function(), site.charged_to.file(), site.charged_to.line);
            lines.insert(own);
            lines.insert(names.line(site.place.function(), site.place.file(), site.place.line));
            if let Some(callee) = &site.callee {
                names.function(callee);
            }
        }
        let functions = lines.iter().map(|line: &Line| Arc::clone(&line.function)).collect();
        Self { lines, functions, seen: 0, known: 0 }
    }

    fn see(&mut self, leaf: &Line) {
        if self.functions.contains(&leaf.function) {
            self.seen += 1;
            self.known += u64::from(self.lines.contains(leaf));
        }
    }

    fn is_of_one_build(&self) -> bool {
        self.seen > 0 && 2 * self.known >= self.seen
    }
}

/// Functions and files, as both name them.
#[derive(Debug, Default)]
struct Names {
    functions: HashMap<Arc<str>, Arc<str>>,
    files: HashMap<Arc<str>, Arc<str>>,
}

impl Names {
    /// The site that a stack is of; `None` when it has no frame outside of the runtime.
    fn key(&mut self, stack: &[Frame], own: &HashSet<String>) -> Option<Key> {
        let leaf = stack.iter().position(|frame| !frame.is_runtime())?;
        let frames = &stack[leaf..];
        let at = frames.iter().position(|frame| {
            let package = Symbol::decode(&frame.function);
            own.contains(package.package()) && !SourcePath::decode(&frame.file).is_std()
        });
        let callee = at.and_then(|at| at.checked_sub(1)).map(|inner| self.function(&frames[inner].function));
        let mut line =
            |frame: &Frame| self.line(&frame.function, &frame.file, i64::try_from(frame.line).unwrap_or(i64::MAX));
        Some(Key { leaf: line(&frames[0]), own: at.map(|at| line(&frames[at])), callee })
    }

    fn line(&mut self, function: &str, file: &str, line: i64) -> Line {
        let file = known_or(&mut self.files, file, |file| SourcePath::decode(file).as_str().into());
        Line { function: self.function(function), file, line }
    }

    fn function(&mut self, function: &str) -> Arc<str> {
        known_or(&mut self.functions, function, |function| Symbol::decode(function).key().into())
    }

    /// The line of a place whose names were seen.
    fn known(&self, place: &Place) -> Option<Line> {
        let function = Arc::clone(self.functions.get(place.function())?);
        Some(Line { function, file: Arc::clone(self.files.get(place.file())?), line: place.line })
    }
}

/// What a name stands for, which is found out once.
fn known_or(known: &mut HashMap<Arc<str>, Arc<str>>, name: &str, find: impl FnOnce(&str) -> Arc<str>) -> Arc<str> {
    if let Some(found) = known.get(name) {
        return Arc::clone(found);
    }
    let found = find(name);
    known.insert(name.into(), Arc::clone(&found));
    found
}
