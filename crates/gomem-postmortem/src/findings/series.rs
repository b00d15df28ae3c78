//! How each site's value goes over a series of profiles.

use foldhash::HashMap;
use gomem_metrics::Trend;
use gomem_pprof::{FrameKey, Granularity, Profile, TopOptions};
use gomem_table::{Column, Table, TableError, Unit};

/// The sites of a series of profiles of one program, the one that grew most first.
#[derive(Debug, Clone)]
pub struct Series {
    sites: Vec<SiteSeries>,
    unit: Unit,
    restarts: usize,
    profiles: usize,
}

/// A site over time, since the program's last restart.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SiteSeries {
    /// Function, file and line.
    pub key: FrameKey,
    /// Seconds since the first profile, and the value there.
    pub points: Vec<(f64, f64)>,
    /// Slope, by Theil and Sen, and rank correlation with time, by Kendall; `None` with fewer than two times.
    pub trend: Option<Trend>,
    /// How many objects the sampler saw in the last profile; `None` for profiles that do not sample by size.
    pub sampled_objects: Option<f64>,
    /// The change from the first profile to the last, in standard deviations of the sampling.
    pub significance: Option<f64>,
    /// How long an object lives, by Little's law: what is in use over what is allocated in a second.
    pub age_seconds: Option<f64>,
}

/// A profile that cannot be in a series.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SeriesError {
    /// It does not say when it was taken.
    #[error("profile {index} does not say when it was taken")]
    NoTime {
        /// Which, from 0.
        index: usize,
    },
    /// It does not have the sample type.
    #[error("profile {index} has no sample type `{sample_type}`; it has {found}")]
    NoSampleType {
        /// Which, from 0.
        index: usize,
        /// What was asked for.
        sample_type: String,
        /// What there is.
        found: String,
    },
}

impl Series {
    /// Follows a sample type over profiles, in the order of their times. Where a counter such as `alloc_space` went back,
    /// the program was restarted, and what follows is looked at alone.
    ///
    /// # Errors
    /// When a profile does not say when it was taken, or does not have the sample type.
    pub fn of<'p>(profiles: impl IntoIterator<Item = &'p Profile>, sample_type: &str) -> Result<Self, SeriesError> {
        let mut timed = Vec::new();
        let mut unit = Unit::None;
        for (index, profile) in profiles.into_iter().enumerate() {
            let time = profile.time_nanos().ok_or(SeriesError::NoTime { index })?;
            let kinds = profile.sample_types();
            let place = profile.sample_type_index(sample_type).ok_or_else(|| SeriesError::NoSampleType {
                index,
                sample_type: sample_type.to_owned(),
                found: kinds.iter().map(gomem_pprof::SampleType::name).collect::<Vec<_>>().join(", "),
            })?;
            unit = Unit::from_pprof(kinds[place].unit());
            timed.push((time, profile, place));
        }
        timed.sort_by_key(|&(time, ..)| time);
        let begins: Vec<usize> = (1..timed.len()).filter(|&at| is_restart(timed[at - 1].1, timed[at].1)).collect();
        let profiles = timed.len();
        let since_restart = timed.split_off(begins.last().copied().unwrap_or(0));
        let mut sites = follow(&since_restart);
        sites.sort_by_cached_key(|site| (std::cmp::Reverse(site.change() as i64), site.key.to_string()));
        Ok(Self { sites, unit, restarts: begins.len(), profiles })
    }

    /// The sites, the one that grew most first.
    #[must_use]
    pub fn sites(&self) -> &[SiteSeries] {
        &self.sites
    }

    /// How often the program was restarted.
    #[must_use]
    pub fn restarts(&self) -> usize {
        self.restarts
    }

    /// `function`, `file`, `line`, `slope_per_hour`, `rank_correlation`, `first`, `last`, `change`, `sampled_objects`,
    /// `significance`, `confidence`, `age_seconds`, `profiles` (since the last restart), `restarts`.
    ///
    /// # Errors
    /// Never in practice: the columns are built to fit.
    pub fn to_table(&self) -> Result<Table, TableError> {
        let sites = || self.sites.iter();
        let floats = |name: &str, unit: Unit, of: fn(&SiteSeries) -> Option<f64>| {
            Column::optional_float64(name, unit, sites().map(of))
        };
        let per_hour = if self.unit == Unit::Bytes { Unit::BytesPerHour } else { Unit::None };
        let points = |of: fn(&SiteSeries) -> f64| sites().map(|site| of(site) as i64).collect::<Vec<i64>>();
        Table::new(
            "growth",
            vec![
                Column::optional_strings("function", sites().map(|site| site.key.function.as_deref())),
                Column::optional_strings("file", sites().map(|site| site.key.file.as_deref())),
                Column::optional_int64("line", Unit::None, sites().map(|site| site.key.line)),
                floats("slope_per_hour", per_hour, |site| site.trend.map(|trend| trend.slope * 3600.0)),
                floats("rank_correlation", Unit::None, |site| site.trend.map(|trend| trend.tau)),
                Column::int64("first", self.unit, points(SiteSeries::first)),
                Column::int64("last", self.unit, points(SiteSeries::last)),
                Column::int64("change", self.unit, points(SiteSeries::change)),
                floats("sampled_objects", Unit::None, |site| site.sampled_objects),
                floats("significance", Unit::None, |site| site.significance),
                floats("confidence", Unit::Fraction, SiteSeries::confidence),
                floats("age_seconds", Unit::Seconds, |site| site.age_seconds),
                Column::int64("profiles", Unit::Count, sites().map(|site| site.points.len() as i64).collect()),
                Column::int64("restarts", Unit::Count, vec![self.restarts as i64; self.sites.len()]),
            ],
        )
    }

    /// How many profiles there were, those before the last restart too.
    #[must_use]
    pub fn profiles(&self) -> usize {
        self.profiles
    }
}

