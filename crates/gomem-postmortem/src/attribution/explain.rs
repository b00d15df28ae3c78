//! Finds the reason of a site.

use gomem_escape::{Cause, Confidence, HeapDecision, SubjectKind};
use gomem_pprof::{Line, Sample};
use gomem_symbol::{Origin, Symbol};

use crate::attribution::{
    compiler::Compiler,
    library,
    reason::Reason,
    record::Record,
    site::Site,
    sizes::{Shape, Sizes},
    unreported::unreported,
};

/// One call of the allocator: an address of the program, with all that it allocated.
#[derive(Debug)]
pub(crate) struct Allocation<'a> {
    pub(crate) sizes: Sizes,
    /// Its inline chain, the innermost first.
    lines: Vec<Line<'a>>,
    stack: Sample<'a>,
    user: Option<Line<'a>>,
}

impl<'a> Allocation<'a> {
    pub(crate) fn new(lines: Vec<Line<'a>>, stack: Sample<'a>, user: Option<Line<'a>>) -> Self {
        Self { sizes: Sizes::default(), lines, stack, user }
    }

    /// Whether both are of the same code; one expression can be inlined several times.
    fn is_beside(&self, other: &Self) -> bool {
        let place = |line: &Line<'_>| (line.function().map(|function| function.id()), line.line());
        self.lines.iter().map(place).eq(other.lines.iter().map(place))
    }

    fn symbol(&self) -> Symbol {
        let function = self.lines.first().and_then(Line::function);
        Symbol::decode(function.map_or("", |function| function.name()))
    }
}

/// What explains an allocation.
#[derive(Debug, Clone, Copy)]
struct Verdict<'a> {
    reason: Option<(Reason, Confidence)>,
    decision: Option<&'a HeapDecision>,
}

/// Gives a site its reason, its decisions and its explanation.
pub(crate) fn explain(site: &mut Site, allocations: &mut [Allocation<'_>], compiler: &Compiler<'_>, has_log: bool) {
    let bytes: Vec<u64> = allocations.iter().map(|allocation| allocation.sizes.bytes()).collect();
    site.has_one_size = Sizes::merged(allocations.iter().map(|allocation| &allocation.sizes)).is_nearly_fixed();
    share_growth(allocations);
    let records: Vec<Vec<Record<'_>>> = allocations.iter().map(|allocation| of_chain(allocation, compiler)).collect();
    let mut order: Vec<usize> = (0..allocations.len()).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(bytes[*at]), *at));
    let mut taken: Vec<Record<'_>> = Vec::new();
    let mut by_reason: Vec<(Verdict<'_>, u64)> = Vec::new();
    let mut avoidable = 0.0;
    for (at, verdict) in verdicts(allocations, &records, &order, compiler, &mut taken) {
        let bytes = bytes[at];
        let grows = verdict.reason.is_some_and(|(reason, _)| reason.is_growth());
        avoidable += bytes as f64 * if grows { allocations[at].sizes.avoidable_fraction() } else { 1.0 };
        let same = by_reason
            .iter_mut()
            .find(|(known, _)| known.reason.map(|(reason, _)| reason) == verdict.reason.map(|(reason, _)| reason));
        match same {
            Some((_, sum)) => *sum += bytes,
            None => by_reason.push((verdict, bytes)),
        }
    }
    let deferred = Reason::Compiler(Cause::DeferInLoop);
    if has_defer_records(allocations) {
        // Beside the function that `go` and `defer` keep, a deferred call keeps a record.
        for (verdict, _) in &mut by_reason {
            if matches!(verdict.reason, Some((Reason::Compiler(Cause::Goroutine), _))) {
                verdict.reason = Some((deferred, Confidence::Heuristic));
            }
        }
    }
    by_reason.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    let Some((best, _)) = by_reason.first() else { return };
    site.reason = best.reason.map(|(reason, _)| reason);
    site.reason_confidence = best.reason.map(|(_, confidence)| confidence);
    let all: f64 = bytes.iter().map(|bytes| *bytes as f64).sum();
    site.avoidable_fraction = if all > 0.0 { avoidable / all } else { 1.0 };
    let explained = by_reason.iter().filter_map(|(verdict, _)| verdict.decision);
    let others = records.iter().flatten().filter_map(|record| record.decision());
    // Within a library, what the user's own line passes to it is what can be changed.
    let passed = allocations[0].user.filter(|_| records.iter().all(Vec::is_empty)).into_iter();
    let passed = passed.flat_map(|user| compiler.records(user)).filter_map(Record::decision);
    if best.decision.is_some() || site.place != site.charged_to || site.reason.is_none() {
        for decision in explained.chain(others).chain(passed) {
            if !site.decisions.contains(decision) {
                site.decisions.push(decision.clone());
            }
        }
    }
    site.explanation = (site.decisions.is_empty() || best.decision.is_none()).then(|| match site.reason {
        Some(reason) => reason.explanation(),
        None if compiler.is_of_others(&allocations[0].lines) => {
            "unexplained: the log has other packages and nothing of this one: build all, with `go build -gcflags=-m=2 ./...`"
        }
        None if has_log => "unexplained: the log says nothing of the line, or the package was built without -m=2",
        None => "no escape log: add the output of go build -gcflags=-m=2",
    });
}

