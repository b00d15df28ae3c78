//! What goroutines wait on, and who made them.

use std::sync::Arc;

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_metrics::{Diagnosis, Rule};
use gomem_pprof::{Profile, Sample};
use gomem_symbol::{Symbol, package_name};
use gomem_table::Unit;

use crate::{
    attribution::{Place, Site},
    bundle::{Bundle, LEAKED},
    findings::{
        finding::{Finding, FindingKind},
        gc::judgements::{goroutines_are_level, goroutines_were_level},
        goroutine::{
            in_order::{InOrder, fewer_in_another},
            wait::{Passed, Wait, label, package_of},
            wait_times::WaitTimes,
            waiting::{groups, groups_of, modules_of},
        },
        growth::GrowingSite,
    },
};

/// Joins what the metrics say of goroutines with the profile that knows most of them, and adds what the runtime itself found
/// leaked.
pub(crate) fn explain(bundle: &Bundle, diagnosis: Option<&Diagnosis>, sites: &[Site], findings: &mut Vec<Finding>) {
    let told = findings.iter_mut().find(|finding| finding.rules.contains(&Rule::GoroutineLeak));
    match (told, fullest(bundle.goroutines())) {
        (Some(finding), Some(profile)) => say_who(finding, profile, sites),
        (Some(_), None) => {}
        (None, fullest) => {
            let is_counted = !bundle.metrics().series().is_empty();
            let inuse_bytes: i64 = sites.iter().fold(0, |sum, site| sum.saturating_add(site.inuse_bytes));
            let grows = bundle.spoken.iter().any(|(_, spoken)| spoken.goroutines_grow);
            let of_crowd = |profile| crowd(profile, bundle.goroutines(), inuse_bytes, grows);
            let crowd = || fullest.filter(|_| !is_counted).and_then(of_crowd);
            // Where metrics count them all along, a few profiles say no more.
            let times = diagnosis.zip(span(bundle.goroutines()));
            let is_level = times.is_some_and(|(diagnosis, span)| goroutines_were_level(diagnosis, span));
            let rising = || rising(bundle.goroutines());
            findings.extend(if is_level { None } else { rising() }.or_else(crowd));
        }
    }
    findings.extend(leaked(bundle.goroutines()));
}

/// Goroutines that are started and never end, as the metrics count them.
#[derive(Debug)]
pub(crate) struct LeakedGoroutines {
    /// How many more there are at the end.
    pub(crate) more: f64,
    /// How many wait at each of the largest places: what is made once for several of them is as many.
    counts: Vec<f64>,
    /// The packages of libraries that start most of them for themselves.
    packages: Vec<String>,
    /// What to do about most of them.
    pub(crate) action: String,
}

/// Whether goroutines leak, as the metrics count them.
#[derive(Debug)]
pub(crate) enum GoroutineCount {
    Leaks(LeakedGoroutines),
    Level,
    NotKnown,
}

impl GoroutineCount {
    pub(crate) fn find(bundle: &Bundle, diagnosis: Option<&Diagnosis>) -> Self {
        match LeakedGoroutines::find(bundle, diagnosis) {
            Some(leaked) => Self::Leaks(leaked),
            None if diagnosis.is_some_and(goroutines_are_level) => Self::Level,
            None => Self::NotKnown,
        }
    }

    pub(crate) fn leaked(&self) -> Option<&LeakedGoroutines> {
        match self {
            Self::Leaks(leaked) => Some(leaked),
            Self::Level | Self::NotKnown => None,
        }
    }
}

impl LeakedGoroutines {
    fn find(bundle: &Bundle, diagnosis: Option<&Diagnosis>) -> Option<Self> {
        let told = diagnosis?.fired().find(|told| told.rule == Rule::GoroutineLeak)?;
        let more = told.evidence.iter().find(|evidence| evidence.quantity == "goroutines_more")?.value;
        let profile = fullest(bundle.goroutines())?;
        let groups = groups(profile);
        let (_, most) = groups.first()?;
        let counts = large(&groups).map(|(_, count)| *count as f64).collect();
        let entries = large(&groups).filter_map(|(waiting, _)| waiting.library_entry.as_deref());
        let packages = entries.map(|entry| Symbol::decode(entry).package().to_owned()).collect();
        (*most as f64 >= LEAST_OF_GROWTH * more).then(|| Self {
            more,
            counts,
            packages,
            action: actions(profile, &groups),
        })
    }