impl SiteSeries {
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

    /// How sure it is that the site grows, or shrinks: how unlikely sampling alone makes such a change (of a normal
    /// distribution), times how steadily it went one way. `None` with fewer than three profiles, as two points always lie
    /// on a line.
    #[must_use]
    pub fn confidence(&self) -> Option<f64> {
        let trend = self.trend.filter(|_| self.points.len() >= 3)?;
        let by_chance = self.significance.map_or(1.0, |sigmas| two_sided(sigmas.abs()));
        Some(by_chance * trend.tau.abs())
    }
}

/// Whether a counter of the later profile is below that of the earlier one.
fn is_restart(earlier: &Profile, later: &Profile) -> bool {
    let total = |profile: &Profile| profile.sample_type_index("alloc_objects").map(|index| profile.total(index));
    match (total(earlier), total(later)) {
        // The estimate of a count may go back by a little: stacks that are merged are rounded one by one.
        (Some(earlier), Some(later)) => (later as f64) < earlier as f64 * 0.99,
        _ => false,
    }
}

/// The value of a site in one profile, and the variance that sampling gives it.
#[derive(Clone, Copy, Default)]
struct Point {
    value: f64,
    variance: Option<f64>,
    objects: Option<f64>,
}

fn follow(timed: &[(i64, &Profile, usize)]) -> Vec<SiteSeries> {
    let Some(&(begin, first, _)) = timed.first() else { return Vec::new() };
    let seconds: Vec<f64> = timed.iter().map(|&(time, ..)| time.saturating_sub(begin) as f64 / 1e9).collect();
    let mut of_key: HashMap<FrameKey, Vec<Point>> = HashMap::default();
    for (index, &(_, profile, place)) in timed.iter().enumerate() {
        let top = profile.top(&TopOptions::new(place).by(Granularity::Line));
        for row in top.rows().iter().filter(|row| row.flat != 0) {
            let points = of_key.entry(row.key.clone()).or_insert_with(|| vec![Point::default(); timed.len()]);
            points[index].value = row.flat as f64;
        }
        for (key, sampled) in profile.sampling(place, Granularity::Line).unwrap_or_default() {
            if let Some(points) = of_key.get_mut(&key) {
                points[index].variance = Some(sampled.variance);
                points[index].objects = Some(sampled.objects);
            }
        }
    }
    let ages = ages(first, timed.last().map_or(first, |&(_, last, _)| last), seconds.last().copied().unwrap_or(0.0));
    of_key
        .into_iter()
        .map(|(key, points)| {
            let series: Vec<(f64, f64)> = seconds.iter().copied().zip(points.iter().map(|point| point.value)).collect();
            let (first, last) =
                (points.first().copied().unwrap_or_default(), points.last().copied().unwrap_or_default());
            let is_sampled = points.iter().any(|point| point.variance.is_some());
            let deviation = (first.variance.unwrap_or(0.0) + last.variance.unwrap_or(0.0)).sqrt();
            let change = last.value - first.value;
            let significance = match (is_sampled, deviation > 0.0) {
                (true, true) => Some(change / deviation),
                _ => None,
            };
            SiteSeries {
                trend: Trend::of(&series),
                sampled_objects: is_sampled.then(|| last.objects.unwrap_or(0.0)),
                significance,
                age_seconds: ages.get(&key).copied(),
                points: series,
                key,
            }
        })
        .collect()
}

