//! Which setting to choose, and why.

use std::fmt::Write as _;

use gomem_table::{MIB, percent};

use crate::{
    container::Container,
    model::GcModel,
    pacer::Gogc,
    prediction::{Interval, Prediction, Setting},
};

/// What to optimise.
///
/// ```
/// # use gomem_gogc::{Cycle, GcModel, Gogc, Recording, Setting};
/// # use gomem_table::MIB;
/// # let cycle = |n| Cycle {
/// #     start_seconds: f64::from(n),
/// #     heap_start_bytes: 19.0 * MIB,
/// #     heap_end_bytes: 20.0 * MIB,
/// #     heap_live_bytes: 11.0 * MIB,
/// #     goal_bytes: 20.0 * MIB,
/// #     mark_seconds: 0.005,
/// #     background_cpu_seconds: 0.005,
/// #     procs: 4,
/// #     ..Cycle::default()
/// # };
/// # let model = GcModel::fit(&Recording::new((0..40).map(cycle).collect(), Gogc::Percent(100)))?;
/// use gomem_gogc::{Container, Objective};
///
/// let memory = model.recommend(&Container::new(256 << 20), Objective::Memory);
/// assert!(memory.windows(2).all(|pair| pair[0].score <= pair[1].score || pair[0].rank < pair[1].rank));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum Objective {
    /// The knee: the setting after which more memory buys little CPU.
    #[default]
    Balanced,
    /// The least GC CPU that fits.
    Throughput,
    /// The least waiting for the GC: the fewest cycles that memory allows without the limit forcing them.
    Latency,
    /// The least memory that keeps the GC below 10 % of the CPU.
    Memory,
    /// The cheapest, at these prices.
    Price {
        /// Of one CPU, per hour.
        cpu_hour: f64,
        /// Of one GiB, per hour.
        gib_hour: f64,
    },
}

/// One setting, with its place and the reason for it.
///
/// ```
/// # use gomem_gogc::{Cycle, GcModel, Gogc, Recording, Setting};
/// # use gomem_table::MIB;
/// # let cycle = |n| Cycle {
/// #     start_seconds: f64::from(n),
/// #     heap_start_bytes: 19.0 * MIB,
/// #     heap_end_bytes: 20.0 * MIB,
/// #     heap_live_bytes: 11.0 * MIB,
/// #     goal_bytes: 20.0 * MIB,
/// #     mark_seconds: 0.005,
/// #     background_cpu_seconds: 0.005,
/// #     procs: 4,
/// #     ..Cycle::default()
/// # };
/// # let model = GcModel::fit(&Recording::new((0..40).map(cycle).collect(), Gogc::Percent(100)))?;
/// use gomem_gogc::{Container, Objective};
///
/// let recommended = model.recommend(&Container::new(256 << 20), Objective::Balanced);
/// assert_eq!(recommended[0].rank, 1);
/// assert!(!recommended[0].reason.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Recommendation {
    /// Its place: 1 is best.
    pub rank: usize,
    /// What the setting would do.
    pub prediction: Prediction,
    /// Smaller is better; comparable within one call only.
    pub score: f64,
    /// Whether this is the `GOGC` the recording was made with.
    pub is_current: bool,
    /// Whether it is the knee: below it memory costs much CPU, above it CPU costs much memory.
    pub is_knee: bool,
    /// Why it has this place.
    pub reason: String,
}

