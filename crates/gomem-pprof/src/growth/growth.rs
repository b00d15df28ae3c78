//! The sites of a series of profiles.

use std::cmp::Reverse;

use foldhash::HashMap;
use gomem_table::{Definition, Table, TableSchema, ToTable, Unit};

use crate::{
    growth::{
        options::{GrowthError, GrowthOptions},
        site::{SiteGrowth, Track},
        snapshot::{Snapshot, counts_allocation},
    },
    model::{Line, Profile, SampleType, TOO_LARGE, int64},
    view::{FrameKey, Granularity},
};

/// How each site's value goes over a series of profiles of one program, the one that grew most first.
///
/// ```no_run
/// use gomem_pprof::{Growth, GrowthOptions, Profile, SiteGrowth};
///
/// let profiles = ["heap-1.pb.gz", "heap-2.pb.gz", "heap-3.pb.gz"]
///     .map(|path| Profile::decode(&std::fs::read(path).unwrap()).unwrap());
/// let growth = Growth::new(&profiles, &GrowthOptions::default())?;
/// for site in growth.sites().iter().filter(|site| site.is_growing(SiteGrowth::ENOUGH_PROFILES)) {
///     println!("{}: {} bytes more", site.key, site.change());
/// }
/// # Ok::<(), gomem_pprof::GrowthError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Growth {
    sites: Vec<SiteGrowth>,
    unit: Unit,
    restarts: usize,
    profiles: usize,
    last_profile: Option<usize>,
}

/// A profile, when it was taken, and the index of the sample type that is followed.
struct Moment<'p> {
    /// Which of those given, from 0.
    index: usize,
    nanos: i64,
    profile: &'p Profile,
    sample_type: usize,
}

impl Growth {
    /// Follows a sample type over profiles, in the order of their times. `heap` and `allocs` are one profile under two
    /// names: where there are both, only the former are followed. Where a site has allocated less than before, the program
    /// was restarted, and what follows is looked at alone. Profiles without a GC in between say the same, and are one point of
    /// the series. Differences of two profiles (`heap?seconds=`) are no levels, and are left out.
    ///
    /// # Errors
    /// When a profile does not say when it was taken, or does not have the sample type.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// use gomem_pprof::{Growth, GrowthOptions};
    ///
    /// // These text profiles do not say when they were taken.
    /// assert!(Growth::new([&profile, &profile], &GrowthOptions::new("inuse_space")).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new<'p>(
        profiles: impl IntoIterator<Item = &'p Profile>,
        options: &GrowthOptions,
    ) -> Result<Self, GrowthError> {
        Self::charged(profiles, options, |_| false)
    }

    /// The same with each sample charged to the innermost line of its stack for which `is_own` holds, and to its leaf where it
    /// holds for none: what a line keeps by way of several functions of a library grows as one.
    ///
    /// # Errors
    /// Those of [`Growth::new`].
    pub fn charged<'p>(
        profiles: impl IntoIterator<Item = &'p Profile>,
        options: &GrowthOptions,
        is_own: impl Fn(Line<'_>) -> bool,
    ) -> Result<Self, GrowthError> {
        let mut unit = Unit::None;
        let mut moments = Vec::new();
        for (index, profile) in profiles.into_iter().enumerate() {
            if profile.is_difference() {
                continue;
            }
            let known = options.times_nanos.get(index).copied();
            let nanos = known.or_else(|| profile.as_of_nanos()).ok_or(GrowthError::NoTime { index })?;
            let kinds = profile.sample_types();
            let sample_type =
                profile.sample_type_index(&options.sample_type).ok_or_else(|| GrowthError::NoSampleType {
                    index,
                    sample_type: options.sample_type.clone(),
                    found: kinds.iter().map(SampleType::name).collect::<Vec<_>>().join(", "),
                })?;
            unit = Unit::from_pprof(kinds[sample_type].unit());
            moments.push(Moment { index, nanos, profile, sample_type });
        }
        if !moments.iter().all(Moment::is_allocs) {
            moments.retain(|moment| !moment.is_allocs());
        }
        moments.sort_by_key(|moment| moment.nanos);
        let (mut sites, restarts) = follow(&moments, unit, &options.starts_nanos, &is_own);
        sites.sort_by_cached_key(|site| (Reverse(site.change() as i128), site.key.to_string()));
        let last_profile = moments.last().map(|moment| moment.index);
        Ok(Self { sites, unit, restarts, profiles: moments.len(), last_profile })
    }

    /// The sites, the one that grew most first.
    #[must_use]
    pub fn sites(&self) -> &[SiteGrowth] {
        &self.sites
    }

    /// How often the program was restarted.
    #[must_use]
    pub fn restarts(&self) -> usize {
        self.restarts
    }

    /// How many profiles were followed, those before the last restart too.
    #[must_use]
    pub fn profiles(&self) -> usize {
        self.profiles
    }

    /// Which of the profiles given, from 0, is the last one followed.
    #[must_use]
    pub fn last_profile(&self) -> Option<usize> {
        self.last_profile
    }

    /// What the table of a sample type with this unit promises.
    #[must_use]
    pub fn schema(unit: Unit) -> TableSchema {
        definition(unit, 0).schema()
    }
}