    /// Why they hold what grows, in a sentence: about as many objects stay, one or two for each goroutine; or a call makes it of
    /// the library that starts the goroutines.
    pub(crate) fn hold(&self, growing: &GrowingSite) -> Option<String> {
        // Few samples of small objects stand for any number of them: what most of the bytes are counts.
        let objects = growing.sites.first().map_or(0, |site| site.inuse_objects) as f64;
        let is_as_many = |count: f64| objects >= count / AS_MANY && objects <= count * AS_MANY;
        if is_as_many(self.more) || self.counts.iter().any(|&count| is_as_many(count)) {
            let more = self.more;
            return Some(format!(
                "As many objects stay as goroutines never end ({more:.0} more of them): those hold it, most likely."
            ));
        }
        let callee = Symbol::decode(growing.sites.first()?.callee.as_deref()?);
        self.packages.iter().any(|starter| starter == callee.package()).then(|| {
            let (called, name) = (callee.short(), package_name(callee.package()));
            format!("Goroutines of {name}, which {called} is of too, never end: those hold it, most likely.")
        })
    }
}

/// How many goroutines there are, and what most of them wait for.
pub(crate) fn most_in_words(bundle: &Bundle) -> Option<String> {
    let groups = groups(fullest(bundle.goroutines())?);
    let all: i64 = groups.iter().map(|group| group.1).sum();
    match all {
        0 => None,
        1 => Some(format!("The text has one goroutine, {}.", groups.first()?.0.text())),
        _ => Some(format!("Of {all} goroutines: {}.", in_words(&groups))),
    }
}

/// Where the first goroutine of a dump is, in the program's own code if that is on its stack.
pub(crate) fn place_of_first(profile: &Profile) -> Option<Place> {
    groups_of(profile, profile.samples().take(1)).into_iter().next().map(|(wait, _)| wait.at)
}

/// Adds to a leak of goroutines where most of them wait.
fn say_who(finding: &mut Finding, profile: &Profile, sites: &[Site]) {
    let groups = groups(profile);
    let all: i64 = groups.iter().map(|group| group.1).sum();
    let Some((most, count)) = groups.first() else { return };
    let more = finding.evidence.iter().find(|evidence| evidence.quantity == "goroutines_more");
    if (*count as f64) < LEAST_OF_GROWTH * more.map_or(0.0, |more| more.value) {
        let note = format!("the goroutine profile has only {all}, no place with many: take one while they are there");
        finding.confounders.push(note);
        return;
    }
    finding.summary += &format!(" Of {all} goroutines in the profile: {}.", in_words(&groups));
    finding.action = actions(profile, &groups);
    if Passed::find(profile, &modules_of(profile), most).is_some() {
        // Whether they end one day is not known.
        "Goroutines are started faster than they end".clone_into(&mut finding.title);
        finding.summary = finding.summary.replace("are started that never end", "more are started than end");
    }
    let entry = most.library_entry.as_deref();
    if let Some((entry, user)) = entry.and_then(|entry| Some((entry, user_of(entry, *count, sites)?))) {
        let callee = user.callee.as_deref().map_or_else(String::new, |callee| Symbol::decode(callee).short());
        let place = user.charged_to.short();
        finding.action += &if is_of(user, entry) {
            format!(" Your call of that package that keeps most is `{callee}` at `{place}`.")
        } else {
            format!(" What that package keeps is made by way of your call of `{callee}` at `{place}`.")
        };
    }
    finding.place = Some(most.at.clone());
    let share = *count as f64 / all.max(1) as f64;
    finding.evidence.push(Evidence::new("goroutines at the place", *count as f64, Unit::Count).with_source(PROFILE));
    finding.evidence.push(Evidence::new("share of all goroutines", share, Unit::Fraction).with_source(PROFILE));
    if share < 0.5 {
        finding.confounders.push("no one place holds most of the goroutines of the profile".to_owned());
    }
}

