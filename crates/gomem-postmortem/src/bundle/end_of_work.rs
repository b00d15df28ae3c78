//! A last heap profile that was taken when the program's work was over.

use gomem_metrics::GcTrace;
use gomem_pprof::{Growth, GrowthOptions, Profile, SiteGrowth};

use crate::bundle::{
    artifact::Remark,
    bundle::{Bundle, HeapProfile},
};

impl Bundle {
    /// Finds out whether the last heap profile is of when the work was over, and says so.
    pub(crate) fn find_end(&mut self) {
        self.ends_idle = ends_idle(&self.heaps, self.gctrace.as_deref());
        let Some(last) = self.heap_after_work() else { return };
        let text = "taken when the work was over, as what had grown all along is gone at once: what is in use is told by those before";
        let remark = Remark { name: last.name.clone(), text: text.to_owned() };
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }

    /// The heap profiles of the program at work: without the last one, if it was taken when that was over.
    pub(crate) fn heaps_at_work(&self) -> &[HeapProfile] {
        &self.heaps[..self.heaps.len() - usize::from(self.ends_idle)]
    }

    /// The last heap profile, if it was taken when the work was over.
    pub(crate) fn heap_after_work(&self) -> Option<&HeapProfile> {
        self.heaps.last().filter(|_| self.ends_idle)
    }
}

/// Whether the last of these heap profiles is of when the work was over: what had grown all along, and stayed, is gone at once. A
/// program that ends lets go of what it holds, so that such a profile says nothing of what was kept while it worked.
fn ends_idle(heaps: &[HeapProfile], trace: Option<&GcTrace>) -> bool {
    let Some((last, at_work)) = heaps.split_last() else { return false };
    let Some(before) = at_work.last().filter(|_| at_work.len() >= SiteGrowth::ENOUGH_PROFILES) else { return false };
    let is_gone = inuse_bytes(&last.profile).saturating_mul(FEW_LEFT) <= inuse_bytes(&before.profile);
    is_gone && (is_off_beat(heaps) || trace.is_some_and(ends_asked_for)) && grew(at_work)
}

fn inuse_bytes(profile: &Profile) -> i128 {
    profile.sample_type_index("inuse_space").map_or(0, |index| profile.total(index))
}

/// Whether a line grew in these, and kept most of what it made.
fn grew(heaps: &[HeapProfile]) -> bool {
    let growth = Growth::new(heaps.iter().map(|heap| &*heap.profile), &GrowthOptions::default());
    growth.is_ok_and(|growth| {
        let mut growing = growth.sites().iter().filter(|site| site.is_growing(SiteGrowth::ENOUGH_PROFILES));
        growth.restarts() == 0 && growing.any(|site| site.kept_fraction().is_some_and(|kept| kept >= MOST))
    })
}

/// Whether the last one came much sooner after the one before than the others did: a program that ends does not wait for its turn.
fn is_off_beat(heaps: &[HeapProfile]) -> bool {
    let nanos: Option<Vec<i64>> = heaps.iter().map(|heap| heap.profile.as_of_nanos()).collect();
    let gaps: Vec<i64> =
        nanos.iter().flat_map(|nanos| nanos.windows(2)).map(|pair| pair[1].saturating_sub(pair[0])).collect();
    let Some((last, others)) = gaps.split_last() else { return false };
    others.iter().min().is_some_and(|shortest| last.saturating_mul(2) < *shortest)
}

/// Whether the last GC cycle was asked for by the program, as hardly any before it.
fn ends_asked_for(trace: &GcTrace) -> bool {
    let Some((last, others)) = trace.lines().split_last() else { return false };
    last.forced && others.iter().filter(|line| line.forced).count() * HARDLY_ANY <= others.len()
}

/// A part of what was in use just before.
const FEW_LEFT: i128 = 5;
/// Of what a line made.
const MOST: f64 = 0.5;
/// One of so many.
const HARDLY_ANY: usize = 10;

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// Profiles at these seconds, with so many MiB in use of so many that one line has made.
    fn heaps(points: &[(i64, u64, u64)]) -> Vec<HeapProfile> {
        let taken = |&(tenths, inuse, made): &(i64, u64, u64)| {
            let values = format!("{inuse}: {} [{made}: {}]", inuse << 20, made << 20);
            let stats = format!("# runtime.MemStats\n# LastGC = {}\n", 1_700_000_000_000_000_000 + tenths * 100_000_000);
            let site = "@ 0x40\n#\t0x40\tmain.keep+0x1\t/app/keep.go:9\n";
            let text = format!("heap profile: {values} @ heap/1048576\n{values} {site}\n{stats}");
            let profile = Arc::new(Profile::decode(text.as_bytes()).unwrap());
            HeapProfile { name: format!("{tenths}"), profile }
        };
        points.iter().map(taken).collect()
    }

    const CLIMB: [(i64, u64, u64); 4] = [(20, 20, 20), (40, 40, 40), (60, 60, 60), (80, 80, 80)];

    #[test]
    fn what_ends_with_the_work_was_kept_until_then() {
        let end = |last| heaps(&[&CLIMB[..], &[last]].concat());
        assert!(ends_idle(&end((82, 1, 82)), None));
        assert!(!ends_idle(&end((100, 1, 100)), None), "a fall in its turn may be the program's own");
        assert!(!ends_idle(&end((82, 40, 82)), None), "half of it is left");
        let trace = |end: &str| {
            let heap = "70->70->1 MB, 100 MB goal, 0 MB stacks, 0 MB globals, 2 P";
            let line = format!("gc 1 @9.000s 1%: 0.01+0.50+0.01 ms clock, 0.02+0.10/0.40/0.20+0.02 ms cpu, {heap}{end}\n");
            GcTrace::decode(line.as_bytes()).unwrap()
        };
        assert!(ends_idle(&end((100, 1, 100)), Some(&trace(" (forced)"))));
        assert!(!ends_idle(&end((100, 1, 100)), Some(&trace(""))));
    }

    #[test]
    fn what_comes_and_goes_is_no_end() {
        let garbage = [(20, 20, 200), (40, 40, 400), (60, 60, 600), (80, 80, 800), (82, 1, 820)];
        assert!(!ends_idle(&heaps(&garbage), None), "a tenth of what is made stays for a while");
        assert!(!ends_idle(&heaps(&[(20, 20, 20), (40, 10, 40), (60, 60, 60), (62, 1, 62)]), None));
        assert!(!ends_idle(&heaps(&[(20, 20, 20), (22, 1, 22)]), None));
    }
}
