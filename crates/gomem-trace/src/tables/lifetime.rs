//! How long objects live.

use std::{collections::HashMap, sync::Arc};

use foldhash::fast::RandomState;
use gomem_table::{Definition, Row, Unit};

use crate::{
    model::{Durations, Lives, ObjectKind, TextId},
    tables::number::signed,
    trace::{Trace, seconds},
};

/// What lives are added up by.
///
/// ```
/// # let trace = gomem_trace::Trace::decode(&gomem_testkit::testdata("traces/lifetimes-1.27.3.trace"))?;
/// use gomem_trace::LifetimeBy;
///
/// let allocated = |by| {
///     let rows = trace.lifetimes(by).expect("recorded with GODEBUG=traceallocfree=1");
///     (rows.len(), rows.iter().map(|row| row.allocated).sum::<u64>())
/// };
/// // The same objects, in fewer rows.
/// let ((types, of_types), (sizes, of_sizes)) = (allocated(LifetimeBy::Type), allocated(LifetimeBy::Size));
/// assert!(sizes < types && of_sizes == of_types, "{types} types, {sizes} sizes");
/// # Ok::<(), gomem_trace::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LifetimeBy {
    /// The type, and the size of slots.
    Type,
    /// The size of slots alone.
    Size,
}

gomem_table::named!(LifetimeBy { Type "type", Size "size" });

/// The lives of objects that look alike.
///
/// ```
/// # let trace = gomem_trace::Trace::decode(&gomem_testkit::testdata("traces/lifetimes-1.27.3.trace"))?;
/// use gomem_trace::LifetimeBy;
///
/// let lifetimes = trace.lifetimes(LifetimeBy::Type).expect("recorded with GODEBUG=traceallocfree=1");
/// let event = lifetimes.iter().find(|row| row.type_name.as_deref() == Some("main.Event")).expect("its objects");
/// assert_eq!((event.allocated, event.freed, event.is_pool_candidate), (4_000, 4_000, true));
/// # Ok::<(), gomem_trace::Error>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LifetimeRow {
    /// Their type, with the last name of its package only.
    pub type_name: Option<Arc<str>>,
    /// The size of their slot.
    pub size_bytes: Option<u64>,
    /// Whether they have no pointers.
    pub is_noscan: Option<bool>,
    /// Those that were there before the trace.
    pub existed: u64,
    /// Those that were born in it.
    pub allocated: u64,
    /// Those that died in it.
    pub freed: u64,
    /// The slots of those that were born.
    pub allocated_bytes: Option<u64>,
    /// GC cycles between birth and death, of those that had both.
    pub cycles_median: Option<u64>,
    /// The same, of all but a hundredth.
    pub cycles_p99: Option<u64>,
    /// How many died at the first GC, of those that were born.
    pub dead_at_first_gc_fraction: Option<f64>,
    /// How many died at the first GC, of those that were born and of which that is known: who was born after the last GC is
    /// in neither number.
    pub dead_at_first_gc: u64,
    /// How many outlived it.
    pub outlived_first_gc: u64,
    /// Whether several types of the program have this name.
    pub is_name_shared: bool,
    /// From birth to the sweep after death.
    pub seconds_median: Option<f64>,
    /// The same, of all but a hundredth.
    pub seconds_p99: Option<f64>,
    /// Whether a pool would pay.
    pub is_pool_candidate: bool,
}

