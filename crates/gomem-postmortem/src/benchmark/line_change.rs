//! Which lines a benchmark allocates more or less at than before.

use std::{collections::BTreeMap, sync::Arc};

use foldhash::{HashMap, HashSet};
use gomem_escape::{EscapeDiff, HeapDecision};
use gomem_symbol::Symbol;
use gomem_table::{Definition, Row, Unit};

use crate::{
    attribution::{Place, Reason, Site},
    benchmark::allocation::{BenchmarkAllocation, BenchmarkLine},
};

/// What a benchmark allocates more or less of at a line, for each operation.
///
/// ```
/// # let read = |name: &str| gomem_testkit::testdata(format!("bench/lines/{name}"));
/// use gomem_bench::Benchmarks;
/// use gomem_escape::EscapeLog;
/// use gomem_postmortem::{benchmark_allocations, benchmark_line_changes};
/// use gomem_pprof::Profile;
///
/// let log = |side: &str| EscapeLog::decode(&read(&format!("{side}-1.27.3.log")));
/// let (before, after) = (log("before")?, log("after")?);
/// let allocations = |side: &str, log: &EscapeLog| {
///     let benchmarks = Benchmarks::parse(&read(&format!("{side}-1.27.3.txt")))?;
///     let profile = Profile::decode(&read(&format!("{side}-1.27.3.mem")))?;
///     Ok::<_, Box<dyn std::error::Error>>(benchmark_allocations(&benchmarks, &profile, Some(log)))
/// };
/// let (was, is) = (allocations("before", &before)?, allocations("after", &after)?);
/// let changes = benchmark_line_changes(&was, &is, Some(&after.diff(&before)));
/// let moved = changes.iter().find(|change| change.benchmark == "BenchmarkMoved").ok_or("it allocates more")?;
/// assert_eq!((moved.place.line, moved.more_allocs().round(), moved.is_new_decision), (45, 3.0, Some(true)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BenchmarkLineChange {
    /// The package; empty where the output does not say.
    pub package: Arc<str>,
    /// The benchmark, without processors.
    pub benchmark: String,
    /// The line of your own, as it is after, or before where it is gone.
    pub place: Place,
    /// The function that it calls; `None` for what it allocates itself.
    pub callee: Option<Arc<str>>,
    /// Objects an operation, before and after.
    pub allocs: (f64, f64),
    /// Bytes an operation, before and after.
    pub bytes: (f64, f64),
    /// Why it allocates; `None` when nothing tells, or by way of a call.
    pub reason: Option<Reason>,
    /// The compiler's decision about these objects; `None` as for the reason.
    pub decision: Option<Arc<HeapDecision>>,
    /// Whether the compiler decided so only after; `None` without the logs of both, or by way of a call.
    pub is_new_decision: Option<bool>,
    /// Whether these are blocks of 16 bytes that small objects share: a block counts where it began, so that the change may be
    /// another line's.
    pub is_shared: bool,
}

