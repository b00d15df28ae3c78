//! Where the memory is: what a process holds, divided into parts that add up.

use std::fmt::Write as _;

use gomem_table::{Column, ColumnSpec, Kind, Schema, Table, TableError, Unit};

use super::{quantity::Quantity, state::GoState};

/// A part of a process's memory.
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
    /// Resident beyond what Go holds: cgo, mmap, the binary. Below zero: held by Go and never touched.
    OffHeap,
}

/// The parts of each moment.
#[derive(Debug, Clone)]
pub struct Waterfall {
    rows: Vec<Part>,
}

/// One part at one moment.
#[derive(Debug, Clone, PartialEq)]
struct Part {
    target: String,
    time_ms: i64,
    component: Component,
    bytes: f64,
    /// Of all parts of the moment.
    sum: f64,
}

impl Component {
    /// All parts, from what is used to what is not Go's.
    pub const ALL: &'static [Self] =
        &[Self::Live, Self::Garbage, Self::Fragmentation, Self::Idle, Self::Stacks, Self::Metadata, Self::OffHeap];
    /// Their names.
    pub const NAMES: &'static [&'static str] =
        &["live", "garbage", "fragmentation", "idle", "stacks", "metadata", "off_heap"];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
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
        }
    }

    /// Its colour in pictures, as `#rrggbb`.
    #[must_use]
    pub fn colour(self) -> &'static str {
        match self {
            Self::Live => "#1b6ca8",
            Self::Garbage => "#7fb2d9",
            Self::Fragmentation => "#d98e04",
            Self::Idle => "#c9cdd2",
            Self::Stacks => "#5f8f3e",
            Self::Metadata => "#8a6fb0",
            Self::OffHeap => "#b23a48",
        }
    }

    /// Where a quantity it needs is not known, neither is the part.
    pub(crate) fn bytes(self, of: impl Fn(Quantity) -> Option<f64>, live: Option<f64>) -> Option<f64> {
        let objects = of(Quantity::HeapObjectsBytes);
        Some(match self {
            Self::Live => live?.min(objects?),
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
            Self::OffHeap => of(Quantity::ResidentBytes)? - of(Quantity::HeldBytes)?,
        })
    }
}

impl GoState {
    /// Where the memory is, at every moment that was observed.
    #[must_use]
    pub fn waterfall(&self) -> Waterfall {
        let mut rows = Vec::new();
        for row in 0..self.rows() {
            let live = self.live_bytes_at(row).map(|live| live.0);
            let parts: Vec<(Component, f64)> = Component::ALL
                .iter()
                .filter_map(|&component| {
                    Some((component, component.bytes(|quantity| self.values(quantity)[row], live)?))
                })
                .collect();
            let sum = parts.iter().map(|part| part.1).sum();
            rows.extend(parts.into_iter().map(|(component, bytes)| Part {
                target: self.targets()[row].clone(),
                time_ms: self.times_ms()[row],
                component,
                bytes,
                sum,
            }));
        }
        Waterfall { rows }
    }
}

impl Waterfall {
    /// Only the moment that is nearest to `time_ms`; the last one for `None`.
    #[must_use]
    pub fn at(&self, time_ms: Option<i64>) -> Self {
        let distance = |part: &&Part| time_ms.unwrap_or(i64::MAX).abs_diff(part.time_ms);
        let nearest = self.rows.iter().min_by_key(distance).map(|part| part.time_ms);
        Self { rows: self.rows.iter().filter(|part| Some(part.time_ms) == nearest).cloned().collect() }
    }

    /// Moment, part and bytes of each, in the order of the table.
    pub fn parts(&self) -> impl Iterator<Item = (i64, Component, f64)> {
        self.rows.iter().map(|part| (part.time_ms, part.component, part.bytes))
    }

    /// One row a moment and part: [`WATERFALL_SCHEMA`].
    ///
    /// # Errors
    /// Never in practice: the columns are built to fit.
    pub fn to_table(&self) -> Result<Table, TableError> {
        let all = || self.rows.iter();
        Table::new(
            WATERFALL_SCHEMA.name,
            vec![
                Column::strings("target", all().map(|part| &part.target)),
                Column::timestamp("time", all().map(|part| part.time_ms).collect()),
                Column::category("component", all().map(|part| part.component as u32).collect(), Component::NAMES),
                Column::float64("bytes", Unit::Bytes, all().map(|part| part.bytes).collect()),
                Column::float64("fraction", Unit::Fraction, all().map(|part| part.bytes / part.sum.max(1.0)).collect()),
            ],
        )
    }

