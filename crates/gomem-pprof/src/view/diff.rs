//! What is different between two profiles.

use foldhash::HashMap;
use gomem_table::{Definition, Table, TableSchema, ToTable, Unit, named};

use super::{
    flame::FlameTree,
    key::{FrameKey, Granularity},
    sampling::{SamplingEstimate, Z_95},
    top::{TopOptions, TopRow},
};
use crate::{
    error::UsageError,
    model::{Profile, TOO_LARGE, int64, share},
    transform::{Merger, scaled},
};

/// A profile, and a base that it is held against.
///
/// ```
/// # let heap = |name| gomem_pprof::Profile::decode(&gomem_testkit::file(format!("examples/incident/before/{name}")));
/// use gomem_pprof::TopOptions;
///
/// let (first, last) = (heap("heap-1.pb.gz")?, heap("heap-3.pb.gz")?);
/// let inuse_space = last.sample_type_index("inuse_space").ok_or("a heap profile has it")?;
/// let diff = last.diff(&first, false)?;
/// let top = diff.difference().top(&TopOptions::new(inuse_space));
/// assert!(top.rows()[0].key.to_string().contains("(*Sessions).touch"));
/// assert_eq!(top.rows()[0].flat, 45_285_303, "bytes in use more than in the first profile");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct ProfileDiff {
    base: Profile,
    current: Profile,
    difference: Profile,
    /// The profile before it was scaled to the base's totals, if it was: what the sampler saw.
    unscaled: Option<Profile>,
}

/// The keys of two profiles, with their values in both.
#[derive(Debug, Clone)]
pub struct TopDiff {
    rows: Vec<DiffRow>,
    by: Granularity,
    base_total: i128,
    unit: Unit,
    /// Whether both are of objects picked by size, so that the error of the sampling is known.
    is_sampled: bool,
}

/// A key's values in both.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// use gomem_pprof::{Profile, TopOptions};
///
/// let grown = Profile::merge([&profile, &profile])?;
/// let top = grown.diff(&profile, false)?.top(&TopOptions::new(1));
/// let row = &top.rows()[0];
/// assert_eq!(row.delta(), row.base);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct DiffRow {
    /// The key.
    pub key: FrameKey,
    /// Flat and cum in the base.
    pub base: (i128, i128),
    /// Flat and cum in the profile.
    pub current: (i128, i128),
    /// The standard deviation of the difference of flat by sampling, where the profile is of objects picked by size.
    pub deviation: Option<f64>,
    /// The same where the profiles are of two runs, even if the values look like the counters of one.
    pub deviation_of_runs: Option<f64>,
}

/// What became of a key.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// use gomem_pprof::{KeyStatus, TopOptions};
///
/// let top = profile.diff(&profile, false)?.top(&TopOptions::new(1));
/// assert!(top.rows().iter().all(|row| row.status() == KeyStatus::Unchanged));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyStatus {
    /// It is in the profile alone.
    New,
    /// It is in the base alone.
    Gone,
    /// Its flat or cum value is another.
    Changed,
    /// It is as it was.
    Unchanged,
}

