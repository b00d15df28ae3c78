//! How sure a sampled value is.

use foldhash::HashMap;
use gomem_table::{Definition, Table, TableSchema, ToTable, Unit};

use super::{
    key::{FrameKey, FrameKeys, Granularity},
    top::TopOptions,
};
use crate::model::{Profile, TOO_LARGE, int64};

/// What the sampler saw of a key, and how sure the value is that was made of it.
///
/// The heap profiler picks an object of size s with probability p = 1 − e^(−s/rate), and the profile holds the count
/// divided by p (`scaleHeapSample` in `runtime/pprof/protomem.go`). The number picked is binomial, so n objects picked
/// make a value of n·v/p with the standard deviation √(n·(1 − p))·v/p: large objects are all picked, and leave nothing to chance.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// use gomem_pprof::Granularity;
///
/// let sampling = profile.sampling(1, Granularity::Line).expect("heap profiles are sampled");
/// let sampled = sampling.rows()[0].sampled;
/// assert!(sampled.objects > 0.0 && sampled.deviation() > 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct SamplingEstimate {
    /// How many objects the sampler picked.
    pub objects: f64,
    /// The variance of the value.
    pub variance: f64,
}

/// How sure the flat values of a profile are.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// use gomem_pprof::Granularity;
///
/// let sampling = profile.sampling(1, Granularity::Function).expect("heap profiles are sampled");
/// assert_eq!(sampling.rows().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Sampling {
    rows: Vec<SamplingRow>,
    by: Granularity,
    unit: Unit,
}

/// A key, its flat value, and what the sampler saw of it.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// use gomem_pprof::Granularity;
///
/// let sampling = profile.sampling(1, Granularity::Line).expect("heap profiles are sampled");
/// assert_eq!((sampling.rows()[0].key.line, sampling.rows()[0].flat), (Some(12), profile.own_total(1)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SamplingRow {
    /// The key.
    pub key: FrameKey,
    /// The value of samples whose leaf it is.
    pub flat: i128,
    /// What the sampler saw.
    pub sampled: SamplingEstimate,
}

impl SamplingEstimate {
    /// The standard deviation of the value.
    #[must_use]
    pub fn deviation(&self) -> f64 {
        self.variance.sqrt()
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.objects += other.objects;
        self.variance += other.variance;
    }
}

/// How likely the heap profiler picks an object of so many bytes, at one object each `rate` bytes on average
/// (`scaleHeapSample` in `runtime/pprof/protomem.go`). A rate of 1 picks all.
///
/// ```
/// // An object of the sampling rate's size is picked in about two of three times.
/// assert!((gomem_pprof::picking_probability(524_288.0, 524_288.0) - 0.632).abs() < 1e-3);
/// ```
#[must_use]
pub fn picking_probability(size: f64, rate: f64) -> f64 {
    if rate > 1.0 { -(-size / rate).exp_m1() } else { 1.0 }
}

impl Profile {
    /// For each sample, what the sampler saw of a sample type; `None` for profiles that do not sample objects by size.
    pub(crate) fn sampled(&self, sample_type: usize) -> Option<Vec<SamplingEstimate>> {
        let kind = self.sample_types.get(sample_type)?;
        let is_heap = self.period_type.as_ref().is_some_and(|kind| kind.name == "space");
        let (stem, _) = kind.name.rsplit_once('_').unwrap_or(("", &kind.name));
        let find = |what: &str| {
            let name = if stem.is_empty() { what.to_owned() } else { format!("{stem}_{what}") };
            self.sample_types.iter().position(|kind| kind.name == name)
        };
        let (objects, space) = (find("objects")?, find("space")?);
        if !is_heap {
            return None;
        }
        let rate = self.period as f64;
        Some(
            self.samples()
                .map(|sample| {
                    let (count, bytes) = (sample.value(objects) as f64, sample.value(space) as f64);
                    if count == 0.0 {
                        return SamplingEstimate::default();
                    }
                    let size = bytes / count;
                    let probability = picking_probability(size, rate);
                    let picked = (count * probability).abs();
                    let weight = sample.value(sample_type) as f64 / picked.max(f64::MIN_POSITIVE);
                    // Where every object is picked, nothing is left to chance.
                    let variance = picked * weight * weight * (1.0 - probability);
                    SamplingEstimate { objects: picked, variance }
                })
                .collect(),
        )
    }

