//! One run of one program, as the rules look at it.

use std::{cell::OnceCell, ops::Range};

use gomem_statistics::{blocks, kendall_tau, median};

use crate::model::{Component, Exporter, GoState, MINIMUM_HEAP_BYTES, ObservedCycle, Quantity, Regime};

/// The rows between two restarts of one target, or a stretch of them.
#[derive(Debug, Clone)]
pub(crate) struct Window<'a> {
    state: &'a GoState,
    /// All rows of the run.
    run: Range<usize>,
    pub(crate) rows: Range<usize>,
    /// Most rules do not ask for them.
    cycles: OnceCell<Vec<ObservedCycle>>,
    pub(crate) container_limit_bytes: Option<f64>,
}

/// How often the GC runs, and what explains it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    pub(crate) cycles: f64,
    pub(crate) seconds: f64,
    /// Allocated between two cycles, as a share of the goal: half of it at `GOGC=100`.
    pub(crate) headroom_fraction: Option<f64>,
    /// Cycles seen, for each one that allocation and the live heap account for.
    pub(crate) inflation: Option<f64>,
    /// The same with the smaller live heap between two scrapes, where cycles are not seen: as many times at least.
    pub(crate) least_inflation: Option<f64>,
}

impl<'a> Window<'a> {
    pub(crate) fn new(state: &'a GoState, rows: Range<usize>, container_limit_bytes: Option<f64>) -> Self {
        Self { state, run: rows.clone(), rows, cycles: OnceCell::new(), container_limit_bytes }
    }

    /// The run from its begin to the end of this stretch.
    pub(crate) fn until_now(&self) -> Self {
        self.stretch(self.run.start..self.rows.end)
    }

    /// A stretch of the same run.
    pub(crate) fn stretch(&self, rows: Range<usize>) -> Self {
        Self { run: self.run.clone(), ..Self::new(self.state, rows, self.container_limit_bytes) }
    }

    /// The GC cycles that can be seen.
    pub(crate) fn cycles(&self) -> &[ObservedCycle] {
        self.cycles.get_or_init(|| self.state.cycles_in(self.rows.clone()))
    }

    /// Pieces of about equally many rows. Each begins with the last row of the one before, since what was counted or ended
    /// between two scrapes belongs to a piece too.
    pub(crate) fn pieces(&self) -> Vec<Range<usize>> {
        let count = (self.rows.len() / FEWEST_ROWS).clamp(1, MOST_PIECES);
        let begin = |piece: usize| self.rows.start + piece * self.rows.len() / count;
        (0..count).map(|piece| begin(piece).saturating_sub(1).max(self.rows.start)..begin(piece + 1)).collect()
    }

    pub(crate) fn value(&self, quantity: Quantity, row: usize) -> Option<f64> {
        self.state.values(quantity)[row]
    }

    /// Seconds since the window's begin, and the value, where it is known.
    pub(crate) fn points(&self, quantity: Quantity) -> Vec<(f64, f64)> {
        self.points_of(|row| self.value(quantity, row))
    }

    pub(crate) fn points_of(&self, value: impl Fn(usize) -> Option<f64>) -> Vec<(f64, f64)> {
        self.rows.clone().filter_map(|row| Some((self.since_begin(row), value(row)?))).collect()
    }

    pub(crate) fn knows(&self, quantity: Quantity) -> bool {
        self.last(quantity).is_some()
    }

    /// Whether a metric, or another one that says the same, is exported.
    pub(crate) fn exports(&self, metric: &str) -> bool {
        Quantity::from_metric(metric).is_some_and(|quantity| self.knows(quantity))
    }

    /// Who exports the metrics.
    pub(crate) fn exporter(&self) -> Exporter {
        self.state.exporter(self.rows.start)
    }

    pub(crate) fn last(&self, quantity: Quantity) -> Option<f64> {
        self.rows.clone().rev().find_map(|row| self.value(quantity, row))
    }

    pub(crate) fn highest(&self, quantity: Quantity) -> Option<f64> {
        self.rows.clone().filter_map(|row| self.value(quantity, row)).max_by(f64::total_cmp)
    }

    pub(crate) fn median(&self, quantity: Quantity) -> Option<f64> {
        self.median_of(|row| self.value(quantity, row))
    }

