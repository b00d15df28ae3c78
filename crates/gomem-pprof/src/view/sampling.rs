//! How sure a sampled value is.

use foldhash::HashMap;
use gomem_table::{Column, Table, TableError, Unit};

use super::{
    key::{FrameKey, FrameKeys, Granularity},
    top::{TopOptions, TopRow},
};
use crate::model::Profile;

/// What the sampler saw of a key, and how sure the value is that was made of it.
///
/// The heap profiler picks an object of size s with probability p = 1 − e^(−s/rate), and the profile holds the count
/// divided by p (`scaleHeapSample` in `runtime/pprof/protomem.go`). The number picked is Poisson, so n objects picked
/// make a value of n·v/p with the standard deviation √n·v/p.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct Sampled {
    /// How many objects the sampler picked.
    pub objects: f64,
    /// The variance of the value.
    pub variance: f64,
}

impl Sampled {
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

impl Profile {
    /// For each sample, what the sampler saw of a sample type; `None` for profiles that do not sample objects by size.
    pub(crate) fn sampled(&self, sample_type: usize) -> Option<Vec<Sampled>> {
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
                        return Sampled::default();
                    }
                    let size = bytes / count;
                    let probability = if rate > 1.0 { -(-size / rate).exp_m1() } else { 1.0 };
                    let picked = (count * probability).abs();
                    let weight = sample.value(sample_type) as f64 / picked.max(f64::MIN_POSITIVE);
                    // Where every object is picked, nothing is left to chance.
                    let variance = if rate > 1.0 { picked * weight * weight } else { 0.0 };
                    Sampled { objects: picked, variance }
                })
                .collect(),
        )
    }

    /// What the sampler saw of each key's flat value, by the key's number in `keys`.
    pub(crate) fn sampled_by(&self, sample_type: usize, keys: &FrameKeys) -> Option<Vec<Sampled>> {
        let mut of_key = vec![Sampled::default(); keys.keys.len()];
        for (sample, sampled) in self.samples().zip(self.sampled(sample_type)?) {
            if let Some(leaf) = sample.locations().first() {
                of_key[keys.of_line[self.line_range(leaf).start] as usize].add(sampled);
            }
        }
        Some(of_key)
    }

    /// What the sampler saw of each key's flat value, with the key's name; `None` for profiles that do not sample
    /// objects by size.
    #[must_use]
    pub fn sampling(&self, sample_type: usize, by: Granularity) -> Option<Vec<(FrameKey, Sampled)>> {
        let keys = FrameKeys::of(self, by);
        let sampled = self.sampled_by(sample_type, &keys)?;
        Some(keys.keys.into_iter().zip(sampled).filter(|(_, sampled)| sampled.objects != 0.0).collect())
    }

    /// [`sampling`](Self::sampling) as a table: the key's columns, `flat`, `sampled_objects`, `low`, `high` (95 %), most
    /// first; empty for profiles that do not sample objects by size.
    ///
    /// # Errors
    /// Never in practice: the columns are built to fit.
    pub fn sampling_table(&self, sample_type: usize, by: Granularity) -> Result<Table, TableError> {
        let of_key: HashMap<FrameKey, Sampled> =
            self.sampling(sample_type, by).unwrap_or_default().into_iter().collect();
        let top = self.top(&TopOptions::new(sample_type).by(by));
        let rows: Vec<(&TopRow, &Sampled)> =
            top.rows().iter().filter_map(|row| Some((row, of_key.get(&row.key)?))).collect();
        let bound =
            |sign: f64| rows.iter().map(move |(row, sampled)| row.flat as f64 + sign * Z_95 * sampled.deviation());
        let mut columns = by.columns(rows.iter().map(|(row, _)| &row.key));
        columns.extend([
            Column::int64("flat", top.unit(), rows.iter().map(|(row, _)| row.flat).collect()),
            Column::float64("sampled_objects", Unit::None, rows.iter().map(|(_, sampled)| sampled.objects).collect()),
            Column::float64("low", top.unit(), bound(-1.0).map(|low| low.max(0.0)).collect()),
            Column::float64("high", top.unit(), bound(1.0).collect()),
        ]);
        Table::new("sampling", columns)
    }
}

/// Standard deviations to either side that hold 95 % of a normal distribution.
pub(crate) const Z_95: f64 = 1.959_964;
