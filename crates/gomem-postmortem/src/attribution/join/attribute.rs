//! From a heap profile to its allocation sites.

use std::sync::Arc;

use foldhash::HashMap;
use gomem_binary::MadeType;
use gomem_escape::{Cause, EscapeLog, HeapDecision};
use gomem_pprof::{LocationId, Profile};
use gomem_table::checkpoint;

use crate::{
    attribution::{
        evidence::{Compiler, Operation, Record, Shape, StdRelease, TypeSizes, is_room_for},
        join::{
            allocation::Allocation,
            explain::{Verdict, explain, learn, records},
            groups::{Group, Groups},
            inlined,
        },
        options::AttributeOptions,
        reason::Reason,
        sites::{Explanation, HeldBefore, Site},
    },
    bundle::{Bundle, HeapProfile},
};

/// The allocation sites of a heap profile, by falling bytes: what each leaf allocates for each reason, charged to the
/// nearest line of the user's own code. The bytes of all sites add up to those of the profile.
///
/// The compiler reports an escape at the outermost of inlined calls, a profile's leaf is the innermost of them: every frame
/// of the leaf's inline chain is looked up, the outermost first. When several records stand on a line, the one that fits
/// the sizes of the objects is taken.
///
/// [`Profile::check_sums`] says of which profiles no share is known: ask it before.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// # let log = gomem_escape::EscapeLog::decode(b"# main\n./parse.go:12:9: make([]byte, 4096) escapes to heap\n")?;
/// # let sites = gomem_postmortem::attribute(&profile, Some(&log), &gomem_postmortem::AttributeOptions::default());
/// assert_eq!(sites[0].place.short(), "app/parse.go:12");
/// assert_eq!(sites[0].bytes_fraction, 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn attribute(profile: &Profile, escapes: Option<&EscapeLog>, options: &AttributeOptions<'_>) -> Vec<Site> {
    attribute_with(profile, escapes, options, StdRelease::find(profile, escapes, options).as_ref())
}

/// The same, of a release that is known.
fn attribute_with(
    profile: &Profile,
    escapes: Option<&EscapeLog>,
    options: &AttributeOptions<'_>,
    std: Option<&StdRelease>,
) -> Vec<Site> {
    let compiler = Compiler::new(profile, escapes, options).with_std(std.map(|std| std.decisions));
    let Groups { mut groups, places } = Groups::read(profile, &compiler);
    let index = |name| profile.sample_type_index(name).unwrap_or(usize::MAX);
    let [bytes, objects, inuse] =
        ["alloc_space", "alloc_objects", "inuse_space"].map(|name| int64(profile.total(index(name))));
    let mut verdicts = verdicts(&groups, &compiler);
    groups.reverse();
    verdicts.reverse();
    let mut decisions = Decisions::default();
    let mut sites: Vec<Site> = Vec::new();
    while let Some(group) = groups.pop() {
        checkpoint();
        // There can be a million, and sites are as many: what is done with is given back.
        if groups.len().is_multiple_of(AT_ONCE) {
            groups.shrink_to_fit();
            verdicts.shrink_to_fit();
        }
        let mut parts: Vec<(Verdict<'_>, Vec<&Allocation<'_>>)> = Vec::new();
        let of_group = verdicts.drain(verdicts.len() - group.allocations.len()..).rev();
        for (allocation, verdict) in group.allocations.iter().zip(of_group) {
            let verdict = verdict.for_stack(allocation, &compiler);
            match parts.iter_mut().find(|(known, _)| known.is_same(&verdict)) {
                Some((_, allocations)) => allocations.push(allocation),
                None => parts.push((verdict, vec![allocation])),
            }
        }
        for (verdict, allocations) in parts {
            let mut site = group.site(&places, &verdict, &allocations, decisions.shared(verdict.decision));
            site.has_finalizer = verdict.decision.is_some_and(|decision| compiler.is_finalizing(decision));
            if verdict.decision.is_none() {
                let leaf = allocations[0].lines().next();
                let is_left_out = |one: &&Allocation<'_>| one.operation == Some(Operation::LeftOut);
                let told = || match escapes {
                    _ if allocations.iter().all(is_left_out) => Explanation::LeftOut,
                    None => Explanation::NoLog,
                    Some(_) if compiler.is_of_other_build(leaf) => Explanation::OtherBuild,
                    Some(_) if compiler.is_of_others(leaf) => Explanation::NotLogged,
                    Some(_) => Explanation::NotKnown,
                };
                let is_unlogged = || escapes.is_none() || compiler.is_of_others(leaf);
                site.explanation = Some(match verdict.reason {
                    Some((Reason::Compiler(Cause::SliceGrowth), _)) if is_unlogged() && may_copy(&allocations) => {
                        Explanation::GrownOrCopied
                    }
                    Some((reason, _)) => Explanation::Reason(reason),
                    None => told(),
                });
                if site.is_not_logged() {
                    site.made = made(&allocations).cloned().map(Box::new);
                }
            }
            site.bytes_fraction = share(site.bytes, bytes);
            site.objects_fraction = share(site.objects, objects);
            site.inuse_fraction = share(site.inuse_bytes, inuse);
            sites.push(site);
        }
    }
    inlined::agree(&mut sites);
    sites.sort_unstable_by(|a, b| {
        let by_bytes = b.bytes.cmp(&a.bytes);
        by_bytes
            .then_with(|| a.place.cmp(&b.place))
            .then_with(|| a.inlined_into.cmp(&b.inlined_into))
            .then_with(|| a.charged_to.cmp(&b.charged_to))
            .then_with(|| a.callee.cmp(&b.callee))
            .then_with(|| a.stack_is_cut.cmp(&b.stack_is_cut))
            .then_with(|| a.reason.cmp(&b.reason))
            .then_with(|| a.compiler_message().cmp(&b.compiler_message()))
    });
    sites
}

