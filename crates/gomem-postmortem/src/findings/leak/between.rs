//! Lines whose memory grew from one heap profile to the next, where there are too few profiles for a trend.
//!
//! Whoever takes two profiles asks what grew between them. That is known; whether it goes on growing is not.

use std::borrow::Cow;

use gomem_finding::{Confidence, Severity};
use gomem_metrics::GoState;
use gomem_table::Unit;

use crate::{
    attribution::Site,
    bundle::{Bundle, HeapProfile},
    findings::{
        finding::Finding,
        growth::{GrowingSite, are_of_one_process, growing_over, quiet_after, sites_of, timed_heaps},
        leak::kept_together::KeptTogether,
    },
};

/// Lines that grew over the few heap profiles of one process.
pub(crate) struct Between<'s> {
    pub(crate) growing: Vec<GrowingSite>,
    /// The sites of the last of these profiles.
    pub(crate) sites: Cow<'s, [Site]>,
    /// Whether the program was started again after them.
    is_before_restart: bool,
    /// How many seconds old was what the last of them shows when it was taken, where the work was done by then.
    quiet_seconds: Option<f64>,
}

impl<'s> Between<'s> {
    /// Those of the last process that left two profiles or more; `latest` are the sites of the latest heap profile.
    pub(crate) fn find(bundle: &Bundle, state: &GoState, latest: &'s [Site]) -> Option<Self> {
        let (run, is_before_restart) = last_run(timed_heaps(bundle))?;
        let &last = run.last()?;
        let sites = sites_of(last, bundle, latest);
        let quiet_seconds = quiet_after(run.clone(), state);
        let mut growing = growing_over(run, state, &sites, (2, false));
        growing.retain(|site| {
            let is_kept = site.growth.kept_fraction().is_some_and(|kept| kept >= LEAST_KEPT);
            is_kept && site.inuse_fraction() >= LEAST_SHARE
        });
        (!growing.is_empty()).then_some(Self { growing, sites, is_before_restart, quiet_seconds })
    }

    /// Makes the finding of such a leak say what so few profiles tell.
    pub(crate) fn tell(&self, finding: &mut Finding, together: &KeptTogether<'_>) {
        let points = &together.first.growth.points;
        let first: f64 = together.all().filter_map(|site| Some(site.growth.points.first()?.1)).sum();
        let several = if points.len() == 2 { "two".to_owned() } else { points.len().to_string() };
        finding.severity = Severity::Warning;
        finding.confidence = Confidence::Low;
        finding.title = format!(
            "Growth between {several} heap profiles: {} {} {}, {} before",
            together.places(),
            if together.others.is_empty() { "keeps" } else { "keep" },
            Unit::Bytes.humanize(together.inuse_bytes() as f64),
            Unit::Bytes.humanize(first)
        );
        finding.summary += " So few profiles do not tell a leak from what fills up to a bound, from what is loaded once, or from a piece of work \
                            that ends.";
        if self.is_before_restart {
            finding.summary += " The program was started again after them.";
        }
        if let Some(seconds) = self.quiet_seconds {
            tell_quiet(finding, seconds);
            return;
        }
        finding.action = format!(
            "Take a third heap profile after as long again: if it is more by as much again, it leaks. Then: {}",
            finding.action
        );
        finding.confounders.push("what fills up, or is loaded once, grows the same way between two profiles".into());
    }
}

/// Makes the finding of growth say that the work was done when the last profile was taken, which shows what was so many seconds before.
pub(crate) fn tell_quiet(finding: &mut Finding, seconds: f64) {
    finding.severity = Severity::Info;
    finding.confidence = Confidence::Low;
    finding.summary += &format!(
        " What the last of them shows was {} old when it was taken, and the program allocates at less than a quarter of the pace in the end: \
         the work is done, as it seems, and what it needed may be garbage that no GC has met yet.",
        Unit::Seconds.humanize(seconds)
    );
    finding.action = format!(
        "Take a heap profile with /debug/pprof/heap?gc=1, which runs a GC first: what it shows is kept. If that is as much: {}",
        finding.action
    );
}