/// Pairs allocations with records: the best fits first, each record once.
fn verdicts<'a>(
    allocations: &[Allocation<'_>],
    records: &[Vec<Record<'a>>],
    order: &[usize],
    compiler: &Compiler<'_>,
    taken: &mut Vec<Record<'a>>,
) -> Vec<(usize, Verdict<'a>)> {
    let mut verdicts = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    for &at in order {
        match by_frames(&allocations[at]) {
            Some(reason) => {
                let decision = records[at].iter().find(|record| record.reason().0 == reason.0);
                verdicts.push((
                    at,
                    Verdict { reason: Some(reason), decision: decision.and_then(|found| found.decision()) },
                ));
            }
            None => open.push(at),
        }
    }
    let is_taken = |taken: &[Record<'_>], record: Record<'_>| taken.iter().any(|other| other.is(record));
    while !open.is_empty() && order.len() <= MOST_PAIRED {
        let pairs = open.iter().flat_map(|&at| {
            let sizes = &allocations[at].sizes;
            records[at].iter().map(move |&record| (record.fit(sizes), at, record))
        });
        // The first of equals: the largest allocation, and the most certain record.
        let best = pairs
            .filter(|(fit, _, record)| *fit > 0 && !is_taken(taken, *record))
            .reduce(|best, pair| if pair.0 > best.0 { pair } else { best });
        let Some((fit, at, record)) = best else { break };
        open.retain(|other| *other != at);
        taken.push(record);
        let guess =
            allocations[at].lines.first().and_then(|line| unreported(&allocations[at].sizes, compiler.build(*line)));
        // What surely allocates on a line takes one of its calls; a guess is for those that are left, and a size alone is
        // too little for a guess where each call has a record.
        let line = allocations[at].lines.first().map_or(0, Line::line);
        let sure = records[at].iter().filter(|record| record.must_allocate_at(line)).count();
        let calls = allocations.iter().filter(|other| other.is_beside(&allocations[at])).count();
        let has_shape = allocations[at].sizes.fixed().is_none();
        let guess = guess.filter(|_| !record.must_allocate_at(line) || sure < calls);
        let guess = guess.filter(|_| has_shape || records[at].len() < calls);
        verdicts.push((
            at,
            match guess {
                Some((reason, better, confidence)) if better > fit => {
                    taken.pop();
                    Verdict { reason: Some((reason, confidence)), decision: None }
                }
                _ => Verdict { reason: Some(record.reason_for(&allocations[at].sizes)), decision: record.decision() },
            },
        ));
    }
    for at in open {
        verdicts.push((at, leftover(&allocations[at], &records[at], compiler)));
    }
    verdicts
}

/// What no free record explains.
fn leftover<'a>(allocation: &Allocation<'_>, records: &[Record<'a>], compiler: &Compiler<'_>) -> Verdict<'a> {
    let guess = allocation.lines.first().and_then(|line| unreported(&allocation.sizes, compiler.build(*line)));
    let best = records
        .iter()
        .map(|record| (record.fit(&allocation.sizes), *record))
        .filter(|(fit, _)| *fit > 0)
        .reduce(|best, pair| if pair.0 > best.0 { pair } else { best });
    match (best, guess) {
        // One expression can call the allocator at several places.
        (Some((fit, record)), guess) if guess.is_none_or(|(_, other, _)| other < fit) => Verdict {
            reason: Some((record.reason_for(&allocation.sizes).0, Confidence::Heuristic)),
            decision: record.decision(),
        },
        (_, Some((reason, _, confidence))) => Verdict { reason: Some((reason, confidence)), decision: None },
        _ => Verdict { reason: by_library(allocation), decision: None },
    }
}

/// What the compiler says of an allocation: of its inline chain, the outermost call first. Where several inlined calls
/// stand on one line, the function that was called tells which of them is meant; without that, the innermost line tells
/// which kinds of expression are, and what stands on another line of the function is not meant.
fn of_chain<'a>(allocation: &Allocation<'_>, compiler: &Compiler<'a>) -> Vec<Record<'a>> {
    let found = if compiler.tells_inlining { by_inlined_call(allocation, compiler) } else { Vec::new() };
    let is_alone = allocation.lines.len() == 1 && compiler.tells_inlining;
    let outer = match found.is_empty() && !is_alone {
        true => allocation.lines.iter().rev().map(|line| compiler.records(*line)).find(|found| !found.is_empty()),
        false => Some(found),
    };
    let outer = outer.unwrap_or_default();
    let Some(innermost) = allocation.lines.first().filter(|_| allocation.lines.len() > 1) else { return outer };
    let inner = compiler.records(*innermost);
    if inner.is_empty() {
        // A function that was compiled by itself too has what it allocates reported there, or it is never reported. A
        // closure that is inlined, and a generic function, may not have been.
        let symbol = allocation.symbol();
        let is_compiled =
            symbol.closure().is_none() && symbol.type_arguments().is_none() && !symbol.function().contains('-');
        return if is_compiled && compiler.build(*innermost).is_covered { Vec::new() } else { outer };
    }
    let is_meant = |record: &&Record<'a>| {
        inner.iter().any(|other| other.is_like(**record))
            || inner.iter().any(|other| other.kind() == record.kind())
                && !compiler.is_of_another_line(**record, *innermost)
    };
    let meant: Vec<Record<'a>> = outer.iter().filter(is_meant).copied().collect();
    if meant.is_empty() { inner } else { meant }
}