impl Profile {
    /// Holds the profile against a base. With `normalize`, values are first scaled so that each sample type has the
    /// base's total.
    ///
    /// # Errors
    /// When they have no sample type in common, or in units that cannot be converted.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// use gomem_pprof::{KeyStatus, TopOptions};
    ///
    /// let diff = profile.diff(&profile, false)?;
    /// let top = diff.top(&TopOptions::new(1));
    /// assert!(top.rows().iter().all(|row| row.status() == KeyStatus::Unchanged));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn diff(&self, base: &Self, normalize: bool) -> Result<ProfileDiff, UsageError> {
        let mut current = self.clone();
        if normalize {
            current.normalize(base)?;
        }
        // Both in the same sample types and units.
        let mut merger = Merger::new();
        merger.add_as(&current, 1, false)?;
        merger.add_as(base, -1, true)?;
        let difference = merger.finish()?;
        let like_both = |profile: &Self| {
            let mut merger = Merger::new();
            merger.add_as(&difference.without_samples(), 1, false)?;
            merger.add_as(profile, 1, false)?;
            merger.finish()
        };
        let unscaled = if normalize { Some(like_both(self)?) } else { None };
        Ok(ProfileDiff { base: like_both(base)?, current: like_both(&current)?, difference, unscaled })
    }

    /// What happened since an earlier profile of the same process: counters, such as `alloc_space`, are differenced;
    /// gauges, such as `inuse_space`, stay as they are. `None` when a counter went back, so that it is another process.
    ///
    /// # Errors
    /// As for [`diff`](Self::diff).
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// let since = profile.since(&profile)?.expect("one run");
    /// assert_eq!(since.total(1), 0, "nothing was allocated in between");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn since(&self, earlier: &Self) -> Result<Option<Self>, UsageError> {
        let mut counters_alone = earlier.clone();
        let is_gauge: Vec<bool> = earlier.sample_types.iter().map(|kind| kind.name.starts_with("inuse")).collect();
        let width = is_gauge.len();
        for row in counters_alone.samples.rows_mut().chunks_exact_mut(width.max(1)) {
            for (value, &is_gauge) in row.iter_mut().zip(&is_gauge) {
                if is_gauge {
                    *value = 0;
                }
            }
        }
        let mut merger = Merger::new();
        merger.add_as(self, 1, false)?;
        merger.add_as(&counters_alone, -1, false)?;
        let mut since = merger.finish()?;
        since.time_nanos = self.time_nanos;
        since.duration_nanos = match (self.time_nanos, earlier.time_nanos) {
            (Some(now), Some(then)) => Some(now.saturating_sub(then)).filter(|&duration| duration > 0),
            _ => None,
        };
        // Un-sampling rounds, so a counter may seem to go back by a little.
        let went_back = since.samples().any(|sample| {
            sample.values().zip(since.sample_types()).any(|(value, kind)| value < -1 && kind.unit() == "count")
        });
        Ok((!went_back).then_some(since))
    }

    /// Scales values so that each sample type has the base's total, rounding each value, as `go tool pprof -normalize`.
    fn normalize(&mut self, base: &Self) -> Result<(), UsageError> {
        let sums = |profile: &Self| {
            let mut sums = vec![0_i128; profile.sample_types.len()];
            for sample in profile.samples() {
                for (sum, value) in sums.iter_mut().zip(sample.values()) {
                    *sum += i128::from(value);
                }
            }
            sums
        };
        let base_sums = sums(base);
        let ratios: Vec<f64> = self
            .sample_types
            .iter()
            .zip(sums(self))
            .map(|(kind, own)| {
                let place = base.sample_types.iter().position(|other| other.name == kind.name);
                match place {
                    Some(place) if own != 0 => base_sums[place] as f64 / own as f64,
                    Some(_) => 0.0,
                    None => 1.0,
                }
            })
            .collect();
        for row in self.samples.rows_mut().chunks_exact_mut(ratios.len().max(1)) {
            for (at, (value, &ratio)) in row.iter_mut().zip(&ratios).enumerate() {
                *value = scaled(*value, ratio).ok_or_else(|| {
                    let kind = &self.sample_types[at];
                    UsageError::TooLarge { index: 0, what: kind.name.clone(), unit: kind.unit.clone() }
                })?;
            }
        }
        Ok(())
    }

    /// Its header and sample types.
    fn without_samples(&self) -> Self {
        Self {
            sample_types: self.sample_types.clone(),
            period_type: self.period_type.clone(),
            drop_frames: self.drop_frames.clone(),
            keep_frames: self.keep_frames.clone(),
            is_pruned: self.is_pruned,
            pprof_compat: self.pprof_compat,
            line_offsets: vec![0],
            ..Self::default()
        }
    }
}

impl ProfileDiff {
    /// The base, in the sample types that both have.
    #[must_use]
    pub fn base(&self) -> &Profile {
        &self.base
    }

