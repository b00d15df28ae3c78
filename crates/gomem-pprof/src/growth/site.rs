//! A site over time.

use gomem_statistics::{Trend, later_pace, normal_share_within};
use gomem_table::Unit;

use crate::{
    growth::snapshot::LineValues,
    view::{FrameKey, SamplingEstimate},
};

/// A site over time, since the program's last restart.
///
/// ```
/// use gomem_pprof::{Growth, GrowthOptions, Profile};
///
/// let taken = |bytes: u32| {
///     let values = format!("1: {bytes} [1: {bytes}]");
///     let site = "@ 0x40\n#\t0x40\tmain.keep+0x1\t/app/keep.go:9\n";
///     let text = format!("heap profile: {values} @ heap/1048576\n{values} {site}");
///     Profile::decode(text.as_bytes())
/// };
/// let profiles = [taken(1 << 20)?, taken(1 << 21)?, taken(1 << 22)?];
/// let minutes = [0, 60_000_000_000, 120_000_000_000];
/// let growth = Growth::new(&profiles, &GrowthOptions::new("inuse_space").with_times(minutes.to_vec()))?;
/// let site = &growth.sites()[0];
/// assert_eq!(site.key.line, Some(9));
/// assert!(site.change() > 0.0 && site.last() > site.first());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SiteGrowth {
    /// Function, file and line.
    pub key: FrameKey,
    /// Seconds since the first profile, and the value there.
    pub points: Vec<(f64, f64)>,
    /// Bytes allocated up to each of these profiles; `None` for profiles that do not count allocation.
    pub alloc_bytes: Option<Vec<f64>>,
    /// Slope, by Theil and Sen, and rank correlation with time, by Kendall; `None` with fewer than two times.
    pub trend: Option<Trend>,
    /// How many objects the sampler saw in the last profile; `None` for profiles that do not sample by size.
    pub sampled_objects: Option<f64>,
    /// The change from the first profile to the last, in standard deviations of the sampling: below 3 it may be chance.
    /// `None` where nothing is left to chance.
    pub significance: Option<f64>,
    /// How long an object lives, by Little's law: what is in use over what is allocated in a second.
    pub age_seconds: Option<f64>,
    /// The variance of each value by the sampling; 0 where nothing is left to chance.
    variances: Vec<f64>,
    unit: Unit,
}

/// What is gathered of a site, profile by profile.
#[derive(Debug, Default)]
pub(crate) struct Track {
    values: Vec<i128>,
    alloc_bytes: Vec<i128>,
    variances: Vec<f64>,
    first: Ends,
    last: Ends,
    pub(crate) alloc_objects: i128,
}

/// What is told of the first and the last profile only.
#[derive(Debug, Clone, Copy, Default)]
struct Ends {
    sampled: SamplingEstimate,
    inuse_bytes: i128,
}

impl Track {
    /// Takes what the profile with this number, from 0, has of the site.
    pub(crate) fn push(&mut self, number: usize, line: LineValues) {
        self.fill(number);
        self.values.push(line.value);
        self.alloc_bytes.push(line.alloc_bytes);
        self.variances.push(line.sampled.variance);
        self.last = Ends { sampled: line.sampled, inuse_bytes: line.inuse_bytes };
        if number == 0 {
            self.first = self.last;
        }
        self.alloc_objects = line.alloc_objects;
    }

    /// Profiles without the site have nothing of it.
    pub(crate) fn fill(&mut self, profiles: usize) {
        if self.values.len() < profiles {
            self.last = Ends::default();
            self.values.resize(profiles, 0);
            self.alloc_bytes.resize(profiles, 0);
            self.variances.resize(profiles, 0.0);
        }
    }

    pub(crate) fn is_of_nothing(&self) -> bool {
        self.values.iter().all(|&value| value == 0)
    }