/// The records of the outermost line that are of the function called there, or of the line itself when it is innermost.
fn by_inlined_call<'a>(allocation: &Allocation<'_>, compiler: &Compiler<'a>) -> Vec<Record<'a>> {
    let lines = allocation.lines.iter().enumerate().rev();
    let records = lines.map(|(at, line)| {
        let called = at.checked_sub(1).and_then(|inner| allocation.lines[inner].function());
        let called = called.map(|function| Symbol::decode(function.name()));
        let mut records = compiler.records(*line);
        match &called {
            Some(called) => records.retain(|record| record.is_of_inlined(called)),
            // `copy` into a slice just made is one operation, which loses that it was inlined.
            None if !records.iter().any(|record| record.is_of_caller()) => {
                records.retain(|record| record.kind() == SubjectKind::MakeSlice);
            }
            None => records.retain(|record| record.is_of_caller()),
        }
        records
    });
    records.into_iter().find(|records| !records.is_empty()).unwrap_or_default()
}

/// The reason that the functions on the stack tell by themselves.
fn by_frames(allocation: &Allocation<'_>) -> Option<(Reason, Confidence)> {
    let symbol = allocation.symbol();
    let symbols = allocation.stack.frames().filter_map(|line| line.function());
    let mut symbols = symbols.map(|function| Symbol::decode(function.name()));
    let sure = |reason| (reason, Confidence::Confident);
    if let Some(reason) = library::of_cgo(&symbol) {
        return Some(sure(reason));
    }
    match Origin::of_package(symbol.package(), "-") {
        Origin::Runtime => {
            let found = symbols.find_map(|symbol| library::of_runtime(&symbol));
            Some(sure(found.unwrap_or(Reason::Runtime)))
        }
        Origin::Std => {
            let is_std = |symbol: &Symbol| Origin::of_package(symbol.package(), "-") == Origin::Std;
            let library: Vec<Symbol> = symbols.take_while(is_std).collect();
            // What the program calls tells more than what that is made of: JSON rather than reflection.
            let purpose = library.last().and_then(library::of_std).filter(|reason| reason.is_purpose());
            purpose.or_else(|| library.iter().find_map(library::of_std)).map(sure)
        }
        _ => None,
    }
}

/// The reason of an allocation in a library that nothing else explains.
fn by_library(allocation: &Allocation<'_>) -> Option<(Reason, Confidence)> {
    let is_own = allocation.user.is_some_and(|user| {
        allocation.lines.first().is_some_and(|line| {
            line.line() == user.line() && line.function().map(|f| f.id()) == user.function().map(|f| f.id())
        })
    });
    (!is_own).then_some((Reason::Library, Confidence::Heuristic))
}

/// A slice that grows by several copies of one call shows a part of its growth at each: then all show the whole. `append` is
/// copied when it is inlined, and since Go 1.25 where the slice can begin on the stack.
fn share_growth(allocations: &mut [Allocation<'_>]) {
    let is_inlined = |allocation: &Allocation<'_>| allocation.lines.len() > 1;
    let [first, others @ ..] = &*allocations else { return };
    let is_one_call = others.iter().all(|other| other.is_beside(first)) || allocations.iter().all(is_inlined);
    if others.is_empty() || !is_one_call {
        return;
    }
    let all = Sizes::merged(allocations.iter().map(|allocation| &allocation.sizes));
    if all.shape() == Shape::Slice {
        for allocation in allocations.iter_mut().filter(|allocation| allocation.sizes.fixed().is_none()) {
            allocation.sizes = all.clone();
        }
    }
}

/// Whether there are as many records of deferred calls as objects of another kind.
fn has_defer_records(allocations: &[Allocation<'_>]) -> bool {
    let count = |allocation: &Allocation<'_>| allocation.sizes.objects();
    allocations.iter().enumerate().any(|(at, record)| {
        record.sizes.fixed().is_some_and(|size| DEFER_RECORDS.contains(&size))
            && allocations.iter().enumerate().any(|(other, kept)| other != at && count(kept) == count(record))
    })
}

/// The sizes of `runtime._defer`, up to Go 1.22 and since.
const DEFER_RECORDS: [u64; 2] = [80, 48];

/// Beyond this many calls of the allocator at one place each is explained on its own.
const MOST_PAIRED: usize = 64;
