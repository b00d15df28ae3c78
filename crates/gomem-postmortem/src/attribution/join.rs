//! From a heap profile to its allocation sites.

use std::sync::Arc;

use foldhash::HashMap;
use gomem_escape::{EscapeLog, HeapDecision};
use gomem_pprof::{FunctionId, Line, LocationId, Profile, Sample};

use crate::attribution::{
    compiler::Compiler,
    explain::{Allocation, Verdict, explain, learn, records},
    options::AttributeOptions,
    place::Place,
    reason::Reason,
    site::{NO_LOG, NOT_KNOWN, NOT_LOGGED, Site},
    sizes::Sizes,
    type_sizes::TypeSizes,
};

/// The allocation sites of a heap profile, by falling bytes: what each leaf allocates for each reason, charged to the
/// nearest line of the user's own code. The bytes of all sites add up to those of the profile.
///
/// The compiler reports an escape at the outermost of inlined calls, a profile's leaf is the innermost of them: every frame
/// of the leaf's inline chain is looked up, the outermost first. When several records stand on a line, the one that fits
/// the sizes of the objects is taken.
#[must_use]
pub fn attribute(profile: &Profile, escapes: Option<&EscapeLog>, options: &AttributeOptions<'_>) -> Vec<Site> {
    let compiler = escapes.map(Compiler::of).unwrap_or_default().with_options(options);
    let Groups { groups, places } = Groups::read(profile, &compiler);
    let index = |name| profile.sample_type_index(name).unwrap_or(usize::MAX);
    let [bytes, objects, inuse] =
        ["alloc_space", "alloc_objects", "inuse_space"].map(|name| profile.total(index(name)));
    let verdicts = verdicts(&groups, &compiler);
    let mut decisions = Decisions::default();
    let mut sites: Vec<Site> = Vec::new();
    for group in groups {
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

/// What explains each call of the allocator. A call makes the same objects for all stacks, so that all of them count; and what
/// else its line makes is seen only when all are looked at together.
fn verdicts<'c>(groups: &[Group<'_>], compiler: &Compiler<'c>) -> HashMap<(Leaf, LocationId), Verdict<'c>> {
    let mut leaves: HashMap<Leaf, Vec<Allocation<'_>>> = HashMap::default();
    let mut known: HashMap<(Leaf, LocationId), usize> = HashMap::default();
    let mut order: Vec<Leaf> = Vec::new();
    for group in groups {
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

/// The samples of one leaf and charged line, by call of the allocator.
struct Group<'a> {
    key: Key,
    /// Where the stack of most bytes begins, when the user has no frame in it.
    reached_from: Option<(i64, u32)>,
    allocations: Vec<Allocation<'a>>,
}

/// What tells groups apart: places by their index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    place: u32,
    inlined_into: Option<u32>,
    charged_to: u32,
    callee: Option<FunctionId>,
}

/// A leaf: its line, and that of the function it was inlined into.
type Leaf = (u32, Option<u32>);

impl Key {
    fn leaf(&self) -> Leaf {
        (self.place, self.inlined_into)
    }
}

impl Group<'_> {
    fn site(
        &self,
        places: &Places,
        verdict: &Verdict<'_>,
        allocations: &[&Allocation<'_>],
        decision: Option<Arc<HeapDecision>>,
    ) -> Site {
        let sum = |of: fn(&Allocation<'_>) -> i64| {
            allocations.iter().map(|allocation| of(allocation)).fold(0, i64::saturating_add)
        };
        let bytes = sum(|allocation| allocation.bytes);
        let grows = verdict.reason.is_some_and(|(reason, _)| reason.is_growth());
        let avoidable: f64 = allocations
            .iter()
            .map(|allocation| allocation.bytes as f64 * if grows { allocation.sizes.avoidable_fraction() } else { 1.0 })
            .sum();
        let sizes = Sizes::merged(allocations.iter().map(|allocation| &allocation.sizes));
        Site {
            place: places.place(self.key.place),
            inlined_into: self.key.inlined_into.map(|index| places.place(index)),
            charged_to: places.place(self.key.charged_to),
            callee: self.key.callee.and_then(|id| places.callees.get(&id).cloned()),
            reached_from: self.reached_from.map(|(_, index)| places.place(index)),
            bytes,
            objects: sum(|allocation| allocation.objects),
            inuse_bytes: sum(|allocation| allocation.inuse_bytes),
            inuse_objects: sum(|allocation| allocation.inuse_objects),
            pool_objects: sum(|allocation| allocation.pool_objects),
            has_finalizer: false,
            bytes_fraction: 0.0,
            objects_fraction: 0.0,
            inuse_fraction: 0.0,
            reason: verdict.reason.map(|(reason, _)| reason),
            reason_confidence: verdict.reason.map(|(_, confidence)| confidence),
            decision,
            explanation: None,
            avoidable_fraction: if bytes > 0 { avoidable / bytes as f64 } else { 1.0 },
            saving: None,
            has_one_size: sizes.is_nearly_fixed(),
        }
    }
}

/// The groups of a profile, with the places that they name.
#[derive(Default)]
struct Groups<'a> {
    groups: Vec<Group<'a>>,
    places: Places,
}

