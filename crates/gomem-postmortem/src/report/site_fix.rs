//! Allocation that a second bundle no longer has.

use std::sync::Arc;

use foldhash::{HashMap, HashSet};
use gomem_escape::Cause;
use gomem_pprof::picking_probability;
use gomem_statistics::median;
use gomem_symbol::Symbol;

use crate::{
    attribution::{Place, Reason, Site},
    bundle::Bundle,
};

/// What a line allocated itself, or by one call, and no longer does.
///
/// ```
/// # let bundle = |run: &str| {
/// #     let read = |name: &str| gomem_testkit::file(format!("examples/incident/{run}/{name}"));
/// #     let artifact = |name: &str| Artifact { name: name.into(), bytes: read(name), modified_ms: None };
/// #     Bundle::from_artifacts(run, ["heap-1.pb.gz", "heap-2.pb.gz", "heap-3.pb.gz"].map(artifact).into())
/// # };
/// use gomem_postmortem::{Artifact, Bundle, Comparison};
///
/// let comparison = Comparison::new(&bundle("before"), &bundle("after"));
/// let fix = &comparison.site_fixes[0];
/// assert_eq!((&*fix.place.short(), fix.callee.as_deref()), ("api/handler.go:58", None));
/// assert!(fix.bytes_fraction > 0.36 && fix.left_fraction < 0.001, "a third of all bytes, and it is gone");
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SiteFix {
    /// The line, as it was before.
    pub place: Place,
    /// The function that the line called. `None` for what it allocated itself.
    pub callee: Option<Arc<str>>,
    /// Its share of all bytes allocated before.
    pub bytes_fraction: f64,
    /// The share of its bytes that is left.
    pub left_fraction: f64,
}

impl SiteFix {
    /// What is gone: the share of all bytes allocated before that it no longer has.
    #[must_use]
    pub fn gone_fraction(&self) -> f64 {
        self.bytes_fraction * (1.0 - self.left_fraction)
    }

    /// What is gone in the second bundle, the largest first.
    ///
    /// Lines move when code changes, so allocation is compared by function, called and allocating function, and reason. It is gone when
    /// at least a third of it is, and when that is more than the sampler's chance, of a call as a whole or of a part of it:
    /// it picks objects, and their counts are Poisson, so a difference of n and m of them has the standard deviation √(n + m). What is missing in one
    /// place and is new in another has moved, and is not gone, if the same function of a library allocates both.
    ///
    /// With them comes how much of the work of before the run after did, where it tells.
    pub(crate) fn find(before: (&Bundle, &[Site]), after: (&Bundle, &[Site])) -> (Vec<Self>, Option<f64>) {
        let [had, has] = [before, after].map(|(bundle, sites)| amounts(sites, period(bundle)));
        let work = work(&had, &has);
        let least =
            if work.as_ref().is_some_and(Change::is_surely_none) { Least::OfSameWork } else { Least::OfAnyWork };
        (Self::gone(&had, &has, least), work.map(|work| work.ratio()))
    }

    /// What the second bundle has for the same work that the first one had not, the largest first: the same question the other
    /// way round. `None` where nothing tells how much was done.
    pub(crate) fn find_new(before: (&Bundle, &[Site]), after: (&Bundle, &[Site])) -> Option<Vec<Self>> {
        let [mut had, has] = [before, after].map(|(bundle, sites)| amounts(sites, period(bundle)));
        let work = work(&had, &has)?.ratio();
        had.values_mut().for_each(|(amount, _)| *amount = amount.scaled(work));
        Some(Self::gone(&has, &had, Least::OfAnyWork))
    }

    fn gone(had: &Amounts<'_>, has: &Amounts<'_>, least: Least) -> Vec<Self> {
        let moves = Moves::find(had, has);
        let mut calls: HashMap<(&str, Option<&str>), Vec<Part<'_>>> = HashMap::default();
        for (key, (amount, sites)) in had {
            let left = left(has, key).with_part_of(*amount, moves.moved_fraction(key, sites));
            let part = Part { sites, amount: *amount, left };
            calls.entry((&key.charged_to, key.callee.as_deref())).or_default().push(part);
        }
        let gone = calls.into_values().filter_map(|parts| Gone::of_call(&parts, least)).filter(Gone::is_worth_a_line);
        let mut fixes: Vec<Self> = gone.map(Gone::finish).collect();
        fixes.sort_by(|a, b| b.bytes_fraction.total_cmp(&a.bytes_fraction).then_with(|| a.place.cmp(&b.place)));
        fixes
    }
}

fn left(has: &Amounts<'_>, key: &Key) -> Amount {
    has.get(key).map(|(amount, _)| *amount).unwrap_or_default()
}

