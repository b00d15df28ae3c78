//! A live heap that goes up and comes back: what is built while the old is still in use, or a batch that is held as a whole.

use std::sync::Arc;

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_metrics::{GcRun, GcTrace, Rule};
use gomem_statistics::quantile;
use gomem_symbol::Symbol;
use gomem_table::{MIB, Unit, percent};

use crate::{
    attribution::{AttributeOptions, Place, attribute},
    bundle::{Bundle, HeapProfile},
    findings::{
        finding::{Finding, FindingKind},
        gc::function_in_use::FunctionInUse,
        live_heap::LiveHeap,
    },
};

/// Says of a live heap that swings how far, and which function makes what comes and goes; where something leaks, or bursts of
/// goroutines explain it, that is said already.
pub(crate) fn tell(bundle: &Bundle, live_heap: Option<&LiveHeap>, findings: &mut Vec<Finding>) {
    let is_told = |finding: &Finding| {
        finding.kind == FindingKind::Leak || finding.evidence.iter().any(|evidence| evidence.quantity == BURSTS)
    };
    let live =
        bundle.gctrace().and_then(marked).or_else(|| live_heap.map(|live| live.points().to_vec())).unwrap_or_default();
    let Some(swings) = Swings::find(&live).filter(|_| !findings.iter().any(is_told)) else { return };
    let (high, low) = (Unit::Bytes.humanize(swings.high), Unit::Bytes.humanize(swings.low));
    if let Some(spike) = findings.iter_mut().find(|finding| finding.rules.contains(&Rule::IdleAfterSpike)) {
        spike.summary += &format!(" {} times the live heap goes up to about {high}, and back to {low}.", swings.count);
        return;
    }
    let maker = Maker::find(bundle, &swings);
    let title = format!("What survives GC goes up to {high} and back to {low}, {} times", swings.count);
    // What stays at a height for long, as sessions by the hour do, may be the load itself. What only fills and is cleared does not.
    let is_peak = swings.share_of_time < LONG;
    let severity = if swings.high >= LARGE_BYTES && is_peak { Severity::Warning } else { Severity::Info };
    let mut finding = Finding::new(FindingKind::Runtime, severity, title);
    finding.summary = format!(
        "What comes and goes is no leak. Memory is sized by the peaks: GC waits until the heap is larger by GOGC than the highest of \
         them, {}.",
        Unit::Bytes.humanize(swings.highest)
    );
    if let Some((first, last)) = swings.rise {
        finding.summary += &format!(
            " Its lowest points rise, from {} to {}: whether something grows beneath it takes a longer time to tell.",
            Unit::Bytes.humanize(first),
            Unit::Bytes.humanize(last)
        );
    }
    finding.action = match &maker {
        Some(maker) if maker.is_twice => {
            finding.summary += &format!(
                " In a heap profile of a peak {} has {} in use, and in the smallest one still {}.",
                maker.function,
                Unit::Bytes.humanize(maker.most as f64),
                Unit::Bytes.humanize(maker.least as f64)
            );
            format!(
                "If {} builds anew what is in use already, a reload for example, both are held until the new one takes its place: change the old \
                 one in place, let it go first, build it in parts, or make it smaller; else plan for both, with GOGC on top. If what it makes waits to be \
                 handled, bound how much may wait.",
                maker.function
            )
        }
        Some(maker) => {
            finding.summary += &format!(
                " In a heap profile of a peak {} has {} in use, in the smallest one {}.",
                maker.function,
                Unit::Bytes.humanize(maker.most as f64),
                Unit::Bytes.humanize(maker.least as f64)
            );
            "Hold less of it at once: work in parts, one after the other, or stream it.".to_owned()
        }
        None => {
            "Take heap profiles at a peak and between (/debug/pprof/heap?gc=1) and compare them: gomem diff LOW HIGH."
                .to_owned()
        }
    };
    if !is_peak {
        finding.summary +=
            &format!(" For {} of the time it stays in the quarter below the peaks.", percent(swings.share_of_time, 0));
        finding.action += " If it goes with the load, sessions or work at a time, plan for it, with GOGC on top, or bound how much there is at once.";
    }
    finding.place = maker.map(|maker| maker.place);
    finding.bytes_fraction = Some((swings.high - swings.low) / swings.high);
    finding.confidence = Confidence::Medium;
    finding.evidence = vec![
        Evidence::new("live heap at its peaks", swings.high, Unit::Bytes).with_source("GC cycles"),
        Evidence::new("live heap in between", swings.low, Unit::Bytes).with_source("GC cycles"),
    ];
    findings.push(finding);
}