/// One row a site.
impl ToTable for Growth {
    fn to_table(&self) -> Table {
        definition(self.unit, self.restarts as i64).table(&self.sites)
    }
}

fn definition<'a>(unit: Unit, restarts: i64) -> Definition<'a, &'a SiteGrowth> {
    let per_hour = if unit == Unit::Bytes { Unit::BytesPerHour } else { Unit::None };
    // Beyond 2^63, which is no `Int64`, 64 bits do not hold it.
    let value = |of: fn(&SiteGrowth) -> f64| move |site: &&'a SiteGrowth| int64(of(site) as i128);
    Definition::new("growth", "the site that grew most first")
        .about("how each site's value goes over a series of profiles")
        .embed(Granularity::Line.first_columns(), |site: &&'a SiteGrowth| &site.key)
        .optional_int64(
            "first",
            unit,
            TOO_LARGE,
            "the value in the first profile since the last restart",
            value(SiteGrowth::first),
        )
        .optional_int64("last", unit, TOO_LARGE, "the value in the last profile", value(SiteGrowth::last))
        .optional_int64("change", unit, TOO_LARGE, "from the first to the last", value(SiteGrowth::change))
        .optional_float64("slope_per_hour", per_hour, ONE_TIME, "slope, by Theil and Sen", |site| site.slope_per_hour())
        .optional_float64("rank_correlation", Unit::None, ONE_TIME, "with time, by Kendall", |site| {
            site.trend.map(|trend| trend.tau)
        })
        .optional_float64("sampled_objects", Unit::None, NOT_SAMPLED, "objects the sampler saw in the last", |site| {
            site.sampled_objects
        })
        .optional_float64(
            "significance",
            Unit::None,
            NOT_SAMPLED,
            "of the change, in standard deviations of the sampling",
            |site| site.significance,
        )
        .optional_float64(
            "likelihood",
            Unit::Fraction,
            "fewer than three profiles",
            "how likely it is that the value goes one way",
            |site| site.likelihood(),
        )
        .optional_float64(
            "age_seconds",
            Unit::Seconds,
            "nothing was allocated between the profiles",
            "how long an object lives, by Little's law",
            |site| site.age_seconds,
        )
        .int64("profiles", Unit::Count, "profiles since the last restart", |site| site.points.len() as i64)
        .int64("restarts", Unit::Count, "how often the program was restarted", move |_| restarts)
        .bool("is_growing", "whether it grows beyond chance without filling up, as a leak does", |site| {
            site.is_growing(SiteGrowth::ENOUGH_PROFILES)
        })
        .bool("fills_up", "whether it grows less and less, as a bounded cache does", |site| site.fills_up())
        .optional_float64(
            "kept_fraction",
            Unit::Fraction,
            "nothing was allocated between the profiles, or not of bytes",
            "of what was allocated between the profiles, the share that stays",
            |site| site.kept_fraction(),
        )
        .embed(Granularity::Line.last_columns(), |site| &site.key)
}

impl Moment<'_> {
    /// Whether it is a heap profile under its other name.
    fn is_allocs(&self) -> bool {
        let shown = self.profile.sample_types().get(self.profile.default_sample_type());
        shown.is_some_and(|kind| kind.name() == "alloc_space")
    }
}