impl Trace {
    /// How long objects live, those with the most bytes first; `None` when the program ran without
    /// `GODEBUG=traceallocfree=1`.
    #[must_use]
    pub fn lifetimes(&self, by: LifetimeBy) -> Option<Vec<LifetimeRow>> {
        let lifetimes = self.recording.lifetimes.as_ref()?;
        let mut places: HashMap<ObjectKind, usize, RandomState> = HashMap::default();
        let mut sums: Vec<(ObjectKind, Lives)> = Vec::new();
        for (kind, lives) in &lifetimes.kinds {
            let type_id = kind.type_id.filter(|_| by == LifetimeBy::Type);
            let kind = ObjectKind { type_id, ..*kind };
            let place = *places.entry(kind).or_insert_with(|| {
                sums.push((kind, Lives::default()));
                sums.len() - 1
            });
            sums[place].1.add(lives);
        }
        let bytes =
            |(kind, lives): &(ObjectKind, Lives)| kind.slot_bytes.map(|bytes| bytes.saturating_mul(lives.allocated));
        let whole = sums.iter().filter_map(bytes).fold(0, u64::saturating_add);
        let is_shared = |name: TextId| lifetimes.shared_names.contains(&name);
        let mut rows: Vec<LifetimeRow> =
            sums.iter_mut().map(|(kind, lives)| self.lifetime_row(kind, lives, whole, is_shared)).collect();
        rows.sort_by(|one, other| {
            let key = |row: &LifetimeRow| std::cmp::Reverse((row.allocated_bytes, row.allocated, row.existed));
            key(one).cmp(&key(other)).then_with(|| one.type_name.cmp(&other.type_name))
        });
        Some(rows)
    }

    fn lifetime_row(
        &self,
        kind: &ObjectKind,
        lives: &mut Lives,
        whole: u64,
        is_shared: impl Fn(TextId) -> bool,
    ) -> LifetimeRow {
        let mut cycles: Vec<(u64, u64)> = lives.cycles.iter().map(|(cycles, count)| (cycles, *count)).collect();
        cycles.sort_unstable();
        let at_first: u64 = cycles.iter().filter(|(cycles, _)| *cycles <= 1).map(|(_, count)| count).sum();
        // Where the span is not known, a death can be told of another word than the birth.
        let dead_at_first =
            (lives.allocated > 0 && kind.slot_bytes.is_some()).then(|| at_first as f64 / lives.allocated as f64);
        let allocated_bytes = kind.slot_bytes.map(|bytes| bytes.saturating_mul(lives.allocated));
        let is_much = lives.allocated >= POOL_OBJECTS
            || allocated_bytes.is_some_and(|bytes| bytes > 0 && bytes as f64 >= POOL_BYTES_FRACTION * whole as f64);
        LifetimeRow {
            type_name: kind.type_id.map(|name| Arc::clone(self.recording.names.text(name))),
            size_bytes: kind.slot_bytes,
            is_noscan: kind.is_noscan,
            existed: lives.existed,
            allocated: lives.allocated,
            freed: lives.freed,
            allocated_bytes,
            cycles_median: ranked(&cycles, 0.5),
            cycles_p99: ranked(&cycles, 0.99),
            dead_at_first_gc_fraction: dead_at_first,
            dead_at_first_gc: at_first,
            outlived_first_gc: cycles.iter().map(|(_, count)| count).sum::<u64>() - at_first + lives.surviving,
            is_name_shared: kind.type_id.is_some_and(is_shared),
            seconds_median: nanoseconds(&mut lives.nanoseconds, 0.5).map(seconds),
            seconds_p99: nanoseconds(&mut lives.nanoseconds, 0.99).map(seconds),
            is_pool_candidate: is_much
                && dead_at_first.is_some_and(|fraction| fraction >= LifetimeRow::POOL_DEAD_FRACTION),
        }
    }
}

impl Lives {
    fn add(&mut self, other: &Self) {
        self.existed += other.existed;
        self.allocated += other.allocated;
        self.freed += other.freed;
        self.surviving += other.surviving;
        self.nanoseconds.add(&other.nanoseconds);
        for (cycles, count) in other.cycles.iter() {
            *self.cycles.of(cycles) += count;
        }
    }
}

/// The value that a fraction of all are at most.
fn nanoseconds(all: &mut Durations, fraction: f64) -> Option<u64> {
    all.nth(rank(all.len() as u64, fraction)? as usize)
}

