//! Whether something grows without an end in sight.

use gomem_statistics::{Pace, blocks, kendall_tau, median, theil_sen, thin};

use super::change_point::ChangePoint;

/// How a series developed over six spans of equal time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Growth {
    /// What the first and the last span hold.
    pub(crate) first: f64,
    pub(crate) last: f64,
    pub(crate) median: f64,
    /// Kendall's rank correlation of the spans with time.
    pub(crate) tau: f64,
    /// What the pace of the later half, and of the last third, would add in the whole time.
    pub(crate) late: f64,
    pub(crate) latest: f64,
    /// The standard error of `latest`.
    pub(crate) latest_error: f64,
    /// What the pace of all of the time would add, at most: with its scatter.
    pub(crate) most: f64,
    /// Points of the last third.
    pub(crate) latest_points: usize,
    /// The share of the growth that one step makes: the jump between two levels on which nearly all points agree.
    pub(crate) step_fraction: f64,
    /// The most by which it fell from any earlier point to a later one.
    pub(crate) largest_fall: f64,
    pub(crate) seconds: f64,
}

/// What stands for a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Envelope {
    /// The least value: what no phase of work and no noise goes below.
    Least,
    /// The median.
    Median,
}

impl Growth {
    /// Of scrapes. `None` with too few points, or when they leave a span empty at either end, or more than two in between.
    pub(crate) fn from_points(points: &[(f64, f64)], envelope: Envelope) -> Option<Self> {
        Self::from_spans(points, spans_of_time(points, envelope)?)
    }

    /// Of GC cycles, which come ever later as the heap grows: where they leave spans of time empty, spans of equally many
    /// cycles stand for them. Nothing is hidden between two cycles, as the live heap does not move there.
    pub(crate) fn from_cycles(points: &[(f64, f64)]) -> Option<Self> {
        let spans = spans_of_time(points, Envelope::Least).or_else(|| spans_of_points(points, Envelope::Least))?;
        Self::from_spans(points, spans)
    }

    fn from_spans(points: &[(f64, f64)], spans: Vec<(f64, f64)>) -> Option<Self> {
        let levels: Vec<f64> = spans.iter().map(|span| span.1).collect();
        let (first, last) = (*levels.first()?, *levels.last()?);
        let begin = points.first()?.0;
        let seconds = points.last()?.0 - begin;
        let since = |share: f64| Pace::since(points, begin + share * seconds);
        let (whole, late, latest) = (since(0.0)?, since(0.5)?, since(2.0 / 3.0)?);
        let slope = (last - first) / seconds.max(f64::MIN_POSITIVE);
        let step = ChangePoint::from_points(points, LEAST_OF_A_LEVEL)
            .filter(|change| !keeps_growing(points, change.at, slope))
            .map_or(0.0, |change| change.gap - slope * before(points, change.at));
        Some(Self {
            first,
            last,
            median: median(&mut points.iter().map(|point| point.1).collect::<Vec<_>>())?,
            tau: kendall_tau(&spans),
            late: late.slope * seconds,
            latest: latest.slope * seconds,
            latest_error: latest.error * seconds,
            most: (whole.slope + SURELY * whole.error) * seconds,
            latest_points: latest.points,
            step_fraction: step.max(0.0) / (last - first).max(f64::MIN_POSITIVE),
            largest_fall: largest_fall(points),
            seconds,
        })
    }

    /// How a series goes now, and since when: over all of its time, or from a later moment on when it `rises` only there,
    /// and to where it never was before.
    pub(crate) fn latest(
        points: &[(f64, f64)],
        growth: impl Fn(&[(f64, f64)]) -> Option<Self>,
        rises: impl Fn(&Self) -> bool,
    ) -> Option<(f64, Self)> {
        let whole = growth(points)?;
        if rises(&whole) {
            return Some((0.0, whole));
        }
        let later = ONSETS.iter().find_map(|share| {
            let begin = points.first()?.0 + share * whole.seconds;
            let (earlier, later) = points.split_at(points.partition_point(|point| point.0 < begin));
            let highest = earlier.iter().map(|point| point.1).fold(0.0, f64::max);
            let growth = growth(later)?;
            let is_new = growth.last >= LEAST_ABOVE * highest;
            (is_new && rises(&growth)).then_some((begin, growth))
        });
        later.or(Some((0.0, whole)))
    }

    pub(crate) fn increase(&self) -> f64 {
        self.last - self.first
    }

    pub(crate) fn per_second(&self) -> f64 {
        if self.seconds > 0.0 { self.late / self.seconds } else { 0.0 }
    }
}

/// Whether the level that begins at `at` has a slope of its own: then the gap before it is one between scrapes.
fn keeps_growing(points: &[(f64, f64)], at: f64, overall_slope: f64) -> bool {
    let level: Vec<(f64, f64)> = points.iter().copied().filter(|point| point.0 >= at).collect();
    let slope = theil_sen(&thin(&level)).map_or(0.0, |line| line.0);
    level.len() >= FEWEST_POINTS && slope > 0.3 * overall_slope
}