    /// The profile, in the sample types that both have.
    #[must_use]
    pub fn current(&self) -> &Profile {
        &self.current
    }

    /// The profile less the base, as one profile: the base's samples are negative and have the label `pprof::base`. It is
    /// what `go tool pprof -diff_base` makes.
    #[must_use]
    pub fn difference(&self) -> &Profile {
        &self.difference
    }

    /// Every key of either, with its values in both.
    #[must_use]
    pub fn top(&self, options: &TopOptions) -> TopDiff {
        let mut rows: HashMap<FrameKey, DiffRow> = HashMap::default();
        let base = self.base.top(options);
        let current = self.current.top(options);
        let mut put = |row: &TopRow, is_base: bool| {
            let found = rows.entry(row.key.clone()).or_insert_with(|| DiffRow {
                key: row.key.clone(),
                base: (0, 0),
                current: (0, 0),
                deviation: None,
                deviation_of_runs: None,
            });
            *(if is_base { &mut found.base } else { &mut found.current }) = (row.flat, row.cum);
        };
        base.rows().iter().for_each(|row| put(row, true));
        current.rows().iter().for_each(|row| put(row, false));
        // A mean has another error.
        let sampled = self.sampled(options.sample_type, options.by).filter(|_| !options.mean);
        let is_sampled = sampled.is_some();
        for (key, [sampled, of_runs]) in sampled.unwrap_or_default() {
            if let Some(row) = rows.get_mut(&key) {
                let deviation = |of: SamplingEstimate| Some(of.deviation() / options.divide_by);
                (row.deviation, row.deviation_of_runs) = (deviation(sampled), deviation(of_runs));
            }
        }
        let mut rows: Vec<DiffRow> = rows.into_values().collect();
        rows.sort_by_cached_key(|row| {
            let (flat, cum) = row.delta();
            (std::cmp::Reverse(flat.unsigned_abs()), std::cmp::Reverse(cum.unsigned_abs()), row.key.to_string())
        });
        if options.drop_negative {
            rows.retain(|row| row.delta().0 > 0 || (row.delta().0 == 0 && row.delta().1 >= 0));
        }
        let unit = self.current.unit(options.sample_type);
        let base_total = options.shown(self.base.own_total(options.sample_type), 0);
        TopDiff { rows, by: options.by, base_total, unit, is_sampled }
    }

    /// What the sampler saw of what is different, by key. Two profiles are sampled independently, so variances add up; but
    /// the counters of one process hold what the earlier profile held, so there the earlier variance is no part of it. Where
    /// the values look like those, the second estimate is that of two runs. `None` where nothing was picked by size.
    fn sampled(&self, sample_type: usize, by: Granularity) -> Option<HashMap<FrameKey, [SamplingEstimate; 2]>> {
        let seen = self.unscaled.as_ref().unwrap_or(&self.current);
        let scale = match (self.current.total(sample_type), seen.total(sample_type)) {
            (now, then) if then != 0 => now as f64 / then as f64,
            _ => 1.0,
        };
        let scaled = |found: SamplingEstimate| SamplingEstimate { variance: found.variance * scale * scale, ..found };
        let current = seen.sampled_keys(sample_type, by)?.into_iter();
        let mut of_key: HashMap<FrameKey, [SamplingEstimate; 2]> =
            current.map(|(key, found)| (key, [scaled(found); 2])).collect();
        let base = self.base.sampled_keys(sample_type, by)?;
        let is_counter = self.current.sample_types.get(sample_type).is_some_and(|kind| kind.name.starts_with("alloc"));
        let is_continued = is_counter
            && self.unscaled.is_none()
            && base.iter().all(|(key, base)| of_key.get(key).is_some_and(|[now, _]| now.objects > base.objects - 0.5));
        for (key, base) in base {
            let [sampled, of_runs] = of_key.entry(key).or_default();
            of_runs.add(base);
            if is_continued {
                sampled.objects = (sampled.objects - base.objects).max(0.0);
                sampled.variance = (sampled.variance - base.variance).max(0.0);
            } else {
                sampled.add(base);
            }
        }
        Some(of_key)
    }

