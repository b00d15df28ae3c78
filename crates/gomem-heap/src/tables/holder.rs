//! Who keeps how much.

use std::{collections::HashSet, sync::Arc};

use gomem_table::{Definition, Row, Unit};

use crate::{
    heap::Heap,
    holders::{HolderKind, Holding},
};

/// What a holder keeps, or several together.
///
/// ```
/// # let dump = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.dump.gz");
/// # let binary = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let options = gomem_heap::HeapOptions::default().with_binary(binary);
/// # let heap = gomem_heap::Heap::decode_with(dump, options)?;
/// let holders = heap.holders();
/// let fractions: f64 = holders.iter().filter_map(|row| row.fraction).sum();
/// assert!((fractions - 1.0).abs() < 1e-9, "each byte has one row");
/// # Ok::<(), gomem_heap::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct HolderRow {
    /// What it keeps.
    pub holding: Holding,
    /// Its share of the heap.
    pub fraction: Option<f64>,
    /// The place that allocated the most of it, by the samples.
    pub top_site: Option<(Arc<str>, u64)>,
}

impl Heap {
    /// What each holder keeps, alone or with others, the most first.
    #[must_use]
    pub fn holders(&self) -> Vec<HolderRow> {
        let mut top_sites = vec![None; self.holdings().len()];
        let mut seen = HashSet::new();
        for share in self.site_shares() {
            if let Some(site) = share.site
                && seen.insert(share.holding)
            {
                let leaf = self.sites()[site as usize].leaf();
                top_sites[share.holding as usize] = leaf.map(|frame| (frame.file.clone(), frame.line));
            }
        }
        let whole = self.heap_alloc_bytes().unwrap_or_else(|| self.bytes());
        let kept = self.holdings().iter().zip(top_sites).filter(|(holding, _)| holding.retained_bytes > 0);
        kept.map(|(holding, top_site)| HolderRow {
            fraction: (whole > 0).then(|| holding.retained_bytes as f64 / whole as f64),
            holding: holding.clone(),
            top_site,
        })
        .collect()
    }
}

impl Row for HolderRow {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("holders", "by retained_bytes, the most first")
            .about("what each holder keeps, alone or with others")
            .texts("holders", "their names: one keeps it alone, several share it", |row: &&'a Self| {
                &row.holding.holders
            })
            .category("kind", HolderKind::NAMES, "what kind of thing they are", |row| row.holding.kind.index())
            .int64("retained_bytes", Unit::Bytes, "what would go with them: whole slots", |row| {
                signed(row.holding.retained_bytes)
            })
            .int64("retained_objects", Unit::Count, "the objects of it", |row| signed(row.holding.retained_objects))
            .optional_int64(
                "reachable_bytes",
                Unit::Bytes,
                "several share it, or it is not counted",
                "what the holder reaches at all, shared or not",
                |row| row.holding.reachable_bytes.map(signed),
            )
            .optional_float64("fraction", Unit::Fraction, "an empty heap", "retained_bytes, of HeapAlloc", |row| {
                row.fraction
            })
            .int64("instances", Unit::Count, "goroutines, timers or finalizers that the holder stands for", |row| {
                signed(row.holding.instances)
            })
            .optional_text(
                "top_site_file",
                "no object of it was sampled",
                "the file whose line allocated the most of it",
                |row| row.top_site.as_ref().map(|(file, _)| &**file),
            )
            .optional_int64("top_site_line", Unit::None, "no object of it was sampled", "that line", |row| {
                row.top_site.as_ref().map(|(_, line)| signed(*line))
            })
    }
}

pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
