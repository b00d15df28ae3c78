//! The samples of a profile by leaf and charged line.

use std::sync::Arc;

use foldhash::HashMap;
use gomem_escape::HeapDecision;
use gomem_pprof::{Line, LocationId, Profile, Sample};
use gomem_symbol::is_starter;
use smallvec::SmallVec;

use crate::attribution::{
    evidence::{Compiler, Sizes},
    join::{
        allocation::Allocation,
        caller::Caller,
        cut_stacks::CutStacks,
        explain::Verdict,
        numbers::Numbers,
        places::{PlaceIndex, Places},
        roles::Roles,
    },
    sites::Site,
};

/// The samples of one leaf and charged line, by call of the allocator.
pub(crate) struct Group<'a> {
    pub(crate) key: Key,
    /// Where the stack of most bytes begins, when the user has no frame in it.
    reached_from: Option<u32>,
    pub(crate) allocations: SmallVec<[Allocation<'a>; 1]>,
}

/// What tells groups apart: places by their index, the callee by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Key {
    place: u32,
    inlined_into: Option<u32>,
    charged_to: u32,
    callee: Option<u32>,
    /// Whether where the stacks begin was cut off.
    is_cut: bool,
}

impl Key {
    /// The line of the leaf, and that of the function it was inlined into.
    pub(crate) fn leaf(&self) -> (u32, Option<u32>) {
        (self.place, self.inlined_into)
    }
}

impl Group<'_> {
    pub(crate) fn site(
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
            inlined_into: self.key.inlined_into.map(|index| Box::new(places.place(index))),
            charged_to: places.place(self.key.charged_to),
            callee: self.key.callee.map(|number| places.function(number)),
            stack_is_cut: self.key.is_cut,
            reached_from: self.reached_from.map(|index| Box::new(places.place(index))),
            bytes,
            objects: sum(|allocation| allocation.objects),
            inuse_bytes: sum(|allocation| allocation.inuse_bytes),
            inuse_objects: sum(|allocation| allocation.inuse_objects),
            staying_bytes: sum(|allocation| allocation.staying_bytes),
            pool_objects: sum(|allocation| allocation.pool_objects),
            has_finalizer: false,
            is_of_once: allocations.iter().any(|allocation| allocation.is_of_once()),
            bytes_fraction: 0.0,
            objects_fraction: 0.0,
            inuse_fraction: 0.0,
            reason: verdict.reason.map(|(reason, _)| reason),
            reason_confidence: verdict.reason.map(|(_, confidence)| confidence),
            decision,
            explanation: None,
            made: None,
            avoidable_fraction: if bytes > 0 { avoidable / bytes as f64 } else { 1.0 },
            saving: None,
            assists: None,
            lifespan: None,
            has_one_size: sizes.is_nearly_fixed(),
            held_before: None,
        }
    }
}

/// The groups of a profile, with the places that they name.
pub(crate) struct Groups<'a> {
    pub(crate) groups: Vec<Group<'a>>,
    pub(crate) places: Places,
}

impl<'a> Groups<'a> {
    pub(crate) fn read(profile: &'a Profile, compiler: &Compiler<'_>) -> Self {
        let index = |name| profile.sample_type_index(name).unwrap_or(usize::MAX);
        let columns = [index("alloc_space"), index("alloc_objects"), index("inuse_space"), index("inuse_objects")];
        let mut groups: Vec<Group<'a>> = Vec::new();
        let mut places = PlaceIndex::default();
        let mut known = Numbers::default();
        // Most groups have one call, which takes no place here.
        let mut others: HashMap<(usize, LocationId), usize> = HashMap::default();
        let mut most_of_others: HashMap<usize, i64> = HashMap::default();
        let mut roles = Roles::new(compiler);
        let cut = CutStacks::find(profile, &mut roles);
        for sample in profile.samples() {
            let Some(leaf) = sample.locations().first() else { continue };
            let location = profile.location(leaf);
            let lines: Vec<Line<'_>> = location.lines().collect();
            let (Some(&inner), Some(&outer)) = (lines.first(), lines.last()) else { continue };
            let Caller { user, callee, is_of_pool } = Caller::find(sample, &mut roles);
            let is_cut = user.is_none() && cut.is_cut(sample);
            let origin = if is_cut { cut.origin(sample) } else { None };
            let user = user.or(origin.map(|origin| origin.user));
            let callee = match origin {
                Some(origin) => origin.callee,
                None => callee,
            };
            let place = places.index(inner);
            let key = Key {
                place,
                inlined_into: (lines.len() > 1).then(|| places.index(outer)),
                charged_to: user.map_or(place, |line| places.index(line)),
                callee: callee.map(|function| places.number(function)),
                is_cut: is_cut && user.is_none(),
            };
            let next = groups.len();
            let group = known.find_or_add(&key, next, |group| groups[group].key).unwrap_or(next);
            if group == next {
                groups.push(Group { key, reached_from: None, allocations: SmallVec::new() });
            }
            let values = columns.map(|column| sample.value(column));
            let allocations = &mut groups[group].allocations;
            let push = |allocations: &mut SmallVec<[Allocation<'a>; 1]>| {
                allocations.push(Allocation::new(location, sample, compiler));
                allocations.len() - 1
            };
            let at = match allocations.first() {
                Some(first) if first.location.id() == leaf => 0,
                Some(_) => *others.entry((group, leaf)).or_insert_with(|| push(allocations)),
                None => push(allocations),
            };
            allocations[at].add(values, sample.object_bytes(), is_of_pool);
            if user.is_none() {
                let most = most_of_others.entry(group).or_insert(i64::MIN);
                if values[0] > *most {
                    *most = values[0];
                    groups[group].reached_from = Some(first_frame(sample).map_or(place, |line| places.index(line)));
                }
            }
        }
        let places = places.finish();
        // What is known of a function is asked for all of its lines, one after the other.
        groups.sort_unstable_by_key(|group| (places.function_of(group.key.place), group.key));
        Self { groups, places }
    }
}

/// The frame that a stack begins with, after what only runs what it is given: the initialisation of a package is its own.
pub(crate) fn first_frame(sample: Sample<'_>) -> Option<Line<'_>> {
    let runs_others = |name: &str| is_starter(name) || BEGINS_PROGRAM.contains(&name);
    sample.frames().filter(|line| line.function().is_none_or(|function| !runs_others(function.name()))).last()
}

/// What runs the initialisation of each package, and then `main` (`runtime/proc.go`).
const BEGINS_PROGRAM: [&str; 3] = ["runtime.main", "runtime.doInit", "runtime.doInit1"];
