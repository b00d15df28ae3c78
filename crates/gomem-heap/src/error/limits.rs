//! How much of a dump is accepted.

/// How much of a dump is accepted. Every count and length in a dump is checked against the bytes that are left, so that memory
/// is bounded by the file; these limits are for those who want less.
///
/// ```
/// # let dump = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.dump.gz");
/// use gomem_heap::{Heap, HeapOptions, Limits};
///
/// let options = HeapOptions::default().with_limits(Limits::default().with_objects(1_000));
/// assert!(Heap::decode_with(dump, options).unwrap_err().is_limit());
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Limits {
    /// Objects.
    pub objects: u32,
    /// Pointers between objects.
    pub edges: u32,
    /// Bytes of a dump or a program that is compressed, when it is not.
    pub inflated_bytes: u64,
}

impl Default for Limits {
    /// As many as the graph can number.
    fn default() -> Self {
        Self { objects: 4_000_000_000, edges: 4_000_000_000, inflated_bytes: 4 << 30 }
    }
}

impl Limits {
    /// Accepts so many objects.
    #[must_use]
    pub fn with_objects(mut self, objects: u32) -> Self {
        self.objects = objects.min(Self::default().objects);
        self
    }

    /// Inflates up to so many bytes.
    #[must_use]
    pub fn with_inflated_bytes(mut self, bytes: u64) -> Self {
        self.inflated_bytes = bytes;
        self
    }

    /// Accepts so many pointers between objects.
    #[must_use]
    pub fn with_edges(mut self, edges: u32) -> Self {
        self.edges = edges.min(Self::default().edges);
        self
    }
}
