//! Work of the start: what a line had allocated by the first heap profile, and does not allocate since.

use std::sync::Arc;

use foldhash::HashMap;
use gomem_metrics::GoState;

use crate::{
    attribution::{AttributeOptions, Bytes, Place, attribute},
    bundle::Bundle,
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
        let timed = bundle.heaps().iter().filter(|heap| heap.profile.as_of_nanos().is_some());
        let first = timed.min_by_key(|heap| heap.profile.as_of_nanos())?;
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
