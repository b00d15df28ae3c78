//! The join of a heap profile with the compiler's log.

use foldhash::HashMap;
use gomem_escape::EscapeLog;
use gomem_pprof::{FunctionId, Line, LocationId, Profile, Sample};

use crate::attribution::{
    compiler::Compiler,
    explain::{Allocation, explain},
    place::Place,
    site::Site,
};

/// The allocation sites of a heap profile, by falling bytes, each with the compiler's decision where `escapes` has one and
/// with the reason it allocates.
///
/// The compiler reports an escape at the outermost of inlined calls, a profile's leaf is the innermost of them: every frame
/// of the leaf's inline chain is looked up, the outermost first. When several records stand on a line, the one that fits
/// the sizes of the objects is taken.
#[must_use]
pub fn attribute(profile: &Profile, escapes: Option<&EscapeLog>) -> Vec<Site> {
    let compiler = escapes.map(Compiler::of).unwrap_or_default();
    let index = |name| profile.sample_type_index(name).unwrap_or(usize::MAX);
    let columns = [index("alloc_space"), index("alloc_objects"), index("inuse_space"), index("inuse_objects")];
    let mut places = Places::default();
    let mut known: HashMap<(u32, Option<u32>, u32), usize> = HashMap::default();
    let mut sites: Vec<Site> = Vec::new();
    let mut allocations: Vec<Vec<Allocation<'_>>> = Vec::new();
    // The most bytes of one stack without a frame of the user's own.
    let mut most: Vec<i64> = Vec::new();
    let mut calls: HashMap<(usize, LocationId), usize> = HashMap::default();
    // Asked of every frame of every sample, and the same for all lines of a function.
    let mut roles: Vec<Option<Role>> = Vec::new();
    let mut role = |line: Line<'_>| {
        let Some(function) = line.function() else { return Role::Other };
        let index = function.id().index();
        if index >= roles.len() {
            roles.resize(index + 1, None);
        }
        *roles[index].get_or_insert_with(|| Role::of(line, &compiler))
    };
    for sample in profile.samples() {
        let Some(leaf) = sample.locations().first() else { continue };
        let location = profile.location(leaf);
        let lines: Vec<Line<'_>> = location.lines().collect();
        let (Some(&inner), Some(&outer)) = (lines.first(), lines.last()) else { continue };
        let place = places.index(inner);
        let inlined_into = (lines.len() > 1).then(|| places.index(outer));
        let mut frames = sample.frames();
        let user = frames.find(|line| role(*line) == Role::Own);
        let is_of_pool = frames.any(|line| role(line) == Role::PoolGet);
        let charged_to = user.map_or(place, |line| places.index(line));
        let next = sites.len();
        let site = *known.entry((place, inlined_into, charged_to)).or_insert(next);
        if site == next {
            let place_of = |index: u32| places.all[index as usize].clone();
            sites.push(Site::new(place_of(place), inlined_into.map(place_of), place_of(charged_to)));
            allocations.push(Vec::new());
            most.push(i64::MIN);
        }
        let [bytes, objects, inuse_bytes, inuse_objects] = columns.map(|column| sample.value(column));
        let allocations = &mut allocations[site];
        let at = *calls.entry((site, leaf)).or_insert_with(|| {
            allocations.push(Allocation::new(lines, sample, user));
            allocations.len() - 1
        });
        allocations[at].sizes.add(bytes, objects);
        let (site, most) = (&mut sites[site], &mut most[site]);
        if user.is_none() && bytes > *most {
            *most = bytes;
            site.reached_from = Some(first_frame(sample).map_or_else(|| site.place.clone(), Place::from_frame));
        }
        site.bytes = site.bytes.saturating_add(bytes);
        site.objects = site.objects.saturating_add(objects);
        site.inuse_bytes = site.inuse_bytes.saturating_add(inuse_bytes);
        site.inuse_objects = site.inuse_objects.saturating_add(inuse_objects);
        site.pool_objects = site.pool_objects.saturating_add(if is_of_pool { objects } else { 0 });
    }
    let share = |value: i64, total: i64| if total == 0 { 0.0 } else { value as f64 / total as f64 };
    let [bytes, objects, inuse, _] = columns.map(|column| profile.total(column));
    for (site, mut allocations) in sites.iter_mut().zip(allocations) {
        site.bytes_fraction = share(site.bytes, bytes);
        site.objects_fraction = share(site.objects, objects);
        site.inuse_fraction = share(site.inuse_bytes, inuse);
        explain(site, &mut allocations, &compiler, escapes.is_some());
        site.has_finalizer = site.decisions.iter().any(|decision| compiler.is_finalizing(decision));
    }
    sites.sort_by(|a, b| {
        b.bytes.cmp(&a.bytes).then_with(|| a.place.cmp(&b.place)).then_with(|| a.charged_to.cmp(&b.charged_to))
    });
    sites
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
}

impl Places {
    fn index(&mut self, line: Line<'_>) -> u32 {
        let Self { all, indexes, by_id } = self;
        *by_id.entry((line.function().map(|function| function.id()), line.line())).or_insert_with(|| {
            let place = Place::from_frame(line);
            *indexes.entry(place).or_insert_with_key(|place| {
                all.push(place.clone());
                all.len() as u32 - 1
            })
        })
    }
}

/// What a function is to the stack it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Own,
    /// A pool that asks for a new object: what it calls then is the user's.
    PoolGet,
    Other,
}

impl Role {
    fn of(line: Line<'_>, compiler: &Compiler<'_>) -> Self {
        if compiler.is_own(line) {
            Self::Own
        } else if line.function().is_some_and(|function| function.name() == "sync.(*Pool).Get") {
            Self::PoolGet
        } else {
            Self::Other
        }
    }
}
