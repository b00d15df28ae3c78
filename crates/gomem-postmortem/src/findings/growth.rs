//! Lines of the user's own code whose live memory grows over the heap profiles of a bundle.

use std::{borrow::Cow, sync::Arc};

use foldhash::{HashMap, HashSet};
use gomem_metrics::{GoState, Quantity};
use gomem_pprof::{Growth, GrowthOptions, Line, Profile, SiteGrowth};
use gomem_symbol::{Symbol, Wrapper};
use gomem_table::MIB;

use crate::{
    attribution::{AttributeOptions, Place, Site, attribute},
    bundle::{Bundle, HeapProfile},
    findings::{
        live_heap::{MOST_OF_THE_TIME, SLOW},
        moment::profile_time::{AsOf, ProfileTimes},
    },
};

/// A line of the user's own code whose live memory grows, itself or by what it calls; a leaf where no line of the user's own
/// is on the stack.
#[derive(Debug, Clone)]
pub(crate) struct GrowingSite {
    pub(crate) place: Place,
    /// What is allocated by way of it, as of the last profile, what is most in use first.
    pub(crate) sites: Vec<Site>,
    /// How its bytes in use go.
    pub(crate) growth: SiteGrowth,
    /// The line of the user's own that calls its function, where one has most of it: what a function returns is there.
    pub(crate) called_at: Option<Place>,
    /// Whether most of it is made by the function that a goroutine begins with.
    pub(crate) begins_goroutine: bool,
}

impl GrowingSite {
    pub(crate) fn inuse_bytes(&self) -> i64 {
        self.sites.iter().fold(0, |sum, site| sum.saturating_add(site.inuse_bytes))
    }

    pub(crate) fn inuse_fraction(&self) -> f64 {
        self.sites.iter().map(|site| site.inuse_fraction).sum()
    }

    /// What has most of its bytes in use, where one has at least half.
    pub(crate) fn largest(&self) -> Option<&Site> {
        self.sites.first().filter(|site| site.inuse_bytes.saturating_mul(2) >= self.inuse_bytes())
    }
}

/// Growing lines, the one that grew most first; `latest` are the sites of the bundle's latest heap profile. Two profiles will do
/// where the rules say that the live heap leaks.
pub(crate) fn growing_sites(bundle: &Bundle, state: &GoState, latest: &[Site], is_leaking: bool) -> Vec<GrowingSite> {
    let timed = timed_heaps(bundle);
    let Some(&last) = timed.last() else { return Vec::new() };
    let sites = sites_of(last, bundle, latest);
    let fewest = if is_leaking { 2 } else { SiteGrowth::ENOUGH_PROFILES };
    growing_over(timed, state, &sites, (fewest, is_leaking))
}

/// The sites of a heap profile; `latest` are those of the bundle's latest one.
pub(crate) fn sites_of<'s>(heap: &HeapProfile, bundle: &Bundle, latest: &'s [Site]) -> Cow<'s, [Site]> {
    match bundle.latest_heap() {
        Some(known) if std::ptr::eq(known, heap) => Cow::Borrowed(latest),
        _ => Cow::Owned(attribute(&heap.profile, bundle.escapes(), &AttributeOptions::from_bundle(bundle))),
    }
}

/// The heap profiles with a time, the earliest first.
pub(crate) fn timed_heaps(bundle: &Bundle) -> Vec<&HeapProfile> {
    bundle.heaps().iter().filter(|heap| heap.profile.as_of_nanos().is_some()).collect()
}