/// When each cycle of a run was, and what it marked: a new process begins low, and nothing came back.
fn marked(trace: &GcTrace) -> Option<Vec<(f64, f64)>> {
    let lines = GcRun::longest(trace)?.lines;
    Some(lines.iter().map(|line| (line.start_seconds, line.heap_live_mb as f64 * MIB)).collect())
}

/// How the live heap goes up and down.
#[derive(Debug, PartialEq)]
struct Swings {
    /// How often it came back.
    count: usize,
    /// Its usual peak, its usual trough, and its highest peak.
    high: f64,
    low: f64,
    highest: f64,
    /// Of the time, that in which it is in the quarter below the peaks.
    share_of_time: f64,
    /// Its first and last trough, where they rise.
    rise: Option<(f64, f64)>,
}

impl Swings {
    /// Turns of a good part of the highest peak: what comes between is noise.
    fn find(live: &[(f64, f64)]) -> Option<Self> {
        let highest = live.iter().map(|point| point.1).fold(0.0, f64::max);
        let least = (LEAST_PART * highest).max(LEAST_BYTES);
        let (mut peaks, mut troughs) = (Vec::new(), Vec::new());
        let (mut extreme, mut rises) = (live.first()?.1, true);
        for &(_, bytes) in live {
            let is_further = if rises { bytes > extreme } else { bytes < extreme };
            if is_further {
                extreme = bytes;
            } else if (bytes - extreme).abs() >= least {
                if rises { &mut peaks } else { &mut troughs }.push(extreme);
                (extreme, rises) = (bytes, !rises);
            }
        }
        if !rises {
            troughs.push(extreme);
        }
        let (high, low) = (quantile(&peaks, 0.5)?, quantile(&troughs, 0.5)?);
        let (first, last) = (*troughs.first()?, *troughs.last()?);
        let rise = (troughs.len() >= FEWEST && last > RISEN * first).then_some((first, last));
        let is_wide = high - low >= LEAST_OF_PEAKS * high;
        let share_of_time = share_above(live, high - (high - low) * NEAR);
        (is_wide && peaks.len() >= FEWEST).then_some(Self {
            count: peaks.len(),
            high,
            low,
            highest,
            share_of_time,
            rise,
        })
    }
}

/// Of the time from the first cycle to the last, that which follows one that marked more.
fn share_above(live: &[(f64, f64)], bytes: f64) -> f64 {
    let spans = live.windows(2).map(|pair| (pair[0].1, (pair[1].0 - pair[0].0).max(0.0)));
    let (above, all) = spans.fold((0.0, 0.0), |(above, all), (marked, seconds)| {
        (above + if marked >= bytes { seconds } else { 0.0 }, all + seconds)
    });
    above / f64::max(all, f64::MIN_POSITIVE)
}

/// The function of the program that makes most of what is in use at a peak.
struct Maker {
    function: String,
    place: Place,
    most: i64,
    least: i64,
    /// Whether a good part of it is always there.
    is_twice: bool,
}

impl Maker {
    /// By the heap profiles with most and least in use, but for those of the start. What differs between them has to be a good
    /// part of the way between trough and peak: else no profile is of a peak.
    fn find(bundle: &Bundle, swings: &Swings) -> Option<Self> {
        let inuse = |heap: &&HeapProfile| heap.inuse_bytes();
        let later = bundle.heaps().get(bundle.heaps().len() / 3..)?;
        let (high, low) = (later.iter().max_by_key(inuse)?, later.iter().min_by_key(inuse)?);
        let options = AttributeOptions::from_bundle(bundle);
        let of = |heap: &HeapProfile| FunctionInUse::by_name(&attribute(&heap.profile, bundle.escapes(), &options));
        let (at_high, at_low) = (of(high), of(low));
        let less = |name: &Arc<str>| at_low.get(name).map_or(0, |function| function.bytes);
        let (name, made) =
            at_high.iter().max_by_key(|(name, made)| (made.bytes.saturating_sub(less(name)), Arc::clone(name)))?;
        let (most, least) = (made.bytes, less(name));
        let is_most = most > least && (i128::from(most) - i128::from(least)) * 2 >= inuse(&high) - inuse(&low);
        let is_of_peak = most.saturating_sub(least) as f64 >= PART_OF_SWING * (swings.high - swings.low);
        (is_most && is_of_peak).then(|| Self {
            function: Symbol::decode(name).short(),
            place: made.place.clone(),
            most,
            least,
            is_twice: least as f64 >= TWICE * most as f64,
        })
    }
}

