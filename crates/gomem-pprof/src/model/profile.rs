//! A profile in columns.

use std::sync::Arc;

use gomem_table::Unit;

use super::{
    columns::{FunctionColumns, LineColumns, LocationId, MappingColumns},
    labels::Labels,
    mem_stats::{MemStat, MemStats},
    sample_columns::SampleColumns,
    sample_type::SampleType,
    strings::Strings,
    totals::Totals,
};
use crate::error::Diagnostic;

/// A pprof profile.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    pub(crate) strings: Arc<Strings>,
    pub(crate) sample_types: Vec<SampleType>,
    pub(crate) default_sample_type: Option<String>,
    pub(crate) period_type: Option<SampleType>,
    pub(crate) period: i64,
    pub(crate) time_nanos: Option<i64>,
    pub(crate) duration_nanos: Option<i64>,
    pub(crate) comments: Vec<String>,
    /// What the header of a text counts.
    pub(crate) header_total: Option<i64>,
    pub(crate) drop_frames: String,
    pub(crate) keep_frames: String,
    pub(crate) doc_url: String,
    pub(crate) samples: SampleColumns,
    pub(crate) labels: Labels,
    pub(crate) addresses: Vec<u64>,
    pub(crate) location_mappings: Vec<Option<u32>>,
    /// Locations that stand for several of the program's. They are rare, so a rising list of them is kept.
    pub(crate) folded_locations: Vec<LocationId>,
    /// Where the lines of each location begin in `lines`; one more at the end.
    pub(crate) line_offsets: Vec<usize>,
    pub(crate) lines: Vec<LineColumns>,
    pub(crate) functions: Vec<FunctionColumns>,
    pub(crate) mappings: Vec<MappingColumns>,
    pub(crate) mem_stats: Option<MemStats>,
    /// Of the samples before any filter.
    pub(crate) totals: Option<Totals>,
    /// Whether some samples are a base that was subtracted.
    pub(crate) has_base: bool,
    /// Whether the uninteresting frames are gone already.
    pub(crate) is_pruned: bool,
    /// Whether answers are those of `go tool pprof` where it is wrong.
    pub(crate) pprof_compat: bool,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) suppressed_diagnostics: u64,
}