/// How much of the work of before the run after did: what functions allocate after to what they allocated before. Those that
/// were changed are few, so the ones near the median tell. Where functions are too few, what they call may tell that the work is
/// the same, but not how much another one is: the parts of a call that was changed agree with each other too. `None` where
/// neither tells.
fn work(had: &Amounts<'_>, has: &Amounts<'_>) -> Option<Change> {
    let by_function = |key: &Key| (key.charged_to.clone(), String::new());
    let by_part = |key: &Key| (key.charged_to.clone(), key.allocates.clone());
    let of_parts = || Change::find(had, has, by_part, FEWEST_PARTS).filter(Change::is_surely_none);
    Change::find(had, has, by_function, FEWEST_FUNCTIONS).or_else(of_parts)
}

/// What those allocate that most agree with, before and after.
#[derive(Debug, Clone, Copy, Default)]
struct Change {
    before: Amount,
    after: Amount,
}

impl Change {
    fn find<T: Eq + std::hash::Hash>(
        had: &Amounts<'_>,
        has: &Amounts<'_>,
        of: impl Fn(&Key) -> T,
        fewest: usize,
    ) -> Option<Self> {
        let sums = |amounts: &Amounts<'_>| {
            let mut sums: HashMap<T, Amount> = HashMap::default();
            for (key, (amount, _)) in amounts {
                let sum = sums.entry(of(key)).or_default();
                *sum = sum.plus(*amount);
            }
            sums.retain(|_, amount| amount.sampled >= ENOUGH_SAMPLES);
            sums
        };
        let (before, after) = (sums(had), sums(has));
        let both: Vec<Self> =
            before.iter().filter_map(|(one, before)| Some(Self { before: *before, after: *after.get(one)? })).collect();
        let bytes_ratio = |change: &Self| change.after.bytes / change.before.bytes;
        let median =
            median(&mut both.iter().map(bytes_ratio).collect::<Vec<f64>>()).filter(|_| both.len() >= fewest)?;
        let mut agree: Vec<&Self> =
            both.iter().filter(|change| (bytes_ratio(change) / median - 1.0).abs() <= SAME_WORK).collect();
        if 2 * agree.len() <= both.len() {
            return None;
        }
        let sum = |changes: &[&Self]| {
            changes.iter().fold(Self::default(), |sum, one| Self {
                before: sum.before.plus(one.before),
                after: sum.after.plus(one.after),
            })
        };
        // One that allocates more than all others can be the one that was changed. Runs are compared under the same load, so it
        // takes the others to be believed that this was another one.
        agree.sort_by(|a, b| b.before.bytes.total_cmp(&a.before.bytes));
        let (largest, others) = (agree[0], sum(&agree[1..]));
        let (all, is_most) = (sum(&agree), 2.0 * others.before.bytes < largest.before.bytes);
        let is_as_ever = others.is_surely_none() || others.ratio() == 1.0 && others.is_other_than(largest);
        Some(if agree.len() > 2 && is_most && is_as_ever { others } else { all })
    }

    /// How many times as much; one where the sampler does not tell the difference.
    fn ratio(&self) -> f64 {
        let ratio = self.after.bytes / self.before.bytes;
        if (ratio - 1.0).abs() <= BY_CHANCE * self.deviation() { 1.0 } else { ratio }
    }

    /// Whether the sampler tells its ratio from this one's.
    fn is_other_than(&self, other: &Self) -> bool {
        let deviation = self.deviation().hypot(other.deviation());
        (self.after.bytes / self.before.bytes - other.after.bytes / other.before.bytes).abs() > BY_CHANCE * deviation
    }

    fn is_surely_none(&self) -> bool {
        self.deviation() <= SURE && self.ratio() == 1.0
    }

    /// The standard deviation of the ratio: the sampler's counts are Poisson.
    fn deviation(&self) -> f64 {
        (1.0 / self.before.sampled.max(1.0) + 1.0 / self.after.sampled.max(1.0)).sqrt()
    }
}

/// What each key has, with its sites, as the sampler with this period saw it.
fn amounts(sites: &[Site], period: f64) -> Amounts<'_> {
    let mut amounts = Amounts::default();
    for site in sites {
        let (amount, sites) = amounts.entry(Key::new(site)).or_default();
        amount.add(site, period);
        sites.push(site);
    }
    amounts
}

/// Of how many bytes the profiler picks one object; 1 when it keeps every object.
fn period(bundle: &Bundle) -> f64 {
    let profile = bundle.latest_heap().map(|heap| &heap.profile);
    let space = profile.filter(|profile| profile.period_type().is_some_and(|kind| kind.name() == "space"));
    space.map_or(1.0, |profile| profile.period() as f64).max(1.0)
}

