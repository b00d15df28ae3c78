//! All that grew, by how sure it is that it goes on.

use gomem_metrics::{Diagnosis, GoState, Quantity};
use gomem_table::{Unit, percent};

use crate::{
    attribution::Site,
    bundle::Bundle,
    findings::{
        finding::{Finding, FindingKind, Kept},
        gc::judgements::HeapGrowth,
        goroutine::goroutines::{GoroutineCount, LeakedGoroutines},
        growth::{GrowingSite, quiet_after, timed_heaps},
        leak::{
            between::{Between, tell_quiet},
            kept_together::KeptTogether,
            leak::{leak, leaking},
            let_go::LetGo,
        },
        live_heap::LiveHeap,
    },
};

/// All that grew, by how sure it is that it goes on.
pub(crate) struct AllGrowth<'a> {
    leaks: Vec<&'a GrowingSite>,
    /// Looked for where nothing leaks.
    let_go: Option<LetGo<'a>>,
    /// Looked for where neither of the others is told of.
    between: Option<Between<'a>>,
}

impl<'a> AllGrowth<'a> {
    /// With the findings about it.
    pub(crate) fn find(
        (bundle, state): (&'a Bundle, &GoState),
        (sites, growing): (&'a [Site], &'a [GrowingSite]),
        (live_heap, diagnosis): (Option<&LiveHeap>, Option<&Diagnosis>),
        goroutines: &GoroutineCount,
    ) -> (Self, Vec<Finding>) {
        let is_slower = || live_heap.is_some_and(LiveHeap::slows);
        let told = match diagnosis.map(HeapGrowth::new) {
            // The rules want more cycles to say so.
            Some(HeapGrowth::NotKnown) if is_slower() => HeapGrowth::Slows,
            told => told.unwrap_or(HeapGrowth::NotKnown),
        };
        let leaks: Vec<&GrowingSite> = leaking(growing, live_heap, told).collect();
        let joined = (sites, bundle.escapes());
        let together = KeptTogether::group(&leaks, joined, goroutines);
        let of_leak = |kept: &KeptTogether<'_>| leak(kept, &leaks, joined, (live_heap, told), goroutines);
        let mut findings: Vec<Finding> = together.iter().map(of_leak).collect();
        // A rule that sees it leak has looked at the time after the profiles too.
        let quiet = if told == HeapGrowth::Leaks { None } else { quiet_after(timed_heaps(bundle), state) };
        if let Some(seconds) = quiet {
            for (finding, kept) in findings.iter_mut().zip(&together) {
                finding.title = format!(
                    "Growth until the work was done, as it seems: {} had {} in use ({} of the live heap)",
                    kept.places(),
                    Unit::Bytes.humanize(kept.inuse_bytes() as f64),
                    percent(kept.inuse_fraction(), 0)
                );
                tell_quiet(finding, seconds);
            }
        }
        let let_go = leaks.is_empty().then(|| LetGo::find(bundle, state, told == HeapGrowth::Leaks)).flatten();
        if let Some(let_go) = &let_go {
            let grew = (&*let_go.growing, &*let_go.sites);
            findings
                .extend(grown(grew, bundle, (live_heap, told), goroutines, |finding, kept| let_go.tell(finding, kept)));
        }
        let between = findings.is_empty().then(|| Between::find(bundle, state, sites)).flatten();
        if let Some(between) = &between {
            let grew = (&*between.growing, &*between.sites);
            findings.extend(grown(grew, bundle, (live_heap, told), goroutines, |finding, kept| {
                between.tell(finding, kept);
            }));
        }
        doubt_start(state, &mut findings);
        // What nothing is told of keeps no line's own finding back.
        let between = between.filter(|_| !findings.is_empty());
        (Self { leaks, let_go, between }, findings)
    }

    pub(crate) fn is_leak(&self) -> bool {
        !self.leaks.is_empty()
    }

    /// Whether goroutines that never end hold some of what leaks.
    pub(crate) fn is_held_by(&self, goroutines: &LeakedGoroutines) -> bool {
        self.leaks.iter().any(|site| goroutines.hold(site).is_some())
    }

    /// What is kept cannot be reused: the finding about its growth says what to do about such a line.
    pub(crate) fn claim(&self, finding: &mut Finding) {
        let leaks = self.leaks.iter().map(|site| (*site, MOSTLY_STAYS));
        let let_go = self.let_go.iter().flat_map(|let_go| &let_go.growing).map(|site| (site, LET_GO_LATE));
        let between = self.between.iter().flat_map(|between| &between.growing).map(|site| (site, GREW_BETWEEN));
        for (site, action) in leaks.chain(let_go).chain(between) {
            let is_there = finding.place.as_ref() == Some(&site.place);
            let is_kept = site.growth.kept_fraction().is_none_or(|kept| kept >= HALF);
            if matches!(finding.kind, FindingKind::AllocationSite | FindingKind::Call) && is_there && is_kept {
                finding.kept = Some(Kept::ByLeak);
                action.clone_into(&mut finding.action);
            }
        }
    }
}

/// For how long the program had run at the last scrape, where that is so short that it may be its start.
pub(crate) fn young_seconds(state: &GoState) -> Option<f64> {
    seconds_since_start(state).filter(|&seconds| seconds < YOUNG_SECONDS)
}

/// For how long the one program of the metrics had run at the last scrape.
fn seconds_since_start(state: &GoState) -> Option<f64> {
    let start = state.values(Quantity::StartTimeSeconds).iter().rev().find_map(|start| *start)?;
    let is_one = state.targets().windows(2).all(|pair| pair[0] == pair[1]);
    Some(*state.times_ms().last()? as f64 / 1e3 - start).filter(|_| is_one)
}

/// What a program builds up at its start grows like a leak until it is done.
pub(crate) fn doubt_start<'f>(state: &GoState, findings: impl IntoIterator<Item = &'f mut Finding>) {
    let Some(seconds) = young_seconds(state) else { return };
    for finding in findings {
        finding.summary += &format!(
            " The program had run for {} only: what it builds up at its start, or for one piece of work, grows the same way.",
            Unit::Seconds.humanize(seconds)
        );
        finding
            .confounders
            .push("what a program builds up at its start grows the same way until it is done".to_owned());
    }
}

