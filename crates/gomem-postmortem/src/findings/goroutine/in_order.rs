//! Goroutine profiles of one process, the earliest first.

use std::sync::Arc;

use foldhash::HashSet;
use gomem_pprof::Profile;
use gomem_table::Unit;

/// Goroutine profiles, the earliest first.
pub(crate) struct InOrder<'p> {
    pub(crate) profiles: Vec<&'p Profile>,
    /// Over which time, where that is known.
    seconds: Option<f64>,
}

impl<'p> InOrder<'p> {
    /// By the times in them. Dumps have none: a process numbers its goroutines upwards, and where each has nearly all of one before it,
    /// they are of one process.
    pub(crate) fn find(profiles: impl Iterator<Item = &'p Arc<Profile>> + Clone) -> Option<Self> {
        Self::by_time(profiles.clone()).or_else(|| Self::by_number(profiles))
    }

    /// Whether the time of each is known.
    pub(crate) fn is_timed(&self) -> bool {
        self.seconds.is_some()
    }

    /// ` over 6.0 s`, or how their order is known.
    pub(crate) fn span(&self) -> String {
        match self.seconds {
            Some(seconds) => format!(" over {}", Unit::Seconds.humanize(seconds)),
            None => ", by the numbers of their goroutines".to_owned(),
        }
    }

    fn by_time(profiles: impl Iterator<Item = &'p Arc<Profile>>) -> Option<Self> {
        let mut timed: Vec<(i64, &Profile)> =
            profiles.filter_map(|profile| Some((profile.time_nanos()?, &**profile))).collect();
        timed.sort_by_key(|(nanos, _)| *nanos);
        let (begin, end) = (timed.first()?.0, timed.last()?.0);
        (timed.len() >= 2).then(|| Self {
            profiles: timed.into_iter().map(|(_, profile)| profile).collect(),
            seconds: Some(end.saturating_sub(begin) as f64 / 1e9),
        })
    }

    fn by_number(profiles: impl Iterator<Item = &'p Arc<Profile>>) -> Option<Self> {
        let numbered = profiles.map(|profile| (numbers(profile), &**profile));
        let mut dumps: Vec<(HashSet<i64>, &Profile)> = numbered.filter(|(numbers, _)| !numbers.is_empty()).collect();
        dumps.sort_by_key(|(numbers, _)| numbers.iter().max().copied());
        let stays = |pair: &[(HashSet<i64>, &Profile)]| {
            let [(before, _), (after, _)] = pair else { return false };
            let both = before.intersection(after).count();
            both as f64 >= NEARLY_ALL * before.len() as f64
        };
        (dumps.len() >= 2 && dumps.windows(2).all(stays))
            .then(|| Self { profiles: dumps.into_iter().map(|(_, profile)| profile).collect(), seconds: None })
    }
}

/// How many goroutines the emptiest of a few profiles holds, where `all` of the fullest are many times as many.
pub(crate) fn fewer_in_another(profiles: &[Arc<Profile>], all: i64) -> Option<i128> {
    let least = profiles.iter().map(|profile| profile.total(0)).filter(|&total| total > 0).min()?;
    let all = i128::from(all);
    (all >= TIMES_AS_MANY * least && all - least >= MANY_MORE).then_some(least)
}

/// The numbers of the goroutines of a dump.
fn numbers(profile: &Profile) -> HashSet<i64> {
    let of_goroutine = profile
        .samples()
        .flat_map(|sample| sample.labels().filter(|label| label.key == GOROUTINE && label.text.is_empty()));
    of_goroutine.map(|label| label.number).collect()
}

/// Judgements: what a load that rises may do.
const TIMES_AS_MANY: i128 = 3;
const MANY_MORE: i128 = 1000;
const GOROUTINE: &str = "goroutine";
/// What serves a request at that moment ends.
const NEARLY_ALL: f64 = 0.9;

#[cfg(test)]
mod tests {
    use crate::{
        bundle::{Artifact, Bundle},
        report::Report,
    };

    /// The title of the first finding about dumps of goroutines with these numbers, all in one wait.
    fn told(dumps: &[&[(i64, i64)]]) -> String {
        let goroutine = |number: i64| {
            format!(
                "goroutine {number} [chan receive]:\nmain.wait()\n\t/app/wait.go:9 +0x1\ncreated by main.start in goroutine 1\n\t/app/wait.go:5 +0x1\n\n"
            )
        };
        let dump = |(step, ranges): (usize, &&[(i64, i64)])| {
            let text: String = ranges.iter().flat_map(|&(first, last)| first..=last).map(goroutine).collect();
            Artifact { name: format!("dump-{step}.txt"), bytes: text.into(), modified_ms: None }
        };
        let report = Report::from_bundle(&Bundle::from_artifacts("run", dumps.iter().enumerate().map(dump).collect()));
        report.findings().first().map(|finding| finding.title.clone()).unwrap_or_default()
    }

    #[test]
    fn dumps_are_in_the_order_of_their_goroutines() {
        let leak = "Leak: 300 more goroutines at app/wait.go:9";
        assert_eq!(told(&[&[(1, 400)], &[(1, 100)], &[(1, 300)]]), leak, "whatever they are called");
        assert_eq!(told(&[&[(1, 100)], &[(1, 400)]]), leak, "two do, where the first's are all there still");
        assert_eq!(told(&[&[(1, 100)], &[(6, 405)]]), leak, "few of them ended");
    }

    #[test]
    fn goroutines_that_come_and_go_are_no_leak() {
        for dumps in
            [[&[(1, 100)][..], &[(201, 600)]], [&[(1, 100)], &[(1, 50), (201, 550)]], [&[(1, 400)], &[(1, 400)]]]
        {
            assert!(!told(&dumps).starts_with("Leak"), "{dumps:?}");
        }
    }
}
