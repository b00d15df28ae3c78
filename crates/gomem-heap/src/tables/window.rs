//! Small slices and strings that keep a large buffer.

use gomem_table::{Definition, Row, Unit};

use crate::{
    answers::{self, Window},
    heap::Heap,
    memory::SiteFrame,
    tables::holder::signed,
};

/// A buffer of which only a small part is in view.
///
/// ```
/// # let dump = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.dump.gz");
/// # let binary = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let options = gomem_heap::HeapOptions::default().with_binary(binary);
/// # let heap = gomem_heap::Heap::decode_with(dump, options)?;
/// let windows = heap.windows(64 << 10, 8);
/// assert_eq!((&*windows[0].holders, windows[0].shown_bytes), (&["main.token".to_string()][..], 16));
/// # Ok::<(), gomem_heap::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct WindowRow {
    /// Who keeps it.
    pub holders: Vec<String>,
    /// The bytes of the buffer.
    pub buffer_bytes: u64,
    /// The bytes that any slice or string shows.
    pub shown_bytes: u64,
    /// Whether a slice begins where the buffer does and has room up to its end: then the program may fill it again, as it does a
    /// `bytes.Buffer`, or one that it drew from a pool.
    pub is_refillable: bool,
    /// The line that allocated it.
    pub site: Option<SiteFrame>,
    window: Window,
}

impl Heap {
    /// Of [`windows`](Self::windows): smaller buffers are seldom worth a look.
    pub const WINDOW_MIN_BYTES: u64 = 4096;
    /// Of [`windows`](Self::windows): what shows an eighth of a buffer or less is a window.
    pub const WINDOW_RATIO: u64 = 8;

    /// Buffers of at least so many bytes of which all slices and strings show no more than one part of `ratio`; the largest first.
    #[must_use]
    pub fn windows(&self, min_bytes: u64, ratio: u64) -> Vec<WindowRow> {
        let found = answers::windows(
            &self.snapshot,
            &self.ownership,
            (self.map_shapes(), self.object_types()),
            min_bytes,
            ratio.max(1),
        );
        let row = |window: Window| WindowRow {
            holders: self.holdings()[self.ownership.holding(window.object) as usize].holders.clone(),
            buffer_bytes: window.buffer_bytes,
            shown_bytes: window.shown_bytes,
            is_refillable: window.is_refillable,
            site: self.snapshot.site(window.object).and_then(|site| self.sites()[site as usize].leaf().cloned()),
            window,
        };
        found.into_iter().map(row).collect()
    }
}

impl Row for WindowRow {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("windows", "by buffer_bytes, the most first")
            .about("small slices and strings that keep a large buffer alive")
            .texts("holders", "who keeps it: one alone, or several together", |row: &&'a Self| &row.holders)
            .int64("object", Unit::None, "the buffer", |row| i64::from(row.window.object))
            .int64("buffer_bytes", Unit::Bytes, "of its slot", |row| signed(row.buffer_bytes))
            .int64("shown_bytes", Unit::Bytes, "what any slice or string shows of it", |row| signed(row.shown_bytes))
            .int64("views", Unit::Count, "the slices and strings", |row| signed(row.window.views))
            .category("kind", &["slice", "string"], "what shows it", |row| u32::from(!row.window.is_slice))
            .optional_text("site_file", "not sampled", "the file whose line allocated it", |row| {
                row.site.as_ref().map(|frame| &*frame.file)
            })
            .optional_int64("site_line", Unit::None, "not sampled", "that line", |row| {
                row.site.as_ref().map(|frame| signed(frame.line))
            })
    }
}