/// What stays the same of an allocation when lines move.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    charged_to: String,
    /// The function that the line calls.
    callee: Option<String>,
    allocates: String,
    reason: Option<Reason>,
}

impl Key {
    fn new(site: &Site) -> Self {
        // Whether a map's first memory is its making or its growth is told by counts, now the one, now the other; and of what
        // several functions build with one `strings.Builder` the largest tells.
        let reason = match site.reason {
            Some(Reason::MapGrowth) => Some(Reason::Compiler(Cause::MapCreation)),
            Some(Reason::BufferGrowth) => Some(Reason::StringBuilding),
            reason => reason,
        };
        let callee = site.callee.as_deref().map(|callee| Symbol::decode(callee).key());
        Self { charged_to: site.charged_to.key(), callee, allocates: site.place.key(), reason }
    }

    fn pair(&self) -> (&str, &str) {
        (&self.charged_to, &self.allocates)
    }
}

/// Bytes that are missing after and bytes that are new, by where they are allocated. Another function may allocate there now,
/// and of two reasons that fit, sizes may tell now the one, now the other.
#[derive(Default)]
struct Moves<'a>(HashMap<&'a str, Move>);

#[derive(Debug, Clone, Copy, Default)]
struct Move {
    missing: f64,
    arrived: f64,
}

impl<'a> Moves<'a> {
    fn find(had: &'a Amounts<'_>, has: &'a Amounts<'_>) -> Self {
        let mut moves = Self::default();
        for (key, (amount, sites)) in had {
            moves.0.entry(place(key, sites)).or_default().missing += (amount.bytes - left(has, key).bytes).max(0.0);
        }
        // The one reason of what a library has inlined in several places is that of most of its bytes, now the one, now the other.
        let pairs: HashSet<(&str, &str)> = had.keys().map(Key::pair).collect();
        for (key, (amount, sites)) in has {
            let before = left(had, key);
            let is_other_reason = before.bytes <= 0.0 && key.callee.is_some() && pairs.contains(&key.pair());
            if amount.is_gone(before) || is_other_reason {
                moves.0.entry(place(key, sites)).or_default().arrived += amount.bytes - before.bytes;
            }
        }
        moves
    }

    /// How much of what is missing of this has moved.
    fn moved_fraction(&self, key: &Key, sites: &[&Site]) -> f64 {
        self.0.get(place(key, sites)).map_or(0.0, |found| (found.arrived / found.missing.max(1.0)).min(1.0))
    }
}

/// The function of a library that allocates it; for what a line allocates itself, its package.
fn place<'a>(key: &'a Key, sites: &[&Site]) -> &'a str {
    let is_own = sites.iter().all(|site| site.is_own());
    if is_own { key.charged_to.split_once('.').map_or(&key.charged_to, |(package, _)| package) } else { &key.allocates }
}

type Amounts<'a> = HashMap<Key, (Amount, Vec<&'a Site>)>;

/// What was allocated, and how many objects of it the sampler saw.
#[derive(Debug, Clone, Copy, Default)]
struct Amount {
    bytes: f64,
    sampled: f64,
    /// Of the number of objects.
    variance: f64,
}

impl Amount {
    fn add(&mut self, site: &Site, period: f64) {
        let size = site.mean_object_bytes().unwrap_or(0.0);
        self.bytes += site.bytes.max(0) as f64;
        let sampled = site.objects.max(0) as f64 * picking_probability(size, period);
        self.sampled += sampled;
        self.variance += sampled;
    }

    fn plus(self, other: Self) -> Self {
        Self {
            bytes: self.bytes + other.bytes,
            sampled: self.sampled + other.sampled,
            variance: self.variance + other.variance,
        }
    }

    /// As much as it would be for so many times the work.
    fn scaled(self, work: f64) -> Self {
        Self { bytes: self.bytes * work, sampled: self.sampled * work, variance: self.variance * work * work }
    }

    /// With a part of what `whole` has more.
    fn with_part_of(self, whole: Self, part: f64) -> Self {
        Self {
            bytes: self.bytes + (whole.bytes - self.bytes).max(0.0) * part,
            sampled: self.sampled + (whole.sampled - self.sampled).max(0.0) * part,
            variance: self.variance + (whole.variance - self.variance).max(0.0) * part,
        }
    }

    fn is_gone(self, left: Self) -> bool {
        left.bytes <= MOST_LEFT * self.bytes && self.deviations_from(left) >= BEYOND_CHANCE
    }

