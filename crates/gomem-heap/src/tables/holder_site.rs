//! What each holder keeps, by the place that allocated it.

use gomem_symbol::Symbol;
use gomem_table::{Definition, Row, Unit};

use crate::{
    heap::Heap,
    holders::{HolderKind, SiteShare},
    memory::SiteFrame,
    tables::holder::signed,
};

/// A part of what a holder keeps, by the place that allocated it.
///
/// ```
/// # let dump = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.dump.gz");
/// # let binary = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let options = gomem_heap::HeapOptions::default().with_binary(binary);
/// # let heap = gomem_heap::Heap::decode_with(dump, options)?;
/// let rows = heap.holder_sites();
/// let row = rows.into_iter().find(|row| row.holders == ["main.cache"] && row.frame.is_some()).expect("a site");
/// let frame = row.frame.expect("a line");
/// assert!(frame.file.ends_with("globals.go") && row.share.bytes > 0);
/// # Ok::<(), gomem_heap::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct HolderSiteRow {
    /// Who keeps it.
    pub holders: Vec<String>,
    /// What kind of thing they are.
    pub kind: HolderKind,
    /// The line that allocates; `None` for objects of sizes that were not sampled.
    pub frame: Option<SiteFrame>,
    /// How many bytes, and how sure that is.
    pub share: SiteShare,
    /// Whether every object was sampled.
    pub is_exact: bool,
}

impl Heap {
    /// What each holder keeps, by the place that allocated it, the most first.
    #[must_use]
    pub fn holder_sites(&self) -> Vec<HolderSiteRow> {
        let is_exact = self.mem_profile_rate() == Some(1.0);
        let row = |share: SiteShare| {
            let holding = &self.holdings()[share.holding as usize];
            let frame = share.site.and_then(|site| self.sites()[site as usize].leaf().cloned());
            HolderSiteRow { holders: holding.holders.clone(), kind: holding.kind, frame, share, is_exact }
        };
        self.site_shares().into_iter().map(row).collect()
    }
}

impl Row for HolderSiteRow {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("holder_sites", "by bytes, the most first")
            .about("what each holder keeps, by the line that allocated it")
            .texts("holders", "who keeps it: one alone, or several together", |row: &&'a Self| &row.holders)
            .category("kind", HolderKind::NAMES, "what kind of thing they are", |row| row.kind.index())
            .optional_text("function", UNSAMPLED, "the function whose code allocates", |row| {
                row.frame.as_ref().map(|frame| &*frame.function)
            })
            .optional_string("package", UNSAMPLED, "its package", |row| {
                row.frame.as_ref().map(|frame| Symbol::decode(&frame.function).package().to_owned())
            })
            .optional_text("file", UNSAMPLED, "the file", |row| row.frame.as_ref().map(|frame| &*frame.file))
            .optional_int64("line", Unit::None, UNSAMPLED, "the line", |row| {
                row.frame.as_ref().map(|frame| signed(frame.line))
            })
            .int64("samples", Unit::Count, "the sampled objects that tell it; fewer than 5 tell little", |row| {
                signed(row.share.samples)
            })
            .int64("bytes", Unit::Bytes, "their bytes; those of all rows of a holder sum up to what it keeps", |row| {
                signed(row.share.bytes)
            })
            .int64("bytes_low", Unit::Bytes, "with 90 % certainty no less", |row| signed(row.share.bytes_low))
            .int64("bytes_high", Unit::Bytes, "with 90 % certainty no more", |row| signed(row.share.bytes_high))
            .bool("exact", "whether every object was sampled (runtime.MemProfileRate is 1)", |row| row.is_exact)
    }
}

const UNSAMPLED: &str = "objects of sizes that were not sampled";
