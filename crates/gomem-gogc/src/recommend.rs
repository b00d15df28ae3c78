//! Which setting to choose, and why.

use crate::{
    model::GcModel,
    pacer::Gogc,
    prediction::{Prediction, Setting},
};

/// Where the program runs.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Container {
    /// The memory the container may use.
    pub limit_bytes: u64,
    /// Resident memory that Go does not manage: cgo, mapped files.
    pub non_go_bytes: u64,
    /// Whether the live heap grows without bound; `GOGC=off` is never offered then.
    pub leaking: bool,
}

/// What to optimise.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum Objective {
    /// The knee: the setting after which more memory buys little CPU.
    #[default]
    Balanced,
    /// The least GC CPU that fits.
    Throughput,
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
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Recommendation {
    /// What the setting would do.
    pub prediction: Prediction,
    /// Smaller is better; comparable within one call only.
    pub score: f64,
    /// Whether this is the setting the recording was made with.
    pub is_current: bool,
    /// Why it has this place.
    pub reason: String,
}

impl Container {
    /// A container of `limit_bytes` in which Go manages all memory.
    #[must_use]
    pub fn new(limit_bytes: u64) -> Self {
        Self { limit_bytes, non_go_bytes: 0, leaking: false }
    }

    /// The `GOMEMLIMIT` for it: 90 % of the container, less what Go does not manage. Recorded programs overshot their
    /// limit by up to 8 % at the 90th percentile, so 10 % of headroom holds and 5 % does not.
    #[must_use]
    pub fn memory_limit_bytes(&self) -> u64 {
        let by_share = self.limit_bytes / 10 * 9;
        let by_rest = self.limit_bytes.saturating_sub(self.non_go_bytes).saturating_sub(self.limit_bytes / 20);
        by_share.min(by_rest)
    }
}

impl GcModel {
    /// Settings that fit the container, best first. The first is the present one when nothing else is better by more
    /// than its own uncertainty. Empty when not even `GOGC=50` fits: then the container is too small for the program.
    #[must_use]
    pub fn recommend(&self, container: &Container, objective: Objective) -> Vec<Recommendation> {
        let limit = container.memory_limit_bytes();
        let mut offered: Vec<Recommendation> = CANDIDATES
            .iter()
            .map(|&percent| Gogc::Percent(percent))
            .chain((!container.leaking && !self.quality().is_shaky()).then_some(Gogc::Off))
            .map(|gogc| self.predict(&Setting::new(gogc).with_memory_limit(Some(limit))))
            .filter_map(|prediction| self.judged(prediction, objective))
            .collect();
        offered.sort_by(|a, b| a.score.total_cmp(&b.score));
        self.prefer_no_change(&mut offered);
        offered
    }

    fn judged(&self, prediction: Prediction, objective: Objective) -> Option<Recommendation> {
        let (peak, cpu) = (prediction.peak_heap_bytes?, prediction.gc_cpu_fraction?);
        let gib = peak.value / f64::from(1 << 30);
        let (score, reason) = match objective {
            Objective::Throughput => (cpu.value, format!("GC takes {:.1} % of the CPU", cpu.value * 100.0)),
            Objective::Memory => {
                let penalty = if cpu.value > 0.10 { 1e3 * cpu.value } else { 0.0 };
                (gib + penalty, format!("peak heap {gib:.2} GiB with GC at {:.1} % of the CPU", cpu.value * 100.0))
            }
            Objective::Price { cpu_hour, gib_hour } => {
                let cost = cpu.value * self.procs() * cpu_hour + gib * gib_hour;
                (cost, format!("GC and heap cost {cost:.4} an hour"))
            }
            Objective::Balanced => {
                // One unit of either doubling: the knee of the curve where a doubled heap no longer halves the GC.
                let score = cpu.value / self.observed_gc_cpu_fraction().unwrap_or(0.0).max(0.02)
                    + gib / self.observed_peak_gib();
                (score, format!("peak heap {gib:.2} GiB, GC {:.1} % of the CPU", cpu.value * 100.0))
            }
        };
        let is_current = prediction.setting.gogc == self.base().gogc;
        Some(Recommendation { prediction, score, is_current, reason })
    }

    /// Moves the present setting to the front when the best one's gain is inside the intervals.
    fn prefer_no_change(&self, offered: &mut [Recommendation]) {
        let Some(current) = offered.iter().position(|offer| offer.is_current) else { return };
        let Some(best) = offered.first() else { return };
        let overlaps = |pick: fn(&Prediction) -> Option<crate::Interval>| match (
            pick(&best.prediction),
            pick(&offered[current].prediction),
        ) {
            (Some(a), Some(b)) => a.low <= b.value && b.value <= a.high,
            _ => false,
        };
        if current > 0 && overlaps(|p| p.gc_cpu_fraction) && overlaps(|p| p.peak_heap_bytes) {
            offered[..=current].rotate_right(1);
            offered[0].reason =
                format!("no change: the gain of another setting is within its uncertainty ({})", offered[0].reason);
        }
    }
}

const CANDIDATES: [u32; 7] = [50, 75, 100, 150, 200, 300, 400];
