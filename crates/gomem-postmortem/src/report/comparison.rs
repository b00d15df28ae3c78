//! What was predicted beside what a second bundle measured.

use gomem_bench::Comparison as BenchComparison;
use gomem_gogc::Interval;

use crate::{
    attribution::{Site, latest_sites},
    benchmark::{BenchmarkAllocation, BenchmarkLineChange, benchmark_line_changes},
    bundle::Bundle,
    pacing::{GcWindow, GcWindows, Pacing, Saving},
    report::{
        benchmark_results::allocations,
        leak_fix::{LeakFix, last_live_bytes, live_change},
        overview::Overview,
        site_fix::SiteFix,
    },
};

/// A bundle before a change and one after it, under the same load: what the change was predicted to save, and what it
/// did.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Comparison {
    /// The run before.
    pub before: Overview,
    /// The run after.
    pub after: Overview,
    /// The lines whose allocation is gone.
    pub site_fixes: Vec<SiteFix>,
    /// The share of all bytes before that the fixed lines had and no longer have.
    pub fixed_fraction: f64,
    /// The leaks that are gone. The prediction keeps the live heap of before, so it does not know of them.
    pub leak_fixes: Vec<LeakFix>,
    /// The lines that allocate for the same work what they did not before, as they are after: `bytes_fraction` is of all bytes
    /// after, and `left_fraction` the share that was there before. `None` where nothing tells how much was done: there is no heap
    /// profile of one of the runs, or too few functions allocate in both.
    pub new_sites: Option<Vec<SiteFix>>,
    /// What all lines of `new_sites` have together for the work of before, in bytes allocated before: a change that puts one
    /// allocation in the place of another saves the difference. Zero where nothing is new, or it is not known.
    pub new_fraction: f64,
    /// The leaks that were not there before. `None` without a heap profile of both runs.
    pub new_leaks: Option<Vec<LeakFix>>,
    /// The live heap at the end of both runs, where one source tells both.
    pub live_bytes: Option<(f64, f64)>,
    /// How many bytes fewer were alive at each GC after, where that is so much that GC runs at another pace; the predictions take
    /// that, too, from the run after. `None` where it is as before, or where a leak is gone or new.
    pub less_live_bytes: Option<f64>,
    /// How much of the work of before the run after did, by what functions allocate that no fix touches. `None` where the GC
    /// cycles are not those of whole runs, or too little tells: then the runs are compared per second. One where the sampler
    /// does not tell the difference.
    pub work: Option<f64>,
    /// GC cycles predicted for the fixed program over the work, or else the time, of those that were counted after, from the
    /// bundle before and the lists of fixed and of new lines.
    pub predicted_gc_cycles: Option<Interval>,
    /// What was predicted to be saved.
    pub predicted: Option<Saving>,
    /// What became of the benchmarks; `None` where a bundle has none.
    pub benchmarks: Option<BenchComparison>,
    /// The lines at which benchmarks allocate more or less for each operation.
    pub benchmark_lines: Vec<BenchmarkLineChange>,
    /// The benchmarks whose lines are not known, and why.
    pub benchmark_notes: Vec<String>,
}