/// Whether these may be copies of whole slices: `append` calls the same function for both, and no sizes that double tell growth.
fn may_copy(allocations: &[&Allocation<'_>]) -> bool {
    let appends = Some(Operation::Known(Reason::Compiler(Cause::SliceGrowth)));
    allocations.iter().all(|one| one.operation == appends && one.sizes.shape() != Shape::Slice)
}

/// After so many groups their memory is given back.
const AT_ONCE: usize = 1 << 14;

/// What allocations without a reason make, where the program's file proves one type for all and objects have its size.
fn made<'a>(allocations: &[&'a Allocation<'_>]) -> Option<&'a MadeType> {
    let mut known: Option<&MadeType> = None;
    for allocation in allocations {
        let made = allocation.made.as_deref()?;
        let is_of_size = made.is_element || allocation.sizes.fixed().is_some_and(|size| is_room_for(size, made.bytes));
        if !is_of_size || known.is_some_and(|known| known != made) {
            return None;
        }
        known = Some(made);
    }
    known
}

/// The allocation sites of a bundle's latest heap profile, none where it has no profile; and whose decisions are taken for
/// those of its standard library.
pub(crate) fn latest_sites(bundle: &Bundle) -> (Vec<Site>, Option<StdRelease>) {
    let Some(heap) = bundle.latest_heap() else { return (Vec::new(), None) };
    let options = AttributeOptions::from_bundle(bundle);
    let std = StdRelease::find(&heap.profile, bundle.escapes(), &options);
    let mut sites = attribute_with(&heap.profile, bundle.escapes(), &options, std.as_ref());
    if let Some(fullest) = much_fuller(heap, bundle.heaps()).filter(|_| sites.iter().any(is_as_garbage)) {
        let held = attribute_with(&fullest.profile, bundle.escapes(), &options, std.as_ref());
        sites.iter_mut().filter(|site| is_as_garbage(site)).for_each(|site| add_held(site, &held, &fullest.name));
    }
    (sites, std)
}

/// The heap profile that has most in use, where that is at least twice of what the latest one has: what was let go before that is no
/// garbage at once.
fn much_fuller<'a>(latest: &HeapProfile, heaps: &'a [HeapProfile]) -> Option<&'a HeapProfile> {
    let fullest = heaps.iter().max_by_key(|heap| heap.inuse_bytes())?;
    (fullest.inuse_bytes() >= latest.inuse_bytes().saturating_mul(2)).then_some(fullest)
}