/// The same over these profiles, the earliest first, where so many will do; `sites` are those of the last of them.
pub(crate) fn growing_over(
    timed: Vec<&HeapProfile>,
    state: &GoState,
    sites: &[Site],
    (fewest, is_leaking): (usize, bool),
) -> Vec<GrowingSite> {
    let Some(&last) = timed.last() else { return Vec::new() };
    let mut own = own_functions(sites);
    let driven = driven(&last.profile, &own);
    own.retain(|function| !driven.contains_key(*function));
    let (timed, times) = held_at(timed, state);
    let begin_nanos = times.iter().copied().min();
    let options = GrowthOptions::default().with_starts(starts_nanos(state)).with_times(times);
    let growth = Growth::charged(timed.iter().map(|heap| &*heap.profile), &options, |line| {
        line.function().is_some_and(|function| own.contains(function.name()))
    });
    let Ok(growth) = growth else { return Vec::new() };
    let mut by_line: HashMap<(Arc<str>, i64), Vec<Site>> = HashMap::default();
    for site in sites {
        let mut site = site.clone();
        if let Some((place, callee)) = driven.get(site.charged_to.function()) {
            (site.charged_to, site.callee) = (place.clone(), Some(Arc::clone(callee)));
        }
        by_line.entry((site.charged_to.function().into(), site.charged_to.line)).or_default().push(site);
    }
    // A profile is as of an earlier GC: what it does not show yet may be older than it is.
    let allocated = allocated_between(state, timed.iter().filter_map(|heap| heap.profile.time_nanos()));
    let is_possible = |site: &SiteGrowth| allocated.is_none_or(|bytes| bytes >= LEAST_OF_GROWTH * site.change());
    let begin_nanos = begin_nanos.filter(|_| growth.restarts() == 0);
    let goes_on = |site: &SiteGrowth| {
        let allocated = |nanos: [i64; 2]| if is_leaking { None } else { allocated_between(state, nanos.into_iter()) };
        begin_nanos.is_none_or(|begin| goes_on(&site.points, begin, allocated))
    };
    let is_it = |site: &&SiteGrowth| site.is_growing(fewest) && is_possible(site) && goes_on(site);
    let mut growing: Vec<&SiteGrowth> = growth.sites().iter().filter(is_it).collect();
    if growing.is_empty() && is_leaking {
        growing.extend(likeliest(&growth).filter(|&site| is_possible(site) && goes_on(site)));
    }
    let of_line = growing.into_iter().filter_map(|growth| {
        let key = (growth.key.function.as_deref()?.into(), growth.key.line.unwrap_or(0));
        let mut sites = by_line.remove(&key)?;
        sites.sort_by_key(|site| std::cmp::Reverse(site.inuse_bytes));
        let place = sites.first()?.charged_to.clone();
        Some(GrowingSite { place, sites, growth: growth.clone(), called_at: None, begins_goroutine: false })
    });
    let mut growing: Vec<GrowingSite> = of_line.collect();
    let mut callers = callers(&last.profile, &own, growing.iter().map(|site| &site.place));
    for site in &mut growing {
        if let Some(of_site) = callers.remove(&site.place) {
            (site.called_at, site.begins_goroutine) = (of_site.most(), of_site.begins_goroutine());
        }
    }
    growing
}

/// Of a small heap that leaks, as something else says, the sampler picks few objects: the line that has most of what is in use and of
/// what it is more by.
fn likeliest(growth: &Growth) -> Option<&SiteGrowth> {
    let (inuse, more) =
        growth.sites().iter().fold((0.0, 0.0), |sum, site| (sum.0 + site.last(), sum.1 + site.change().max(0.0)));
    let is_most = |site: &&SiteGrowth| {
        site.last() * 2.0 >= inuse
            && site.change() * 2.0 >= more
            && site.kept_fraction().is_some_and(|kept| kept >= MOSTLY_KEPT)
            && site.is_growing_beyond(SiteGrowth::ENOUGH_PROFILES, UNLIKELY)
    };
    growth.sites().iter().find(is_most)
}

/// Whether profiles are of one process: another one has allocated fewer objects at some lines.
pub(crate) fn are_of_one_process(profiles: [&Profile; 2]) -> bool {
    Growth::new(profiles, &GrowthOptions::default()).is_ok_and(|growth| growth.restarts() == 0)
}

/// How many bytes the process of the latest heap profile allocated a second at most, since its first profile: what was allocated since the
/// last GC before a profile is not in it, and with `GOGC=100` that is as much as is live.
pub(crate) fn profiled_rate(bundle: &Bundle) -> Option<f64> {
    let timed = timed_heaps(bundle);
    let (first, last) = (*timed.first()?, *timed.last()?);
    let total = |heap: &HeapProfile, kind| Some(heap.profile.total(heap.profile.sample_type_index(kind)?));
    let seconds = (last.profile.time_nanos()?.checked_sub(first.profile.time_nanos()?)?) as f64 / 1e9;
    let made = total(last, "alloc_space")?.checked_sub(total(first, "alloc_space")?)? as f64;
    let unseen = (total(last, "inuse_space")? as f64).max(LEAST_HEAP);
    (seconds > 0.0 && are_of_one_process([&first.profile, &last.profile])).then(|| (made + unseen) / seconds)
}

