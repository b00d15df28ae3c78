//! Sites whose live memory grows over the heap profiles of a bundle.

use std::sync::Arc;

use foldhash::HashMap;
use gomem_metrics::{GoState, Quantity};
use gomem_pprof::{Growth, GrowthOptions, SiteGrowth};

use crate::{
    attribution::{AttributeOptions, Site, attribute},
    bundle::{Bundle, HeapProfile},
};

/// A site whose live memory grows.
#[derive(Debug, Clone)]
pub(crate) struct GrowingSite {
    /// The site, as of the last profile.
    pub(crate) site: Site,
    /// How its bytes in use go.
    pub(crate) growth: SiteGrowth,
}

/// Growing sites, the one that grew most first. Two profiles will do where the rules say that the live heap leaks.
pub(crate) fn growing_sites(bundle: &Bundle, state: &GoState, is_leaking: bool) -> Vec<GrowingSite> {
    let timed: Vec<&HeapProfile> = bundle.heaps().iter().filter(|heap| heap.profile.time_nanos().is_some()).collect();
    let options = GrowthOptions::default().with_starts(starts_nanos(state));
    let Ok(growth) = Growth::new(timed.iter().map(|heap| &*heap.profile), &options) else { return Vec::new() };
    let fewest = if is_leaking { 2 } else { SiteGrowth::ENOUGH_PROFILES };
    let growing: Vec<&SiteGrowth> = growth.sites().iter().filter(|site| site.is_growing(fewest)).collect();
    let Some(last) = growth.last_profile().filter(|_| !growing.is_empty()) else { return Vec::new() };
    let mut sites: HashMap<(Arc<str>, i64), Site> = HashMap::default();
    for site in attribute(&timed[last].profile, bundle.escapes(), &AttributeOptions::from_bundle(bundle)) {
        let key = (site.place.function.clone(), site.place.line);
        // What one place keeps for several reasons grows together.
        let whole = match sites.remove(&key) {
            Some(kept) => kept.with_inuse_of(site),
            None => site,
        };
        sites.insert(key, whole);
    }
    let site = |growth: &SiteGrowth| {
        let key = (Arc::from(growth.key.function.as_deref()?), growth.key.line.unwrap_or(0));
        Some(GrowingSite { site: sites.get(&key)?.clone(), growth: growth.clone() })
    };
    growing.into_iter().filter_map(site).collect()
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