    /// With the seconds of the profiles, and what all of them are like.
    pub(crate) fn finish(
        self,
        key: FrameKey,
        seconds: &[f64],
        unit: Unit,
        is_sampled: bool,
        counts: bool,
    ) -> SiteGrowth {
        let Self { values, alloc_bytes, variances, first, last, .. } = self;
        let points: Vec<(f64, f64)> = seconds.iter().copied().zip(values.iter().map(|&value| value as f64)).collect();
        let alloc_bytes: Vec<f64> = alloc_bytes.iter().map(|&bytes| bytes as f64).collect();
        let change = points.last().map_or(0.0, |point| point.1) - points.first().map_or(0.0, |point| point.1);
        let deviation = (first.sampled.variance + last.sampled.variance).sqrt();
        let inuse = f64::midpoint(first.inuse_bytes as f64, last.inuse_bytes as f64);
        SiteGrowth {
            trend: Trend::new(&points),
            sampled_objects: is_sampled.then_some(last.sampled.objects),
            significance: (is_sampled && deviation > 0.0).then(|| change / deviation),
            age_seconds: age(&alloc_bytes, inuse, seconds),
            alloc_bytes: counts.then_some(alloc_bytes),
            points,
            variances,
            key,
            unit,
        }
    }
}

/// Little's law: bytes in use = bytes allocated in a second × seconds that each lives.
fn age(alloc_bytes: &[f64], inuse_bytes: f64, seconds: &[f64]) -> Option<f64> {
    let span = seconds.last()? - seconds.first()?;
    let rate = (alloc_bytes.last()? - alloc_bytes.first()?) / span;
    (span > 0.0 && rate > 0.0).then(|| inuse_bytes / rate)
}

impl SiteGrowth {
    /// The first value.
    #[must_use]
    pub fn first(&self) -> f64 {
        self.points.first().map_or(0.0, |point| point.1)
    }

    /// The last value.
    #[must_use]
    pub fn last(&self) -> f64 {
        self.points.last().map_or(0.0, |point| point.1)
    }

    /// By how much it grew.
    #[must_use]
    pub fn change(&self) -> f64 {
        self.last() - self.first()
    }

    /// By how much it grows in an hour.
    #[must_use]
    pub fn slope_per_hour(&self) -> Option<f64> {
        self.trend.map(|trend| trend.slope * 3600.0)
    }

    /// How likely it is that the site grows, or shrinks: how unlikely sampling alone makes such a change (of a normal
    /// distribution), times how steadily it went one way. `None` with fewer than three profiles, as two points always lie
    /// on a line.
    #[must_use]
    pub fn likelihood(&self) -> Option<f64> {
        let trend = self.trend.filter(|_| self.points.len() >= Self::ENOUGH_PROFILES)?;
        let by_chance = self.significance.map_or(1.0, |sigmas| normal_share_within(sigmas.abs()));
        Some(by_chance * trend.tau.abs())
    }

    /// Of the bytes allocated from the first profile to the last, the share by which those in use grew: near 1 nothing is
    /// freed. `None` where nothing was allocated, or what is followed is not bytes.
    #[must_use]
    pub fn kept_fraction(&self) -> Option<f64> {
        let all = self.alloc_bytes.as_ref().filter(|_| self.unit == Unit::Bytes)?;
        let allocated = all.last()? - all.first()?;
        (allocated > 0.0).then(|| (self.change() / allocated).min(1.0))
    }

    /// How many bytes at least are in use for how many seconds at least: no more can be younger than were allocated since.
    /// Of all profiles the earliest one that leaves half of them.
    #[must_use]
    pub fn oldest(&self) -> Option<(f64, f64)> {
        let all = self.alloc_bytes.as_ref().filter(|_| self.unit == Unit::Bytes)?;
        let (end, inuse) = *self.points.last()?;
        let allocated = *all.last()?;
        self.points.iter().zip(all).find_map(|((seconds, _), until)| {
            let older = inuse - (allocated - until);
            (end > *seconds && older * 2.0 >= inuse).then_some((older, end - seconds))
        })
    }

    /// Whether it grows less than a third as fast lately, over the later half or the last third of the time, as it did in all,
    /// beyond what the sampling may hide: what a bounded cache looks like.
    #[must_use]
    pub fn fills_up(&self) -> bool {
        let error = self.variances.last().map_or(0.0, |variance| (2.0 * variance).sqrt());
        later_pace(&self.points, error).is_some_and(|share| share < SLOW)
    }

    /// Whether it grows: nearly from each profile to the next, by more than chance, by more than a little, and without filling
    /// up. So many profiles are needed: [`ENOUGH_PROFILES`](Self::ENOUGH_PROFILES), as two points always lie on a line, or
    /// fewer where something else says that memory leaks.
    #[must_use]
    pub fn is_growing(&self, fewest_profiles: usize) -> bool {
        self.is_growing_beyond(fewest_profiles, BEYOND_CHANCE)
    }