/// The functions of the user's own that these sites are charged to.
pub(crate) fn own_functions(sites: &[Site]) -> HashSet<&str> {
    sites.iter().filter(|site| site.reached_from.is_none()).map(|site| site.charged_to.function()).collect()
}

/// Functions of a driver: a package that asks drivers calls them, and what they keep, they keep for who asked it. Each with the
/// line of the program that asks, and what that calls, where one line has most of what they hold.
fn driven(profile: &Profile, own: &HashSet<&str>) -> HashMap<Arc<str>, Caller> {
    let Some(inuse) = profile.sample_type_index("inuse_space") else { return HashMap::default() };
    let is_own = |line: &Line<'_>| line.function().is_some_and(|function| own.contains(function.name()));
    let mut held: HashMap<Arc<str>, Held> = HashMap::default();
    for sample in profile.samples() {
        let mut outer = sample.frames().skip_while(|line| !is_own(line));
        let Some(driver) = outer.next().and_then(|line| line.function()) else { continue };
        let held = held.entry(driver.name().into()).or_default();
        held.bytes = held.bytes.saturating_add(sample.value(inuse));
        let mut between = None;
        let caller = outer.find(|line| {
            let is_found = is_own(line);
            if !is_found {
                between = line.function().map(|function| function.name().to_owned());
            }
            is_found
        });
        if let (Some(caller), Some(callee)) = (caller, between)
            && ASKS_DRIVERS.iter().any(|package| callee.starts_with(package))
        {
            let of_caller = held.by_caller.entry((Place::from_frame(caller), callee.into())).or_default();
            *of_caller = of_caller.saturating_add(sample.value(inuse));
        }
    }
    let most = |(driver, held): (Arc<str>, Held)| {
        let by_bytes = |a: &(Caller, i64), b: &(Caller, i64)| a.1.cmp(&b.1).then_with(|| b.0.cmp(&a.0));
        let (caller, of_caller) = held.by_caller.into_iter().max_by(by_bytes)?;
        (of_caller > 0 && of_caller.saturating_mul(2) >= held.bytes).then_some((driver, caller))
    };
    held.into_iter().filter_map(most).collect()
}

/// Who calls the function of a place, by the bytes that it has in use.
#[derive(Default)]
struct Callers {
    bytes: i64,
    /// The lines of the user's own that call it, with nothing between.
    by_line: HashMap<Place, i64>,
    /// Of stacks that begin with it.
    first_bytes: i64,
}

impl Callers {
    /// The line that has most of it.
    fn most(&self) -> Option<Place> {
        let by_bytes = |a: &(&Place, &i64), b: &(&Place, &i64)| a.1.cmp(b.1).then_with(|| b.0.cmp(a.0));
        let (caller, of_caller) = self.by_line.iter().max_by(by_bytes)?;
        (of_caller.saturating_mul(2) >= self.bytes).then(|| caller.clone())
    }

    fn begins_goroutine(&self) -> bool {
        self.first_bytes.saturating_mul(2) > self.bytes
    }
}

/// Who calls the functions of these places.
fn callers<'p>(
    profile: &Profile,
    own: &HashSet<&str>,
    places: impl Iterator<Item = &'p Place>,
) -> HashMap<Place, Callers> {
    let Some(inuse) = profile.sample_type_index("inuse_space") else { return HashMap::default() };
    let mut called: HashMap<Place, Callers> = places.map(|place| (place.clone(), Callers::default())).collect();
    let is_own = |line: &Line<'_>| line.function().is_some_and(|function| own.contains(function.name()));
    for sample in profile.samples().filter(|sample| sample.value(inuse) > 0) {
        let mut outer = sample.frames().skip_while(|line| !is_own(line));
        let Some(place) = outer.next().map(Place::from_frame) else { continue };
        let Some(callers) = called.get_mut(&place) else { continue };
        callers.bytes = callers.bytes.saturating_add(sample.value(inuse));
        // Not every function of the program allocates itself.
        let is_beside = |line: &Line<'_>| {
            let package = |function: &str| Symbol::decode(function).package().to_owned();
            is_own(line)
                || line.function().is_some_and(|function| package(function.name()) == package(place.function()))
        };
        let caller = outer.next();
        // `main.main` ends with the program.
        if caller.is_none_or(|line| is_go_statement(&line)) && place.function() != "main.main" {
            callers.first_bytes = callers.first_bytes.saturating_add(sample.value(inuse));
        }
        if let Some(caller) = caller.filter(is_beside) {
            let of_caller = callers.by_line.entry(Place::from_frame(caller)).or_default();
            *of_caller = of_caller.saturating_add(sample.value(inuse));
        }
    }
    called
}

