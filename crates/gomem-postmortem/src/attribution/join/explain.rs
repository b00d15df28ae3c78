//! Finds the reason of a site.

use foldhash::HashMap;
use gomem_escape::{Cause, HeapDecision, SubjectKind};
use gomem_finding::Confidence;
use gomem_pprof::Line;
use gomem_symbol::Origin;

use crate::attribution::{
    evidence::{
        Compiler, Operation, Record, Shape, Sizes, TypeSizes, fit, is_copy, is_of_type, is_usual_bucket, unreported,
    },
    join::{allocation::Allocation, frames::by_frames},
    reason::Reason,
};

/// What explains an allocation.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Verdict<'a> {
    pub(crate) reason: Option<(Reason, Confidence)>,
    /// The compiler's decision about these very objects.
    pub(crate) decision: Option<&'a HeapDecision>,
}

impl Verdict<'_> {
    /// Whether both say the same, and so are one site's.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let reason = |verdict: &Self| verdict.reason.map(|(reason, _)| reason);
        let same_decision = match (self.decision, other.decision) {
            (Some(a), Some(b)) => std::ptr::eq(a, b),
            (None, None) => true,
            _ => false,
        };
        same_decision && reason(self) == reason(other)
    }

    /// The same for the stack of an allocation: what a function of the standard library is for tells more than what it is
    /// made of. A reason that is not the compiler's comes without its line: both would speak of different things.
    pub(crate) fn for_stack(mut self, allocation: &Allocation<'_>, compiler: &Compiler<'_>) -> Self {
        let purpose = by_frames(allocation, compiler);
        if let Some((reason, _)) = purpose {
            let is_same = |decision: &&HeapDecision| match reason {
                Reason::Copy => is_copy(decision),
                reason => reason == Reason::Compiler(decision.cause),
            };
            self.decision = self.decision.filter(is_same);
        }
        self.reason = purpose.or(self.reason);
        self
    }
}

/// What the compiler says of each of the allocations of one leaf, in their order. Where each of very many allocations may be
/// any of very many decisions, nothing is told of any: no line that somebody wrote has so many, and they would not be told apart.
pub(crate) fn records<'a>(allocations: &[Allocation<'_>], compiler: &Compiler<'a>) -> Vec<Vec<Record<'a>>> {
    let mut pairs = 0;
    let of_one = |allocation| {
        let records = of_chain(allocation, compiler);
        pairs += records.len();
        (pairs <= MOST_PAIRS).then_some(records)
    };
    let all: Option<Vec<_>> = allocations.iter().map(of_one).collect();
    all.unwrap_or_else(|| vec![Vec::new(); allocations.len()])
}

/// Pairs of an allocation and a decision at one line: a hundred of each, and some more.
const MOST_PAIRS: usize = 1 << 14;

/// Learns how large the objects of a type are where one call of the allocator makes nothing else.
pub(crate) fn learn(allocations: &[Allocation<'_>], records: &[Vec<Record<'_>>], types: &mut TypeSizes) {
    for (allocation, records) in allocations.iter().zip(records) {
        let mut named = records.iter().filter_map(|record| {
            let proved = allocation.operation.and_then(|operation| operation.container(*record));
            let told = || record.container(&allocation.sizes).filter(|_| records.len() == 1 && allocations.len() == 1);
            Some((record.made(), proved.or_else(told)?))
        });
        if let (Some((made, container)), None) = (named.next(), named.next()) {
            types.learn_container(made, container);
        }
    }
    if let ([only], [records]) = (allocations, records)
        && let [record] = records[..]
        && record.must_allocate()
        && only.made.as_deref().and_then(|made| is_of_type(record, made)) != Some(false)
        && let Some(size) = only.sizes.fixed()
    {
        types.learn(record.made(), size, only.objects);
    }
}

/// What explains each of the allocations of one leaf, in their order.
pub(crate) fn explain<'a>(
    allocations: &mut [Allocation<'_>],
    records: &[Vec<Record<'a>>],
    compiler: &Compiler<'a>,
    types: &TypeSizes,
) -> Vec<Verdict<'a>> {
    let bytes: Vec<i64> = allocations.iter().map(|allocation| allocation.bytes).collect();
    share_growth(allocations);
    let mut order: Vec<usize> = (0..allocations.len()).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(bytes[*at]), *at));
    let mut found: Vec<Verdict<'a>> = vec![Verdict::default(); allocations.len()];
    for (at, verdict) in verdicts(allocations, records, &order, compiler, types) {
        found[at] = verdict;
    }
    join_boxes(allocations, &mut found);
    join_first_groups(allocations, &mut found);
    for (allocation, verdict) in allocations.iter().zip(&mut found) {
        verdict.decision = verdict.decision.or_else(|| append_of_source(allocation, *verdict, compiler));
    }
    if has_defer_records(allocations) {
        // Beside the function that `go` and `defer` keep, a deferred call keeps a record.
        for verdict in &mut found {
            if matches!(verdict.reason, Some((Reason::Compiler(Cause::Goroutine), _))) {
                verdict.reason = Some((Reason::Compiler(Cause::DeferInLoop), Confidence::Medium));
            }
        }
    }
    found
}

