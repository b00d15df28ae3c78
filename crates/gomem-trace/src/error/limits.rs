//! How much of a trace is accepted.

/// How much of a trace is accepted. Lengths in a trace are checked against the bytes that are there, so that memory is a few
/// times the file's; these limits are for those who want less.
///
/// ```
/// # let bytes = gomem_testkit::testdata("traces/service-1.27.3.trace");
/// use gomem_trace::{DecodeOptions, Limits, Trace};
///
/// let options = DecodeOptions::default().with_limits(Limits::default().with_events(1_000));
/// assert!(Trace::decode_with(&bytes, &options).unwrap_err().is_limit());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Events of the whole trace.
    pub events: u64,
    /// Bytes of one generation.
    pub generation_bytes: u64,
    /// Threads that write in one generation.
    pub threads: u64,
    /// Different stacks.
    pub stacks: u64,
    /// Bytes of names and of users' texts.
    pub text_bytes: u64,
    /// Objects that live at one time, where their births and deaths are traced.
    pub objects: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            events: 4_000_000_000,
            generation_bytes: 4 << 30,
            // The runtime itself gives up at 10,000 (`debug.SetMaxThreads`).
            threads: 100_000,
            stacks: 20_000_000,
            text_bytes: 1 << 30,
            objects: 200_000_000,
        }
    }
}

impl Limits {
    /// Accepts so many events.
    #[must_use]
    pub fn with_events(mut self, events: u64) -> Self {
        self.events = events;
        self
    }

    /// Accepts generations of so many bytes.
    #[must_use]
    pub fn with_generation_bytes(mut self, bytes: u64) -> Self {
        self.generation_bytes = bytes;
        self
    }

    /// Accepts so many threads in one generation.
    #[must_use]
    pub fn with_threads(mut self, threads: u64) -> Self {
        self.threads = threads;
        self
    }

    /// Accepts so many different stacks.
    #[must_use]
    pub fn with_stacks(mut self, stacks: u64) -> Self {
        self.stacks = stacks;
        self
    }

    /// Accepts so many bytes of text.
    #[must_use]
    pub fn with_text_bytes(mut self, bytes: u64) -> Self {
        self.text_bytes = bytes;
        self
    }

    /// Accepts so many objects that live at one time.
    #[must_use]
    pub fn with_objects(mut self, objects: u64) -> Self {
        self.objects = objects;
        self
    }
}