impl GcModel {
    /// Settings that fit the container, best first. The first is the present one when nothing else is better by more than
    /// its own uncertainty. Empty when none fits: then the container is too small.
    ///
    /// ```
    /// # use gomem_table::MIB;
    /// # let cycles: Vec<gomem_gogc::Cycle> = (0..40)
    /// #     .map(|n| gomem_gogc::Cycle {
    /// #         start_seconds: f64::from(n),
    /// #         heap_start_bytes: 19.0 * MIB,
    /// #         heap_end_bytes: 20.0 * MIB,
    /// #         heap_live_bytes: 11.0 * MIB,
    /// #         goal_bytes: 20.0 * MIB,
    /// #         mark_seconds: 0.005,
    /// #         background_cpu_seconds: 0.005,
    /// #         procs: 4,
    /// #         ..gomem_gogc::Cycle::default()
    /// #     })
    /// #     .collect();
    /// # let recording = gomem_gogc::Recording::new(cycles, gomem_gogc::Gogc::Percent(100));
    /// # let model = gomem_gogc::GcModel::fit(&recording)?;
    /// use gomem_gogc::{Container, Objective};
    ///
    /// let offers = model.recommend(&Container::new(1 << 30), Objective::Latency);
    /// assert!(!offers.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn recommend(&self, container: &Container, objective: Objective) -> Vec<Recommendation> {
        let fit = Fit::new(self, container);
        if fit == Fit::TooSmall {
            return Vec::new();
        }
        let limit = (fit != Fit::Tight).then(|| container.memory_limit_bytes());
        let room = self.heap_room_bytes(container);
        let predictions: Vec<Prediction> = self
            .candidates(container, fit)
            .into_iter()
            .map(|gogc| self.predict(&Setting::new(gogc).with_memory_limit(limit)))
            .filter(|prediction| {
                prediction.refusal.is_none() && prediction.peak_heap_bytes.is_some_and(|peak| peak.value <= room)
            })
            .collect();
        let mut offered: Vec<Recommendation> =
            predictions.into_iter().filter_map(|prediction| self.judged(prediction, objective)).collect();
        mark_knee(&mut offered);
        offered.sort_by(|a, b| a.score.total_cmp(&b.score));
        self.prefer_no_change(&mut offered, objective);
        offered.iter_mut().for_each(|offer| self.warn_of_excess(offer, room));
        if let Some(first) = offered.first_mut().filter(|_| fit == Fit::Tight) {
            first.reason.push_str(
                "; the container leaves too little above the live heap for a GOMEMLIMIT to be safe: give it more memory \
                 or keep less alive",
            );
        }
        (1..).zip(&mut offered).for_each(|(rank, offer)| offer.rank = rank);
        offered
    }

    /// The smallest heap that a setting worth considering is predicted to reach, whatever the container.
    #[must_use]
    pub fn smallest_peak_heap_bytes(&self) -> Option<Interval> {
        let peak = |&gogc| self.predict(&Setting::new(Gogc::Percent(gogc))).peak_heap_bytes;
        TIGHT_CANDIDATES.iter().filter_map(peak).min_by(|a, b| a.value.total_cmp(&b.value))
    }

    /// What the container leaves for the heap, beside all other memory.
    fn heap_room_bytes(&self, container: &Container) -> f64 {
        container.limit_bytes.saturating_sub(container.non_go_bytes) as f64 - self.non_heap_bytes()
    }

    /// Warns of a heap that no limit holds back and that may not fit, although its estimate does.
    fn warn_of_excess(&self, offer: &mut Recommendation, room: f64) {
        let prediction = &offer.prediction;
        let is_limited = prediction.setting.memory_limit_bytes.is_some();
        if let Some(peak) = prediction.peak_heap_bytes.filter(|peak| !is_limited && peak.high > room) {
            let (high, room) = (peak.high / MIB, room / MIB);
            let _ = write!(offer.reason, "; may reach {high:.0} MiB, where the container leaves {room:.0} MiB");
        }
    }

    fn candidates(&self, container: &Container, fit: Fit) -> Vec<Gogc> {
        let mut percents = match fit {
            Fit::Tight => TIGHT_CANDIDATES.to_vec(),
            _ => CANDIDATES.to_vec(),
        };
        if let Gogc::Percent(current) = self.base().gogc
            && !percents.contains(&current)
            && current > 0
        {
            percents.push(current);
        }
        let mut gogcs: Vec<Gogc> = percents.into_iter().map(Gogc::Percent).collect();
        let is_steady = self.quality().drift < STEADY && !self.quality().is_growing && !self.quality().is_shaky();
        if fit == Fit::Ample && is_steady && !container.leaking {
            gogcs.push(Gogc::Off);
        }
        gogcs
    }

    fn judged(&self, prediction: Prediction, objective: Objective) -> Option<Recommendation> {
        let peak = prediction.peak_heap_bytes?;
        // Without CPU times, the settings are compared by their cycles.
        let cpu = prediction.gc_cpu_fraction.or(prediction.gc_cycles)?;
        let gib = peak.value / GIB;
        let score = match objective {
            Objective::Throughput => cpu.value,
            Objective::Latency => {
                let asked = prediction.setting.gogc.factor().map_or(f64::INFINITY, |factor| factor * 100.0);
                let is_forced = prediction.effective_gogc.is_some_and(|effective| effective.value < 0.8 * asked);
                cpu.value + if is_forced { LIMIT_FORCES } else { 0.0 }
            }
            Objective::Memory => gib + if cpu.value > 0.10 { 1e3 * cpu.value } else { 0.0 },
            Objective::Price { cpu_hour, gib_hour } => self.gc_cpus(cpu.value) * cpu_hour + gib * gib_hour,
            // One unit of either doubling: the knee of the curve where a doubled heap no longer halves the GC.
            Objective::Balanced => {
                let (base_cpu, base_gib) = self.present(&prediction);
                cpu.value / base_cpu + gib / base_gib
            }
        };
        let score = score + if self.saves_too_little(&prediction.setting, objective) { SAVES_TOO_LITTLE } else { 0.0 };
        let is_current = prediction.setting.gogc == self.base().gogc;
        let reason = self.reason(&prediction, objective, score);
        Some(Recommendation { rank: 0, prediction, score, is_current, is_knee: false, reason })
    }

    /// GC CPU (or cycles) and peak heap in GiB at the recorded setting, as what a balance is struck against.
    fn present(&self, other: &Prediction) -> (f64, f64) {
        let base = self.predict(&Setting::new(self.base().gogc).with_memory_limit(self.base().memory_limit_bytes));
        let least = if other.gc_cpu_fraction.is_some() { IDLE_GC_CPU } else { 1.0 };
        let cpu = base.gc_cpu_fraction.or(base.gc_cycles).map_or(least, |cpu| cpu.value.max(least));
        (cpu, base.peak_heap_bytes.map_or(1.0, |peak| peak.value / GIB).max(1e-6))
    }

    fn reason(&self, prediction: &Prediction, objective: Objective, score: f64) -> String {
        let mut reason = String::new();
        if let Some(peak) = prediction.peak_heap_bytes {
            let _ = write!(reason, "peak heap {:.0} MiB", peak.value / MIB);
        }
        match (prediction.gc_cpu_fraction, prediction.gc_cycles) {
            (Some(cpu), _) => {
                let _ = write!(reason, ", GC {} of the CPU", percent(cpu.value, 1));
            }
            (None, Some(cycles)) => {
                let _ = write!(reason, ", {:.0} GC cycles", cycles.value);
            }
            _ => {}
        }
        if let Objective::Price { .. } = objective {
            let _ = write!(reason, ", {score:.4} an hour");
        }
        if prediction.setting.gogc == Gogc::Off {
            reason.push_str("; only the memory limit makes the GC run, so the container is always full");
        }
        if self.is_lower(prediction.setting.gogc) {
            self.advise_against_lowering(prediction, objective, &mut reason);
        }
        if let Some(warning) = prediction.warning {
            let _ = write!(reason, "; {warning}");
        }
        reason
    }

    fn is_lower(&self, gogc: Gogc) -> bool {
        matches!((gogc, self.base().gogc), (Gogc::Percent(to), Gogc::Percent(from)) if to < from)
    }

    /// Whether the setting pays with GC for a few MiB that neither the objective nor the container asks for.
    fn saves_too_little(&self, setting: &Setting, objective: Objective) -> bool {
        let asks_for_memory = matches!(objective, Objective::Memory | Objective::Price { .. });
        let has_room = setting.memory_limit_bytes.is_some();
        self.quality().is_small && self.is_lower(setting.gogc) && has_room && !asks_for_memory
    }

    /// Two pieces of advice one hears, beside what was measured.
    fn advise_against_lowering(&self, prediction: &Prediction, objective: Objective, reason: &mut String) {
        if objective == Objective::Latency {
            let times = prediction.gc_cycles.map_or(1.0, |cycles| cycles.value) / self.quality().cycles.max(1) as f64;
            let _ = write!(
                reason,
                "; \"lower GOGC for latency\" does not hold: {times:.1} times the cycles, and goroutines assist in more of \
                 them (measured at GOGC=50: 1.5 to 1.7 times the p99 latency of GOGC=100)"
            );
            if let Some(shares) = self.observed_shares() {
                let _ = write!(
                    reason,
                    "; now {} of the time is spent marking, assists are {} of the GC's CPU",
                    percent(shares.mark_wall, 0),
                    percent(shares.assist, 0)
                );
            }
        }
        if self.saves_too_little(&prediction.setting, objective) {
            reason.push_str(
                "; \"lower GOGC for a small working set\" does not hold: a small heap pays most for each cycle and saves \
                 a few MiB",
            );
        }
    }

    /// Moves the present setting to the front when there is little to gain, or the best one's gain is inside the intervals.
    fn prefer_no_change(&self, offered: &mut [Recommendation], objective: Objective) {
        let Some(current) = offered.iter().position(|offer| offer.is_current) else { return };
        let Some(best) = offered.first() else { return };
        let why = if let Some(why) = self.little_to_gain(objective) {
            why
        } else if current == 0 {
            "no other setting is better".to_owned()
        } else if is_within(&best.prediction, &offered[current].prediction, objective) {
            format!("the gain of {} is within its uncertainty", name(&best.prediction.setting))
        } else {
            return;
        };
        offered[..=current].rotate_right(1);
        offered[0].reason = format!("no change: {why} ({})", offered[0].reason);
    }

    fn little_to_gain(&self, objective: Objective) -> Option<String> {
        if matches!(objective, Objective::Memory | Objective::Price { .. }) {
            return None;
        }
        if self.cycles_per_minute() < IDLE_CYCLES_PER_MINUTE {
            return Some("the GC runs about as rarely as it must (every two minutes), whatever GOGC is".to_owned());
        }
        let cpu = self.observed_gc_cpu_fraction().filter(|&cpu| cpu < IDLE_GC_CPU)?;
        Some(format!("GC takes {} of the CPU", percent(cpu, 1)))
    }
}

