//! A heap in one row.

use gomem_table::{Definition, Row, Unit};

use crate::{
    heap::Heap,
    holders::HolderKind,
    memory::{Exactness, Goroutine, SnapshotSource},
    tables::holder::signed,
};

/// A heap in numbers.
///
/// ```
/// # let dump = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.dump.gz");
/// # let binary = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let options = gomem_heap::HeapOptions::default().with_binary(binary);
/// # let heap = gomem_heap::Heap::decode_with(dump, options)?;
/// use gomem_table::ToTable;
///
/// let summary = [heap.summary()].to_table();
/// assert!(summary.column("typed_fraction").is_some());
/// # Ok::<(), gomem_heap::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct SummaryRow {
    source: &'static str,
    layouts: Option<&'static str>,
    go_version: String,
    arch: String,
    pointer_bytes: u64,
    is_big_endian: bool,
    is_complete: bool,
    binary_match: Option<bool>,
    objects: u64,
    bytes: u64,
    heap_objects: Option<u64>,
    heap_alloc_bytes: Option<u64>,
    phantom_slots: u64,
    reachable_bytes: u64,
    goroutines: u64,
    goroutines_inexact: u64,
    samples: u64,
    mem_profile_rate: Option<f64>,
    typed_fraction: Option<f64>,
}

impl Heap {
    /// The heap in numbers.
    #[must_use]
    pub fn summary(&self) -> SummaryRow {
        let unreachable = self.holdings().iter().filter(|holding| holding.kind == HolderKind::Unreachable);
        let unreachable: u64 = unreachable.map(|holding| holding.retained_bytes).sum();
        let snapshot = &self.snapshot;
        let types = self.object_types();
        let typed = (0..snapshot.objects.len() as u32).filter(|object| types.of(*object).is_some());
        let typed: u64 = typed.map(|object| snapshot.objects.bytes(object)).sum();
        let (source, layouts) = match snapshot.source {
            SnapshotSource::HeapDump => ("heap_dump", None),
            SnapshotSource::Core { layouts } => ("core", Some(layouts)),
        };
        let is_inexact = |goroutine: &&Goroutine| goroutine.exactness != Exactness::Exact;
        SummaryRow {
            source,
            layouts,
            go_version: self.go_version().to_owned(),
            arch: self.arch().to_owned(),
            pointer_bytes: snapshot.target.order.word_bytes as u64,
            is_big_endian: snapshot.target.order.is_big_endian,
            is_complete: self.is_complete(),
            binary_match: self.binary_match(),
            objects: self.objects(),
            bytes: self.bytes(),
            heap_objects: snapshot.counted.map(|counted| counted.heap_objects),
            heap_alloc_bytes: self.heap_alloc_bytes(),
            phantom_slots: snapshot.phantoms.len() as u64,
            reachable_bytes: self.bytes().saturating_sub(unreachable),
            goroutines: snapshot.goroutines.len() as u64,
            goroutines_inexact: snapshot.goroutines.iter().filter(is_inexact).count() as u64,
            samples: snapshot.samples.len() as u64,
            mem_profile_rate: self.mem_profile_rate(),
            typed_fraction: (self.bytes() > 0).then(|| typed as f64 / self.bytes() as f64),
        }
    }
}

impl Row for SummaryRow {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("heap_summary", "one row")
            .about("a heap dump or a core in numbers")
            .text("source", "what it was read from: heap_dump, core", |row: &&'a Self| row.source)
            .optional_text("layouts", "a heap dump", "what told where the runtime keeps what: dwarf, table", |row| {
                row.layouts
            })
            .text("go_version", "the version of Go that built the program", |row| &row.go_version)
            .text("arch", "the processor's architecture", |row| &row.arch)
            .int64("pointer_bytes", Unit::Bytes, "a pointer's", |row| signed(row.pointer_bytes))
            .bool("big_endian", "whether numbers begin with their highest byte", |row| row.is_big_endian)
            .bool("complete", "whether it was read to its end, and has all that it says", |row| row.is_complete)
            .optional_bool("binary_match", "no binary was given", "whether the binary is the one that ran", |row| {
                row.binary_match
            })
            .int64("objects", Unit::Count, "the objects", |row| signed(row.objects))
            .int64("bytes", Unit::Bytes, "their slots'", |row| signed(row.bytes))
            .optional_int64("heap_objects", Unit::Count, CUT, "what the runtime itself counted", |row| {
                row.heap_objects.map(signed)
            })
            .optional_int64("heap_alloc_bytes", Unit::Bytes, CUT, "what the runtime itself counted", |row| {
                row.heap_alloc_bytes.map(signed)
            })
            .int64("phantom_slots", Unit::Count, "records of slots that are no objects, left out", |row| {
                signed(row.phantom_slots)
            })
            .int64("reachable_bytes", Unit::Bytes, "what any root reaches", |row| signed(row.reachable_bytes))
            .int64("unreachable_bytes", Unit::Bytes, "garbage that no collection has taken yet", |row| {
                signed(row.bytes.saturating_sub(row.reachable_bytes))
            })
            .int64("goroutines", Unit::Count, "goroutines", |row| signed(row.goroutines))
            .int64(
                "goroutines_inexact",
                Unit::Count,
                "goroutines of which not all words are known to be pointers or none",
                |row| signed(row.goroutines_inexact),
            )
            .int64("samples", Unit::Count, "objects of which it is known where they were allocated", |row| {
                signed(row.samples)
            })
            .optional_float64(
                "mem_profile_rate",
                Unit::Bytes,
                "no samples",
                "the bytes between samples: given, or estimated by the samples",
                |row| row.mem_profile_rate,
            )
            .optional_float64(
                "typed_fraction",
                Unit::Fraction,
                "an empty heap",
                "the bytes of objects whose type is known, of all",
                |row| row.typed_fraction,
            )
    }
}

const CUT: &str = "the dump ends before; a core of a stripped program";