/// How long before `at` the point before it is: growth goes on in that time too, and is no step.
fn before(points: &[(f64, f64)], at: f64) -> f64 {
    let next = points.partition_point(|point| point.0 < at);
    next.checked_sub(1).and_then(|last| points.get(last)).map_or(0.0, |last| at - last.0)
}

fn largest_fall(points: &[(f64, f64)]) -> f64 {
    let (mut highest, mut fall) = (f64::NEG_INFINITY, 0.0);
    for &(_, value) in points {
        highest = value.max(highest);
        fall = (highest - value).max(fall);
    }
    fall
}

/// Spans of equal time that hold anything: their number and what stands for them.
fn spans_of_time(points: &[(f64, f64)], envelope: Envelope) -> Option<Vec<(f64, f64)>> {
    let blocks = blocks(points, SPANS);
    if points.len() < FEWEST_POINTS || blocks.iter().step_by(SPANS - 1).any(Vec::is_empty) {
        return None;
    }
    let spans: Vec<(f64, f64)> =
        (0..).zip(blocks).filter_map(|(index, span)| Some((f64::from(index), envelope.level(span)?))).collect();
    (spans.len() >= FEWEST_SPANS).then_some(spans)
}

/// Spans of equally many points.
fn spans_of_points(points: &[(f64, f64)], envelope: Envelope) -> Option<Vec<(f64, f64)>> {
    if points.len() < FEWEST_POINTS {
        return None;
    }
    let span = |index: usize| {
        let points = points.get(index * points.len() / SPANS..(index + 1) * points.len() / SPANS)?;
        Some((index as f64, envelope.level(points.iter().map(|point| point.1).collect())?))
    };
    (0..SPANS).map(span).collect()
}

impl Envelope {
    fn level(self, mut span: Vec<f64>) -> Option<f64> {
        match self {
            Self::Least => span.into_iter().min_by(f64::total_cmp),
            Self::Median => median(&mut span),
        }
    }
}

/// Standard errors on one side that hold 95 %.
const SURELY: f64 = 1.645;
pub(crate) const FEWEST_POINTS: usize = 8;
const SPANS: usize = 6;
const FEWEST_SPANS: usize = 4;
const LEAST_OF_A_LEVEL: usize = 3;
/// Shares of the time looked at after which growth may begin.
const ONSETS: [f64; 3] = [1.0 / 3.0, 0.5, 2.0 / 3.0];
/// What grew only lately is above all that was before, by this factor.
const LEAST_ABOVE: f64 = 1.15;

#[cfg(test)]
mod tests {
    use super::*;

    fn growth(of: impl Fn(f64) -> f64) -> Growth {
        let points: Vec<_> = (0..60).map(|x| (f64::from(x), of(f64::from(x)))).collect();
        Growth::from_points(&points, Envelope::Least).unwrap()
    }

    #[test]
    fn a_leak_a_cache_a_step_and_a_wave() {
        let leak = growth(|x| 50.0 + x + 5.0 * (x * 0.9).sin());
        assert!(leak.tau > 0.9 && leak.late > 40.0 && leak.step_fraction < 0.4, "{leak:?}");
        let cache = growth(|x| 100.0 * (1.0 - (-x / 8.0).exp()));
        assert!(cache.tau > 0.9 && cache.latest < 5.0, "{cache:?}");
        assert!(growth(|x| if x < 40.0 { 50.0 } else { 90.0 }).step_fraction > 0.9);
        assert!(growth(|x| 50.0 + 20.0 * (x * 0.5).sin()).tau < 0.5);
    }

    #[test]
    fn cycles_that_come_ever_later_are_on_a_line() {
        let leak: Vec<_> = (0..12).map(|n| 1.3_f64.powi(n)).map(|x| (x, 5.0 * x)).collect();
        let growth = Growth::from_cycles(&leak).unwrap();
        let increase = 5.0 * growth.seconds;
        assert!(growth.tau > 0.9 && growth.step_fraction < 0.3, "{growth:?}");
        assert!(
            (growth.late / increase - 1.0).abs() < 1e-9 && (growth.latest / increase - 1.0).abs() < 1e-9,
            "{growth:?}"
        );
    }

    #[test]
    fn little_evidence_is_none() {
        let points: Vec<_> = (0..7).map(|x| (f64::from(x), 1.0)).collect();
        assert!(Growth::from_points(&points, Envelope::Median).is_none());
        let gap: Vec<_> = (0..20).filter(|x| *x < 5 || *x > 17).map(|x| (f64::from(x), 1.0)).collect();
        assert!(Growth::from_points(&gap, Envelope::Median).is_none());
    }
}