/// The place of a quantile among so many, by the nearest rank.
fn rank(count: u64, quantile: f64) -> Option<u64> {
    let rank = (quantile * count as f64).ceil() as u64;
    count.checked_sub(1).map(|last| rank.saturating_sub(1).min(last))
}

/// A quantile of numbers that occur so often, in order.
fn ranked(counts: &[(u64, u64)], quantile: f64) -> Option<u64> {
    let mut rank = rank(counts.iter().map(|(_, count)| count).sum(), quantile)?;
    for (value, count) in counts {
        match rank.checked_sub(*count) {
            Some(rest) => rank = rest,
            None => return Some(*value),
        }
    }
    None
}

/// A pool pays when there are many or much, too.
const POOL_OBJECTS: u64 = 10_000;
const POOL_BYTES_FRACTION: f64 = 0.01;

impl LifetimeRow {
    /// A pool pays when so many die at the first GC.
    pub const POOL_DEAD_FRACTION: f64 = 0.9;
}

impl Row for LifetimeRow {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("trace_lifetimes", "by allocated_bytes, the most first")
            .about("how long objects live, by type; only of programs that ran with GODEBUG=traceallocfree=1")
            .optional_shared_text(
                "type",
                "the runtime's own, without a type, or not in the trace",
                "their type, with the last name of its package only; `uint8` is also that of []byte",
                |row: &&'a Self| row.type_name.as_ref(),
            )
            .optional_int64("size_bytes", Unit::Bytes, NO_SPAN, "the size of a slot", |row| row.size_bytes.map(signed))
            .optional_bool("noscan", NO_SPAN, "whether they have no pointers", |row| row.is_noscan)
            .int64("existed", Unit::Count, "those that were there before the trace", |row| signed(row.existed))
            .int64("allocated", Unit::Count, "those that were born in it", |row| signed(row.allocated))
            .int64("freed", Unit::Count, "those that died in it", |row| signed(row.freed))
            .int64("alive", Unit::Count, "those that are there at its end", |row| {
                signed((row.existed + row.allocated).saturating_sub(row.freed))
            })
            .optional_int64("allocated_bytes", Unit::Bytes, NO_SPAN, "the slots of those that were born", |row| {
                row.allocated_bytes.map(signed)
            })
            .optional_int64(
                "cycles_median",
                Unit::Count,
                NO_DEATH,
                "GC cycles that ended between birth and death",
                |row| row.cycles_median.map(signed),
            )
            .optional_int64("cycles_p99", Unit::Count, NO_DEATH, "the same, of all but a hundredth", |row| {
                row.cycles_p99.map(signed)
            })
            .optional_float64(
                "dead_at_first_gc_fraction",
                Unit::Fraction,
                "none was born in the trace, or the size is not known",
                "those that the first GC after their birth freed, of those that were born",
                |row| row.dead_at_first_gc_fraction,
            )
            .optional_float64("seconds_median", Unit::Seconds, NO_DEATH, "from birth to the sweep after death", |row| {
                row.seconds_median
            })
            .optional_float64("seconds_p99", Unit::Seconds, NO_DEATH, "the same, of all but a hundredth", |row| {
                row.seconds_p99
            })
            .bool(
                "pool_candidate",
                "whether a pool would pay: 90 % die at the first GC, and they are 10,000 or a hundredth of all bytes",
                |row| row.is_pool_candidate,
            )
    }
}

const NO_SPAN: &str = "their span began before the trace, and the trace does not say";
const NO_DEATH: &str = "none was born and died in the trace";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_ranks() {
        assert_eq!(ranked(&[], 0.5), None);
        assert_eq!(ranked(&[(1, 98), (7, 2)], 0.5), Some(1));
        assert_eq!(ranked(&[(1, 98), (7, 2)], 0.99), Some(7));
        assert_eq!((rank(1, 0.99), rank(2, 0.5), rank(4, 0.5)), (Some(0), Some(0), Some(1)));
    }
}