/// The profiles of the last process that left several, and whether a later one is of another process.
fn last_run(mut heaps: Vec<&HeapProfile>) -> Option<(Vec<&HeapProfile>, bool)> {
    let mut is_before_restart = false;
    while heaps.len() > 1 {
        let is_new = |pair: &[&HeapProfile]| !are_of_one_process([&pair[0].profile, &pair[1].profile]);
        let begin = heaps.windows(2).rposition(is_new).map_or(0, |position| position + 1);
        let run = heaps.split_off(begin);
        if run.len() > 1 {
            return Some((run, is_before_restart));
        }
        is_before_restart = true;
    }
    None
}

/// Of what a line made meanwhile: of less, more work at a time keeps as much.
const LEAST_KEPT: f64 = 0.2;
/// Of all bytes in use: less is not what memory is short of.
const LEAST_SHARE: f64 = 0.1;

#[cfg(test)]
mod tests {
    use gomem_finding::Severity;

    use crate::{
        bundle::{Artifact, Bundle},
        report::Report,
    };

    /// The finding of heap profiles at these seconds, with so many MiB in use of so many that one line has made.
    fn told(profiles: &[(i64, u64, u64)]) -> Option<(String, String, Severity)> {
        let profile = |(number, &(seconds, inuse, made)): (usize, &(i64, u64, u64))| {
            let values = format!("{inuse}: {} [{made}: {}]", inuse << 20, made << 20);
            let stats = format!("# runtime.MemStats\n# LastGC = {}\n", (1_700_000_000 + seconds) * 1_000_000_000);
            let site = "@ 0x40\n#\t0x40\tmain.keep+0x1\t/app/keep.go:9\n";
            let text = format!("heap profile: {values} @ heap/1048576\n{values} {site}\n{stats}");
            Artifact { name: format!("heap-{number}.txt"), bytes: text.into(), modified_ms: None }
        };
        let bundle = Bundle::from_artifacts("run", profiles.iter().enumerate().map(profile).collect());
        let report = Report::from_bundle(&bundle);
        let is_growth = |finding: &&crate::findings::Finding| finding.title.contains("app/keep.go:9 keeps");
        let finding = report.findings().iter().find(is_growth)?;
        Some((finding.title.clone(), finding.summary.clone(), finding.severity))
    }

    #[test]
    fn what_grew_between_two_profiles_is_told_and_is_no_leak_for_sure() {
        let (title, _, severity) = told(&[(0, 20, 20), (600, 60, 61)]).unwrap();
        assert_eq!(title, "Growth between two heap profiles: app/keep.go:9 keeps 69.4 MiB, 23.1 MiB before");
        assert_eq!(severity, Severity::Warning);
    }

    #[test]
    fn a_run_before_a_restart_is_told_where_the_last_one_left_one_profile() {
        let (title, summary, _) = told(&[(0, 20, 20), (600, 60, 61), (700, 8, 8)]).unwrap();
        assert!(title.contains("keeps 69.4 MiB, 23.1 MiB before"), "{title}");
        assert!(summary.contains("started again after them"), "{summary}");
    }

    #[test]
    fn what_is_level_little_or_mostly_let_go_is_not_told() {
        assert_eq!(told(&[(0, 60, 60), (600, 60, 90)]), None, "level");
        assert_eq!(told(&[(0, 20, 20), (600, 22, 23)]), None, "little");
        assert_eq!(told(&[(0, 20, 2000), (600, 60, 6000)]), None, "more work at a time");
        assert_eq!(told(&[(0, 60, 60), (600, 20, 61)]), None, "less");
        assert_eq!(told(&[(0, 60, 61)]), None);
        let trend = told(&[(0, 20, 20), (600, 60, 61), (1200, 100, 102)]).unwrap();
        assert!(trend.0.starts_with("Leak"), "{}", trend.0);
    }
}
