//! Lines whose memory grew until the last heap profile, which has hardly any of it.
//!
//! A program that ends lets go of what it held, and so does one that is done with a piece of work. The profiles do not tell the two
//! apart, so such growth is no leak for sure; but where it was, and who kept it, is known.

use foldhash::HashMap;
use gomem_finding::{Confidence, Evidence, Severity};
use gomem_metrics::{GoState, Quantity};
use gomem_pprof::{Growth, GrowthOptions, SiteGrowth};
use gomem_table::{MIB, Unit, percent};

use crate::{
    attribution::{AttributeOptions, Site, attribute},
    bundle::{Bundle, HeapProfile},
    findings::{
        finding::Finding,
        growth::{GrowingSite, growing_over, own_functions, timed_heaps},
        leak::kept_together::KeptTogether,
    },
};

/// Lines that grew in all heap profiles but the last one, and were let go by that.
pub(crate) struct LetGo<'a> {
    pub(crate) growing: Vec<GrowingSite>,
    /// The sites of the profile before the last one.
    pub(crate) sites: Vec<Site>,
    last: &'a HeapProfile,
    /// Whether metrics or GC cycles show that nothing came after the last profile.
    is_end: bool,
}

impl<'a> LetGo<'a> {
    /// Where the rules say that the live heap leaks, a line may free a part of what it makes.
    pub(crate) fn find(bundle: &'a Bundle, state: &GoState, is_leaking: bool) -> Option<Self> {
        let mut before = timed_heaps(bundle);
        let last = before.pop()?;
        let &fullest = before.last().filter(|_| before.len() >= SiteGrowth::ENOUGH_PROFILES)?;
        if last.inuse_bytes().saturating_mul(2) > fullest.inuse_bytes() {
            return None;
        }
        let sites = attribute(&fullest.profile, bundle.escapes(), &AttributeOptions::from_bundle(bundle));
        let mut growing = growing_over(before, state, &sites, (SiteGrowth::ENOUGH_PROFILES, false));
        growing.retain(|site| is_leaking || site.growth.kept_fraction().is_some_and(|kept| kept >= MOST));
        let left = left(fullest, last, &sites)?;
        growing.retain(|site| {
            let key = (site.place.function().to_string(), site.place.line);
            left.get(&key).copied().unwrap_or(0.0) * HARDLY_ANY <= site.growth.last()
        });
        let is_end = is_end(bundle, state, last);
        (!growing.is_empty()).then_some(Self { growing, sites, last, is_end })
    }

    /// Makes the finding of such a leak say what the last profile shows.
    pub(crate) fn tell(&self, finding: &mut Finding, together: &KeptTogether<'_>) {
        finding.severity = if self.is_end { Severity::Warning } else { Severity::Info };
        finding.confidence = finding.confidence.min(Confidence::Medium);
        finding.title = format!(
            "Grew until it was let go: {} kept {} ({} of the live heap)",
            together.places(),
            Unit::Bytes.humanize(together.inuse_bytes() as f64),
            percent(together.inuse_fraction(), 0)
        );
        finding.summary += &format!(
            " {}, the last one, has hardly any of it. A program that ends lets go of what it held, and so does one that is done with a piece of \
             work: which of both it was, the profiles do not say.",
            self.last.name
        );
        finding.action = format!(
            "If the program was ending, a run that goes on keeps more and more. {} If a piece of work was done, that is what it takes: do it in \
             parts, or stream it.",
            finding.action
        );
        let left = Evidence::new("in use in the last profile", self.last.inuse_bytes() as f64, Unit::Bytes);
        finding.evidence.push(left.with_source("heap profiles"));
        finding.confounders.push("what is built up for a piece of work and let go after it grows the same way".into());
    }
}

/// What each line of the user's own has in use in the last profile; `None` where that is of another process than the one before.
fn left(fullest: &HeapProfile, last: &HeapProfile, sites: &[Site]) -> Option<HashMap<(String, i64), f64>> {
    let own = own_functions(sites);
    let profiles = [&*fullest.profile, &*last.profile];
    let growth = Growth::charged(profiles, &GrowthOptions::default(), |line| {
        line.function().is_some_and(|function| own.contains(function.name()))
    });
    let growth = growth.ok().filter(|growth| growth.restarts() == 0 && growth.profiles() == 2)?;
    let of_line =
        |site: &SiteGrowth| Some(((site.key.function.as_deref()?.to_owned(), site.key.line.unwrap_or(0)), site.last()));
    Some(growth.sites().iter().filter_map(of_line).collect())
}

/// Whether scrapes, or GC cycles, show that the last profile is of the end: nothing of note was allocated after it.
fn is_end(bundle: &Bundle, state: &GoState, last: &HeapProfile) -> bool {
    let Some(time) = last.profile.time_nanos().or_else(|| last.profile.as_of_nanos()).filter(|_| !bundle.is_cut) else {
        return false;
    };
    let times = state.times_ms();
    if let Some(&end) = times.last().filter(|_| state.has_program()) {
        let first_after = times.partition_point(|&at| at.saturating_mul(1_000_000) < time);
        let allocated = state.increase(Quantity::AllocTotalBytes, first_after.saturating_sub(1)..times.len());
        let is_covered = time / 1_000_000 - end <= NEAR_MS;
        return is_covered && (first_after >= times.len() || allocated.is_some_and(|bytes| bytes < LITTLE));
    }
    let live = bundle.gctrace().and_then(|trace| trace.lines().last()).map(|line| line.heap_live_mb as f64 * MIB);
    live.is_some_and(|live| live <= 2.0 * last.inuse_bytes() as f64 + LITTLE)
}

