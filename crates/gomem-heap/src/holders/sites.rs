//! Which part of what a holder keeps was allocated where.
//!
//! The runtime samples allocations; of sampled objects the site is known. How many bytes of each slot size a holder keeps is known to
//! the byte, so that only the split among sites is estimated: by their shares of the samples of that holder and size.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::RandomState;

use crate::{holders::Ownership, memory::Snapshot};

/// A part of what a holding keeps, by the place that allocated it.
///
/// ```
/// # let dump = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.dump.gz");
/// # let binary = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let options = gomem_heap::HeapOptions::default().with_binary(binary);
/// # let heap = gomem_heap::Heap::decode_with(dump, options)?;
/// for share in heap.site_shares().iter().filter(|share| share.samples > 0) {
///     assert!(share.bytes_low <= share.bytes && share.bytes <= share.bytes_high);
/// }
/// # Ok::<(), gomem_heap::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct SiteShare {
    /// The number of the holding.
    pub holding: u32,
    /// The number of the site; `None` for objects of sizes that were not sampled.
    pub site: Option<u32>,
    /// Its samples.
    pub samples: u64,
    /// The bytes; those of all sites of a holding sum up to what it keeps.
    pub bytes: u64,
    /// With 90 % certainty no less.
    pub bytes_low: u64,
    /// With 90 % certainty no more.
    pub bytes_high: u64,
}

/// Objects of one size that one holder keeps.
#[derive(Debug, Default, Clone, Copy)]
struct Stratum {
    bytes: u64,
    objects: u64,
    samples: u64,
}

/// What each holding keeps, by site, the most first.
pub(crate) fn shares(snapshot: &Snapshot, ownership: &Ownership) -> Vec<SiteShare> {
    let mut strata: HashMap<(u32, u64), Stratum, RandomState> = HashMap::default();
    // Neighbours are mostly alike.
    let (mut last, mut sum) = ((0, 0), Stratum::default());
    for object in 0..snapshot.objects.len() as u32 {
        let key = (ownership.holding(object), snapshot.objects.bytes(object));
        if key != last {
            add(&mut strata, last, sum);
            (last, sum) = (key, Stratum::default());
        }
        sum.bytes += key.1;
        sum.objects += 1;
    }
    add(&mut strata, last, sum);
    let mut counts: HashMap<(u32, u64, u32), u64, RandomState> = HashMap::default();
    for (object, site) in &snapshot.samples {
        let key = (ownership.holding(*object), snapshot.objects.bytes(*object));
        *counts.entry((key.0, key.1, *site)).or_default() += 1;
        if let Some(stratum) = strata.get_mut(&key) {
            stratum.samples += 1;
        }
    }
    let mut sums: HashMap<(u32, Option<u32>), Sum, RandomState> = HashMap::default();
    for ((holding, size), stratum) in strata.iter().filter(|(_, stratum)| stratum.samples == 0) {
        let _ = size;
        sums.entry((*holding, None)).or_default().bytes += stratum.bytes as f64;
    }
    for ((holding, size, site), count) in &counts {
        let Some(stratum) = strata.get(&(*holding, *size)) else { continue };
        let sum = sums.entry((*holding, Some(*site))).or_default();
        sum.add(stratum, *count);
    }
    let mut shares: Vec<SiteShare> = sums
        .into_iter()
        .filter(|(_, sum)| sum.bytes > 0.0)
        .map(|((holding, site), sum)| sum.share(holding, site, ownership.holdings[holding as usize].retained_bytes))
        .collect();
    shares.sort_by(|a, b| (b.bytes, a.holding, a.site).cmp(&(a.bytes, b.holding, b.site)));
    shares
}

fn add(strata: &mut HashMap<(u32, u64), Stratum, RandomState>, key: (u32, u64), sum: Stratum) {
    if sum.objects > 0 {
        let stratum = strata.entry(key).or_default();
        stratum.bytes += sum.bytes;
        stratum.objects += sum.objects;
    }
}

#[derive(Debug, Default, Clone, Copy)]
struct Sum {
    bytes: f64,
    variance: f64,
    samples: u64,
}

impl Sum {
    fn add(&mut self, stratum: &Stratum, count: u64) {
        let (bytes, count, samples) = (stratum.bytes as f64, count as f64, stratum.samples as f64);
        self.samples += count as u64;
        self.bytes += bytes * count / samples;
        // Where every object was sampled nothing is left to chance. Else Agresti and Coull's share, which few samples do not make sure.
        if stratum.samples < stratum.objects {
            let share = (count + Z * Z / 2.0) / (samples + Z * Z);
            self.variance += bytes * bytes * share * (1.0 - share) / (samples + Z * Z);
        }
    }

    fn share(self, holding: u32, site: Option<u32>, most: u64) -> SiteShare {
        let margin = Z * self.variance.sqrt();
        SiteShare {
            holding,
            site,
            samples: self.samples,
            bytes: self.bytes.round() as u64,
            bytes_low: (self.bytes - margin).max(0.0).round() as u64,
            bytes_high: ((self.bytes + margin).round() as u64).min(most).max(self.bytes.round() as u64),
        }
    }
}

/// The mean distance in bytes between samples (`runtime.MemProfileRate`), which dumps do not have: the one under which the samples are
/// the most likely.
pub(crate) fn profile_rate(snapshot: &Snapshot) -> Option<f64> {
    if snapshot.samples.is_empty() {
        return None;
    }
    let mut sizes: BTreeMap<u64, (f64, f64)> = BTreeMap::new();
    for (bytes, objects) in snapshot.objects.sizes() {
        sizes.entry(bytes).or_default().0 += objects as f64;
    }
    for (object, _) in &snapshot.samples {
        sizes.entry(snapshot.objects.bytes(*object)).or_default().1 += 1.0;
    }
    if sizes.values().all(|(objects, samples)| objects == samples) {
        return Some(1.0);
    }
    // The slope of the likelihood by the rate falls through zero once.
    let slope = |rate: f64| -> f64 {
        let of_size = |(size, (objects, samples)): (&u64, &(f64, f64))| {
            let size = *size as f64;
            let picked = -(-size / rate).exp_m1();
            (objects - samples) * size - samples * size * (1.0 - picked) / picked.max(f64::MIN_POSITIVE)
        };
        sizes.iter().map(of_size).sum()
    };
    let (mut low, mut high) = (1.0_f64, 1e15_f64);
    for _ in 0..200 {
        let middle = (low * high).sqrt();
        if slope(middle) > 0.0 { low = middle } else { high = middle }
    }
    Some((low * high).sqrt())
}

/// How many standard deviations hold 90 %.
const Z: f64 = 1.645;