    /// Whether a good part of it is gone for certain.
    fn is_less(self, left: Self) -> bool {
        left.bytes <= MOST_LEFT_OF_SAME_WORK * self.bytes && self.deviations_from(left) >= 2.0 * BEYOND_CHANCE
    }

    /// How many standard deviations of the sampler's counts are missing.
    fn deviations_from(self, left: Self) -> f64 {
        (self.sampled - left.sampled) / (self.variance + left.variance).sqrt().max(1.0)
    }
}

/// How much of a call has to be gone at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Least {
    /// A third: less can be other work.
    OfAnyWork,
    /// A tenth, where both runs surely did the same.
    OfSameWork,
}

/// What a line allocates by one call, in one function and for one reason.
struct Part<'a> {
    sites: &'a [&'a Site],
    amount: Amount,
    left: Amount,
}

impl Part<'_> {
    fn is_gone(&self) -> bool {
        self.amount.is_gone(self.left)
    }
}

/// A fix as it is put together.
struct Gone<'a> {
    largest: &'a Site,
    bytes_fraction: f64,
    left: f64,
    /// How many standard deviations of the sampler's counts are missing.
    deviations: f64,
}

impl<'a> Gone<'a> {
    /// What is gone of a call. A call that is made no more was many small things, each of which may be the sampler's chance, so
    /// all of them are looked at together first. One that is made less often has less of each.
    fn of_call(parts: &[Part<'a>], least: Least) -> Option<Self> {
        let sum = |of: fn(&Part<'_>) -> Amount| parts.iter().map(of).fold(Amount::default(), Amount::plus);
        let (had, left) = (sum(|part| part.amount), sum(|part| part.left));
        let is_whole = had.is_gone(left) || least == Least::OfSameWork && had.is_less(left);
        let of_gone = |part: &&Part<'_>| is_whole || part.is_gone();
        let of = |amount: fn(&Part<'_>) -> Amount| {
            parts.iter().filter(of_gone).map(amount).fold(Amount::default(), Amount::plus)
        };
        let deviations = of(|part| part.amount).deviations_from(of(|part| part.left));
        let mut gone: Option<Self> = None;
        for part in parts.iter().filter(of_gone) {
            let left = if part.amount.bytes > 0.0 { part.left.bytes / part.amount.bytes } else { 0.0 };
            for site in part.sites {
                gone.get_or_insert(Self { largest: site, bytes_fraction: 0.0, left: 0.0, deviations }).add(site, left);
            }
        }
        gone
    }

    /// Whether it is a good part of all bytes, or small and certain.
    fn is_worth_a_line(&self) -> bool {
        self.bytes_fraction >= LEAST || self.bytes_fraction >= LEAST_IF_CERTAIN && self.deviations >= CERTAIN
    }

    fn add(&mut self, site: &'a Site, left: f64) {
        if site.bytes > self.largest.bytes {
            self.largest = site;
        }
        self.bytes_fraction += site.bytes_fraction;
        self.left += site.bytes_fraction * left;
    }

    fn finish(self) -> SiteFix {
        SiteFix {
            place: self.largest.charged_to.clone(),
            callee: self.largest.callee.clone(),
            bytes_fraction: self.bytes_fraction,
            left_fraction: if self.bytes_fraction > 0.0 { self.left / self.bytes_fraction } else { 0.0 },
        }
    }
}

/// In standard deviations of the sampler's counts: of hundreds of places one in a few lies three beyond by chance.
const BEYOND_CHANCE: f64 = 4.0;
/// Of all bytes: less is worth a line only if it is certain.
const LEAST: f64 = 0.002;
/// Of all bytes: less than this is worth none.
const LEAST_IF_CERTAIN: f64 = 0.0002;
/// In standard deviations: of forty objects that the sampler saw none is left.
const CERTAIN: f64 = 6.0;
/// Of what is gone. A slice that is made large enough at once is half of one that grows.
const MOST_LEFT: f64 = 2.0 / 3.0;
const MOST_LEFT_OF_SAME_WORK: f64 = 0.9;
/// So many objects have a standard deviation of a fifth.
const ENOUGH_SAMPLES: f64 = 25.0;
/// One may have been changed.
const FEWEST_FUNCTIONS: usize = 3;
/// Several are of one call.
const FEWEST_PARTS: usize = 6;
/// In standard deviations, of a difference that is none.
const BY_CHANCE: f64 = 3.0;
/// The standard deviation of a ratio that is known well enough: of 1,250 objects before and as many after.
const SURE: f64 = 0.04;
/// How far a function's ratio may lie from the median to agree with it.
const SAME_WORK: f64 = 0.25;