    /// The same, where so many standard deviations of the sampling are called more than chance: fewer will do where something else says
    /// that memory leaks, and only the line is looked for.
    #[must_use]
    pub fn is_growing_beyond(&self, fewest_profiles: usize, sigmas: f64) -> bool {
        let is_steady = self.trend.is_some_and(|trend| trend.tau > STEADY) && !self.ever_shrinks();
        let is_enough = self.unit != Unit::Bytes || self.change() >= SMALLEST_GROWTH;
        let is_beyond_chance = self.significance.is_none_or(|found| found >= sigmas);
        let goes_on = later_pace(&self.points, 0.0).is_some_and(|share| share >= SLOW);
        self.points.len() >= fewest_profiles && is_steady && is_enough && is_beyond_chance && goes_on
    }

    /// Whether it is less than at any earlier time by more than the sampling explains: what is freed is no leak.
    fn ever_shrinks(&self) -> bool {
        let mut highest = (0.0, 0.0);
        self.points.iter().zip(&self.variances).any(|(&(_, value), &variance)| {
            let shrinks = highest.0 - value > BEYOND_CHANCE * (highest.1 + variance).sqrt();
            if value > highest.0 {
                highest = (value, variance);
            }
            shrinks
        })
    }

    /// So many profiles show a trend by themselves.
    pub const ENOUGH_PROFILES: usize = 3;
}

/// Of the rank correlation: of three values each is above the one before; of more, one in a few may be below it by chance.
const STEADY: f64 = 0.59;
/// Of the pace over all of the time.
const SLOW: f64 = 1.0 / 3.0;
/// Bytes. Less is what any program does.
const SMALLEST_GROWTH: f64 = 4.0 * 1024.0 * 1024.0;
/// In standard deviations of the sampling.
const BEYOND_CHANCE: f64 = 3.0;

#[cfg(test)]
mod tests {
    use super::*;

    fn site(inuse: [i128; 3], alloc: [i128; 3]) -> SiteGrowth {
        let mut track = Track::default();
        for (number, (inuse, alloc)) in inuse.into_iter().zip(alloc).enumerate() {
            let line = LineValues { value: inuse, inuse_bytes: inuse, alloc_bytes: alloc, ..LineValues::default() };
            track.push(number, line);
        }
        track.finish(FrameKey::default(), &[0.0, 60.0, 120.0], Unit::Bytes, true, true)
    }

    #[test]
    fn what_is_kept_has_an_age() {
        let leak = site([100, 160, 220], [500, 560, 620]);
        assert_eq!((leak.kept_fraction(), leak.oldest()), (Some(1.0), Some((160.0, 60.0))));
        assert_eq!(leak.age_seconds, Some(160.0));
        let slow = site([100, 110, 120], [500, 520, 540]);
        assert_eq!((slow.kept_fraction(), slow.oldest()), (Some(0.5), Some((80.0, 120.0))));
        let churn = site([100, 160, 220], [500, 5000, 9000]);
        assert_eq!(churn.oldest(), None);
    }

    #[test]
    fn a_bounded_cache_is_no_growth() {
        let mib = |values: [i128; 3]| site(values.map(|value| value << 20), [0; 3]);
        assert!(mib([10, 20, 30]).is_growing(3) && !mib([10, 20, 30]).fills_up());
        assert!(!mib([10, 28, 30]).is_growing(3) && mib([10, 28, 30]).fills_up());
        assert!(!mib([10, 11, 12]).is_growing(3), "too little");
        assert!(!mib([10, 9, 30]).is_growing(3), "not steady");
        assert!(!mib([10, 20, 30]).is_growing(4), "too few profiles");
    }

    #[test]
    fn profiles_that_come_close_together_at_the_end_have_no_pace_of_their_own() {
        let mut track = Track::default();
        for (number, mib) in [9, 20, 28, 41, 57, 84, 83].into_iter().enumerate() {
            track.push(number, LineValues { value: mib << 20, ..LineValues::default() });
        }
        let site =
            track.finish(FrameKey::default(), &[0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 10.02], Unit::Bytes, false, false);
        assert!(!site.fills_up() && !site.is_growing(3), "without sampling, less is less");
        assert!(SiteGrowth { variances: vec![1e12; 7], ..site }.is_growing(3));
    }
}
