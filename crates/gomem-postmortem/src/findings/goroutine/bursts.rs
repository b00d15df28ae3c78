//! Goroutines that come all at once and end again, and the memory that they need together.

use std::ops::Range;

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_metrics::{GoState, Quantity, Rule};
use gomem_table::{MIB, Unit};

use crate::findings::{
    finding::{Finding, FindingKind},
    sentence::bytes,
};

/// Says of bursts of goroutines what they cost: beside a spike that is over, or as a finding of their own.
pub(crate) fn tell(state: &GoState, findings: &mut Vec<Finding>) {
    let bursts = state.segments().into_iter().rev().find_map(|rows| Bursts::find(state, rows));
    let Some(bursts) = bursts.filter(|bursts| bursts.more_bytes() >= LEAST_BYTES) else { return };
    let is_leak = |finding: &Finding| finding.rules.contains(&Rule::GoroutineLeak);
    if findings.iter().any(is_leak) {
        return;
    }
    if let Some(spike) = findings.iter_mut().find(|finding| finding.rules.contains(&Rule::IdleAfterSpike)) {
        spike.summary += &format!(" {}", bursts.summary());
        spike.action = format!("{ACTION} {}", spike.action);
        spike.evidence.extend(bursts.evidence());
        return;
    }
    let title = format!("Bursts of goroutines: {:.0} at once, {:.0} in between", bursts.most, bursts.fewest);
    let is_large = bursts.more_bytes() >= LARGE_BYTES;
    let severity = if is_large { Severity::Warning } else { Severity::Info };
    let mut finding = Finding::new(FindingKind::Runtime, severity, title);
    finding.summary = bursts.summary();
    finding.action = ACTION.to_owned();
    finding.confidence = Confidence::Medium;
    finding.evidence = bursts.evidence();
    finding.confounders.push("what else works at the same time may need the memory".to_owned());
    findings.push(finding);
}

/// How goroutines and the heap go up and down together.
#[derive(Debug)]
struct Bursts {
    count: usize,
    most: f64,
    fewest: f64,
    /// Objects of the heap: the most while many goroutines are there, and the least at other times.
    heap_bytes: f64,
    heap_bytes_between: f64,
}

impl Bursts {
    fn find(state: &GoState, rows: Range<usize>) -> Option<Self> {
        let goroutines = state.values(Quantity::Goroutines).get(rows.clone())?;
        let heap = state.values(Quantity::HeapObjectsBytes).get(rows)?;
        let known: Vec<(f64, Option<f64>)> =
            goroutines.iter().zip(heap).filter_map(|(count, heap)| Some(((*count)?, *heap))).collect();
        let most = known.iter().map(|row| row.0).fold(0.0, f64::max);
        let fewest = known.iter().map(|row| row.0).fold(f64::INFINITY, f64::min);
        if most < MANY || most < MANY_TIMES * fewest.max(1.0) {
            return None;
        }
        let (is_many, is_few) = (|count: f64| count >= 0.5 * most, |count: f64| count <= 0.1 * most);
        // A burst is over when few are left; one that is not over may be a leak, or the load of now.
        let (mut count, mut is_within) = (0, false);
        for row in &known {
            if is_many(row.0) {
                is_within = true;
            } else if is_few(row.0) && is_within {
                (count, is_within) = (count + 1, false);
            }
        }
        let heap_of = |is_of: &dyn Fn(f64) -> bool| {
            known.iter().filter(|row| is_of(row.0)).filter_map(|row| row.1).collect::<Vec<f64>>()
        };
        let heap_bytes = heap_of(&is_many).into_iter().reduce(f64::max)?;
        let heap_bytes_between = heap_of(&is_few).into_iter().reduce(f64::min)?;
        (count > 0 && !is_within).then_some(Self { count, most, fewest, heap_bytes, heap_bytes_between })
    }

    fn more_bytes(&self) -> f64 {
        self.heap_bytes - self.heap_bytes_between
    }

    fn summary(&self) -> String {
        let times = if self.count == 1 { "Once".to_owned() } else { format!("{} times", self.count) };
        format!(
            "{times} goroutines go from {:.0} to as many as {:.0}, and end again. The heap has up to {} of objects then, and {} at \
             the least in between: what comes and goes with them is no leak.",
            self.fewest,
            self.most,
            bytes(self.heap_bytes),
            bytes(self.heap_bytes_between)
        )
    }

    fn evidence(&self) -> Vec<Evidence> {
        let of = |quantity, value, unit| Evidence::new(quantity, value, unit).with_source("metrics");
        vec![
            of("goroutines at once", self.most, Unit::Count),
            of("goroutines in between", self.fewest, Unit::Count),
            of("heap objects in a burst", self.heap_bytes, Unit::Bytes),
            of("heap objects in between", self.heap_bytes_between, Unit::Bytes),
        ]
    }
}

const ACTION: &str = "Bound how many goroutines run at once (errgroup.SetLimit, a semaphore, a fixed set of workers): the peak falls \
                      with their number.";
/// A judgement: fewer are what requests at the same time make.
const MANY: f64 = 100.0;
const MANY_TIMES: f64 = 10.0;
const LEAST_BYTES: f64 = 16.0 * MIB;
const LARGE_BYTES: f64 = 64.0 * MIB;

#[cfg(test)]
mod tests {
    use gomem_metrics::Metrics;

    use super::*;

    fn told(counts: &[u32], mib: &[u32]) -> Vec<Finding> {
        let mut metrics = Metrics::new();
        for (second, (count, mib)) in (0..).zip(counts.iter().zip(mib)) {
            let text = format!("go_goroutines {count}\ngo_memstats_heap_alloc_bytes {}\n", u64::from(*mib) << 20);
            metrics.push_scrape(1_700_000_000_000 + second * 1000, text.as_bytes()).unwrap();
        }
        let mut findings = Vec::new();
        tell(&metrics.state(), &mut findings);
        findings
    }

    #[test]
    fn bursts_come_and_end() {
        let found = told(&[5, 2000, 1900, 5, 6, 2000, 5], &[4, 90, 80, 40, 6, 100, 50]);
        let [burst] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(burst.title, "Bursts of goroutines: 2000 at once, 5 in between");
        assert!(burst.summary.starts_with("2 times goroutines go from 5 to as many as 2000"), "{}", burst.summary);
        assert!(burst.summary.contains("100.0 MiB of objects then, and 4.0 MiB"), "{}", burst.summary);
        assert_eq!(burst.severity, Severity::Warning);
    }

    #[test]
    fn load_growth_and_small_heaps_are_no_bursts() {
        for (counts, mib) in [
            (&[5, 50, 5][..], &[4, 90, 4][..]),
            (&[500, 2000, 500], &[4, 90, 4]),
            (&[5, 500, 1000, 2000], &[4, 90, 100, 110]),
            (&[5, 2000, 5], &[4, 10, 4]),
        ] {
            assert!(told(counts, mib).is_empty(), "{counts:?}");
        }
    }
}