/// The sites since the last restart, and how many restarts there were.
fn follow(
    moments: &[Moment<'_>],
    unit: Unit,
    starts_nanos: &[i64],
    is_own: &dyn Fn(Line<'_>) -> bool,
) -> (Vec<SiteGrowth>, usize) {
    let mut tracks: HashMap<FrameKey, Track> = HashMap::default();
    let mut seconds: Vec<f64> = Vec::new();
    let (mut begin, mut restarts) = (0, 0);
    let mut before: Option<(i64, Snapshot)> = None;
    for moment in moments {
        let snapshot = Snapshot::new(moment.profile, moment.sample_type, is_own);
        if let Some((nanos, last)) = &before {
            let is_started = starts_nanos.iter().any(|at| (*nanos..moment.nanos).contains(at));
            if is_started || is_less_allocated(&tracks, &snapshot) {
                tracks.clear();
                seconds.clear();
                restarts += 1;
            } else if last.is_of_same_gc(&snapshot) {
                continue;
            }
        }
        if seconds.is_empty() {
            begin = moment.nanos;
        }
        for (key, line) in &snapshot.lines {
            tracks.entry(key.clone()).or_default().push(seconds.len(), *line);
        }
        seconds.push(moment.nanos.saturating_sub(begin) as f64 / 1e9);
        before = Some((moment.nanos, snapshot));
    }
    let is_sampled = before.is_some_and(|(_, snapshot)| snapshot.is_sampled);
    let counts = moments.last().is_some_and(|moment| counts_allocation(moment.profile));
    let sites = tracks.into_iter().filter(|(_, track)| !track.is_of_nothing()).map(|(key, mut track)| {
        track.fill(seconds.len());
        track.finish(key, &seconds, unit, is_sampled, counts)
    });
    (sites.collect(), restarts)
}

/// Whether lines have allocated fewer objects than before: within one process, counts only rise. The estimate of a count may
/// go back by a little, as stacks that are merged are rounded one by one.
fn is_less_allocated(tracks: &HashMap<FrameKey, Track>, snapshot: &Snapshot) -> bool {
    let now: HashMap<&FrameKey, i128> = snapshot.lines.iter().map(|(key, line)| (key, line.alloc_objects)).collect();
    let (mut all, mut less) = (0.0, 0.0);
    for (key, track) in tracks {
        let left = now.get(key).copied().unwrap_or(0);
        all += track.alloc_objects as f64;
        less += (track.alloc_objects as f64 - left as f64).max(0.0);
    }
    less > all * ROUNDED
}

/// Of all objects, what rounding can take away.
const ROUNDED: f64 = 0.01;
const ONE_TIME: &str = "all profiles are of one time";
const NOT_SAMPLED: &str = "the profiler does not pick objects by size";

#[cfg(test)]
mod tests {

    use gomem_testkit::root;

    use super::*;

    fn read(name: &str) -> Profile {
        let path = root().join(name);
        Profile::decode(&std::fs::read(path).unwrap()).unwrap()
    }

    #[test]
    fn the_incident_grows_where_it_leaks() {
        let profiles = ["3", "1", "2"].map(|number| read(&format!("examples/incident/before/heap-{number}.pb.gz")));
        let growth = Growth::new(&profiles, &GrowthOptions::default()).unwrap();
        let first = &growth.sites()[0];
        assert!(first.key.to_string().contains("sessions.go:43"), "{}", first.key);
        assert!(first.likelihood().unwrap() > 0.95 && first.significance.unwrap() > 3.0 && growth.restarts() == 0);
        assert!(first.age_seconds.unwrap() > 1.0 && first.is_growing(3));
        let table = growth.to_table();
        assert_eq!(table.rows(), growth.sites().len());
        assert_eq!(table.columns().len(), Growth::schema(Unit::Bytes).columns.len());
        assert_eq!(
            Growth::new(&profiles, &GrowthOptions::new("cpu")).unwrap_err().to_string(),
            "profile 0 has no sample type `cpu`; it has alloc_objects, alloc_space, inuse_objects, inuse_space"
        );
    }

    #[test]
    fn a_profile_under_its_other_name_counts_once() {
        let heaps = ["1", "2", "3"].map(|number| read(&format!("examples/incident/before/heap-{number}.pb.gz")));
        let allocs = read("examples/incident/before/allocs.pb.gz");
        let growth = Growth::new(heaps.iter().chain([&allocs]), &GrowthOptions::default()).unwrap();
        assert_eq!((growth.profiles(), growth.restarts()), (3, 0));
        assert_eq!(Growth::new([&allocs], &GrowthOptions::default()).unwrap().profiles(), 1);
    }

    #[test]
    fn a_restart_begins_anew() {
        // The incident ran before the test data were made, and allocated far more.
        let before = read("examples/incident/before/heap-3.pb.gz");
        let [one, two] = ["1", "2"].map(|number| read(&format!("testdata/go1.26.8/profiles/heap-{number}.pb.gz")));
        let growth = Growth::new([&before, &one, &two], &GrowthOptions::default()).unwrap();
        assert_eq!((growth.restarts(), growth.profiles()), (1, 3));
        assert!(growth.sites().iter().all(|site| site.points.len() == 2 && site.likelihood().is_none()));
    }

    /// A service whose cache is bounded was restarted after the first profile. All in all it allocated more by the second:
    /// the lines tell.
    #[test]
    fn a_restarted_service_does_not_grow() {
        let profiles = ["1", "2", "3"].map(|number| read(&format!("testdata/restart/heap-{number}.pb.gz")));
        let growth = Growth::new(&profiles, &GrowthOptions::default()).unwrap();
        assert_eq!((growth.restarts(), growth.profiles()), (1, 3));
        assert!(growth.sites().iter().all(|site| site.points.len() == 2 && !site.is_growing(3)));
        let [first, ..] = &profiles;
        let begin = first.time_nanos().unwrap() + 1;
        let known = GrowthOptions::default().with_starts(vec![begin - 5_000_000_000, begin]);
        assert_eq!(Growth::new(&profiles, &known).unwrap().restarts(), 1);
    }
}