    /// The last moment as a picture: one bar a part, each beginning where the one before ends.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let moment = self.at(None);
        let target = moment.rows.first().map_or("", |part| part.target.as_str());
        let parts: Vec<&Part> = moment.rows.iter().filter(|part| part.target == target).collect();
        let (mut lowest, mut highest, mut sum) = (0.0_f64, 1.0_f64, 0.0_f64);
        for part in &parts {
            sum += part.bytes;
            lowest = lowest.min(sum);
            highest = highest.max(sum);
        }
        let scale = BAR_WIDTH / (highest - lowest);
        let height = ROW_HEIGHT * (parts.len() as f64 + 1.0) + 8.0;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" font-family=\"system-ui,sans-serif\" font-size=\"13\" role=\"img\" aria-label=\"where the memory is\">"
        );
        let mut at = -lowest;
        for (index, part) in parts.iter().enumerate() {
            let y = 4.0 + ROW_HEIGHT * index as f64;
            let begin = at.min(at + part.bytes) * scale + LABEL_WIDTH;
            let _ = write!(
                svg,
                "<text x=\"{}\" y=\"{}\" text-anchor=\"end\" fill=\"currentColor\">{}</text><rect x=\"{begin:.1}\" y=\"{y}\" width=\"{:.1}\" height=\"{}\" fill=\"{}\"/><text x=\"{}\" y=\"{}\" fill=\"currentColor\">{}</text>",
                LABEL_WIDTH - 8.0,
                y + 15.0,
                part.component.title(),
                (part.bytes.abs() * scale).max(0.5),
                ROW_HEIGHT - 6.0,
                part.component.colour(),
                LABEL_WIDTH + BAR_WIDTH + 8.0,
                y + 15.0,
                signed(part.bytes)
            );
            at += part.bytes;
        }
        let y = 4.0 + ROW_HEIGHT * parts.len() as f64 + 15.0;
        let _ = write!(
            svg,
            "<text x=\"{}\" y=\"{y}\" text-anchor=\"end\" font-weight=\"bold\" fill=\"currentColor\">all</text><text x=\"{}\" y=\"{y}\" font-weight=\"bold\" fill=\"currentColor\">{}</text></svg>",
            LABEL_WIDTH - 8.0,
            LABEL_WIDTH + BAR_WIDTH + 8.0,
            signed(sum)
        );
        svg
    }
}

fn signed(bytes: f64) -> String {
    if bytes < 0.0 { format!("−{}", Unit::Bytes.humanize(-bytes)) } else { Unit::Bytes.humanize(bytes) }
}

const WIDTH: f64 = 760.0;
const LABEL_WIDTH: f64 = 190.0;
const BAR_WIDTH: f64 = 470.0;
const ROW_HEIGHT: f64 = 26.0;

/// The table of [`Waterfall::to_table`].
pub const WATERFALL_SCHEMA: Schema = Schema {
    name: "waterfall",
    order: "as the state: target, then time; then the parts in the order of their enum",
    columns: &[
        spec("target", Kind::Text, Unit::None, "the program"),
        spec("time", Kind::Timestamp, Unit::None, "the moment"),
        spec("component", Kind::Category, Unit::None, "the part"),
        spec(
            "bytes",
            Kind::Float64,
            Unit::Bytes,
            "its size; off_heap is below zero where Go holds memory it never touched",
        ),
        spec("fraction", Kind::Float64, Unit::Fraction, "its share of the sum of all parts of the moment"),
    ],
};

const fn spec(name: &'static str, kind: Kind, unit: Unit, doc: &'static str) -> ColumnSpec {
    ColumnSpec { name, kind, unit, null: None, doc }
}

#[cfg(test)]
mod tests {
    use super::*;
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
        let parts: Vec<_> = waterfall.rows.iter().map(|part| (part.component.name(), part.bytes)).collect();
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
        assert_eq!(waterfall.rows[0].sum, 140.0);
        WATERFALL_SCHEMA.check(&waterfall.to_table().unwrap()).unwrap();
        assert!(waterfall.to_svg().contains("outside of Go"));
        assert_eq!(waterfall.at(Some(5000)).rows.len(), 7);
    }
}
