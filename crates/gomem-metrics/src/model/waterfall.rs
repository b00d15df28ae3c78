//! Where the memory is: what a process holds, divided into parts that add up.

use std::sync::Arc;

use gomem_table::{Definition, Row, Table, ToTable, Unit, named};

use super::{quantity::Quantity, state::GoState};

/// A part of a process's memory.
///
/// ```
/// use gomem_metrics::Component;
///
/// assert_eq!("stacks".parse::<Component>().map(Component::title).ok(), Some(Component::Stacks.title()));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Component {
    /// Objects that the last GC found live.
    Live,
    /// Objects allocated since, and dead ones not yet swept: the room that GC works with.
    Garbage,
    /// Free slots in spans that hold objects.
    Fragmentation,
    /// Spans without objects that are not returned to the system.
    Idle,
    /// Goroutine stacks, and those of the system's threads.
    Stacks,
    /// The runtime's own tables.
    Metadata,
    /// Resident beyond what Go holds: cgo, mmap, the binary.
    OffHeap,
    /// Held by Go and not resident: pages that were never touched. They lie in the other parts, and are not counted twice.
    Untouched,
}

/// The parts of each moment.
///
/// ```
/// # let mut metrics = gomem_metrics::Metrics::new();
/// # for second in 0..5 {
/// #     let text = format!("go_memstats_alloc_bytes {}\ngo_goroutines {}\n", 40 << 20, 12 + second);
/// #     metrics.push_scrape(1_700_000_000_000 + second * 1000, text.as_bytes())?;
/// # }
/// # let state = metrics.state();
/// // Where the memory is needs more than these two metrics.
/// assert!(state.waterfall().parts().len() < 10);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Waterfall {
    parts: Vec<WaterfallPart>,
}

/// One part at one moment.
///
/// ```
/// # let mut metrics = gomem_metrics::Metrics::new();
/// # for second in 0..4_u8 {
/// #     let bytes = 4_000_000 + 1_000_000 * u32::from(second);
/// #     let text = format!("go_memstats_heap_alloc_bytes {bytes}\ngo_memstats_next_gc_bytes 8e6\ngo_goroutines 7\n");
/// #     metrics.push_scrape(1_700_000_000_000 + 1_000 * i64::from(second), text.as_bytes())?;
/// # }
/// let waterfall = metrics.state().waterfall();
/// assert!(waterfall.parts().iter().all(|part| part.bytes >= 0.0), "no part is negative");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct WaterfallPart {
    /// The program.
    pub target: Arc<str>,
    /// The moment: milliseconds since the Unix epoch.
    pub time_ms: i64,
    /// The part.
    pub component: Component,
    /// Its size.
    pub bytes: f64,
    /// Its share of what Go holds and what is outside of it.
    pub fraction: f64,
}

named!(Component {
    Live "live",
    Garbage "garbage",
    Fragmentation "fragmentation",
    Idle "idle",
    Stacks "stacks",
    Metadata "metadata",
    OffHeap "off_heap",
    Untouched "untouched",
});

impl Component {
    /// Whether it lies in the other parts: they add up without it.
    #[must_use]
    pub fn is_in_others(self) -> bool {
        self == Self::Untouched
    }

    /// Its name, for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Live => "live objects",
            Self::Garbage => "garbage and new objects",
            Self::Fragmentation => "free slots in used spans",
            Self::Idle => "idle spans, not returned",
            Self::Stacks => "stacks",
            Self::Metadata => "the runtime's tables",
            Self::OffHeap => "outside of Go",
            Self::Untouched => "held, never touched",
        }
    }

    /// Its name, for people, among these parts of a moment: where the live heap is not known, all objects are in one part.
    #[must_use]
    pub fn title_among(self, parts: impl IntoIterator<Item = Self>) -> &'static str {
        let has_live = || parts.into_iter().any(|part| part == Self::Live);
        if self == Self::Garbage && !has_live() { "objects, live and dead" } else { self.title() }
    }

    /// Where a quantity it needs is not known, neither is the part.
    pub(crate) fn bytes(self, of: impl Fn(Quantity) -> Option<f64>, live: Option<f64>) -> Option<f64> {
        let objects = of(Quantity::HeapObjectsBytes);
        Some(match self {
            Self::Live => live?.min(objects.unwrap_or(f64::INFINITY)),
            // Without the live heap, all objects are here.
            Self::Garbage => (objects? - live.unwrap_or(0.0)).max(0.0),
            Self::Fragmentation => (of(Quantity::HeapInuseBytes)? - objects?).max(0.0),
            Self::Idle => (of(Quantity::HeapIdleBytes)? - of(Quantity::HeapReleasedBytes)?).max(0.0),
            Self::Stacks => of(Quantity::StackSysBytes).or_else(|| of(Quantity::StackInuseBytes))?,
            Self::Metadata => [
                Quantity::MspanSysBytes,
                Quantity::McacheSysBytes,
                Quantity::BuckHashSysBytes,
                Quantity::GcSysBytes,
                Quantity::OtherSysBytes,
            ]
            .into_iter()
            .map(&of)
            .sum::<Option<f64>>()?,
            Self::OffHeap => (of(Quantity::ResidentBytes)? - of(Quantity::HeldBytes)?).max(0.0),
            Self::Untouched => (of(Quantity::HeldBytes)? - of(Quantity::ResidentBytes)?).max(0.0),
        })
    }
}

