//! What lines had allocated by the first heap profile, beside what they allocate since: work of the start, and objects that grow.

use std::sync::Arc;

use foldhash::HashMap;
use gomem_metrics::GoState;
use gomem_table::Unit;

use crate::{
    attribution::{AttributeOptions, Bytes, Place, attribute},
    bundle::Bundle,
    findings::{
        finding::Finding,
        growth::{are_of_one_process, timed_heaps},
    },
};

/// What each line had allocated by the first of a run's heap profiles, itself or by each function that it calls.
#[derive(Debug)]
pub(crate) struct Start {
    made: HashMap<Key, Made>,
    /// Of how many bytes the sampler picks one object.
    period: f64,
    /// What the program allocated since, in the sampler's picks.
    picks_since: f64,
    bytes_since: f64,
}

type Key = (Place, Option<Arc<str>>);

impl Start {
    /// `None` where one run has no two profiles.
    pub(crate) fn find(bundle: &Bundle, state: &GoState) -> Option<Self> {
        if state.segments().len() > 1 {
            return None;
        }
        let last = bundle.latest_heap()?;
        let first = *timed_heaps(bundle).first()?;
        if !are_of_one_process([&first.profile, &last.profile]) {
            return None;
        }
        let total = |profile: &gomem_pprof::Profile| Some(profile.total(profile.sample_type_index("alloc_space")?));
        let bytes_since = total(&last.profile)?.checked_sub(total(&first.profile)?).filter(|&bytes| bytes > 0)? as f64;
        let mut made: HashMap<Key, Made> = HashMap::default();
        for site in attribute(&first.profile, bundle.escapes(), &AttributeOptions::from_bundle(bundle)) {
            if site.reached_from.is_none() {
                let of_line = made.entry((site.charged_to, site.callee)).or_default();
                of_line.bytes = of_line.bytes.saturating_add(site.bytes);
                of_line.objects = of_line.objects.saturating_add(site.objects);
            }
        }
        let period = last.profile.period().max(1) as f64;
        Some(Self { made, period, picks_since: bytes_since / period, bytes_since })
    }

    /// Whether all of what a line allocates, itself or by `callee`, is work of the start: had it gone on at its share, the
    /// sampler would have picked some of it.
    pub(crate) fn has_all(&self, place: &Place, callee: Option<&Arc<str>>, whole: &Bytes<'_>) -> bool {
        let since = whole.bytes.saturating_sub(self.before(place, callee).bytes) as f64;
        let is_seen = whole.bytes_fraction * self.picks_since >= ENOUGH_PICKS;
        is_seen && since <= HARDLY * whole.bytes_fraction * self.bytes_since
    }

    /// How large the objects of a line, or of several calls, were each by the first profile, and are since, where they became several
    /// times as large: then what is copied grows.
    pub(crate) fn became_larger<'b>(
        &self,
        parts: impl Iterator<Item = (&'b Place, Option<&'b Arc<str>>, &'b Bytes<'b>)>,
    ) -> Option<[f64; 2]> {
        let (mut before, mut since) = (Made::default(), Made::default());
        for (place, callee, whole) in parts {
            let early = self.before(place, callee);
            before = before.and(early.bytes, early.objects);
            since = since.and(whole.bytes.saturating_sub(early.bytes), whole.objects.saturating_sub(early.objects));
        }
        let sizes = [before.mean(self.period)?, since.mean(self.period)?];
        (sizes[1] >= LARGER * sizes[0] && sizes[1] >= LARGE_OBJECT).then_some(sizes)
    }

    fn before(&self, place: &Place, callee: Option<&Arc<str>>) -> Made {
        self.made.get(&(place.clone(), callee.cloned())).copied().unwrap_or_default()
    }
}

/// Makes a finding say that its objects grow.
pub(crate) fn tell_larger(finding: &mut Finding, [before, since]: [f64; 2]) {
    finding.summary += &format!(
        " Its objects became larger: {} each on average by the first heap profile, {} since.",
        Unit::Bytes.humanize(before),
        Unit::Bytes.humanize(since)
    );
    let rest = std::mem::take(&mut finding.action);
    GROWING_COPY.clone_into(&mut finding.action);
    if !rest.is_empty() {
        finding.action += &format!(" Then: {rest}");
    }
}

/// What was allocated.
#[derive(Debug, Clone, Copy, Default)]
struct Made {
    bytes: i64,
    objects: i64,
}

impl Made {
    fn and(self, bytes: i64, objects: i64) -> Self {
        Self { bytes: self.bytes.saturating_add(bytes), objects: self.objects.saturating_add(objects) }
    }

    /// The size of an object, where there are enough of them, and enough picks.
    fn mean(self, period: f64) -> Option<f64> {
        let is_enough = self.objects >= FEWEST_OBJECTS && self.bytes as f64 >= PICKS_FOR_SIZE * period;
        is_enough.then(|| self.bytes as f64 / self.objects as f64)
    }
}