/// What grew in profiles that do not tell a leak for sure, which `tell` says; `sites` are those of the last of these.
fn grown(
    (growing, sites): (&[GrowingSite], &[Site]),
    bundle: &Bundle,
    (live_heap, told): (Option<&LiveHeap>, HeapGrowth),
    goroutines: &GoroutineCount,
    tell: impl Fn(&mut Finding, &KeptTogether<'_>),
) -> Vec<Finding> {
    let growing: Vec<&GrowingSite> = leaking(growing, live_heap, told).collect();
    let joined = (sites, bundle.escapes());
    let together = KeptTogether::group(&growing, joined, goroutines);
    let of_group = |kept: &KeptTogether<'_>| {
        let mut finding = leak(kept, &growing, joined, (live_heap, HeapGrowth::NotKnown), goroutines);
        tell(&mut finding, kept);
        finding
    };
    together.iter().filter(|kept| !kept.is_bounded()).map(of_group).collect()
}

/// Of what a line made: where less stays, the rest can be reused.
const HALF: f64 = 0.5;

const MOSTLY_STAYS: &str = "bound what keeps it, as the leak's finding says: most of what the line makes stays";
const LET_GO_LATE: &str = "it is no garbage at once: most of what the line made stayed until the last heap profile, as the finding about its growth says";
const GREW_BETWEEN: &str =
    "most of what the line makes stayed between the heap profiles, as the finding about its growth says";

/// A judgement: services load what they need in less.
const YOUNG_SECONDS: f64 = 60.0;