    /// What the sampler saw of each key's flat value, by the key's number in `keys`.
    pub(crate) fn sampled_by(&self, sample_type: usize, keys: &FrameKeys) -> Option<Vec<SamplingEstimate>> {
        let mut of_key = vec![SamplingEstimate::default(); keys.keys.len()];
        for (sample, sampled) in self.samples().zip(self.sampled(sample_type)?) {
            if let Some(leaf) = sample.locations().first() {
                of_key[keys.of_line[self.line_range(leaf).start] as usize].add(sampled);
            }
        }
        Some(of_key)
    }

    /// What the sampler saw of each key's flat value, with the key's name; `None` for profiles that do not sample
    /// objects by size.
    pub(crate) fn sampled_keys(
        &self,
        sample_type: usize,
        by: Granularity,
    ) -> Option<Vec<(FrameKey, SamplingEstimate)>> {
        let keys = FrameKeys::from_profile(self, by);
        let sampled = self.sampled_by(sample_type, &keys)?;
        Some(keys.keys.into_iter().zip(sampled).filter(|(_, sampled)| sampled.objects != 0.0).collect())
    }

    /// How sure the flat value of each key is; `None` for profiles that do not sample objects by size.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// use gomem_pprof::Granularity;
    ///
    /// let sampling = profile.sampling(1, Granularity::Function).expect("a heap profile is sampled");
    /// assert_eq!(sampling.rows().len(), 1, "who allocates: main.parse");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn sampling(&self, sample_type: usize, by: Granularity) -> Option<Sampling> {
        let sampled: HashMap<FrameKey, SamplingEstimate> = self.sampled_keys(sample_type, by)?.into_iter().collect();
        let top = self.top(&TopOptions::new(sample_type).by(by));
        let rows = top.rows().iter().filter_map(|row| {
            Some(SamplingRow { key: row.key.clone(), flat: row.flat, sampled: *sampled.get(&row.key)? })
        });
        Some(Sampling { rows: rows.collect(), by, unit: top.unit() })
    }
}

impl Sampling {
    /// The keys, most first.
    #[must_use]
    pub fn rows(&self) -> &[SamplingRow] {
        &self.rows
    }

    /// What the table of such keys and values promises.
    #[must_use]
    pub fn schema(by: Granularity, unit: Unit) -> TableSchema {
        Self { rows: Vec::new(), by, unit }.definition().schema()
    }

    fn definition(&self) -> Definition<'_, &SamplingRow> {
        Definition::new("sampling", "largest |flat| first, then largest |cum|, then by name")
            .about("how sure the values of a heap profile are")
            .embed(self.by.first_columns(), |row: &&SamplingRow| &row.key)
            .optional_int64("flat", self.unit, TOO_LARGE, "the value of samples whose leaf it is", |row| {
                int64(row.flat)
            })
            .float64("sampled_objects", Unit::None, "how many objects the sampler picked", |row| row.sampled.objects)
            .float64("low", self.unit, "the least that flat may be, at 95 %", |row| row.bound(-1.0).max(0.0))
            .float64("high", self.unit, "the most that flat may be, at 95 %", |row| row.bound(1.0))
            .embed(self.by.last_columns(), |row| &row.key)
    }
}

/// One row a key.
impl ToTable for Sampling {
    fn to_table(&self) -> Table {
        self.definition().table(&self.rows)
    }
}

impl SamplingRow {
    fn bound(&self, sign: f64) -> f64 {
        self.flat as f64 + sign * Z_95 * self.sampled.deviation()
    }
}

/// Standard deviations to either side that hold 95 % of a normal distribution.
pub(crate) const Z_95: f64 = 1.959_964;