/// How the largest live heap fits a container.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fit {
    /// Not at all.
    TooSmall,
    /// With too little above it for a memory limit to leave the GC its headroom.
    Tight,
    /// With enough for a limit beside GOGC.
    Limited,
    /// With so much that the limit alone could pace the GC.
    Ample,
}

impl Fit {
    fn new(model: &GcModel, container: &Container) -> Self {
        let (live, roots) = model.peak_live_bytes();
        let limit = container.memory_limit_bytes() as f64;
        // What the limit leaves beside the live heap, after the runtime's own 3 %.
        let headroom = 0.97 * (limit - model.non_heap_bytes() - live);
        match headroom / (live + roots).max(1.0) {
            headroom if headroom <= 0.0 => Self::TooSmall,
            headroom if headroom < 0.5 => Self::Tight,
            headroom if headroom < 1.0 => Self::Limited,
            _ => Self::Ample,
        }
    }
}

/// Whether the best setting's gain over the present one is inside the intervals of what is optimised.
fn is_within(best: &Prediction, current: &Prediction, objective: Objective) -> bool {
    let overlaps = |pick: fn(&Prediction) -> Option<Interval>| match (pick(best), pick(current)) {
        (Some(best), Some(current)) => best.low <= current.value && current.value <= best.high,
        _ => true,
    };
    let cpu = || overlaps(|prediction| prediction.gc_cpu_fraction.or(prediction.gc_cycles));
    let peak = || overlaps(|prediction| prediction.peak_heap_bytes);
    match objective {
        Objective::Throughput | Objective::Latency => cpu(),
        Objective::Memory => peak(),
        Objective::Balanced | Objective::Price { .. } => cpu() && peak(),
    }
}