/// The call of a line of the program, of the package whose `count` goroutines begin with `entry`, that keeps most, and as many; else
/// the call of another package that ends there, as by an interface.
fn user_of<'s>(entry: &str, count: i64, sites: &'s [Site]) -> Option<&'s Site> {
    let fewest = (count as f64 / AS_MANY).max(1.0);
    let as_many = || {
        let charged = sites.iter().filter(|site| site.callee.is_some() && site.reached_from.is_none());
        charged.filter(|site| site.inuse_objects as f64 >= fewest)
    };
    let ends_there = |site: &&Site| package_of(site.place.function()) == package_of(entry);
    // A method of the type whose method the goroutines run is nearer than what else the package does.
    let receiver = |function: &str| Symbol::decode(function).receiver().map(str::to_owned);
    let of_entry = receiver(entry);
    let is_near = |site: &Site| of_entry.is_some() && site.callee.as_deref().and_then(receiver) == of_entry;
    let of_package = as_many().filter(|site| is_of(site, entry)).max_by_key(|site| (is_near(site), site.inuse_bytes));
    of_package.or_else(|| as_many().filter(ends_there).max_by_key(|site| site.inuse_bytes))
}

/// Whether the line calls the package that `entry` is of.
fn is_of(site: &Site, entry: &str) -> bool {
    site.callee.as_deref().is_some_and(|callee| package_of(callee) == package_of(entry))
}

const MANY_MORE: i64 = 1000;
/// The sampler's counts, and profiles that are taken a little before or after.
const AS_MANY: f64 = 2.5;
/// A judgement: so many at one place are no pool of workers.
pub(crate) const CROWD: i64 = 100;
/// A stack of 2 KiB at least, most of 4 or 8, and what a goroutine is for: a connection, a request, their buffers.
const STACK_BYTES: f64 = 8192.0;

/// The largest groups.
pub(crate) fn in_words(groups: &[(Wait, i64)]) -> String {
    let words = groups.iter().take(SHOWN).map(|(waiting, count)| format!("{count} {}", waiting.text()));
    words.collect::<Vec<_>>().join("; ")
}

/// What to do about the largest groups: those that have half as many as the first are leaks of their own.
fn actions(profile: &Profile, groups: &[(Wait, i64)]) -> String {
    let mut actions: Vec<String> = Vec::new();
    let mut libraries: Vec<String> = Vec::new();
    let modules = modules_of(profile);
    for (waiting, _) in large(groups) {
        // One thing of a library starts several: to end it is said once.
        if let Some(library) = waiting.library() {
            if libraries.contains(&library) {
                continue;
            }
            libraries.push(library);
        }
        let passed = Passed::find(profile, &modules, waiting);
        let action = waiting.action(groups, passed.as_ref());
        if !actions.contains(&action) {
            actions.push(action);
        }
    }
    actions.join(" ")
}

/// The first groups, as far as they have half as many as the first.
fn large(groups: &[(Wait, i64)]) -> impl Iterator<Item = &(Wait, i64)> {
    let most = groups.first().map_or(0, |(_, count)| *count);
    groups.iter().take(SHOWN).filter(move |(_, count)| count.saturating_mul(2) >= most)
}

/// When the first and the last of the profiles were taken, in milliseconds.
fn span(profiles: &[Arc<Profile>]) -> Option<(i64, i64)> {
    let times = || profiles.iter().filter_map(|profile| profile.time_nanos()).map(|nanos| nanos / 1_000_000);
    times().min().zip(times().max())
}