/// What changed for each benchmark whose lines are known before and after, the most first.
///
/// Lines move when code changes, so allocation is compared by function, called function and the compiler's words. Of several
/// lines that are alike, the one with a new decision is named, by the comparison of the logs of both.
///
/// ```
/// # let read = |name: &str| gomem_testkit::testdata(format!("bench/lines/{name}"));
/// use gomem_bench::Benchmarks;
/// use gomem_postmortem::{benchmark_allocations, benchmark_line_changes};
/// use gomem_pprof::Profile;
///
/// let allocations = |side: &str| {
///     let benchmarks = Benchmarks::parse(&read(&format!("{side}-1.27.3.txt")))?;
///     let profile = Profile::decode(&read(&format!("{side}-1.27.3.mem")))?;
///     Ok::<_, Box<dyn std::error::Error>>(benchmark_allocations(&benchmarks, &profile, None))
/// };
/// let changes = benchmark_line_changes(&allocations("before")?, &allocations("after")?, None);
/// let closure = changes.iter().find(|change| change.benchmark == "BenchmarkClosure").ok_or("it allocates more")?;
/// // Without the logs of both builds it is not known whether the compiler decided so only now.
/// assert_eq!((closure.place.line, closure.is_new_decision), (62, None));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn benchmark_line_changes(
    before: &[BenchmarkAllocation],
    after: &[BenchmarkAllocation],
    decisions: Option<&EscapeDiff<'_>>,
) -> Vec<BenchmarkLineChange> {
    let new: Option<HashSet<_>> = decisions.map(|diff| diff.new_allocations().map(position).collect());
    let earlier: HashMap<_, _> = before.iter().map(|then| ((&then.package, &then.benchmark), then)).collect();
    let mut changes = Vec::new();
    for now in after {
        let then = earlier.get(&(&now.package, &now.benchmark));
        let Some((Ok(then), Ok(lines), then_shared)) = then.map(|then| (&then.lines, &now.lines, then.shared_allocs))
        else {
            continue;
        };
        let shares = now.shared_allocs.max(then_shared) >= LEAST_ALLOCS;
        let mut sums: BTreeMap<Key, [Vec<&BenchmarkLine>; 2]> = BTreeMap::new();
        then.iter().for_each(|line| sums.entry(Key::new(line, shares)).or_default()[0].push(line));
        lines.iter().for_each(|line| sums.entry(Key::new(line, shares)).or_default()[1].push(line));
        let reasons = Reasons::new(lines);
        let is_new = |line: &BenchmarkLine| {
            let new = new.as_ref()?;
            Some(line.site.decision.as_deref().is_some_and(|decision| new.contains(&position(decision))))
        };
        changes.extend(sums.iter().filter_map(|(key, lines)| {
            let mut change = change(now, lines, is_new)?;
            change.is_shared = key.is_shared;
            // Sizes tell reasons of one line apart, and cannot where several would do: a new decision alone is one.
            if change.is_new_decision != Some(true) && reasons.are_several(&change.place) {
                (change.reason, change.decision) = (None, None);
            }
            Some(change)
        }));
    }
    changes.sort_by(|one, other| {
        let weight = |change: &BenchmarkLineChange| (change.more_allocs().abs(), change.more_bytes().abs());
        let ((allocs, bytes), (other_allocs, other_bytes)) = (weight(one), weight(other));
        one.package
            .cmp(&other.package)
            .then_with(|| one.benchmark.cmp(&other.benchmark))
            .then(other_allocs.total_cmp(&allocs))
            .then(other_bytes.total_cmp(&bytes))
            .then_with(|| one.place.cmp(&other.place))
    });
    changes
}

fn change(
    of: &BenchmarkAllocation,
    [then, now]: &[Vec<&BenchmarkLine>; 2],
    is_new: impl Fn(&BenchmarkLine) -> Option<bool>,
) -> Option<BenchmarkLineChange> {
    let sum = |lines: &[&BenchmarkLine], of: fn(&BenchmarkLine) -> f64| lines.iter().map(|line| of(line)).sum::<f64>();
    let both = |of: fn(&BenchmarkLine) -> f64| (sum(then, of), sum(now, of));
    let (allocs, bytes) = (both(|line| line.allocs), both(|line| line.bytes));
    let is_less_than_counted = (allocs.1 - allocs.0).abs() < LEAST_ALLOCS;
    if is_less_than_counted
        && (bytes.1 - bytes.0).abs() < bytes.0.max(1.0 / LEAST_BYTES_FRACTION) * LEAST_BYTES_FRACTION
    {
        return None;
    }
    let rank = |line: &&BenchmarkLine| (is_new(line) == Some(true), line.allocs);
    let by_rank = |one: &&BenchmarkLine, other: &&BenchmarkLine| {
        let ((is_new, allocs), (other_is_new, other_allocs)) = (rank(one), rank(other));
        is_new.cmp(&other_is_new).then(allocs.total_cmp(&other_allocs))
    };
    let line = now.iter().copied().max_by(by_rank);
    let is_gone = line.is_none();
    let line = line.or_else(|| then.iter().copied().max_by(by_rank))?;
    let site = &line.site;
    // What a library decides is no reason of the line that calls it.
    let is_own = site.callee.is_none();
    Some(BenchmarkLineChange {
        package: Arc::clone(&of.package),
        benchmark: of.benchmark.clone(),
        place: site.charged_to.clone(),
        callee: site.callee.clone(),
        allocs,
        bytes,
        reason: site.reason.filter(|_| is_own),
        decision: site.decision.clone().filter(|_| is_own),
        is_shared: false,
        is_new_decision: is_new(line).filter(|_| is_own).map(|is_new| is_new && !is_gone),
    })
}

impl BenchmarkLineChange {
    /// Objects an operation more than before.
    #[must_use]
    pub fn more_allocs(&self) -> f64 {
        self.allocs.1 - self.allocs.0
    }

    /// Bytes an operation more than before.
    #[must_use]
    pub fn more_bytes(&self) -> f64 {
        self.bytes.1 - self.bytes.0
    }
}