/// Whether a frame is what the compiler makes around the call of a `go` statement.
fn is_go_statement(line: &Line<'_>) -> bool {
    line.function().is_some_and(|function| Symbol::decode(function.name()).wrapper() == Some(Wrapper::Go))
}

/// A line of the program, and what it calls there.
type Caller = (Place, Arc<str>);

/// What a driver's function has in use, and for whom.
#[derive(Default)]
struct Held {
    bytes: i64,
    by_caller: HashMap<Caller, i64>,
}

/// The profiles with the moments as of which they hold. Of those from before the first scrape only the last one is kept: how fast
/// memory grew between them is not known.
fn held_at<'p>(profiles: Vec<&'p HeapProfile>, state: &GoState) -> (Vec<&'p HeapProfile>, Vec<i64>) {
    let times = ProfileTimes::new(state);
    let as_of = |heap: &&'p HeapProfile| {
        let known = times.as_ref().and_then(|times| times.as_of(&heap.profile));
        known.or_else(|| heap.profile.as_of_nanos().map(AsOf::Nanos))
    };
    let dated: Vec<(&HeapProfile, AsOf)> = profiles.iter().filter_map(|heap| Some((*heap, as_of(heap)?))).collect();
    let is_before = |(_, as_of): &&(&HeapProfile, AsOf)| matches!(as_of, AsOf::Before { .. });
    let last_before = dated.iter().filter(is_before).max_by_key(|(heap, _)| heap.profile.as_of_nanos()).copied();
    let kept = last_before.into_iter().chain(dated.iter().filter(|one| !is_before(one)).copied());
    let nanos = |as_of| match as_of {
        AsOf::Before { first_nanos } => first_nanos,
        AsOf::Nanos(nanos) => nanos,
    };
    kept.map(|(heap, as_of)| (heap, nanos(as_of))).unzip()
}

/// How many seconds old was what the last of these profiles shows when it was taken: where the program allocated so little in that
/// time's end, beside what it allocated while the profiles show growth, that the work was done.
pub(crate) fn quiet_after(profiles: Vec<&HeapProfile>, state: &GoState) -> Option<f64> {
    let taken = profiles.last()?.profile.time_nanos()?;
    let (_, times) = held_at(profiles, state);
    let moments = [*times.iter().min()?, *times.iter().max()?, taken];
    quiet_seconds(moments, |[begin, end]| allocated_between(state, [begin, end].into_iter()))
}

/// The seconds from the second of three moments to the third, where that is as long as before it, and far less was allocated in as long
/// before the third: work may have gone on after the last GC that a profile shows.
fn quiet_seconds([first, last, taken]: [i64; 3], allocated: impl Fn([i64; 2]) -> Option<f64>) -> Option<f64> {
    let (grew, quiet) = (last.saturating_sub(first), taken.saturating_sub(last));
    let is_less = allocated([taken.saturating_sub(grew), taken])? <= QUIET * allocated([first, last])?;
    (grew > 0 && quiet >= grew && is_less).then_some(quiet as f64 / 1e9)
}

/// Whether what grew in a long time between two profiles cannot all have grown early in it, as what fills up does: by what the
/// program `allocated` from one moment to another, where that is known. GC comes ever later as a heap grows, so that most of the
/// time is often between two profiles. Of two profiles nobody knows it, and who asks of two says so.
fn goes_on(points: &[(f64, f64)], begin_nanos: i64, allocated: impl Fn([i64; 2]) -> Option<f64>) -> bool {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return false };
    if points.len() == 2 {
        return true;
    }
    let length = last.0 - first.0;
    let gap = points.windows(2).max_by(|a, b| (a[1].0 - a[0].0).total_cmp(&(b[1].0 - b[0].0)));
    let Some(&[before, after]) = gap.filter(|gap| gap[1].0 - gap[0].0 > MOST_OF_THE_TIME * length) else { return true };
    let middle = f64::midpoint(before.0, after.0);
    let nanos = |seconds: f64| begin_nanos.saturating_add((seconds * 1e9) as i64);
    let Some(early) = allocated([nanos(before.0), nanos(middle)]) else { return true };
    let least = (after.1 - before.1 - early) / (after.0 - middle);
    least >= SLOW * (last.1 - first.1) / length
}