/// A judgement: a heap profile is of the cycle before it, which is seldom the highest.
const PART_OF_SWING: f64 = 0.25;
/// What the finding of bursts of goroutines measures.
const BURSTS: &str = "goroutines at once";
/// A judgement: what is allocated while GC marks counts as live, and makes peaks of its own.
const LEAST_OF_PEAKS: f64 = 1.0 / 3.0;
/// Judgements: of the highest peak, and at least.
const LEAST_PART: f64 = 0.25;
const LEAST_BYTES: f64 = 8.0 * MIB;
/// A judgement: in a smaller heap the peaks are nobody's trouble.
const LARGE_BYTES: f64 = 32.0 * MIB;
/// Of the way from the troughs to the peaks: what grows as a line is so near for a quarter of the time.
const NEAR: f64 = 0.25;
/// A judgement: a peak is shorter.
const LONG: f64 = 0.4;
/// Once may be the start.
const FEWEST: usize = 2;
const RISEN: f64 = 1.25;
/// Of a peak: less is what a batch leaves.
const TWICE: f64 = 0.3;

#[cfg(test)]
mod tests {
    use super::*;

    /// A cycle a second.
    fn mib(values: &[f64]) -> Vec<(f64, f64)> {
        values.iter().enumerate().map(|(second, value)| (second as f64, value * MIB)).collect()
    }

    #[test]
    fn a_restart_is_no_fall() {
        let cycle = |number: u64, mib: u64| {
            let heap = format!("{mib}->{mib}->{mib} MB, {} MB goal, 0 MB stacks, 0 MB globals, 2 P", 2 * mib);
            format!("gc {number} @{number}.000s 1%: 0.01+0.50+0.01 ms clock, 0.02+0.10/0.40/0.20+0.02 ms cpu, {heap}\n")
        };
        let run: String = (1..=30).map(|number| cycle(number, 20 + 12 * number)).collect();
        let trace = GcTrace::decode(run.repeat(3).as_bytes()).unwrap();
        assert_eq!(Swings::find(&marked(&trace).unwrap()), None);
    }

    #[test]
    fn a_peak_is_short_and_a_load_is_not() {
        let share = |values: &[f64]| Swings::find(&mib(values)).map(|found| found.share_of_time);
        assert_eq!(share(&[20.0, 90.0, 22.0, 21.0, 24.0, 90.0, 22.0, 21.0, 22.0]), Some(0.25));
        assert_eq!(share(&[20.0, 90.0, 88.0, 91.0, 24.0, 90.0, 92.0, 91.0, 22.0]), Some(0.75));
    }

    #[test]
    fn what_fills_and_is_cleared_is_no_load() {
        let fills: Vec<f64> = (0..6).flat_map(|_| (1..=20).map(|step| f64::from(step) * 100.0)).collect();
        assert!(Swings::find(&mib(&fills)).unwrap().share_of_time < LONG);
    }

    #[test]
    fn what_comes_back_twice_swings() {
        let found = Swings::find(&mib(&[5.0, 40.0, 63.0, 54.0, 41.0, 66.0, 62.0, 53.0, 82.0, 50.0])).unwrap();
        assert_eq!((found.count, found.highest), (2, 82.0 * MIB));
        assert!(found.low < 51.0 * MIB && found.high > 62.0 * MIB, "{found:?}");
    }

    #[test]
    fn growth_a_level_and_one_peak_do_not() {
        assert_eq!(Swings::find(&mib(&[5.0, 40.0, 60.0, 80.0, 100.0, 120.0])), None);
        assert_eq!(Swings::find(&mib(&[60.0, 58.0, 62.0, 57.0, 61.0, 59.0])), None);
        assert_eq!(Swings::find(&mib(&[20.0, 90.0, 22.0, 21.0, 24.0])), None);
        assert_eq!(Swings::find(&mib(&[23.0, 33.0, 23.0, 33.0, 24.0, 33.0, 23.0])), None, "less than a third");
        assert_eq!(Swings::find(&[]), None);
    }
}