    /// The flame tree of the profile, with the base's values beside its own for the colours.
    #[must_use]
    pub fn flame(&self, sample_type: usize) -> FlameTree {
        FlameTree::from_both(&self.base, &self.current, sample_type)
    }
}

impl TopDiff {
    /// The keys: the largest |difference| of flat first, then of cum, then by name.
    #[must_use]
    pub fn rows(&self) -> &[DiffRow] {
        &self.rows
    }

    /// The base's total.
    #[must_use]
    pub fn base_total(&self) -> i128 {
        self.base_total
    }

    /// The unit of the values.
    #[must_use]
    pub fn unit(&self) -> Unit {
        self.unit
    }

    pub(crate) fn is_sampled(&self) -> bool {
        self.is_sampled
    }

    /// What the table of such keys and values promises.
    #[must_use]
    pub fn schema(by: Granularity, unit: Unit) -> TableSchema {
        Self { rows: Vec::new(), by, base_total: 0, unit, is_sampled: false }.definition().schema()
    }

    fn definition(&self) -> Definition<'_, &DiffRow> {
        let (unit, total) = (self.unit, self.base_total);
        let fraction = move |row: &&DiffRow| share(row.delta().0, total).filter(|_| total != 0);
        let bound = |sign: f64| move |row: &&DiffRow| Some(row.delta().0 as f64 + sign * Z_95 * row.deviation?);
        let order = "the largest |delta| first, then the largest |delta_cum|, then by name";
        let sampled = "the profile does not sample objects by size";
        Definition::new("diff", order)
            .about("each key's values in two profiles")
            .embed(self.by.first_columns(), |row: &&DiffRow| &row.key)
            .optional_int64("base", unit, TOO_LARGE, "flat in the base", |row| int64(row.base.0))
            .optional_int64("current", unit, TOO_LARGE, "flat in the profile", |row| int64(row.current.0))
            .optional_int64("delta", unit, TOO_LARGE, "flat, the base's subtracted", |row| int64(row.delta().0))
            .optional_int64("base_cum", unit, TOO_LARGE, "cum in the base", |row| int64(row.base.1))
            .optional_int64("current_cum", unit, TOO_LARGE, "cum in the profile", |row| int64(row.current.1))
            .optional_int64("delta_cum", unit, TOO_LARGE, "cum, the base's subtracted", |row| int64(row.delta().1))
            .optional_float64(
                "delta_fraction",
                Unit::Fraction,
                "the base is empty, or a sum does not fit 64 bits",
                "delta's share of the base's total",
                fraction,
            )
            .optional_float64("delta_low", unit, sampled, "the least that delta may be, at 95 %", bound(-1.0))
            .optional_float64("delta_high", unit, sampled, "the most that delta may be, at 95 %", bound(1.0))
            .category("status", KeyStatus::NAMES, "what became of the key", |row| row.status() as u32)
            .embed(self.by.last_columns(), |row| &row.key)
    }
}

/// One row a key.
impl ToTable for TopDiff {
    fn to_table(&self) -> Table {
        self.definition().table(&self.rows)
    }
}

impl DiffRow {
    /// Flat and cum, the base's subtracted.
    #[must_use]
    pub fn delta(&self) -> (i128, i128) {
        (self.current.0 - self.base.0, self.current.1 - self.base.1)
    }

    /// What became of the key.
    #[must_use]
    pub fn status(&self) -> KeyStatus {
        match (self.base, self.current) {
            ((0, 0), _) => KeyStatus::New,
            (_, (0, 0)) => KeyStatus::Gone,
            (base, current) if base == current => KeyStatus::Unchanged,
            _ => KeyStatus::Changed,
        }
    }
}

named!(KeyStatus { New "new", Gone "gone", Changed "changed", Unchanged "unchanged" });
