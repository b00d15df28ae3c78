//! For how long the goroutines at one place have waited, as a dump tells it: whether they came one after the other, and none went on.

use gomem_pprof::Profile;

use crate::findings::goroutine::{
    wait::{Wait, minutes, minutes_in_words},
    waiting::modules_of,
};

/// The waits of goroutines at one place, in minutes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct WaitTimes {
    shortest: i64,
    longest: i64,
    /// Whether nearly all wait for long, and as many began in each part of the time.
    is_one_after_other: bool,
    /// Whether each has something to hand over that nobody takes.
    is_of_senders: bool,
}

impl WaitTimes {
    /// `None` where too few of them say for how long.
    pub(crate) fn find(profile: &Profile, waiting: &Wait) -> Option<Self> {
        // Most profiles have none, and who waits where need not be told again.
        profile.samples().find_map(minutes)?;
        let modules = modules_of(profile);
        let (mut waits, mut all) = (Vec::new(), 0_i64);
        for sample in profile.samples() {
            if Wait::from_sample(sample, &modules).as_ref() != Some(waiting) {
                continue;
            }
            all = all.saturating_add(sample.value(0));
            waits.extend(minutes(sample));
        }
        waits.sort_unstable();
        let (&shortest, &longest) = (waits.first()?, waits.last()?);
        let is_most = waits.len() >= FEWEST && waits.len() as f64 >= NEARLY_ALL * all as f64;
        let is_of_senders = waiting.state.starts_with("chan send");
        is_most.then(|| Self { shortest, longest, is_one_after_other: is_even(&waits), is_of_senders })
    }

    /// Whether less is taken of what they have than comes, or nothing: who sends waits in a queue, of which the oldest goes on first.
    pub(crate) fn is_backlog(self) -> bool {
        self.is_of_senders && self.is_one_after_other
    }

    pub(crate) fn longest_in_words(self) -> String {
        minutes_in_words(self.longest)
    }

    /// What the waits say, where they say anything.
    pub(crate) fn text(self) -> String {
        if !self.is_one_after_other {
            return String::new();
        }
        let span = format!(
            "They have waited for {} to {}, as many in each part of that time",
            minutes_in_words(self.shortest),
            minutes_in_words(self.longest)
        );
        if self.is_of_senders {
            format!(" {span}: they came one after the other, and who receives takes less than comes, or nothing.")
        } else {
            format!(
                " {span}: they came one after the other and none went on, or they are workers that wait for work in turn."
            )
        }
    }
}

/// Whether each quarter of the time from the shortest to the longest has its share.
fn is_even(sorted: &[i64]) -> bool {
    let (Some(&shortest), Some(&longest)) = (sorted.first(), sorted.last()) else { return false };
    let span = longest - shortest;
    if longest < LONG || span * 2 < longest {
        return false;
    }
    let mut quarters = [0_usize; 4];
    for minutes in sorted {
        let quarter = ((minutes - shortest) * 4 / span).min(3);
        quarters[usize::try_from(quarter).unwrap_or(0)] += 1;
    }
    quarters.iter().all(|&count| count as f64 >= LEAST_SHARE * sorted.len() as f64)
}

/// A judgement: nobody waits so long for what comes.
const LONG: i64 = 60;
const FEWEST: usize = 20;
const NEARLY_ALL: f64 = 0.9;
/// Of a quarter, where a quarter each is expected.
const LEAST_SHARE: f64 = 0.1;

#[cfg(test)]
mod tests {
    use gomem_table::Unit;

    use super::*;
    use crate::findings::goroutine::waiting::groups;

    fn told(state: &str, minutes: impl Iterator<Item = i64>) -> Option<WaitTimes> {
        let stack = |(number, minutes): (usize, i64)| {
            format!(
                "goroutine {number} [{state}, {minutes} minutes]:\nmain.put(0x1)\n\t/src/app/main.go:9 +0x1\ncreated by main.serve\n\t/src/app/main.go:3 +0x2\n\n"
            )
        };
        let dump: String = (7..).zip(minutes).map(stack).collect();
        let profile = Profile::decode(dump.as_bytes()).unwrap();
        WaitTimes::find(&profile, &groups(&profile)[0].0)
    }

    #[test]
    fn senders_that_came_one_after_the_other() {
        let sends = told("chan send", (0..40).map(|n| 10 + 20 * n)).unwrap();
        assert!(sends.is_backlog());
        assert_eq!(sends.longest_in_words(), Unit::Seconds.humanize(47_400.0));
        let receives = told("chan receive", (0..40).map(|n| 10 + 20 * n)).unwrap();
        assert!(!receives.is_backlog() && receives.text().contains("workers"), "{}", receives.text());
    }

    #[test]
    fn those_of_one_time_and_few_are_not() {
        assert!(told("chan send", (0..9).map(|n| 10 + 20 * n)).is_none(), "few");
        for minutes in
            [[600; 40], std::array::from_fn(|n| n as i64), std::array::from_fn(|n| if n < 38 { 900 } else { 10 })]
        {
            let times = told("chan send", minutes.into_iter()).unwrap();
            assert!(!times.is_backlog() && times.text().is_empty(), "{minutes:?}");
        }
    }
}