impl Comparison {
    /// Compares two bundles of the same work.
    ///
    /// Nothing of the run after enters the prediction but what is gone and what is new in it: the one is taken away from the run
    /// before, the other is added, and what is no longer alive is taken away, too.
    ///
    /// ```
    /// # let bundle = |run: &str| {
    /// #     let read = |name: &str| gomem_testkit::file(format!("examples/incident/{run}/{name}"));
    /// #     let artifact = |name: &str| Artifact { name: name.into(), bytes: read(name), modified_ms: None };
    /// #     Bundle::from_artifacts(run, ["heap-3.pb.gz", "gctrace.log"].map(artifact).into())
    /// # };
    /// use gomem_postmortem::{Artifact, Bundle, Comparison};
    ///
    /// let comparison = Comparison::new(&bundle("before"), &bundle("after"));
    /// let saved = comparison.measured_gc_cycles_saved().ok_or("both runs counted their cycles")?;
    /// assert!(saved > 0.95, "9 GC cycles instead of 300, for two thirds of the work: {saved}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(before: &Bundle, after: &Bundle) -> Self {
        let states = (before.metrics().state(), after.metrics().state());
        let pacing = Pacing::fit(before, &states.0);
        let pacing_after = Pacing::fit(after, &states.1);
        let windows = GcWindows::pair(
            &GcWindows::new(before, &states.0, pacing.as_ref()),
            &GcWindows::new(after, &states.1, pacing_after.as_ref()),
        );
        let pacing = pacing.ok();
        let [(sites_before, _), (sites_after, _)] = [before, after].map(latest_sites);
        let (site_fixes, work) = SiteFix::find((before, &sites_before), (after, &sites_after));
        // Profiles count from the program's start: of a part of its life they tell nothing.
        let are_whole = [windows.0, windows.1].iter().all(|window| window.is_some_and(|window| window.is_from_start));
        let work = work.filter(|_| are_whole);
        // A sum of none is -0.
        let fixed_fraction = site_fixes.iter().fold(0.0, |sum, fix| sum + fix.gone_fraction()).min(1.0);
        let new_sites = SiteFix::find_new((before, &sites_before), (after, &sites_after));
        let new_fraction = match (&new_sites, work) {
            (Some(new), Some(work)) => new_fraction(new, (&sites_before, &sites_after), work),
            _ => 0.0,
        };
        let saved_fraction = fixed_fraction - new_fraction;
        let (of_before, of_after) = ((before, &states.0), (after, &states.1));
        let (leaks_before, leaks_after) = ((before, &states.0, &*sites_before), (after, &states.1, &*sites_after));
        let have_heaps = before.latest_heap().is_some() && after.latest_heap().is_some();
        let leak_fixes = LeakFix::find(leaks_before, leaks_after);
        let new_leaks = have_heaps.then(|| LeakFix::find_new(leaks_before, leaks_after));
        let has_leaks = !leak_fixes.is_empty() || new_leaks.as_ref().is_some_and(|leaks| !leaks.is_empty());
        let live_change = live_change(before, after).filter(|_| !has_leaks);
        let predicted = pacing.as_ref().and_then(|pacing| match live_change {
            Some(change) => pacing.saving_with_live_scale(saved_fraction, change.scale),
            None => pacing.saving(saved_fraction),
        });
        let overview = Overview::from_window(before, &states.0, windows.0);
        let recorded = pacing.as_ref().and_then(|pacing| pacing.model.observed_gc_cpu_fraction());
        // The trace and the metrics need not have seen the same time: the saving is of what stands beside it.
        let predicted = match overview.gc_cpu_fraction.zip(recorded.filter(|&recorded| recorded > 0.0)) {
            Some((shown, recorded)) => predicted.map(|saving| saving.with_gc_cpu_scale(shown / recorded)),
            None => predicted,
        };
        let [lines_before, lines_after] = [before, after].map(allocations);
        let decisions = before.escapes().zip(after.escapes()).map(|(before, after)| after.diff(before));
        let seconds = |window: Option<GcWindow>| window.map(|window| window.seconds);
        let predicted_gc_cycles = pacing.as_ref().and_then(|pacing| {
            let scale = (1.0 - saved_fraction).max(0.0);
            let setting = pacing.model.base().with_alloc_scale(scale);
            let live_scale = live_change.map_or(1.0, |change| change.scale);
            let after = pacing.model.predict(&setting.with_live_scale(live_scale)).gc_cycles?;
            let base = pacing.base.gc_cycles.filter(|base| base.value > 0.0)?;
            // The replay need not make exactly the cycles that were counted, nor were they counted over the same time.
            let counted = windows.0?.cycles * work.unwrap_or_else(|| stretch(seconds(windows.0), seconds(windows.1)));
            Some(scaled_cycles(after, counted / base.value))
        });
        Self {
            new_sites,
            new_fraction,
            new_leaks,
            leak_fixes,
            less_live_bytes: live_change.map(|change| change.less_bytes),
            live_bytes: last_live_bytes(of_before, of_after),
            before: overview,
            after: Overview::from_window(after, &states.1, windows.1),
            site_fixes,
            fixed_fraction,
            work,
            predicted_gc_cycles,
            predicted,
            benchmarks: before
                .benchmarks()
                .zip(after.benchmarks())
                .map(|(before, after)| BenchComparison::new(before, after)),
            benchmark_lines: benchmark_line_changes(&lines_before, &lines_after, decisions.as_ref()),
            benchmark_notes: [
                BenchmarkAllocation::unknown_lines(&lines_before, " before"),
                BenchmarkAllocation::unknown_lines(&lines_after, " after"),
            ]
            .concat(),
        }
    }

    /// The share of GC cycles that the run after saved: for the same work where that is known, else per second.
    #[must_use]
    pub fn measured_gc_cycles_saved(&self) -> Option<f64> {
        let (before, after) = (self.before.gc_cycles?, self.after.gc_cycles?);
        (before > 0.0).then(|| 1.0 - after / (before * self.gc_stretch()))
    }

    /// The GC CPU predicted for the fixed program, as a share of all available CPU.
    #[must_use]
    pub fn predicted_gc_cpu_fraction(&self) -> Option<Interval> {
        self.before.gc_cpu_fraction.zip(self.predicted).map(|(cpu, saving)| Interval {
            value: (cpu - saving.gc_cpu.value).max(0.0),
            low: (cpu - saving.gc_cpu.high).max(0.0),
            high: (cpu - saving.gc_cpu.low).max(0.0),
        })
    }

    /// The bytes that the fixed program was predicted to allocate in the time that the run after was observed.
    #[must_use]
    pub fn predicted_alloc_bytes(&self) -> Option<f64> {
        let left = (1.0 - self.fixed_fraction + self.new_fraction) * stretch(self.before.seconds, self.after.seconds);
        self.before.alloc_bytes.map(|bytes| bytes * left)
    }

    /// Whether GC cycles were counted for the same work, or else the same time, before and after.
    #[must_use]
    pub fn is_of_same_amount(&self) -> bool {
        (self.gc_stretch() - 1.0).abs() <= SAME_TIME
    }

    /// How much more was done after than before while GC cycles were counted, or for how much longer they were.
    fn gc_stretch(&self) -> f64 {
        self.work.unwrap_or_else(|| stretch(self.before.gc_seconds, self.after.gc_seconds))
    }
}