impl Profile {
    /// What is counted, in the order of [`Sample::values`](crate::Sample::values).
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// let names: Vec<&str> = profile.sample_types().iter().map(|kind| kind.name()).collect();
    /// assert_eq!(names, ["alloc_objects", "alloc_space", "inuse_objects", "inuse_space"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn sample_types(&self) -> &[SampleType] {
        &self.sample_types
    }

    /// What it counts, in one word: `heap` (also `allocs`: Go writes the same sample types), `cpu`, `contention` (mutex and
    /// block profiles have the same, too), `goroutine`, `threadcreate`; of any other, its last sample type.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// assert_eq!(profile.kind(), "heap");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn kind(&self) -> &str {
        let has = |name: &str| self.sample_types.iter().any(|kind| kind.name == name);
        if has("inuse_space") || has("alloc_space") {
            "heap"
        } else if has("cpu") {
            "cpu"
        } else if has("contentions") {
            "contention"
        } else {
            self.sample_types.last().map_or("", |kind| &kind.name)
        }
    }

    /// The unit of a sample type, by its index; none for one that is not there.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// assert_eq!(profile.unit(1), gomem_table::Unit::Bytes, "alloc_space");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn unit(&self, sample_type: usize) -> Unit {
        self.sample_types.get(sample_type).map_or(Unit::None, |kind| Unit::from_pprof(kind.unit()))
    }

    /// The index of a sample type. As for `go tool pprof`, `space` finds `inuse_space`'s plain name: an `inuse_` in
    /// front is optional.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// assert_eq!(profile.sample_type_index("inuse_space"), Some(3));
    /// assert_eq!(profile.sample_type_index("cpu"), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn sample_type_index(&self, name: &str) -> Option<usize> {
        let find = |name: &str| self.sample_types.iter().position(|sample_type| sample_type.name == name);
        find(name).or_else(|| find(name.strip_prefix("inuse_")?))
    }

    /// The index of the sample type that the profile wants shown; the last one when it does not say.
    #[must_use]
    pub fn default_sample_type(&self) -> usize {
        let named = self.default_sample_type.as_deref().and_then(|name| self.sample_type_index(name));
        named.unwrap_or(self.sample_types.len().saturating_sub(1))
    }

    /// When it was taken, in nanoseconds since the Unix epoch.
    #[must_use]
    pub fn time_nanos(&self) -> Option<i64> {
        self.time_nanos
    }

    /// As of when what it says holds: when it was taken; of a text profile, which does not say that, when the last GC before
    /// it ended, by the `runtime.MemStats` at its end.
    #[must_use]
    pub fn as_of_nanos(&self) -> Option<i64> {
        let last_gc = || match self.mem_stats.as_ref()?.value("LastGC")? {
            &MemStat::Integer(nanos) if nanos > 0 => Some(nanos),
            _ => None,
        };
        self.time_nanos.or_else(last_gc)
    }

    /// Whether it is a difference of two heap profiles (`heap?seconds=`, `go tool pprof -diff_base`): what changed, and no
    /// level of anything.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// assert!(!profile.is_difference());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn is_difference(&self) -> bool {
        let is_heap = self.sample_types.iter().any(|kind| matches!(kind.name(), "inuse_space" | "alloc_space"));
        let covers_time = self.duration_nanos.is_some_and(|nanos| nanos > 0);
        let is_negative =
            || self.samples().any(|sample| (0..self.sample_types.len()).any(|kind| sample.value(kind) < 0));
        is_heap && (is_negative() || covers_time && !self.holds_more_than_it_allocates())
    }

    /// Whether more stays in use than is allocated: no difference of two profiles can say that. Continuous profilers take the
    /// difference of what is allocated alone (`delta-heap.pprof` of Datadog), and leave what is in use as it is.
    fn holds_more_than_it_allocates(&self) -> bool {
        let pair = |inuse, allocated| Some((self.sample_type_index(inuse)?, self.sample_type_index(allocated)?));
        let Some((inuse, allocated)) = pair("inuse_space", "alloc_space") else { return false };
        let (more, all) = self.samples().fold((0_i128, 0_i128), |(more, all), sample| {
            let (inuse, allocated) = (i128::from(sample.value(inuse)), i128::from(sample.value(allocated)));
            (more + (inuse - allocated).max(0), all + inuse)
        });
        // Values are scaled and rounded one by one.
        more * 10 > all
    }

    /// What it covers, for profiles that cover a time.
    #[must_use]
    pub fn duration_nanos(&self) -> Option<i64> {
        self.duration_nanos
    }

    /// What the sampling period counts.
    #[must_use]
    pub fn period_type(&self) -> Option<&SampleType> {
        self.period_type.as_ref()
    }

    /// The sampling period: for a heap profile `runtime.MemProfileRate` in bytes.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// assert_eq!(profile.period(), 524_288, "`runtime.MemProfileRate`");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn period(&self) -> i64 {
        self.period
    }

    /// Free text.
    #[must_use]
    pub fn comments(&self) -> &[String] {
        &self.comments
    }

    /// What the header of a text form counts (`goroutine profile: total 12`, written by `printCountProfile`
    /// in `runtime/pprof/pprof.go`); the samples of a text that was cut short are fewer. `None` for other forms.
    ///
    /// ```
    /// let text = b"goroutine profile: total 12\n5 @ 0x401000\n#\t0x401000\tmain.f+0x10\t/src/app/f.go:12\n";
    /// let profile = gomem_pprof::Profile::decode(text)?;
    /// assert_eq!((profile.total(0), profile.header_total()), (5, Some(12)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn header_total(&self) -> Option<i64> {
        self.header_total
    }

    /// The frames that the program's author does not want to see, as a regular expression; empty for none.
    #[must_use]
    pub fn drop_frames(&self) -> &str {
        &self.drop_frames
    }

    /// The frames to keep in spite of [`drop_frames`](Self::drop_frames).
    #[must_use]
    pub fn keep_frames(&self) -> &str {
        &self.keep_frames
    }

    /// A page about the profile; empty for none.
    #[must_use]
    pub fn doc_url(&self) -> &str {
        &self.doc_url
    }

    /// What the runtime said of its memory at the same moment: a text heap profile (`debug=1`) ends with it.
    #[must_use]
    pub fn mem_stats(&self) -> Option<&MemStats> {
        self.mem_stats.as_ref()
    }

    /// What was repaired.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Diagnostics beyond the limit, counted but not kept.
    #[must_use]
    pub fn suppressed_diagnostics(&self) -> u64 {
        self.suppressed_diagnostics
    }

    /// Where the lines of a location are.
    pub(crate) fn line_range(&self, id: LocationId) -> std::ops::Range<usize> {
        self.line_offsets[id.0 as usize]..self.line_offsets[id.0 as usize + 1]
    }

    pub(crate) fn string(&self, id: u32) -> &str {
        self.strings.text(id)
    }
}