/// Goroutines at one place that are more in each of several profiles, where no metrics count them.
fn rising(profiles: &[Arc<Profile>]) -> Option<Finding> {
    let in_order = InOrder::find(profiles.iter().filter(|profile| !is_leak_profile(profile)))?;
    let groups: Vec<Vec<(Wait, i64)>> = in_order.profiles.iter().map(|profile| groups(profile)).collect();
    let counts_of = |waiting: &Wait| -> Vec<i64> {
        let count = |groups: &[(Wait, i64)]| groups.iter().find(|group| &group.0 == waiting).map_or(0, |group| group.1);
        groups.iter().map(|groups| count(groups)).collect()
    };
    let more = |counts: &[i64]| counts.last().unwrap_or(&0) - counts.first().unwrap_or(&0);
    let rises = |counts: &[i64]| {
        let first = *counts.first().unwrap_or(&0);
        // Two profiles say it of very many only, unless the first's own goroutines are seen to stay.
        let (very_many, many) = (MANY_MORE.max(first / 2), FEWEST_MORE.max(first));
        let is_few = counts.len() < FEWEST_PROFILES && in_order.is_timed();
        let fewest = if is_few { very_many } else { many.min(very_many) };
        counts.windows(2).all(|pair| pair[0] < pair[1]) && more(counts) >= fewest
    };
    // What runs, or has just been started, ends by itself as far as is known; where no wait is seen at all, as without the names of
    // the runtime, nothing tells.
    let last = groups.last()?;
    let sees_waits = last.iter().any(|(waiting, _)| waiting.is_seen());
    let stays = last.iter().filter(|(waiting, _)| waiting.is_seen() || !sees_waits);
    let all = stays.map(|(waiting, _)| (waiting, counts_of(waiting)));
    let mut rising: Vec<(&Wait, Vec<i64>)> = all.filter(|(_, counts)| rises(counts)).collect();
    rising.sort_by(|a, b| more(&b.1).cmp(&more(&a.1)).then_with(|| a.0.at.cmp(&b.0.at)));
    let (waiting, counts) = rising.first()?;
    // What one thing starts rises as one.
    let beside: Vec<&(&Wait, Vec<i64>)> = rising[1..]
        .iter()
        .take(SHOWN - 1)
        .filter(|(_, others)| more(others).saturating_mul(2) >= more(counts))
        .collect();
    let mut places: Vec<String> = Vec::new();
    for place in std::iter::once(waiting).chain(beside.iter().map(|(wait, _)| wait)).map(|wait| wait.at.short()) {
        // Started at two lines they wait at one.
        if !places.contains(&place) {
            places.push(place);
        }
    }
    let sum = beside.iter().fold(more(counts), |sum, (_, others)| sum.saturating_add(more(others)));
    let title = format!("Leak: {sum} more goroutines at {}", places.join(" and "));
    let mut finding = Finding::new(FindingKind::Leak, Severity::Warning, title);
    let steps: Vec<String> = counts.iter().map(i64::to_string).collect();
    finding.summary =
        format!("{} goroutines in {} profiles{}: {}.", steps.join(" → "), steps.len(), in_order.span(), waiting.text());
    for (wait, others) in &beside {
        let steps: Vec<String> = others.iter().map(i64::to_string).collect();
        finding.summary += &format!(" Beside it {}: {}.", steps.join(" → "), wait.text());
    }
    finding.action = actions(in_order.profiles.last()?, last);
    finding.place = Some(waiting.at.clone());
    finding.confidence = Confidence::Medium;
    finding
        .evidence
        .push(Evidence::new("more goroutines at these places", sum as f64, Unit::Count).with_source(PROFILE));
    finding.confounders.push("load that rises looks the same: metrics over a longer time would tell".to_owned());
    Some(finding)
}

/// Very many goroutines at one place, where no profile tells whether they grow more: good to know, and no leak yet, unless who sends them
/// says that it `grows`. Beside what is in use on the heap their stacks tell how much they matter.
fn crowd(profile: &Profile, profiles: &[Arc<Profile>], inuse_bytes: i64, grows: bool) -> Option<Finding> {
    let groups = groups(profile);
    let all: i64 = groups.iter().map(|group| group.1).sum();
    // A connection has a reader and a writer: places with about as many are one crowd.
    let (most, count) = groups.first().filter(|(_, count)| *count >= CROWD)?;
    let crowded: i64 = large(&groups).map(|(_, count)| count).sum();
    if crowded.saturating_mul(2) < all {
        return None;
    }
    let counted: i64 = profile.samples().fold(0, |sum, sample| sum.saturating_add(sample.value(0)));
    let missing = profile.header_total().map_or(0, |total| total.saturating_sub(counted)).max(0);
    let all = all.saturating_add(missing);
    let at = match large(&groups).count() {
        1 => most.at.short(),
        places => format!("{places} places, {count} of them at {}", most.at.short()),
    };
    let times = WaitTimes::find(profile, most);
    let stuck = times.filter(|times| times.is_backlog());
    let fewer = fewer_in_another(profiles, all);
    let (kind, severity, title) = match stuck {
        _ if most.is_for_ever() => {
            let title = format!("Leak: {crowded} of {all} goroutines are at {at}, and {NEVER}");
            (FindingKind::Leak, Severity::Warning, title)
        }
        Some(times) => {
            let longest = times.longest_in_words();
            let title = format!("{crowded} of {all} goroutines wait to send at {at}, for up to {longest}");
            (FindingKind::Runtime, Severity::Warning, title)
        }
        None => {
            let severity = if grows || fewer.is_some() { Severity::Warning } else { Severity::Info };
            let fewer = fewer.map_or_else(String::new, |fewer| format!(", and {fewer} there are in another profile"));
            (FindingKind::Runtime, severity, format!("{crowded} of {all} goroutines are at {at}{fewer}"))
        }
    };
    let mut finding = Finding::new(kind, severity, title);
    let totals = profiles.iter().map(|profile| profile.total(0)).filter(|&total| total > 0);
    let totals: Vec<String> = totals.map(|total| total.to_string()).collect();
    let counted = if totals.len() > 1 { format!(" The profiles hold {}.", totals.join(", ")) } else { String::new() };
    let timed = profiles.iter().filter(|profile| profile.time_nanos().is_some()).count();
    let unknown = match timed < FEWEST_PROFILES {
        true if grows => "By the text's words they become more and more.",
        _ if most.is_for_ever() => "What waits so stays until the program ends.",
        true => "Whether they grow more takes three profiles some time apart.",
        false => "They do not grow more in each of the profiles.",
    };
    let unknown = if stuck.is_some() { String::new() } else { format!(" {unknown}") };
    finding.summary =
        format!("{}.{counted}{}{unknown}", in_words(&groups), times.map_or_else(String::new, WaitTimes::text));
    if missing > 0 {
        finding.summary +=
            &format!(" {missing} more, by the profile's header, are not in the text: give the whole profile.");
    }
    finding.action = actions(profile, &groups);
    finding.place = Some(most.at.clone());
    finding.confidence = Confidence::Medium;
    let stacks = crowded as f64 * STACK_BYTES;
    finding.inuse_fraction = Some(stacks / (stacks + inuse_bytes.max(0) as f64));
    finding.evidence.push(Evidence::new("goroutines at the place", *count as f64, Unit::Count).with_source(PROFILE));
    Some(finding)
}