/// What stays the same of a line when it moves.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    function: String,
    callee: Option<String>,
    /// The compiler's words, or else the reason.
    why: String,
    is_shared: bool,
}

/// How many reasons a line of your own has to allocate.
struct Reasons<'a>(BTreeMap<&'a Place, Vec<String>>);

impl<'a> Reasons<'a> {
    fn new(lines: &'a [BenchmarkLine]) -> Self {
        let mut reasons: BTreeMap<&Place, Vec<String>> = BTreeMap::new();
        for line in lines.iter().filter(|line| line.site.callee.is_none()) {
            let why = why(&line.site);
            let known = reasons.entry(&line.site.charged_to).or_default();
            if !known.contains(&why) {
                known.push(why);
            }
        }
        Self(reasons)
    }

    fn are_several(&self, place: &Place) -> bool {
        self.0.get(place).is_some_and(|reasons| reasons.len() > 1)
    }
}

impl Key {
    /// With `shares`, whether its objects are blocks that others share is part of it.
    fn new(line: &BenchmarkLine, shares: bool) -> Self {
        let site = &line.site;
        Self {
            function: site.charged_to.key(),
            callee: site.callee.as_deref().map(|callee| Symbol::decode(callee).key()),
            // What is called has reasons of its own, of which there are many: the call is what is compared.
            why: if site.callee.is_some() { String::new() } else { why(site) },
            is_shared: shares && site.mean_object_bytes().is_some_and(|bytes| (bytes - SHARED_BLOCK).abs() < 0.1),
        }
    }
}

/// The compiler's words, or else the reason.
fn why(site: &Site) -> String {
    let reason = || site.reason.map_or_else(String::new, |reason| reason.name().to_owned());
    site.decision.as_ref().map_or_else(reason, |decision| decision.message())
}

fn position(decision: &HeapDecision) -> (String, Option<u32>, Option<u32>, String) {
    (decision.file.to_string(), decision.line, decision.column, decision.message())
}

impl Row for BenchmarkLineChange {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        let shown = |change: &&'a Self| change.place.short();
        Definition::new("bench_lines", "by package and benchmark, then by falling |allocs_delta| and |bytes_delta|")
            .about("what a benchmark allocates more or less of at a line, for each operation, by memory profiles")
            .text("benchmark", "its name, without processors", |change: &&'a Self| &change.benchmark)
            .string("place", "the line of your own, in short: `store/sessions.go:43`", shown)
            .optional_text("callee", "the line allocates itself", "the function that it calls", |change: &&'a Self| {
                change.callee.as_deref()
            })
            .float64("allocs_delta", Unit::None, "objects an operation more than before", |change| change.more_allocs())
            .float64("bytes_delta", Unit::Bytes, "bytes an operation more than before", |change| change.more_bytes())
            .optional_text(
                "reason",
                "nothing tells, or the function that it calls allocates",
                "why it allocates",
                |change: &&'a Self| change.reason.map(Reason::name),
            )
            .optional_string(
                "compiler_message",
                "the log has none, or the function that it calls allocates",
                "the compiler's line about these objects",
                |change| change.decision.as_ref().map(|decision| decision.message()),
            )
            .optional_bool(
                "is_new_decision",
                "no logs of both, or the function that it calls allocates",
                "whether the compiler decided so only after",
                |change| change.is_new_decision,
            )
            .bool(
                "is_shared",
                "whether small objects of other lines share its blocks, so that it may be theirs",
                |change| change.is_shared,
            )
            .float64("allocs_before", Unit::None, "objects an operation before", |change| change.allocs.0)
            .float64("allocs_after", Unit::None, "objects an operation after", |change| change.allocs.1)
            .float64("bytes_before", Unit::Bytes, "bytes an operation before", |change| change.bytes.0)
            .float64("bytes_after", Unit::Bytes, "bytes an operation after", |change| change.bytes.1)
            .text("package", "the package; empty where the output does not say", |change: &&'a Self| &change.package)
            .text("function", "the line's function", |change: &&'a Self| change.place.function())
            .text("file", "its file", |change: &&'a Self| change.place.file())
            .int64("line", Unit::None, "the line", |change| change.place.line)
    }
}

/// A twentieth of an object is less than what `go test` counts, and more than what is made once in a hundred operations.
const LEAST_ALLOCS: f64 = 0.05;
/// Bytes of a block for objects that are smaller and have no pointers (`maxTinySize` of `runtime/malloc.go`).
const SHARED_BLOCK: f64 = 16.0;
/// Of the bytes before, and at least a byte.
const LEAST_BYTES_FRACTION: f64 = 0.005;