impl<'a> Groups<'a> {
    fn read(profile: &'a Profile, compiler: &Compiler<'_>) -> Self {
        let index = |name| profile.sample_type_index(name).unwrap_or(usize::MAX);
        let columns = [index("alloc_space"), index("alloc_objects"), index("inuse_space"), index("inuse_objects")];
        let Self { mut groups, mut places } = Self::default();
        let mut known: HashMap<Key, usize> = HashMap::default();
        let mut calls: HashMap<(usize, LocationId), usize> = HashMap::default();
        let mut roles = Roles::new(compiler);
        for sample in profile.samples() {
            let Some(leaf) = sample.locations().first() else { continue };
            let location = profile.location(leaf);
            let lines: Vec<Line<'_>> = location.lines().collect();
            let (Some(&inner), Some(&outer)) = (lines.first(), lines.last()) else { continue };
            let mut called = None;
            let mut frames = sample.frames();
            let user = frames.by_ref().find(|line| {
                let is_own = roles.of(*line) == Role::Own;
                if !is_own {
                    called = line.function();
                }
                is_own
            });
            let is_of_pool = frames.any(|line| roles.of(line) == Role::PoolGet);
            let called = called.filter(|_| user.is_some());
            let place = places.index(inner);
            let key = Key {
                place,
                inlined_into: (lines.len() > 1).then(|| places.index(outer)),
                charged_to: user.map_or(place, |line| places.index(line)),
                callee: called.map(|function| function.id()),
            };
            if let Some(function) = called {
                places.callees.entry(function.id()).or_insert_with(|| function.name().into());
            }
            let group = *known.entry(key).or_insert_with(|| {
                groups.push(Group { key, reached_from: None, allocations: Vec::new() });
                groups.len() - 1
            });
            let values = columns.map(|column| sample.value(column));
            let allocations = &mut groups[group].allocations;
            let at = *calls.entry((group, leaf)).or_insert_with(|| {
                allocations.push(Allocation::new(leaf, location.address(), lines, sample));
                allocations.len() - 1
            });
            allocations[at].add(values, is_of_pool);
            let most = groups[group].reached_from.map_or(i64::MIN, |(most, _)| most);
            if user.is_none() && values[0] > most {
                let first = first_frame(sample).map_or(place, |line| places.index(line));
                groups[group].reached_from = Some((values[0], first));
            }
        }
        Self { groups, places }
    }
}

/// The frame that a stack begins with; where goroutines end is below each of them.
fn first_frame(sample: Sample<'_>) -> Option<Line<'_>> {
    sample.frames().filter(|line| line.function().is_none_or(|function| function.name() != "runtime.goexit")).last()
}

/// The places of a profile, each once: most are told to be known by their ids already, without any text being made.
#[derive(Default)]
struct Places {
    all: Vec<Place>,
    indexes: HashMap<Place, u32>,
    by_id: HashMap<(Option<FunctionId>, i64), u32>,
    /// The names of functions that lines of the user's own call.
    callees: HashMap<FunctionId, Arc<str>>,
}

impl Places {
    fn index(&mut self, line: Line<'_>) -> u32 {
        let Self { all, indexes, by_id, .. } = self;
        *by_id.entry((line.function().map(|function| function.id()), line.line())).or_insert_with(|| {
            let place = Place::from_frame(line);
            *indexes.entry(place).or_insert_with_key(|place| {
                all.push(place.clone());
                all.len() as u32 - 1
            })
        })
    }

    fn place(&self, index: u32) -> Place {
        self.all[index as usize].clone()
    }
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

/// What functions are to the stacks they are in: asked of every frame of every sample, and the same for all lines of a
/// function.
struct Roles<'c, 'l> {
    compiler: &'c Compiler<'l>,
    by_function: Vec<Option<Role>>,
}

/// What a function is to the stack it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Own,
    /// A pool that asks for a new object: what it calls then is the user's.
    PoolGet,
    Other,
}

impl<'c, 'l> Roles<'c, 'l> {
    fn new(compiler: &'c Compiler<'l>) -> Self {
        Self { compiler, by_function: Vec::new() }
    }

    fn of(&mut self, line: Line<'_>) -> Role {
        let Some(function) = line.function() else { return Role::Other };
        let index = function.id().index();
        if index >= self.by_function.len() {
            self.by_function.resize(index + 1, None);
        }
        *self.by_function[index].get_or_insert_with(|| {
            if self.compiler.is_own(line) {
                Role::Own
            } else if function.name() == "sync.(*Pool).Get" {
                Role::PoolGet
            } else {
                Role::Other
            }
        })
    }
}

impl Verdict<'_> {
    /// Whether both say the same, and so are one site's.
    fn is_same(&self, other: &Self) -> bool {
        let reason = |verdict: &Self| verdict.reason.map(|(reason, _): (Reason, _)| reason);
        let same_decision = match (self.decision, other.decision) {
            (Some(a), Some(b)) => std::ptr::eq(a, b),
            (None, None) => true,
            _ => false,
        };
        same_decision && reason(self) == reason(other)
    }
}
