//! What a line makes by a call that nothing undoes: that there are many of it is a leak by itself, however few profiles there are.

use std::collections::BTreeMap;

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_metrics::{GoState, Quantity};
use gomem_pprof::{Profile, Sample};
use gomem_symbol::Symbol;
use gomem_table::Unit;

use crate::{
    attribution::{Place, Site},
    bundle::Bundle,
    findings::{
        calls::call_advice::keep_advice,
        finding::{Finding, FindingKind},
    },
};

/// Of the lines that no other finding calls a leak, that with the most tickers of `time.Tick`, where it is Go before 1.23, or far
/// fewer goroutines are there than could wait for them.
pub(crate) fn for_good(bundle: &Bundle, state: &GoState, sites: &[Site], findings: &[Finding]) -> Option<Finding> {
    let mut lines: BTreeMap<&Place, Made> = BTreeMap::new();
    for site in sites.iter().filter(|site| site.reached_from.is_none() && site.callee.as_deref() == Some(TICK)) {
        lines.entry(&site.charged_to).or_default().add(site);
    }
    let (place, made) = lines.into_iter().max_by_key(|(_, made)| made.inuse_objects)?;
    let is_told = |finding: &Finding| finding.kind == FindingKind::Leak && finding.place.as_ref() == Some(place);
    let stay = made.inuse_objects as f64 >= NEARLY_ALL * made.objects as f64;
    if !stay || made.inuse_objects < FEWEST || findings.iter().any(is_told) {
        return None;
    }
    if !is_before_1_23(bundle) && goroutines(bundle, state)?.saturating_mul(2) > made.inuse_objects {
        return None;
    }
    let count = Unit::Count.humanize(made.inuse_objects as f64);
    let title = format!("Leak: {} makes a ticker at each call, and about {count} stay", place.short());
    let mut finding = Finding::new(FindingKind::Leak, Severity::Warning, title);
    finding.summary = format!(
        "{} calls {}, whose ticker nothing can stop: of about {count} that it has made, all are still there, {} of memory. The runtime looks \
         after each of them at each tick, so they take CPU time too.",
        place.short_function(),
        Symbol::decode(TICK).short(),
        Unit::Bytes.humanize(made.inuse_bytes as f64)
    );
    finding.action = keep_advice(TICK).unwrap_or_default().to_owned();
    finding.confidence = Confidence::Medium;
    finding.bytes = Some(made.inuse_bytes);
    finding.bytes_fraction = Some(made.inuse_fraction);
    finding.place = Some(place.clone());
    let count = Evidence::new("tickers in use", made.inuse_objects as f64, Unit::Count);
    finding.evidence.push(count.with_source("heap profile"));
    Some(finding)
}

/// What a line has made of it.
#[derive(Default)]
struct Made {
    objects: i64,
    inuse_objects: i64,
    inuse_bytes: i64,
    inuse_fraction: f64,
}

impl Made {
    fn add(&mut self, site: &Site) {
        self.objects = self.objects.saturating_add(site.objects);
        self.inuse_objects = self.inuse_objects.saturating_add(site.inuse_objects);
        self.inuse_bytes = self.inuse_bytes.saturating_add(site.inuse_bytes);
        self.inuse_fraction += site.inuse_fraction;
    }
}

/// Whether the metrics say so, or the profiles have a function that the runtime had until then.
fn is_before_1_23(bundle: &Bundle) -> bool {
    if let Some(version) = bundle.go_version() {
        let minor =
            version.strip_prefix("go1.").map(|rest| rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or(""));
        return minor.and_then(|minor| minor.parse::<u32>().ok()).is_some_and(|minor| minor < 23);
    }
    let has_old = |profile: &Profile| {
        let mut functions = profile.samples().flat_map(Sample::frames).filter_map(|line| line.function());
        functions.any(|function| OLD_TIMERS.contains(&function.name()))
    };
    bundle.heaps().iter().any(|heap| has_old(&heap.profile))
}

/// How many goroutines there are.
fn goroutines(bundle: &Bundle, state: &GoState) -> Option<i64> {
    let counted = state.last(Quantity::Goroutines).map(|count| count as i64);
    counted
        .or_else(|| bundle.goroutines().iter().map(|profile| i64::try_from(profile.total(0)).unwrap_or(i64::MAX)).max())
}

const TICK: &str = "time.Tick";
/// Of `runtime/time.go` until Go 1.22.
const OLD_TIMERS: [&str; 3] = ["runtime.doaddtimer", "runtime.addtimer", "runtime.addInitializedTimer"];
/// The sampler's counts of what all stays differ by less.
const NEARLY_ALL: f64 = 0.8;
/// A judgement: no program has a use for so many.
const FEWEST: i64 = 1000;

#[cfg(test)]
mod tests {
    use gomem_finding::Severity;

    use crate::{
        bundle::{Artifact, Bundle},
        report::Report,
    };

    /// What is said of a line that made tickers, of which so many are there, with goroutines as many.
    fn told(callee: &str, inuse: u64, made: u64, goroutines: u64) -> Option<Severity> {
        let values = format!("{inuse}: {} [{made}: {}]", inuse * 4096, made * 4096);
        let site = format!(
            "@ 0x40 0x41\n#\t0x40\t{callee}+0x1\t/go/src/time/tick.go:65\n#\t0x41\tmain.watch+0x1\t/app/watch.go:17\n"
        );
        let heap = format!("heap profile: {values} @ heap/1\n{values} {site}\n# runtime.MemStats\n");
        let goroutine = format!(
            "goroutine profile: total {goroutines}\n{goroutines} @ 0x40 0x41\n#\t0x40\tmain.serve+0x1\t/app/serve.go:3\n"
        );
        let artifact = |name: &str, text: String| Artifact { name: name.into(), bytes: text.into(), modified_ms: None };
        let bundle =
            Bundle::from_artifacts("run", vec![artifact("heap.txt", heap), artifact("goroutine.txt", goroutine)]);
        let report = Report::from_bundle(&bundle);
        let is_it =
            |finding: &&crate::findings::Finding| finding.title.starts_with("Leak: app/watch.go:17 makes a ticker");
        report.findings().iter().find(is_it).map(|finding| finding.severity)
    }

    #[test]
    fn many_tickers_that_nothing_stops_are_a_leak() {
        assert_eq!(told("time.Tick", 5000, 5000, 3), Some(Severity::Warning));
    }

    #[test]
    fn tickers_of_goroutines_that_go_away_and_few_of_them_are_none() {
        assert_eq!(told("time.Tick", 5000, 9000, 3), None, "half of them went");
        assert_eq!(told("time.Tick", 5000, 5000, 5003), None, "each has a goroutine that may wait for it");
        assert_eq!(told("time.Tick", 20, 20, 3), None);
        assert_eq!(told("time.NewTicker", 5000, 5000, 3), None, "those can be stopped");
    }
}
