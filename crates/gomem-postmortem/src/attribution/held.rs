//! Who keeps what a site makes, and why it is made: a heap dump's holders, joined to the compiler's log.

use gomem_escape::EscapeLog;
use gomem_heap::Heap;
use gomem_pprof::Profile;
use gomem_table::{Definition, Row, Unit};

use crate::attribution::{AttributeOptions, Site, attribute};

/// What one holder keeps, alone or with others, of what one site makes.
///
/// ```
/// # let dump = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.dump.gz");
/// # let binary = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let options = gomem_heap::HeapOptions::default().with_binary(binary);
/// # let heap = gomem_heap::Heap::decode_with(dump, options)?;
/// use gomem_postmortem::{AttributeOptions, attribute_heap};
///
/// let held = attribute_heap(&heap, None, &AttributeOptions::default());
/// let cache = held.iter().find(|held| held.holders == ["main.cache"]).expect("a global");
/// assert!(cache.retained_bytes > 0 && cache.site.place.line > 0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct HeldSite {
    /// Who keeps it.
    pub holders: Vec<String>,
    /// The bytes of it, by the dump's samples.
    pub retained_bytes: i64,
    /// The site. Its bytes and objects are those that this holder keeps, not those of the program's life, of which a dump says nothing.
    pub site: Site,
}

/// What each holder of a heap dump keeps, by site and reason, the most first. Objects of sizes that were not sampled are in none.
///
/// ```
/// # let dump = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.dump.gz");
/// # let binary = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let options = gomem_heap::HeapOptions::default().with_binary(binary);
/// # let heap = gomem_heap::Heap::decode_with(dump, options)?;
/// use gomem_postmortem::{AttributeOptions, attribute_heap};
///
/// let held = attribute_heap(&heap, None, &AttributeOptions::default());
/// assert!(held.iter().any(|held| held.site.place.file().ends_with("globals.go")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn attribute_heap(heap: &Heap, escapes: Option<&EscapeLog>, options: &AttributeOptions<'_>) -> Vec<HeldSite> {
    let profiles = heap.site_profiles();
    let mut held: Vec<HeldSite> =
        profiles.iter().flat_map(|(number, profile)| of_holding(heap, *number, profile, escapes, options)).collect();
    held.sort_by_key(|held| std::cmp::Reverse(held.retained_bytes));
    held
}

/// What one holding keeps, by its number.
pub(crate) fn attribute_holding(
    heap: &Heap,
    number: usize,
    escapes: Option<&EscapeLog>,
    options: &AttributeOptions<'_>,
) -> Vec<HeldSite> {
    let profiles = heap.site_profiles();
    let of_it = profiles.iter().find(|(holding, _)| *holding == number);
    of_it.map_or_else(Vec::new, |(_, profile)| of_holding(heap, number, profile, escapes, options))
}

fn of_holding(
    heap: &Heap,
    number: usize,
    profile: &[u8],
    escapes: Option<&EscapeLog>,
    options: &AttributeOptions<'_>,
) -> Vec<HeldSite> {
    // What gomem writes it reads.
    let Ok(profile) = Profile::decode(profile) else { return Vec::new() };
    // Experiments follow the release: `go1.26.8-X:nogreenteagc`.
    let release = heap.go_version().split([' ', '-']).next();
    let options = options.with_go_version(options.go_version.or(release));
    let whole = heap.bytes().max(1) as f64;
    let held = |mut site: Site| {
        let share = site.bytes as f64 / whole;
        (site.bytes_fraction, site.inuse_fraction) = (share, share);
        HeldSite { holders: heap.holdings()[number].holders.clone(), retained_bytes: site.bytes, site }
    };
    attribute(&profile, escapes, &options).into_iter().map(held).collect()
}

impl Row for HeldSite {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("held_sites", "by retained_bytes, the most first")
            .about("what each holder of a heap dump keeps, by the place that allocates it, and why that allocates")
            .texts("holders", "who keeps it: one alone, or several together", |row: &&'a Self| &row.holders)
            .int64("retained_bytes", Unit::Bytes, "what they keep of it, by the dump's samples", |row| {
                row.retained_bytes
            })
            .embed(Site::definition(), |row: &&'a Self| &row.site)
    }
}

gomem_table::serialize_rows!(HeldSite);
