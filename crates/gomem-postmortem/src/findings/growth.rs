//! Sites whose live memory grows over a series of heap profiles.

use foldhash::HashMap;
use gomem_escape::HeapDecision;
use gomem_metrics::{GoState, Trend};

use crate::{
    attribution::{Place, Site, attribute},
    bundle::Bundle,
};

/// A site whose live memory grows.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Growth {
    /// The site, as of the last profile.
    pub site: Site,
    /// Bytes in use: seconds since the first profile, and the value there.
    pub inuse_bytes: Vec<(f64, f64)>,
    /// Bytes allocated up to each of these profiles.
    pub alloc_bytes: Vec<f64>,
    /// Theil–Sen slope.
    pub bytes_per_hour: f64,
    /// Kendall's rank correlation with time.
    pub tau: f64,
    /// How many objects the sampler saw in the last profile.
    pub sampled_objects: f64,
    /// The growth in standard deviations of the sampling: below 3 it may be chance.
    pub significance: f64,
}

impl Growth {
    /// By how much it grew from the first profile to the last.
    #[must_use]
    pub fn grown_bytes(&self) -> f64 {
        match (self.inuse_bytes.first(), self.inuse_bytes.last()) {
            (Some(first), Some(last)) => last.1 - first.1,
            _ => 0.0,
        }
    }

    /// Of the bytes allocated from the first profile to the last, the share by which those in use grew: near 1 nothing is freed.
    #[must_use]
    pub fn kept_fraction(&self) -> Option<f64> {
        let allocated = self.alloc_bytes.last()? - self.alloc_bytes.first()?;
        (allocated > 0.0).then(|| (self.grown_bytes() / allocated).min(1.0))
    }

    /// How many bytes at least are in use for how many seconds at least: no more can be younger than were allocated since.
    /// Of all profiles the earliest one that leaves half of them.
    #[must_use]
    pub fn oldest(&self) -> Option<(f64, f64)> {
        let (end, inuse) = *self.inuse_bytes.last()?;
        let allocated = *self.alloc_bytes.last()?;
        self.inuse_bytes.iter().zip(&self.alloc_bytes).find_map(|((seconds, _), until)| {
            let older = inuse - (allocated - until);
            (end > *seconds && older * 2.0 >= inuse).then_some((older, end - seconds))
        })
    }

    /// The compiler's decision.
    #[must_use]
    pub fn decision(&self) -> Option<&HeapDecision> {
        self.site.decision.as_deref()
    }
}

/// Growing sites, the fastest first. Needs three profiles or more: two points always lie on a line. Two will do where the
/// rules say that the live heap leaks.
///
/// A site counts when it grew from each profile to the next, by more than chance: the sampler's counts are Poisson, so a
/// difference of n and m objects has the standard deviation √(n + m). A site that fills up, growing less than a third as
/// fast at the end as at the beginning, does not count: it is what a bounded cache looks like.
pub(crate) fn growth(bundle: &Bundle, is_leaking: bool) -> Vec<Growth> {
    // `allocs` and `heap` are the same profile under two names; taken at one time, one is enough.
    let mut heaps: Vec<_> = bundle.heaps().iter().filter(|heap| heap.profile.time_nanos().is_some()).collect();
    heaps.retain(|heap| {
        heap.profile
            .sample_types()
            .get(heap.profile.default_sample_type())
            .is_none_or(|kind| kind.name() != "alloc_space")
    });
    let fewest = if is_leaking { 2 } else { ENOUGH_PROFILES };
    if heaps.len() < fewest {
        return Vec::new();
    }
    let begin = heaps.first().and_then(|heap| heap.profile.time_nanos()).unwrap_or(0);
    let period = heaps.last().map_or(0, |heap| heap.profile.period());
    let mut series: HashMap<Place, Series> = HashMap::default();
    for (index, heap) in heaps.iter().enumerate() {
        let seconds = heap.profile.time_nanos().unwrap_or(begin).saturating_sub(begin) as f64 / 1e9;
        for site in attribute(&heap.profile, bundle.escapes()) {
            let Series { inuse_bytes: points, alloc_bytes, last } = series.entry(site.place.clone()).or_default();
            // Profiles without the site have nothing of it in use.
            while points.len() < index {
                points.push((
                    heaps[points.len()].profile.time_nanos().unwrap_or(begin).saturating_sub(begin) as f64 / 1e9,
                    0.0,
                ));
            }
            if points.len() == index {
                points.push((seconds, 0.0));
            }
            points[index].1 += site.inuse_bytes as f64;
            alloc_bytes.resize(index + 1, 0.0);
            alloc_bytes[index] += site.bytes as f64;
            if index + 1 == heaps.len() {
                // What one place keeps for several reasons grows together.
                *last = Some(match last.take() {
                    Some(kept) => kept.with_inuse_of(site),
                    None => site,
                });
            }
        }
    }
    let mut growing: Vec<Growth> = series
        .into_values()
        .filter(|series| series.inuse_bytes.len() == heaps.len())
        .filter_map(|Series { inuse_bytes: points, alloc_bytes, last: site }| {
            let trend = Trend::of(&points)?;
            let site = site?;
            let sampled_objects = sampled(&site, period);
            let bytes_per_hour = trend.slope * 3600.0;
            let last = points.last().map_or(0.0, |point| point.1);
            let first_objects = sampled_objects * points.first().map_or(0.0, |point| point.1) / last.max(1.0);
            let significance = (sampled_objects - first_objects) / (sampled_objects + first_objects).sqrt().max(1e-9);
            Some(Growth {
                site,
                inuse_bytes: points,
                alloc_bytes,
                bytes_per_hour,
                tau: trend.tau,
                sampled_objects,
                significance,
            })
        })
        .filter(|growth| growth.tau > 0.99 && growth.grown_bytes() >= SMALLEST_GROWTH && growth.significance >= 3.0)
        .filter(|growth| !fills_up(&growth.inuse_bytes))
        .collect();
    growing.sort_by(|a, b| b.grown_bytes().total_cmp(&a.grown_bytes()).then_with(|| a.site.place.cmp(&b.site.place)));
    growing
}