/// What the compiler says of the only `append` of a line where its function stands by itself: of a copy that it inlined it may say
/// nothing, and the expression is the same.
fn append_of_source<'a>(
    allocation: &Allocation<'_>,
    verdict: Verdict<'_>,
    compiler: &Compiler<'a>,
) -> Option<&'a HeapDecision> {
    let (Reason::Compiler(Cause::SliceGrowth) | Reason::Copy, _) = verdict.reason? else { return None };
    let line = allocation.lines().next().filter(|_| allocation.lines().len() > 1)?;
    let is_append = |record: &Record<'a>| record.kind() == SubjectKind::Append;
    let mut appends = compiler.records(line).into_iter().filter(is_append);
    let only = appends.next().filter(|_| appends.next().is_none())?;
    only.decision().filter(|decision| decision.cause == Cause::SliceGrowth)
}

/// How well each of the allocations of one leaf is explained by each of its records, beside the others of its line.
fn fits(
    allocations: &[Allocation<'_>],
    records: &[Vec<Record<'_>>],
    compiler: &Compiler<'_>,
    types: &TypeSizes,
) -> Vec<Vec<u32>> {
    let mut first_of_line: HashMap<Vec<_>, u64> = HashMap::default();
    for allocation in allocations.iter().filter(|allocation| allocation.sizes.fixed().is_some()) {
        let first = first_of_line.entry(allocation.code()).or_insert(u64::MAX);
        *first = allocation.address().min(*first);
    }
    let of_allocation = |(allocation, records): (&Allocation<'_>, &Vec<Record<'_>>)| {
        // `m[key] = &T{}` makes two objects: first that of the type, then what the map needs to hold it.
        let comes_later = first_of_line.get(&allocation.code()).is_some_and(|first| *first < allocation.address());
        let seen = allocation.lines().next().map(|line| compiler.build(line).seen).unwrap_or_default();
        let is_bucket = allocation.sizes.fixed().is_some_and(is_usual_bucket);
        let fit = |record: &Record<'_>| {
            let fit = record.fit(&allocation.sizes, types);
            let type_fit = allocation.made.as_deref().and_then(|made| is_of_type(*record, made));
            match type_fit {
                Some(true) if fit > 0 => return fit::PROVED + fit::TYPE,
                Some(false) => return 0,
                _ => {}
            }
            if let Some(operation) = allocation.operation {
                return match operation.can_be_of(*record) {
                    true if fit > 0 && operation.reason().is_some() => fit::PROVED + fit,
                    true => fit,
                    false => 0,
                };
            }
            // `m[key] = append(m[key], value)` makes a slice, and what the map needs to hold it.
            let is_named = allocation.lines().next().is_some_and(|line| {
                let maps = compiler.build(line).maps;
                allocation.sizes.fixed().is_some_and(|size| maps.is_some_and(|maps| maps.has_bucket(size)))
            });
            if record.kind() == SubjectKind::Append && record.is_stored_by_index() && is_bucket && is_named {
                return fit.min(fit::OF_THE_MAP);
            }
            if !(fit::ONE_SIZE..fit::TYPE).contains(&fit) || !record.makes_one_size() {
                return fit;
            }
            let is_stored = record.is_stored_by_index();
            let is_of_map = comes_later && (is_bucket || is_stored) || is_bucket && is_stored && seen.has_map();
            if is_of_map { fit::OF_THE_MAP } else { fit }
        };
        records.iter().map(fit).collect()
    };
    allocations.iter().zip(records).map(of_allocation).collect()
}

/// Pairs allocations with records: the best fits first, each record once.
fn verdicts<'a>(
    allocations: &[Allocation<'_>],
    records: &[Vec<Record<'a>>],
    order: &[usize],
    compiler: &Compiler<'_>,
    types: &TypeSizes,
) -> Vec<(usize, Verdict<'a>)> {
    let fits = fits(allocations, records, compiler, types);
    let mut taken: Vec<(Record<'a>, usize)> = Vec::new();
    let mut verdicts = Vec::new();
    // What the runtime allocates for itself no log reports.
    let (runtime, mut open): (Vec<usize>, Vec<usize>) =
        order.iter().partition(|at| compiler.named(allocations[**at].function()).origin() == Origin::Runtime);
    verdicts.extend(runtime.into_iter().map(|at| (at, Verdict::default())));
    let is_taken = |taken: &[(Record<'_>, usize)], record: Record<'_>| taken.iter().any(|(other, _)| other.is(record));
    while !open.is_empty() && order.len() <= MOST_PAIRED {
        let pairs = open.iter().flat_map(|&at| {
            // What makes several objects, as a map its header and its groups, can have a second one that fits it better than
            // anything else on the line.
            let is_of_several =
                |record: Record<'_>| record.makes_several() && taken.iter().any(|(other, _)| other.is(record));
            let known = || records[at].iter().copied().zip(fits[at].iter().copied());
            let several = known().filter(|(record, _)| is_of_several(*record)).map(|(_, fit)| fit);
            let least = several.max().unwrap_or(0);
            known().map(move |(record, fit)| (fit, at, record)).filter(move |pair| pair.0 > least)
        });
        // The first of equals: the largest allocation, and the most certain record.
        let best = pairs
            .filter(|(fit, _, record)| *fit > 0 && !is_taken(&taken, *record))
            .reduce(|best, pair| if pair.0 > best.0 { pair } else { best });
        let Some((fit, at, record)) = best else { break };
        open.retain(|other| *other != at);
        taken.push((record, at));
        let guess = guess(&allocations[at], compiler);
        // What surely allocates on a line takes one of its calls; a guess is for those that are left, and a size alone is
        // too little for a guess where each call has a record.
        let fits = |record: &&Record<'_>| allocations.iter().any(|other| record.fit(&other.sizes, types) > 0);
        let sure = records[at].iter().filter(|record| record.must_allocate()).filter(fits).count();
        let calls = allocations.iter().filter(|other| other.is_beside(&allocations[at])).count();
        let has_shape = allocations[at].sizes.fixed().is_none();
        let is_doubtful = fit <= fit::OF_THE_MAP;
        let guess = guess.filter(|_| is_doubtful || !record.must_allocate() || sure < calls);
        let guess = guess.filter(|_| is_doubtful || has_shape || records[at].len() < calls);
        verdicts.push((
            at,
            match guess {
                Some((reason, better, confidence)) if better > fit => {
                    taken.pop();
                    Verdict { reason: Some((reason, confidence)), decision: None }
                }
                _ => {
                    let reason = reason_of(record, &allocations[at], types);
                    Verdict { reason: Some(reason), decision: record.decision() }
                }
            },
        ));
    }
    for at in open {
        verdicts.push((at, leftover(at, allocations, (&records[at], &fits[at]), &taken, (compiler, types))));
    }
    verdicts
}

/// What no free record explains.
fn leftover<'a>(
    at: usize,
    allocations: &[Allocation<'_>],
    (records, fits): (&[Record<'a>], &[u32]),
    taken: &[(Record<'a>, usize)],
    (compiler, types): (&Compiler<'_>, &TypeSizes),
) -> Verdict<'a> {
    let allocation = &allocations[at];
    let guess = guess(allocation, compiler);
    // One expression can call the allocator at several places, but what has one size has it at each.
    let is_of_another_size = |record: &Record<'_>| {
        record.makes_one_size()
            && taken
                .iter()
                .any(|(other, by)| other.is(*record) && allocations[*by].sizes.fixed() != allocation.sizes.fixed())
    };
    let best = records
        .iter()
        .zip(fits)
        .filter(|(record, _)| !is_of_another_size(record))
        .map(|(record, fit)| (*fit, *record))
        .filter(|(fit, _)| *fit > 0)
        .reduce(|best, pair| if pair.0 > best.0 { pair } else { best });
    match (best, guess) {
        (Some((fit, record)), guess) if guess.is_none_or(|(_, other, _)| other < fit) => Verdict {
            reason: Some((reason_of(record, allocation, types).0, Confidence::Medium)),
            decision: record.decision(),
        },
        (_, Some((reason, _, confidence))) => Verdict { reason: Some((reason, confidence)), decision: None },
        _ => Verdict::default(),
    }
}

/// What allocates without a record, and how well that fits.
fn guess(allocation: &Allocation<'_>, compiler: &Compiler<'_>) -> Option<(Reason, u32, Confidence)> {
    let line = allocation.lines().next()?;
    // What is larger than a group and always has one size is a table of a map that is large and stays, or else a text, or a
    // channel with a buffer.
    let is_text_as_well =
        allocation.inuse_bytes == 0 && allocation.sizes.fixed().is_some_and(|size| size > LARGEST_GROUP);
    // Only of a generic function that is inlined everywhere the log can lack what it says of every other `append`.
    let is_compiled_alone =
        allocation.lines().len() == 1 && compiler.named(allocation.function()).symbol.type_arguments().is_none();
    let lacks_append = || is_compiled_alone && compiler.build(line).reports_append;
    let is_told = |(reason, fit, _): &(Reason, u32, Confidence)| match reason {
        Reason::MapGrowth => !is_text_as_well || *fit > fit::LAST_GUESS,
        Reason::Compiler(Cause::SliceGrowth) if *fit == fit::GUESS => !lacks_append(),
        _ => true,
    };
    let guess = || unreported(&allocation.sizes, compiler.build(line)).filter(is_told);
    match allocation.operation {
        Some(operation @ Operation::Known(_)) => {
            operation.reason_for(&allocation.sizes).map(|reason| (reason, fit::PROVED, Confidence::High))
        }
        // Only what `go f(x)` keeps is a new object that no record names.
        Some(Operation::LeftOut) => None,
        Some(Operation::NewObject) => guess().filter(|guess| guess.0 == Reason::Compiler(Cause::Goroutine)),
        None => guess(),
    }
}

/// The reason of what a record explains. A text that a proof says is made is not the box of one, a sum whose box is made is no
/// text, and whether `make(Names, n)` is of a slice or a map is what it calls.
fn reason_of(record: Record<'_>, allocation: &Allocation<'_>, types: &TypeSizes) -> (Reason, Confidence) {
    let said = record.reason_for(&allocation.sizes, types);
    let Some(proved) = allocation.operation.and_then(Operation::reason) else { return said };
    let boxing = Reason::Compiler(Cause::InterfaceBoxing);
    match (record.kind(), proved) {
        (SubjectKind::MakeSlice, Reason::Compiler(Cause::UnknownSize)) => record.reason(),
        (SubjectKind::MakeSlice, Reason::Compiler(Cause::MapCreation)) => (proved, Confidence::High),
        (SubjectKind::Concatenation, _) if proved == boxing => (proved, Confidence::High),
        _ if said.0 == boxing => (proved, Confidence::High),
        _ => said,
    }
}

/// The box of a text that the same expression makes, as `any(a + b)`: one expression has one reason.
fn join_boxes(allocations: &[Allocation<'_>], found: &mut [Verdict<'_>]) {
    let is = |at: usize, causes: &[Cause]| {
        let operation = allocations[at].operation.and_then(Operation::reason);
        causes.iter().any(|cause| operation == Some(Reason::Compiler(*cause)))
    };
    let boxes: Vec<usize> = (0..allocations.len())
        .filter(|at| found[*at].decision.is_none() && is(*at, &[Cause::InterfaceBoxing]))
        .collect();
    if boxes.is_empty() {
        return;
    }
    let mut of_code: HashMap<_, Vec<usize>> = HashMap::default();
    for (at, allocation) in allocations.iter().enumerate() {
        of_code.entry(allocation.code()).or_default().push(at);
    }
    for at in boxes {
        // With a third one beside them it is not known which of the others is the box's.
        let both = of_code.get(&allocations[at].code()).map_or(&[][..], Vec::as_slice);
        let &[first, second] = both else { continue };
        let text = if first == at { second } else { first };
        if is(text, &[Cause::Concatenation, Cause::StringConversion]) {
            found[at] = found[text];
        }
    }
}

/// The first group of a map that the same line makes, as a literal does: the map does not grow, it gets its only memory.
fn join_first_groups(allocations: &[Allocation<'_>], found: &mut [Verdict<'_>]) {
    let creation = Reason::Compiler(Cause::MapCreation);
    let is = |verdict: &Verdict<'_>, reason| verdict.reason.is_some_and(|(told, _)| told == reason);
    let mut headers: HashMap<Vec<_>, i64> = HashMap::default();
    for (allocation, _) in allocations.iter().zip(&*found).filter(|(_, verdict)| is(verdict, creation)) {
        let most = headers.entry(allocation.code()).or_default();
        *most = allocation.objects.max(*most);
    }
    if headers.is_empty() {
        return;
    }
    for (allocation, verdict) in allocations.iter().zip(found) {
        let is_only_group = verdict.decision.is_none()
            && is(verdict, Reason::MapGrowth)
            && allocation.sizes.is_nearly_fixed()
            && headers.get(&allocation.code()).is_some_and(|maps| allocation.objects <= maps.saturating_mul(2));
        if is_only_group {
            verdict.reason = Some((creation, Confidence::Medium));
        }
    }
}

/// What the compiler says of an allocation: of its inline chain, the outermost call first. Where several inlined calls
/// stand on one line, the function that was called tells which of them is meant; without that, the innermost line tells
/// which kinds of expression are, and what stands on another line of the function is not meant.
fn of_chain<'a>(allocation: &Allocation<'_>, compiler: &Compiler<'a>) -> Vec<Record<'a>> {
    let tells_inlining = compiler.tells_inlining(allocation.lines().next_back());
    let found = if tells_inlining { by_inlined_call(allocation, compiler) } else { Vec::new() };
    let is_alone = allocation.lines().len() == 1 && tells_inlining;
    let outer = match found.is_empty() && !is_alone {
        true => allocation.lines().rev().map(|line| compiler.records(line)).find(|found| !found.is_empty()),
        false => Some(found),
    };
    let outer = outer.unwrap_or_default();
    let Some(innermost) = allocation.lines().next().filter(|_| allocation.lines().len() > 1) else { return outer };
    let mut inner = compiler.records(innermost);
    if compiler.tells_inlining(Some(innermost)) {
        keep_own(&mut inner);
    }
    if inner.is_empty() {
        // A function that was compiled by itself too has what it allocates reported there, or it is never reported. A
        // closure that is inlined, and a generic function, may not have been.
        let function = compiler.named(allocation.function());
        let symbol = &function.symbol;
        let is_compiled =
            symbol.closure().is_none() && symbol.type_arguments().is_none() && !symbol.function().contains('-');
        return if is_compiled && compiler.build(innermost).is_covered { Vec::new() } else { outer };
    }
    let is_meant = |record: &&Record<'a>| {
        inner.iter().any(|other| other.is_like(**record))
            || inner.iter().any(|other| other.kind() == record.kind())
                && !compiler.is_of_another_line(**record, innermost)
    };
    let meant: Vec<Record<'a>> = outer.iter().filter(is_meant).copied().collect();
    if meant.is_empty() { inner } else { meant }
}

/// The records of the outermost line that are of the function called there, or of the line itself when it is innermost.
fn by_inlined_call<'a>(allocation: &Allocation<'_>, compiler: &Compiler<'a>) -> Vec<Record<'a>> {
    let lines: Vec<Line<'_>> = allocation.lines().collect();
    let records = lines.iter().enumerate().rev().map(|(at, line)| {
        let called = at.checked_sub(1).and_then(|inner| lines[inner].function());
        let called = called.map(|function| compiler.named(Some(function)));
        let mut records = compiler.records(*line);
        match &called {
            Some(called) => records.retain(|record| record.is_of_inlined(&called.symbol)),
            None => keep_own(&mut records),
        }
        records
    });
    records.into_iter().find(|records| !records.is_empty()).unwrap_or_default()
}

/// Keeps the records of a line's own code, and not those of functions that are inlined there.
fn keep_own(records: &mut Vec<Record<'_>>) {
    if records.iter().any(|record| record.is_of_caller()) {
        records.retain(|record| record.is_of_caller());
    } else {
        // `copy` into a slice just made is one operation, which loses that it was inlined.
        records.retain(|record| record.kind() == SubjectKind::MakeSlice);
    }
}

/// A slice that grows by several copies of one call shows a part of its growth at each: then all show the whole. `append` is
/// copied when it is inlined, and since Go 1.25 where the slice can begin on the stack.
fn share_growth(allocations: &mut [Allocation<'_>]) {
    let is_inlined = |allocation: &Allocation<'_>| allocation.lines().len() > 1;
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
    let mut with_count: HashMap<i64, usize> = HashMap::default();
    for allocation in allocations {
        *with_count.entry(allocation.sizes.objects()).or_default() += 1;
    }
    let is_record =
        |allocation: &Allocation<'_>| allocation.sizes.fixed().is_some_and(|size| DEFER_RECORDS.contains(&size));
    allocations.iter().any(|allocation| is_record(allocation) && with_count[&allocation.sizes.objects()] > 1)
}

/// Eight slots of a key and a value of 128 bytes each, behind a control word: what is larger is kept outside of the map
/// (`MapMaxKeyBytes` in `internal/abi/map.go`).
const LARGEST_GROUP: u64 = 2304;

/// The sizes of `runtime._defer`, up to Go 1.22 and since.
const DEFER_RECORDS: [u64; 2] = [80, 48];

/// Beyond this many calls of the allocator at one place each is explained on its own.
const MOST_PAIRED: usize = 64;