/// How long the objects of each site live: Little's law, bytes in use = bytes allocated in a second × seconds.
fn ages(first: &Profile, last: &Profile, seconds: f64) -> HashMap<FrameKey, f64> {
    let by_line = |profile: &Profile, name: &str| -> HashMap<FrameKey, f64> {
        let Some(index) = profile.sample_types().iter().position(|kind| kind.name() == name) else {
            return HashMap::default();
        };
        let top = profile.top(&TopOptions::new(index).by(Granularity::Line));
        top.rows().iter().map(|row| (row.key.clone(), row.flat as f64)).collect()
    };
    if seconds <= 0.0 {
        return HashMap::default();
    }
    let (before, inuse) = (by_line(first, "alloc_space"), by_line(last, "inuse_space"));
    let earlier_inuse = by_line(first, "inuse_space");
    by_line(last, "alloc_space")
        .into_iter()
        .filter_map(|(key, allocated)| {
            let rate = (allocated - before.get(&key).copied().unwrap_or(0.0)) / seconds;
            let bytes = |inuse: &HashMap<FrameKey, f64>| inuse.get(&key).copied().unwrap_or(0.0);
            let inuse = f64::midpoint(bytes(&earlier_inuse), bytes(&inuse));
            (rate > 0.0).then(|| (key.clone(), inuse / rate))
        })
        .collect()
}

/// The share of a normal distribution within so many standard deviations (Abramowitz and Stegun, 7.1.26).
fn two_sided(sigmas: f64) -> f64 {
    let x = sigmas / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let polynomial =
        t * (0.254_829_592 + t * (-0.284_496_736 + t * (1.421_413_741 + t * (-1.453_152_027 + t * 1.061_405_429))));
    1.0 - polynomial * (-x * x).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_distribution() {
        for (sigmas, share) in [(0.0, 0.0), (1.0, 0.682_689), (1.96, 0.950_004), (3.0, 0.997_300)] {
            assert!((two_sided(sigmas) - share).abs() < 1e-5, "{sigmas}");
        }
    }

    #[test]
    fn the_incident_grows_where_it_leaks() {
        let read = |name: &str| {
            let path =
                std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/incident/before").join(name);
            Profile::decode(&std::fs::read(path).unwrap()).unwrap()
        };
        let profiles = ["heap-3.pb.gz", "heap-1.pb.gz", "heap-2.pb.gz"].map(read);
        let series = Series::of(&profiles, "inuse_space").unwrap();
        let first = &series.sites()[0];
        assert!(first.key.to_string().contains("sessions.go:43"), "{}", first.key);
        assert!(first.confidence().unwrap() > 0.95 && first.significance.unwrap() > 3.0 && series.restarts() == 0);
        assert!(first.age_seconds.unwrap() > 1.0);
        assert_eq!(series.to_table().unwrap().rows(), series.sites().len());
        assert_eq!(
            Series::of(&profiles, "cpu").unwrap_err().to_string(),
            "profile 0 has no sample type `cpu`; it has alloc_objects, alloc_space, inuse_objects, inuse_space"
        );
    }

    #[test]
    fn a_restart_begins_anew() {
        let read = |name: &str| {
            let path =
                std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/go1.26.8/profiles").join(name);
            Profile::decode(&std::fs::read(path).unwrap()).unwrap()
        };
        // The incident ran before the test data were made, and allocated far more.
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/incident/before/heap-3.pb.gz");
        let before = Profile::decode(&std::fs::read(path).unwrap()).unwrap();
        let series = Series::of([&before, &read("heap-1.pb.gz"), &read("heap-2.pb.gz")], "inuse_space").unwrap();
        assert_eq!((series.restarts(), series.profiles()), (1, 3));
        assert!(series.sites().iter().all(|site| site.points.len() == 2));
        assert!(series.sites().iter().all(|site| site.confidence().is_none()));
    }
}