/// What the program allocated from the first of these moments to the last, by the scrapes around them.
fn allocated_between(state: &GoState, nanos: impl Iterator<Item = i64> + Clone) -> Option<f64> {
    let (first, last) = (nanos.clone().min()? / 1_000_000, nanos.max()? / 1_000_000);
    let segments = state.segments();
    let [rows] = segments.as_slice() else { return None };
    let times = state.times_ms().get(rows.clone())?;
    let begin = times.partition_point(|&time| time <= first).checked_sub(1)?;
    let end = times.partition_point(|&time| time < last);
    let is_covered = times.get(end).or_else(|| times.last()).is_some_and(|&time| last - time <= NEAR_MS);
    state.increase(Quantity::AllocTotalBytes, begin..(end + 1).min(times.len())).filter(|_| is_covered)
}

/// When the one program of the metrics started.
fn starts_nanos(state: &GoState) -> Vec<i64> {
    if state.targets().windows(2).any(|pair| pair[0] != pair[1]) {
        return Vec::new();
    }
    let mut starts: Vec<i64> =
        state.values(Quantity::StartTimeSeconds).iter().flatten().map(|seconds| (seconds * 1e9) as i64).collect();
    starts.dedup();
    starts
}

/// Of the growth that profiles show: the first one may lag further behind than the last one.
const LEAST_OF_GROWTH: f64 = 0.5;
/// Of what a line made meanwhile.
const MOSTLY_KEPT: f64 = 0.5;
/// In standard deviations of the sampling: one line in fifty grows so by chance.
const UNLIKELY: f64 = 2.0;
/// Of `GOGC=100` (`heapMinimum` in `runtime/mgcpacer.go`).
const LEAST_HEAP: f64 = 4.0 * MIB;
/// Of a pace of allocation: with less of it other work goes on, or none.
const QUIET: f64 = 0.25;
/// How far the last scrape may be from the last profile.
const NEAR_MS: i64 = 1000;
/// Packages that call the program's drivers.
const ASKS_DRIVERS: [&str; 1] = ["database/sql."];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_done_where_far_less_is_allocated_after_it_for_as_long() {
        let seconds = |moments: [i64; 3], pace: [f64; 2]| {
            let nanos = moments.map(|second| second * 1_000_000_000);
            quiet_seconds(nanos, |[begin, end]| Some(pace[usize::from(begin > nanos[0])] * (end - begin) as f64))
        };
        assert_eq!(seconds([0, 2, 14], [100.0, 2.0]), Some(12.0));
        assert_eq!(seconds([0, 2, 14], [100.0, 90.0]), None, "a heap that doubles waits as long");
        let until_six = |[begin, end]: [i64; 2]| Some((end.min(6_000_000_000) - begin).max(0) as f64);
        assert_eq!(
            quiet_seconds([0, 4, 12].map(|second| second * 1_000_000_000), until_six),
            Some(8.0),
            "work went on"
        );
        assert_eq!(seconds([0, 2, 3], [100.0, 2.0]), None, "a moment");
        assert_eq!(seconds([2, 2, 14], [100.0, 2.0]), None, "one GC");
    }

    #[test]
    fn what_may_have_grown_at_once_before_a_long_time_without_gc_does_not_go_on() {
        let points = [(0.0, 13.0), (0.1, 22.0), (9.8, 36.0)];
        assert!(!goes_on(&points, 0, |_| Some(14.0)), "all of it may have come early");
        assert!(goes_on(&points, 0, |_| Some(7.0)), "half of it came late at least");
        assert!(goes_on(&points, 0, |_| None), "nothing counts what was allocated");
        assert!(goes_on(&[(0.0, 13.0), (4.0, 22.0), (9.8, 36.0)], 0, |_| Some(14.0)), "its pace is known");
        assert!(goes_on(&[(0.0, 13.0), (9.8, 36.0)], 0, |_| Some(14.0)), "two are no course");
    }
}