    pub(crate) fn median_of(&self, value: impl Fn(usize) -> Option<f64>) -> Option<f64> {
        median(&mut self.rows.clone().filter_map(value).collect::<Vec<_>>())
    }

    pub(crate) fn increase(&self, quantity: Quantity) -> Option<f64> {
        self.state.increase(quantity, self.rows.clone())
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.rows.end.checked_sub(1).map_or(0.0, |last| self.since_begin(last))
    }

    /// Whether scrapes are missing for longer than a sixth of the time: what happened there is not known.
    pub(crate) fn has_gap(&self) -> bool {
        let longest = self.rows.clone().skip(1).map(|row| self.since_begin(row) - self.since_begin(row - 1));
        longest.fold(0.0, f64::max) > self.seconds() / 6.0
    }

    pub(crate) fn time_ms(&self, row: usize) -> i64 {
        self.state.times_ms()[row]
    }

    pub(crate) fn go_version(&self) -> Option<&'a str> {
        self.rows.clone().rev().find_map(|row| self.state.go_version(row))
    }

    /// The later half, when there is enough of it: what goes on now counts more than how it began.
    pub(crate) fn later_half(&self) -> Self {
        let from = self.rows.start + self.rows.len() / 2;
        self.stretch(if self.rows.end - from >= 4 { from..self.rows.end } else { self.rows.clone() })
    }

    /// The last third.
    pub(crate) fn last_third(&self) -> Self {
        self.stretch(self.rows.end - self.rows.len().div_ceil(3)..self.rows.end)
    }

    /// The live heap after each GC that is seen, but for those of the program's start; nothing where it is computed from a goal
    /// that something else than the usual `GOGC` sets.
    pub(crate) fn live(&self) -> Vec<(f64, f64)> {
        if self.is_gogc_in_doubt() {
            return Vec::new();
        }
        let time_ms = |row: usize| self.time_ms(row) as f64;
        let (start, end) = (time_ms(self.run.start), time_ms(self.run.end - 1));
        let begin = start + SETTLED * (end - start);
        let settled = self.cycles().iter().filter(|cycle| time_ms(cycle.row) >= begin);
        settled.filter_map(|cycle| Some((self.since_begin(cycle.row), cycle.live_bytes?))).collect()
    }

    /// What is on the heap after each fall by a tenth or more, which is a GC that is seen where nothing else shows one; but for those
    /// of the program's start.
    pub(crate) fn after_falls(&self) -> Vec<(f64, f64)> {
        let points = self.points(Quantity::HeapObjectsBytes);
        let begin = SETTLED * points.last().map_or(0.0, |last| last.0);
        let fell = points.windows(2).filter(|pair| pair[1].1 <= FALLEN * pair[0].1).map(|pair| pair[1]);
        fell.filter(|point| point.0 >= begin).collect()
    }

    /// Whether what is left after falls says that more survives: it is an upper bound, by what was allocated until the scrape, and the
    /// least of few is chance. So many in each sixth of the time, and all of the last third above all of the first.
    pub(crate) fn are_falls_sure(falls: &[(f64, f64)]) -> bool {
        let thirds = blocks(falls, 3);
        let (Some(first), Some(last)) = (thirds.first(), thirds.last()) else { return false };
        let highest = first.iter().copied().reduce(f64::max);
        let lowest = last.iter().copied().reduce(f64::min);
        let are_many = blocks(falls, SPANS).iter().all(|span| span.len() >= FEWEST_FALLS);
        are_many && highest < lowest
    }

    /// Whether `GOGC` is not exported and not what sets the goal: another one makes GC as much rarer in every part of the time, a
    /// limit that is not exported either does so the less, the nearer the live heap comes to it.
    pub(crate) fn is_gogc_in_doubt(&self) -> bool {
        if self.knows(Quantity::GogcPercent) || !self.knows(Quantity::GcCyclesTotal) || !self.live_is_estimate() {
            return false;
        }
        let third = self.cycles().len().div_ceil(3).max(1);
        let parts = self.cycles().chunks(third).filter(|part| part.len() >= FEWEST_OF_A_PART);
        let ratios: Vec<f64> = parts.filter_map(|part| self.inflation_of(part, f64::midpoint)).collect();
        let of = |choose: fn(f64, f64) -> f64| ratios.iter().copied().reduce(choose);
        let (Some(least), Some(most)) = (of(f64::min), of(f64::max)) else { return false };
        least < RARE && most > MOST_SPREAD * least
    }

    pub(crate) fn live_is_estimate(&self) -> bool {
        self.cycles().iter().any(|cycle| cycle.live_is_estimate)
    }

    /// What sets the goal most of the time.
    pub(crate) fn regime(&self) -> Regime {
        let mut counts = [0_usize; Regime::NAMES.len()];
        let mut most = Regime::Unknown;
        for row in self.rows.clone() {
            let regime = self.state.regime_at(row);
            counts[regime as usize] += 1;
            if counts[regime as usize] >= counts[most as usize] {
                most = regime;
            }
        }
        most
    }

    pub(crate) fn gogc_factor(&self) -> Option<f64> {
        self.state.gogc_factor(self.rows.end.checked_sub(1)?)
    }

    /// `GOMEMLIMIT`, when there is one.
    pub(crate) fn memory_limit(&self) -> Option<f64> {
        self.last(Quantity::MemoryLimitBytes).filter(|limit| limit.is_finite())
    }

    /// The share of the busy CPU time that GC takes whether or not there is idle CPU; of all CPU time where idle time is
    /// not known. It moves with GC cycles only, so it takes some of them.
    pub(crate) fn gc_share(&self) -> Option<f64> {
        let idle_marking = self.increase(Quantity::GcIdleCpuSeconds).unwrap_or(0.0);
        let idle = self.increase(Quantity::IdleCpuSeconds).unwrap_or(0.0);
        let busy = self.increase(Quantity::TotalCpuSeconds)? - idle - idle_marking;
        let gc = self.increase(Quantity::GcCpuSeconds)? - idle_marking;
        (busy > 0.0 && self.increase(Quantity::GcCyclesTotal)? >= 5.0).then(|| (gc / busy).clamp(0.0, 1.0))
    }

    /// The share of all CPU time (`GOMAXPROCS` × wall) that something takes.
    pub(crate) fn share_of_cpu(&self, quantity: Quantity) -> Option<f64> {
        let total = self.increase(Quantity::TotalCpuSeconds)?;
        let enough = total > 0.0 && self.increase(Quantity::GcCyclesTotal)? >= 5.0;
        Some(self.increase(quantity)? / total).filter(|_| enough)
    }

    /// The rate of a counter between each two scrapes.
    pub(crate) fn rates(&self, quantity: Quantity) -> Vec<(f64, f64)> {
        self.points(quantity)
            .windows(2)
            .filter(|pair| pair[1].0 > pair[0].0)
            .map(|pair| (pair[1].0, (pair[1].1 - pair[0].1).max(0.0) / (pair[1].0 - pair[0].0)))
            .collect()
    }

    pub(crate) fn rate(&self, quantity: Quantity) -> Option<f64> {
        let points = self.points(quantity);
        let (first, last) = (points.first()?, points.last()?);
        (last.0 > first.0).then(|| (last.1 - first.1) / (last.0 - first.0))
    }

    pub(crate) fn pace(&self) -> Option<Pace> {
        let points = self.points(Quantity::GcCyclesTotal);
        let (first, last) = (points.first()?, points.last()?);
        let (cycles, seconds) = (last.1 - first.1, last.0 - first.0);
        if cycles < 1.0 || seconds <= 0.0 {
            return None;
        }
        let mut goals: Vec<f64> = self.cycles().iter().filter_map(|cycle| cycle.goal_bytes).collect();
        let per_cycle = self.increase(Quantity::AllocTotalBytes).map(|bytes| bytes / cycles);
        let headroom_fraction = per_cycle.zip(median(&mut goals)).map(|(bytes, goal)| bytes / goal);
        let (inflation, least_inflation) = (self.inflation(f64::midpoint), self.inflation(f64::min));
        Some(Pace { cycles, seconds, headroom_fraction, inflation, least_inflation })
    }

    /// Where cycles are not counted, as OpenTelemetry does not: each new goal is the end of one at least, so that GC runs as
    /// often as this or more often.
    pub(crate) fn least_pace(&self) -> Option<Pace> {
        let (first, last) = (self.cycles().first()?, self.cycles().last()?);
        let cycles = last.cycle.saturating_sub(first.cycle) as f64;
        let seconds = self.since_begin(last.row) - self.since_begin(first.row);
        (cycles > 0.0 && seconds > 0.0).then(|| Pace {
            cycles,
            seconds,
            headroom_fraction: None,
            inflation: self.inflation(f64::midpoint),
            least_inflation: self.inflation(f64::min),
        })
    }

    /// Cycles seen after the first one, for each that allocation and the live heap account for: a whole cycle's allocation,
    /// however many scrapes it took. Of cycles that are not seen, `between` chooses the live heap.
    fn inflation(&self, between: fn(f64, f64) -> f64) -> Option<f64> {
        self.inflation_of(self.cycles(), between)
    }

    fn inflation_of(&self, seen: &[ObservedCycle], between: fn(f64, f64) -> f64) -> Option<f64> {
        let (first, last) = (seen.first()?, seen.last()?);
        let cycles = last.cycle.saturating_sub(first.cycle) as f64;
        let explained: Option<f64> =
            seen.windows(2).map(|pair| self.explained_cycles(&pair[0], &pair[1], between)).sum();
        // The runtime collects every two minutes without any need (`forcegcperiod` of `runtime/proc.go`).
        let periods = (self.since_begin(last.row) - self.since_begin(first.row)) / PERIODIC_GC_SECONDS;
        (cycles > 0.0).then_some(())?;
        explained.map(|explained| cycles / explained.max(periods).max(0.5))
    }

    /// How many cycles the allocation between two that are seen accounts for. What the first of them left alive sets the goal,
    /// and where there are more in between, what the second left alive does too.
    fn explained_cycles(
        &self,
        before: &ObservedCycle,
        cycle: &ObservedCycle,
        between: fn(f64, f64) -> f64,
    ) -> Option<f64> {
        let factor = self.state.gogc_factor(cycle.row).unwrap_or(1.0);
        let live = |cycle: &ObservedCycle| match cycle.regime {
            Regime::MinimumHeap => Some(cycle.live_bytes.unwrap_or(0.0)),
            _ => cycle.live_bytes,
        };
        let live = if cycle.cycles == 1 { live(before)? } else { between(live(before)?, live(cycle)?) };
        Some(cycle.alloc_bytes? / (live * factor).max(MINIMUM_HEAP_BYTES * factor))
    }

    /// Kendall's τ of the load, over twelve spans: fewer may each hold as much of a load that goes up and down.
    pub(crate) fn load_tau(&self) -> Option<f64> {
        let spans = blocks(&self.rates(Quantity::AllocTotalBytes), 12).into_iter().enumerate();
        let levels: Vec<(f64, f64)> =
            spans.filter_map(|(index, mut span)| Some((index as f64, median(&mut span)?))).collect();
        (levels.len() >= 4).then(|| kendall_tau(&levels))
    }

    /// How many times as much is allocated a second in the last third as in the first: the work there is.
    pub(crate) fn load_ratio(&self) -> Option<f64> {
        let thirds = blocks(&self.rates(Quantity::AllocTotalBytes), 3);
        let mut medians = thirds.into_iter().map(|mut third| median(&mut third));
        let (first, last) = (medians.next()??, medians.next_back()??);
        (first > 0.0).then_some(last / first)
    }

    /// A part of the memory, by the live heap that the last GC found.
    pub(crate) fn part(&self, component: Component, row: usize) -> Option<f64> {
        let live = self.cycles().iter().rev().find(|cycle| cycle.row <= row).and_then(|cycle| cycle.live_bytes);
        component.bytes(|quantity| self.value(quantity, row), live)
    }

    /// Seconds from the first row to this one.
    pub(crate) fn since_begin(&self, row: usize) -> f64 {
        self.time_ms(row).saturating_sub(self.time_ms(self.rows.start)) as f64 / 1e3
    }
}

/// Of a run: what comes before is its start.
const SETTLED: f64 = 0.05;
const FALLEN: f64 = 0.9;
const SPANS: usize = 6;
const FEWEST_FALLS: usize = 4;
/// Of GC cycles: two halves of a part say little.
const FEWEST_OF_A_PART: usize = 4;
/// Of the GC cycles that `GOGC=100` explains; measured at `GOGC=100`: 0.9 to 1.25.
const RARE: f64 = 0.75;
const MOST_SPREAD: f64 = 1.25;

pub(crate) const PERIODIC_GC_SECONDS: f64 = 120.0;
/// A twelfth of a run is the shortest time that is looked at by itself.
const MOST_PIECES: usize = 12;
const FEWEST_ROWS: usize = 3;