fn fills_up(points: &[(f64, f64)]) -> bool {
    let slope = |pair: &[(f64, f64)]| match pair {
        [a, b] if b.0 > a.0 => (b.1 - a.1) / (b.0 - a.0),
        _ => 0.0,
    };
    let mut slopes = points.windows(2).map(slope);
    match (slopes.next(), slopes.next_back()) {
        (Some(first), Some(last)) => last < first / 3.0,
        _ => false,
    }
}

/// A place over time.
#[derive(Debug, Default)]
struct Series {
    inuse_bytes: Vec<(f64, f64)>,
    alloc_bytes: Vec<f64>,
    /// As of the last profile.
    last: Option<Site>,
}

/// How many objects the sampler picked: of objects of size s it picks one with probability 1 − e^(−s/rate), and the
/// profile holds the count divided by it (`scaleHeapSample` in `runtime/pprof/protomem.go`).
fn sampled(site: &Site, period: i64) -> f64 {
    if period <= 1 || site.inuse_objects <= 0 {
        return site.inuse_objects.max(0) as f64;
    }
    let size = site.inuse_bytes as f64 / site.inuse_objects as f64;
    site.inuse_objects as f64 * -(-size / period as f64).exp_m1()
}

/// What GC marked live, over time, and its trend, when metrics tell it.
pub(crate) fn live_heap(state: &GoState) -> Option<(Vec<(f64, f64)>, Trend)> {
    let cycles = state.cycles();
    let begin = cycles.first()?.time_ms;
    let points: Vec<(f64, f64)> =
        cycles.iter().filter_map(|cycle| Some(((cycle.time_ms - begin) as f64 / 1e3, cycle.live_bytes?))).collect();
    let trend = Trend::of(&points)?;
    Some((points, trend))
}

/// So many profiles show a trend by themselves.
pub(crate) const ENOUGH_PROFILES: usize = 3;

const SMALLEST_GROWTH: f64 = 4.0 * 1024.0 * 1024.0;

#[cfg(test)]
mod tests {
    use gomem_pprof::Profile;

    use super::*;

    fn growth(inuse: [f64; 3], alloc: [f64; 3]) -> Growth {
        let text = b"heap profile: 1: 8 [1: 8] @ heap/1\n1: 8 [1: 8] @ 0x401001\n#\t0x401000\tmain.f+0x20\tmain.go:1\n";
        let site = attribute(&Profile::decode(text).unwrap(), None).remove(0);
        Growth {
            site,
            inuse_bytes: [0.0, 60.0, 120.0].into_iter().zip(inuse).collect(),
            alloc_bytes: alloc.into(),
            bytes_per_hour: 0.0,
            tau: 1.0,
            sampled_objects: 1.0,
            significance: 5.0,
        }
    }

    #[test]
    fn what_is_kept_has_an_age() {
        let leak = growth([100.0, 160.0, 220.0], [500.0, 560.0, 620.0]);
        assert_eq!(leak.kept_fraction(), Some(1.0));
        assert_eq!(leak.oldest(), Some((160.0, 60.0)));
        let slow = growth([100.0, 110.0, 120.0], [500.0, 520.0, 540.0]);
        assert_eq!((slow.kept_fraction(), slow.oldest()), (Some(0.5), Some((80.0, 120.0))));
        let churn = growth([100.0, 160.0, 220.0], [500.0, 5000.0, 9000.0]);
        assert_eq!(churn.oldest(), None);
    }
}