/// What new lines have for the work of before, in bytes allocated before.
fn new_fraction(new: &[SiteFix], (before, after): (&[Site], &[Site]), work: f64) -> f64 {
    let bytes = |sites: &[Site]| sites.iter().map(|site| site.bytes.max(0) as f64).sum::<f64>();
    let of_after: f64 = new.iter().map(SiteFix::gone_fraction).fold(0.0, |sum, gone| sum + gone);
    of_after * bytes(after) / (work * bytes(before)).max(1.0)
}

/// Predicted cycles times a factor; the interval stays at least one cycle wide to both sides.
fn scaled_cycles(interval: Interval, factor: f64) -> Interval {
    let value = interval.value * factor;
    Interval {
        value,
        low: (interval.low * factor).min(value - 1.0).max(0.0),
        high: (interval.high * factor).max(value + 1.0),
    }
}

/// How much longer the second is than the first, where both are known.
fn stretch(before: Option<f64>, after: Option<f64>) -> f64 {
    match before.zip(after) {
        Some((before, after)) if before > 0.0 && after > 0.0 => after / before,
        _ => 1.0,
    }
}

/// Windows whose lengths differ by less than this share are as good as the same.
const SAME_TIME: f64 = 0.01;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_cycles_keep_an_interval() {
        let scaled = scaled_cycles(Interval { value: 10.0, low: 8.0, high: 12.0 }, 0.1);
        assert_eq!(scaled, Interval { value: 1.0, low: 0.0, high: 2.0 });
    }
}