const GROWING_COPY: &str = "What is copied there grows: find what is made from the one before it again and again (`logger = logger.With(…)`, `text += …`, a \
                            list that is copied to add to it), and make it once, or keep it to a bound.";

/// None of so many is picked by chance once in fifty times.
const ENOUGH_PICKS: f64 = 4.0;
const HARDLY: f64 = 0.1;
/// A container that grows makes few objects: it doubles.
const FEWEST_OBJECTS: i64 = 500;
const PICKS_FOR_SIZE: f64 = 8.0;
/// Other work makes objects of other sizes: not so often as large as this.
const LARGER: f64 = 3.0;
/// Small objects say little.
const LARGE_OBJECT: f64 = 256.0;

#[cfg(test)]
mod tests {
    use crate::{
        bundle::{Artifact, Bundle},
        report::Report,
    };

    /// Whether a line is said to be work of the start, by two profiles of what it and another one have allocated, in MiB.
    fn is_work_of_start(profiles: [(u64, u64); 2]) -> bool {
        let profile = |(step, (start, other)): (u64, (u64, u64))| {
            let sample = |mib: u64, line: u64| {
                let address = 0x40 + line;
                format!(
                    "0: 0 [{mib}: {}] @ {address:#x}\n#\t{address:#x}\tmain.f{line}+0x1\t/app/f.go:{line}\n",
                    mib << 20
                )
            };
            let all = start + other;
            let stats = format!("# runtime.MemStats\n# LastGC = {}\n", (1_700_000_000 + step * 60) * 1_000_000_000);
            let text = format!(
                "heap profile: 0: 0 [{all}: {}] @ heap/1048576\n{}{}\n{stats}",
                all << 20,
                sample(start, 7),
                sample(other, 9)
            );
            Artifact { name: format!("heap-{step}.txt"), bytes: text.into(), modified_ms: None }
        };
        let report =
            Report::from_bundle(&Bundle::from_artifacts("run", (1..).zip(profiles).map(profile).collect::<Vec<_>>()));
        let of_line = report.findings().iter().filter(|finding| finding.place.as_ref().is_some_and(|at| at.line == 7));
        of_line.map(|finding| &finding.summary).any(|summary| summary.contains("work of the start"))
    }

    #[test]
    fn only_profiles_of_one_process_tell_what_was_made_at_the_start() {
        assert!(is_work_of_start([(400, 100), (400, 600)]));
        assert!(!is_work_of_start([(400, 100), (800, 200)]), "it goes on");
        // A second run of the same program, for a bit longer.
        assert!(!is_work_of_start([(400, 620), (400, 600)]));
        assert!(!is_work_of_start([(400, 500), (300, 600)]));
    }

    /// Whether the objects of a line are said to have become larger: so many of so many bytes by the first profile, and then by the second
    /// as many more as it says. The sampler picked each of them with its own chance.
    fn becomes_larger(made: [(u64, u64); 2]) -> bool {
        let profile = |upto: usize| {
            let sample = |(at, (objects, bytes)): (usize, &(u64, u64))| {
                let picked = (*objects * *bytes).div_ceil(PERIOD.max(*bytes));
                format!(
                    "0: 0 [{picked}: {}] @ {:#x}\n#\t{:#x}\tmain.add+0x1\t/app/add.go:7\n",
                    picked * bytes,
                    0x40 + at,
                    0x40 + at
                )
            };
            let samples: String = made[..upto].iter().enumerate().map(sample).collect();
            let stats = format!("# runtime.MemStats\n# LastGC = {}\n", (1_700_000_000 + upto * 60) * 1_000_000_000);
            let text = format!("heap profile: 0: 0 [1: 1] @ heap/{}\n{samples}\n{stats}", PERIOD * 2);
            Artifact { name: format!("heap-{upto}.txt"), bytes: text.into(), modified_ms: None }
        };
        let report = Report::from_bundle(&Bundle::from_artifacts("run", (1..=2).map(profile).collect()));
        report.findings().iter().any(|finding| finding.summary.contains("became larger"))
    }

    /// Text profiles say it twice.
    const PERIOD: u64 = 512 << 10;

    #[test]
    fn objects_that_grow_are_copies_of_what_grows() {
        assert!(becomes_larger([(10_000, 2_000), (10_000, 40_000)]));
        assert!(!becomes_larger([(10_000, 2_000), (10_000, 2_000)]), "as large as before");
        assert!(!becomes_larger([(10_000, 2_000), (10_000, 4_000)]), "not much larger");
        assert!(!becomes_larger([(30, 600_000), (60, 6_000_000)]), "a few, as of a container that doubles");
        assert!(!becomes_larger([(600, 2_000), (10_000, 40_000)]), "hardly picked before");
        assert!(!becomes_larger([(1_000_000, 16), (1_000_000, 96)]), "small ones");
    }
}
