//! From a heap profile to its allocation sites.

use std::sync::Arc;

use foldhash::HashMap;
use gomem_escape::{EscapeLog, HeapDecision};
use gomem_pprof::{LocationId, Profile};
use gomem_table::checkpoint;

use crate::{
    attribution::{
        evidence::{Compiler, StdRelease, TypeSizes},
        join::{
            explain::{Allocation, Verdict, explain, learn, records},
            groups::{Group, Groups, Leaf},
            inlined,
        },
        options::AttributeOptions,
        sites::{NO_LOG, NOT_KNOWN, NOT_LOGGED, Site},
    },
    bundle::Bundle,
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
    let compiler = Compiler::new(escapes, options).with_std(std.map(|std| std.decisions));
    let Groups { groups, places } = Groups::read(profile, &compiler);
    let index = |name| profile.sample_type_index(name).unwrap_or(usize::MAX);
    let [bytes, objects, inuse] =
        ["alloc_space", "alloc_objects", "inuse_space"].map(|name| int64(profile.total(index(name))));
    let verdicts = verdicts(&groups, &compiler);
    let mut decisions = Decisions::default();
    let mut sites: Vec<Site> = Vec::new();
    for group in groups {
        checkpoint();
        let mut parts: Vec<(Verdict<'_>, Vec<&Allocation<'_>>)> = Vec::new();
        for allocation in &group.allocations {
            let verdict = verdicts.get(&(group.key.leaf(), allocation.location)).copied().unwrap_or_default();
            let verdict = verdict.for_stack(allocation);
            match parts.iter_mut().find(|(known, _)| known.is_same(&verdict)) {
                Some((_, allocations)) => allocations.push(allocation),
                None => parts.push((verdict, vec![allocation])),
            }
        }
        for (verdict, allocations) in parts {
            let mut site = group.site(&places, &verdict, &allocations, decisions.shared(verdict.decision));
            site.has_finalizer = verdict.decision.is_some_and(|decision| compiler.is_finalizing(decision));
            if verdict.decision.is_none() {
                let told = || match escapes {
                    None => NO_LOG,
                    Some(_) if compiler.is_of_others(&allocations[0].lines) => NOT_LOGGED,
                    Some(_) => NOT_KNOWN,
                };
                site.explanation = Some(verdict.reason.map_or_else(told, |(reason, _)| reason.explanation()));
            }
            site.bytes_fraction = share(site.bytes, bytes);
            site.objects_fraction = share(site.objects, objects);
            site.inuse_fraction = share(site.inuse_bytes, inuse);
            sites.push(site);
        }
    }
    inlined::agree(&mut sites);
    sites.sort_by(|a, b| {
        let by_bytes = b.bytes.cmp(&a.bytes);
        by_bytes
            .then_with(|| a.place.cmp(&b.place))
            .then_with(|| a.charged_to.cmp(&b.charged_to))
            .then_with(|| a.callee.cmp(&b.callee))
            .then_with(|| a.reason.cmp(&b.reason))
            .then_with(|| a.compiler_message().cmp(&b.compiler_message()))
    });
    sites
}

/// The allocation sites of a bundle's latest heap profile, none where it has no profile; and whose decisions are taken for
/// those of its standard library.
pub(crate) fn latest_sites(bundle: &Bundle) -> (Vec<Site>, Option<StdRelease>) {
    let Some(heap) = bundle.latest_heap() else { return (Vec::new(), None) };
    let options = AttributeOptions::from_bundle(bundle);
    let std = StdRelease::find(&heap.profile, bundle.escapes(), &options);
    (attribute_with(&heap.profile, bundle.escapes(), &options, std.as_ref()), std)
}

/// Sums that do not fit are the caller's to refuse.
fn int64(sum: i128) -> i64 {
    i64::try_from(sum).unwrap_or(i64::MAX)
}

/// What explains each call of the allocator. A call makes the same objects for all stacks, so that all of them count; and what
/// else its line makes is seen only when all are looked at together.
fn verdicts<'c>(groups: &[Group<'_>], compiler: &Compiler<'c>) -> HashMap<(Leaf, LocationId), Verdict<'c>> {
    let mut leaves: HashMap<Leaf, Vec<Allocation<'_>>> = HashMap::default();
    let mut known: HashMap<(Leaf, LocationId), usize> = HashMap::default();
    let mut order: Vec<Leaf> = Vec::new();
    for group in groups {
        checkpoint();
        let leaf = leaves.entry(group.key.leaf()).or_insert_with(|| {
            order.push(group.key.leaf());
            Vec::new()
        });
        for allocation in &group.allocations {
            match known.get(&(group.key.leaf(), allocation.location)) {
                Some(&at) => leaf[at].merge(allocation),
                None => {
                    known.insert((group.key.leaf(), allocation.location), leaf.len());
                    leaf.push(allocation.clone());
                }
            }
        }
    }
    let records: HashMap<Leaf, _> = leaves.iter().map(|(leaf, calls)| (*leaf, records(calls, compiler))).collect();
    let mut types = TypeSizes::default();
    for leaf in &order {
        checkpoint();
        learn(&leaves[leaf], &records[leaf], &mut types);
    }
    let mut verdicts = HashMap::default();
    for leaf in order {
        let Some(mut calls) = leaves.remove(&leaf) else { continue };
        let found = explain(&mut calls, &records[&leaf], compiler, &types);
        verdicts.extend(calls.iter().map(|call| (leaf, call.location)).zip(found));
    }
    verdicts
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