/// The knee of peak heap against CPU: the point furthest below the line between the ends..
fn mark_knee(offered: &mut [Recommendation]) {
    let point = |offer: &Recommendation| {
        let cpu = offer.prediction.gc_cpu_fraction.or(offer.prediction.gc_cycles).map_or(1.0, |cpu| cpu.value);
        let peak = offer.prediction.peak_heap_bytes.map_or(1.0, |peak| peak.value);
        (peak.max(1.0), cpu.max(1e-6))
    };
    let points: Vec<(f64, f64)> = offered.iter().map(point).collect();
    let by_peak = |a: &&(f64, f64), b: &&(f64, f64)| a.0.total_cmp(&b.0);
    let (Some(first), Some(last)) = (points.iter().min_by(by_peak), points.iter().max_by(by_peak)) else { return };
    let (width, height) = (last.0 - first.0, first.1 - last.1);
    if width <= 0.0 || height <= 0.0 {
        return;
    }
    let below = |point: &(f64, f64)| 1.0 - (point.0 - first.0) / width - (point.1 - last.1) / height;
    let knee = points.iter().enumerate().max_by(|a, b| below(a.1).total_cmp(&below(b.1)));
    if let Some((knee, _)) = knee {
        offered[knee].is_knee = true;
        offered[knee].reason.push_str("; the knee");
    }
}

fn name(setting: &Setting) -> String {
    format!("GOGC={}", setting.gogc)
}

const GIB: f64 = 1024.0 * MIB;
const CANDIDATES: [u32; 7] = [50, 75, 100, 150, 200, 300, 400];
/// What can be offered where a memory limit cannot.
const TIGHT_CANDIDATES: [u32; 3] = [50, 75, 100];
/// A live heap that drifts by less than this is steady enough to be paced by the limit alone.
const STEADY: f64 = 0.2;
/// GC that takes less of the CPU than this is left alone.
const IDLE_GC_CPU: f64 = 0.02;
/// The runtime makes a cycle every two minutes whatever GOGC is (`forcegcperiod` of `runtime/proc.go`).
const IDLE_CYCLES_PER_MINUTE: f64 = 0.55;
/// Ranks settings whose cycles the memory limit forces behind all others.
const LIMIT_FORCES: f64 = 10.0;
/// Ranks a lower GOGC for a small heap behind all others.
const SAVES_TOO_LITTLE: f64 = 1e4;