/// Few goroutines, where nothing else was given: no crowd of them is there.
pub(crate) fn few(bundle: &Bundle) -> Option<Finding> {
    let profile = fullest(bundle.goroutines())?;
    let groups = groups(profile);
    let all: i64 = groups.iter().map(|group| group.1).sum();
    let is_whole = profile.header_total().is_none_or(|total| total <= all);
    if all == 0 || all >= CROWD || !is_whole {
        return None;
    }
    if let Some(finding) = profile.samples().find_map(|sample| asks_for_memory(profile, sample)) {
        return Some(finding);
    }
    let counted =
        bundle.spoken.iter().filter_map(|(_, spoken)| spoken.goroutines).map(|(_, last)| last).reduce(f64::max);
    if let Some(counted) = counted.filter(|&counted| counted > all as f64) {
        return Some(excerpt(profile, &groups, all, counted));
    }
    let title =
        format!("No crowd of goroutines: {all} in the dump, if it is whole, and nothing that says that they leak");
    let mut finding = Finding::new(FindingKind::Runtime, Severity::Info, title);
    finding.summary = format!("{}. A dump shows what each waits for, not what holds memory.", in_words(&groups));
    finding.action = "Where work is stuck, see who should wake the one that waits longest. Where goroutines leak, take the dump while \
                      there are many (/debug/pprof/goroutine?debug=2), whole."
        .to_owned();
    finding.confidence = Confidence::Medium;
    finding.evidence.push(Evidence::new("goroutines", all as f64, Unit::Count).with_source(PROFILE));
    Some(finding)
}

/// Some goroutines, of which the text counts many.
fn excerpt(profile: &Profile, groups: &[(Wait, i64)], all: i64, counted: f64) -> Finding {
    let place = groups.first().map_or_else(String::new, |(waiting, _)| format!(" at {}", waiting.at.short()));
    let title = format!("{} goroutines by the text's words, {all} of them shown{place}", Unit::Count.humanize(counted));
    let mut finding = Finding::new(FindingKind::Runtime, Severity::Warning, title);
    finding.summary = format!("{}. Whether all are as these only the whole dump says.", in_words(groups));
    finding.action = actions(profile, groups);
    finding.confidence = Confidence::Low;
    finding.place = groups.first().map(|(waiting, _)| waiting.at.clone());
    finding.evidence.push(Evidence::new("goroutines", counted, Unit::Count).with_source("the text's words"));
    finding
}

