//! Work of the start: what a line had allocated by the first heap profile, and does not allocate since.

use std::sync::Arc;

use foldhash::HashMap;
use gomem_metrics::GoState;

use crate::{
    attribution::{AttributeOptions, Bytes, Place, attribute},
    bundle::Bundle,
    findings::growth::{are_of_one_process, timed_heaps},
};

/// What each line had allocated by the first of a run's heap profiles, itself or by each function that it calls.
#[derive(Debug)]
pub(crate) struct Start {
    bytes: HashMap<Key, i64>,
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
        let mut bytes: HashMap<Key, i64> = HashMap::default();
        for site in attribute(&first.profile, bundle.escapes(), &AttributeOptions::from_bundle(bundle)) {
            if site.reached_from.is_none() {
                *bytes.entry((site.charged_to, site.callee)).or_default() += site.bytes;
            }
        }
        Some(Self { bytes, picks_since: bytes_since / last.profile.period().max(1) as f64, bytes_since })
    }

    /// Whether all of what a line allocates, itself or by `callee`, is work of the start: had it gone on at its share, the
    /// sampler would have picked some of it.
    pub(crate) fn has_all(&self, place: &Place, callee: Option<&Arc<str>>, whole: &Bytes<'_>) -> bool {
        let before = self.bytes.get(&(place.clone(), callee.cloned())).copied().unwrap_or(0);
        let since = whole.bytes.saturating_sub(before) as f64;
        let is_seen = whole.bytes_fraction * self.picks_since >= ENOUGH_PICKS;
        is_seen && since <= HARDLY * whole.bytes_fraction * self.bytes_since
    }
}

/// None of so many is picked by chance once in fifty times.
const ENOUGH_PICKS: f64 = 4.0;
const HARDLY: f64 = 0.1;

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
}