/// Of what a line made meanwhile.
const MOST: f64 = 0.5;
/// One of so many.
const HARDLY_ANY: f64 = 5.0;
/// How far the last scrape may be from the last profile.
const NEAR_MS: i64 = 5000;
/// What a program allocates that does nothing but answer scrapes.
const LITTLE: f64 = 4.0 * MIB;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bundle::Artifact, report::Report};

    /// Heap profiles at these seconds, with so many MiB in use of so many that one line has made, and scrapes at others with what was
    /// allocated by then.
    fn bundle(profiles: &[(i64, u64, u64)], scrapes: &[(i64, u64)]) -> Bundle {
        let profile = |&(seconds, inuse, made): &(i64, u64, u64)| {
            let values = format!("{inuse}: {} [{made}: {}]", inuse << 20, made << 20);
            let stats = format!("# runtime.MemStats\n# LastGC = {}\n", (BEGIN + seconds) * 1_000_000_000);
            let site = "@ 0x40\n#\t0x40\tmain.keep+0x1\t/app/keep.go:9\n";
            let text = format!("heap profile: {values} @ heap/1048576\n{values} {site}\n{stats}");
            Artifact { name: format!("heap-{seconds}.txt"), bytes: text.into(), modified_ms: None }
        };
        let scrape = |&(seconds, made): &(i64, u64)| Artifact {
            name: format!("{}.prom", (BEGIN + seconds) * 1000),
            bytes: format!("go_memstats_alloc_bytes_total {}\ngo_memstats_alloc_bytes 100\n", made << 20).into(),
            modified_ms: None,
        };
        Bundle::from_artifacts("run", profiles.iter().map(profile).chain(scrapes.iter().map(scrape)).collect())
    }

    const BEGIN: i64 = 1_700_000_000;
    const CLIMB: [(i64, u64, u64); 4] = [(2, 20, 20), (4, 40, 40), (6, 60, 60), (8, 80, 80)];

    fn with_end(end: (i64, u64, u64)) -> Vec<(i64, u64, u64)> {
        [&CLIMB[..], &[end]].concat()
    }

    fn severity(bundle: &Bundle) -> Option<Severity> {
        let report = Report::from_bundle(bundle);
        let is_it = |finding: &&Finding| finding.title.starts_with("Grew until it was let go: app/keep.go:9");
        report.findings().iter().find(is_it).map(|finding| finding.severity)
    }

    #[test]
    fn what_grew_and_is_gone_at_the_end_is_told_and_is_no_leak_for_sure() {
        let scrapes = [(1, 10), (3, 30), (5, 50), (7, 70), (9, 81)];
        let ended = bundle(&with_end((10, 1, 82)), &scrapes);
        assert_eq!(severity(&ended), Some(Severity::Warning));
        let leaks = |finding: &&Finding| finding.title.starts_with("Leak");
        assert_eq!(Report::from_bundle(&ended).findings().iter().find(leaks).map(|leak| &leak.title), None);
        // Nothing says that no more came after it.
        assert_eq!(severity(&bundle(&with_end((10, 1, 82)), &[])), Some(Severity::Info));
        let goes_on = [(1, 10), (5, 50), (9, 81), (11, 90), (15, 130)];
        assert_eq!(severity(&bundle(&with_end((10, 1, 82)), &goes_on)), Some(Severity::Info));
        // Of a window nobody knows what came after it.
        let window = gomem_metrics::Window::new(None, Some((BEGIN + 12) * 1000)).unwrap();
        assert_eq!(severity(&ended.within(window).unwrap()), Some(Severity::Info));
    }

    #[test]
    fn what_comes_and_goes_or_stays_is_not_told() {
        assert_eq!(severity(&bundle(&CLIMB, &[])), None, "a leak");
        assert_eq!(severity(&bundle(&with_end((10, 40, 82)), &[])), None, "half of it is left");
        assert_eq!(severity(&bundle(&[(2, 20, 20), (4, 40, 40), (6, 1, 41)], &[])), None, "two profiles are no trend");
        let garbage = [(2, 20, 200), (4, 40, 400), (6, 60, 600), (8, 80, 800), (10, 1, 820)];
        assert_eq!(severity(&bundle(&garbage, &[])), None, "a tenth of what is made stays for a while");
        let swings = [(2, 20, 20), (4, 5, 40), (6, 60, 60), (8, 5, 80), (10, 1, 82)];
        assert_eq!(severity(&bundle(&swings, &[])), None);
        let restarted = [&CLIMB[..], &[(10, 1, 1)]].concat();
        assert_eq!(severity(&bundle(&restarted, &[])), None, "another process");
    }
}