/// A goroutine that was stopped within the allocator, as a crash shows it: where it asked, and not why that was too much.
fn asks_for_memory(profile: &Profile, sample: Sample<'_>) -> Option<Finding> {
    let is_running = label(sample, "state").is_some_and(|state| state == "running");
    let mut names = sample.frames().filter_map(|line| Some(line.function()?.name()));
    let asker = names.by_ref().take(DEEPEST_ALLOCATOR).find(|name| ALLOCATORS.contains(name)).filter(|_| is_running)?;
    let (waiting, _) = groups_of(profile, std::iter::once(sample)).into_iter().next()?;
    let title = format!("A goroutine was asking for memory at {} (`{asker}`)", waiting.at.short());
    let mut finding = Finding::new(FindingKind::Runtime, Severity::Info, title);
    finding.summary = format!(
        "It was in `{}`. The text does not say why the program ended: the lines before the goroutines do.",
        waiting.at.short_function()
    );
    finding.action = "Give the beginning of the dump: “fatal error: …” and “runtime: out of memory: cannot allocate N-byte block (M in use)” say \
                      whether memory ended, and how much was asked for. A slice that grows without a bound, or by a size from outside, is \
                      the usual reason; where much is needed, make it at once with its capacity. The one that asks last need not be the one \
                      that keeps the memory."
        .to_owned();
    finding.confidence = Confidence::Low;
    finding.place = Some(waiting.at);
    Some(finding)
}

/// From Go 1.27 on (1.26 as an experiment), the runtime itself finds goroutines that nothing can wake: it marks them in a
/// dump, and a profile of its own holds no others. goleak lists those that a test leaves.
fn leaked(profiles: &[Arc<Profile>]) -> Option<Finding> {
    let count = |profile: &&Arc<Profile>| leaked_samples(profile).map(|sample| sample.value(0)).sum::<i64>();
    let profile = profiles.iter().filter(|profile| count(profile) > 0).max_by_key(count)?;
    let groups = groups_of(profile, leaked_samples(profile));
    let all: i64 = groups.iter().map(|group| group.1).sum();
    let (most, count) = groups.first()?;
    let is_of_goleak = leaked_samples(profile).all(|sample| label(sample, "leaked") == Some("goleak"));
    let (what, how, source) = match is_of_goleak {
        true => ("are left when a test ends", "goleak found them", "goleak"),
        false if is_leak_profile(profile) => (NEVER, NOTHING_WAKES, "goroutineleak profile"),
        false => (NEVER, NOTHING_WAKES, PROFILE),
    };
    let title = format!("Leak: {all} goroutines {what}, {count} of them at {}", most.at.short());
    let mut finding = Finding::new(FindingKind::Leak, Severity::Warning, title);
    finding.summary = format!("{how}: {}.", in_words(&groups));
    finding.action = actions(profile, &groups);
    finding.place = Some(most.at.clone());
    finding.evidence.push(Evidence::new("leaked goroutines", all as f64, Unit::Count).with_source(source));
    Some(finding)
}

fn leaked_samples(profile: &Profile) -> impl Iterator<Item = Sample<'_>> {
    let all = is_leak_profile(profile);
    profile.samples().filter(move |sample| all || label(*sample, "leaked").is_some())
}

fn is_leak_profile(profile: &Profile) -> bool {
    profile.sample_type_index(LEAKED).is_some()
}

/// The profile of most goroutines, leaked or not; a dump, which says who made them, needs only half as many.
pub(crate) fn fullest(profiles: &[Arc<Profile>]) -> Option<&Profile> {
    let weight = |profile: &&Arc<Profile>| {
        let is_dump = profile.samples().any(|sample| label(sample, "state").is_some());
        profile.total(0).saturating_mul(if is_dump { 2 } else { 1 })
    };
    profiles.iter().filter(|profile| !is_leak_profile(profile)).max_by_key(weight).map(AsRef::as_ref)
}

/// Two points always rise or fall.
const FEWEST_PROFILES: usize = 3;

/// Fewer are what a server's load makes.
const FEWEST_MORE: i64 = 50;

/// Of the runtime: those that a program's own line calls.
const ALLOCATORS: [&str; 6] = [
    "runtime.growslice",
    "runtime.makeslice",
    "runtime.mallocgc",
    "runtime.newobject",
    "runtime.makemap",
    "runtime.rawstring",
];
/// What the runtime has above them on a stack.
const DEEPEST_ALLOCATOR: usize = 12;
const NEVER: &str = "can never go on";
const NOTHING_WAKES: &str = "The runtime found nothing that could wake them";
pub(crate) const PROFILE: &str = "goroutine profile";
const SHOWN: usize = 3;
/// A judgement: a profile may have been taken early in the growth, but not before it.
const LEAST_OF_GROWTH: f64 = 0.1;