impl GoState {
    /// Where the memory is, at every moment that was observed.
    #[must_use]
    pub fn waterfall(&self) -> Waterfall {
        let mut all = Vec::new();
        for row in 0..self.rows() {
            // What a goal gives is a guess where neither GOGC is exported nor what it must fit into.
            let is_known = |quantity| self.values(quantity)[row].is_some();
            let has_bounds = is_known(Quantity::GogcPercent) || is_known(Quantity::HeapObjectsBytes);
            let live = self.live_bytes_at(row).filter(|(_, is_of_goal)| !is_of_goal || has_bounds).map(|live| live.0);
            let known = |&component: &Component| {
                Some((component, component.bytes(|quantity| self.values(quantity)[row], live)?))
            };
            let mut parts: Vec<(Component, f64)> = Component::ALL.iter().filter_map(known).collect();
            parts.retain(|part| !part.0.is_in_others() || part.1 > 0.0);
            // Where not all parts are exported, as by OpenTelemetry, what is held says how large they are.
            let sum: f64 = parts.iter().filter(|part| !part.0.is_in_others()).map(|part| part.1).sum();
            let sum = sum.max(self.values(Quantity::HeldBytes)[row].unwrap_or(0.0));
            all.extend(parts.into_iter().map(|(component, bytes)| WaterfallPart {
                target: Arc::clone(&self.targets()[row]),
                time_ms: self.times_ms()[row],
                component,
                bytes,
                fraction: bytes / sum.max(1.0),
            }));
        }
        Waterfall { parts: all }
    }
}

impl Waterfall {
    /// Only the moment that is nearest to `time_ms`; the last one for `None`.
    #[must_use]
    pub fn at(&self, time_ms: Option<i64>) -> Self {
        let distance = |part: &&WaterfallPart| time_ms.unwrap_or(i64::MAX).abs_diff(part.time_ms);
        let nearest = self.parts.iter().min_by_key(distance).map(|part| part.time_ms);
        Self { parts: self.parts.iter().filter(|part| Some(part.time_ms) == nearest).cloned().collect() }
    }

    /// The parts of all moments, in the order of the table.
    #[must_use]
    pub fn parts(&self) -> &[WaterfallPart] {
        &self.parts
    }
}

impl ToTable for Waterfall {
    fn to_table(&self) -> Table {
        self.parts.to_table()
    }
}

impl Row for WaterfallPart {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        let order = "as the state: target, then time; then the parts in the order of their enum";
        Definition::new("waterfall", order)
            .about("where the memory is, one row a part of each moment")
            .shared_text("target", "the program", |part: &&'a Self| &part.target)
            .timestamp("time", "the moment", |part| part.time_ms)
            .category("component", Component::NAMES, "the part", |part| part.component as u32)
            .float64(
                "bytes",
                Unit::Bytes,
                "its size; untouched lies in the other parts, which add up without it",
                |part| part.bytes,
            )
            .float64("fraction", Unit::Fraction, "its share of what Go holds and what is outside of it", |part| {
                part.fraction
            })
    }
}

gomem_table::serialize_rows!(WaterfallPart);

#[cfg(test)]
mod tests {
    use crate::Metrics;

    #[test]
    fn the_parts_add_up_to_what_is_resident() {
        let text = "go_memstats_heap_alloc_bytes 60\ngo_memstats_heap_inuse_bytes 70\ngo_memstats_heap_idle_bytes 50\n\
                    go_memstats_heap_released_bytes 30\ngo_memstats_stack_sys_bytes 5\ngo_memstats_mspan_sys_bytes 1\n\
                    go_memstats_mcache_sys_bytes 1\ngo_memstats_buck_hash_sys_bytes 1\ngo_memstats_gc_sys_bytes 1\n\
                    go_memstats_other_sys_bytes 1\ngo_memstats_sys_bytes 130\nprocess_resident_memory_bytes 140\n\
                    go_gc_heap_live_bytes 40\n";
        let mut metrics = Metrics::new();
        metrics.push_scrape(1000, text.as_bytes()).unwrap();
        let waterfall = metrics.state().waterfall();
        let parts: Vec<_> = waterfall.parts().iter().map(|part| (part.component.name(), part.bytes)).collect();
        let expected = [
            ("live", 40.0),
            ("garbage", 20.0),
            ("fragmentation", 10.0),
            ("idle", 20.0),
            ("stacks", 5.0),
            ("metadata", 5.0),
            ("off_heap", 40.0),
        ];
        assert_eq!(parts, expected);
        assert_eq!(waterfall.parts()[0].fraction, 40.0 / 140.0);
        assert_eq!(waterfall.at(Some(5000)).parts().len(), 7);
    }

    #[test]
    fn what_was_never_touched_is_a_part_and_none_is_negative() {
        let text = "go_memstats_heap_alloc_bytes 90\ngo_memstats_sys_bytes 130\ngo_memstats_heap_released_bytes 30\n\
                    go_memstats_heap_inuse_bytes 100\nprocess_resident_memory_bytes 40\n";
        let mut metrics = Metrics::new();
        metrics.push_scrape(1000, text.as_bytes()).unwrap();
        let waterfall = metrics.state().waterfall();
        let parts: Vec<_> = waterfall.parts().iter().map(|part| (part.component.name(), part.bytes)).collect();
        assert_eq!(parts, [("garbage", 90.0), ("fragmentation", 10.0), ("off_heap", 0.0), ("untouched", 60.0)]);
        assert_eq!(waterfall.parts()[3].fraction, 0.6);
    }
}