/// Whether the profile shows nothing of a site's own but what is garbage.
fn is_as_garbage(site: &Site) -> bool {
    site.is_own() && !site.is_held()
}

/// Says of a site what it held by an earlier profile.
fn add_held(site: &mut Site, before: &[Site], profile: &str) {
    let is_same = |other: &&Site| {
        other.place == site.place && other.charged_to == site.charged_to && other.is_own() && other.is_held()
    };
    // What the line makes in several ways is told apart by its reason.
    if let Some(held) = before.iter().filter(is_same).find(|held| held.reason == site.reason) {
        site.held_before = Some(Box::new(HeldBefore {
            profile: profile.to_owned(),
            inuse_bytes: held.inuse_bytes,
            inuse_fraction: held.inuse_fraction,
        }));
    }
}

/// Sums that do not fit are the caller's to refuse.
fn int64(sum: i128) -> i64 {
    i64::try_from(sum).unwrap_or(i64::MAX)
}

/// What explains each allocation of the groups, in their order.
///
/// A call of the allocator makes the same objects for all stacks, so that all of them count; and what else its line makes is
/// seen only when all are looked at together.
fn verdicts<'c>(groups: &[Group<'_>], compiler: &Compiler<'c>) -> Vec<Verdict<'c>> {
    // Groups are in the order of their leaves.
    let leaves = || groups.chunk_by(|a, b| a.key.leaf() == b.key.leaf()).map(Calls::merged);
    // Most lines of a log say nothing of what a profile has: what is known of few is kept.
    let mut known: HashMap<usize, Vec<Vec<Record<'c>>>> = HashMap::default();
    let mut types = TypeSizes::default();
    for (at, leaf) in leaves().enumerate() {
        checkpoint();
        let records = records(&leaf.calls, compiler);
        if records.iter().any(|records| !records.is_empty()) {
            learn(&leaf.calls, &records, &mut types);
            known.insert(at, records);
        }
    }
    let mut verdicts = Vec::with_capacity(groups.len());
    for (at, Calls { mut calls, of }) in leaves().enumerate() {
        checkpoint();
        let records = known.remove(&at).unwrap_or_else(|| vec![Vec::new(); calls.len()]);
        let found = explain(&mut calls, &records, compiler, &types);
        verdicts.extend(of.into_iter().map(|call| found[call]));
    }
    verdicts
}

/// The calls of the allocator at one leaf, each with what it allocated by way of all stacks.
struct Calls<'a> {
    calls: Vec<Allocation<'a>>,
    /// Of which call each allocation is.
    of: Vec<usize>,
}

impl<'a> Calls<'a> {
    fn merged(leaf: &[Group<'a>]) -> Self {
        let mut merged = Self { calls: Vec::with_capacity(1), of: Vec::with_capacity(leaf.len()) };
        let mut known: HashMap<LocationId, usize> = HashMap::default();
        for allocation in leaf.iter().flat_map(|group| &group.allocations) {
            let next = merged.calls.len();
            let call = *known.entry(allocation.location.id()).or_insert(next);
            if call == next {
                merged.calls.push(allocation.clone());
            } else {
                merged.calls[call].merge(allocation);
            }
            merged.of.push(call);
        }
        merged
    }
}

fn share(value: i64, total: i64) -> f64 {
    if total == 0 { 0.0 } else { value as f64 / total as f64 }
}

/// Decisions that sites share, each copied out of the log once.
#[derive(Default)]
struct Decisions {
    by_address: HashMap<usize, Arc<HeapDecision>>,
}

impl Decisions {
    fn shared(&mut self, decision: Option<&HeapDecision>) -> Option<Arc<HeapDecision>> {
        let decision = decision?;
        let address = std::ptr::from_ref(decision).addr();
        Some(Arc::clone(self.by_address.entry(address).or_insert_with(|| Arc::new(decision.clone()))))
    }
}
