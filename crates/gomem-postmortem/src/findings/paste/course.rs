//! How an amount of memory goes over several readings, where nothing says what it is made of.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_statistics::Trend;
use gomem_table::Unit;

use crate::{
    bundle::{AmountSource, Amounts},
    findings::{
        finding::{Finding, FindingKind},
        sentence::bytes,
    },
};

/// Of several that were read in one text, the worst; the others in words.
pub(crate) fn course(all: &[Amounts], name: &str) -> Option<Finding> {
    let courses = all.iter().filter_map(|amounts| Some((amounts, Course::from_amounts(amounts)?)));
    let mut courses: Vec<(&Amounts, Course)> = courses.collect();
    courses.sort_by_key(|(_, course)| course.rank());
    let (amounts, course) = courses.first()?;
    let are_several = all.len() > 1;
    let what = what(amounts, are_several);
    let mut finding =
        Finding::new(FindingKind::Printed, course.severity(), format!("{what} {}", course.words(&amounts.bytes)));
    let others: Vec<String> = courses[1..]
        .iter()
        .take(SHOWN)
        .map(|(other, course)| format!("{} {}", self::what(other, are_several), course.words(&other.bytes)))
        .collect();
    finding.summary = format!("{name}: {} readings.", amounts.bytes.len());
    let most = amounts.bytes.iter().copied().fold(0.0, f64::max);
    if let Some(limit) = amounts.limit {
        finding.summary += &format!(" The limit is {}; the most is {}.", bytes(limit), bytes(most));
    }
    if !others.is_empty() {
        finding.summary += &format!(" Also: {}.", others.join("; "));
    }
    finding.summary += match amounts.source {
        AmountSource::Lambda => {
            " Lambda says the most so far of each environment, which serves one invocation after the other: it never falls within \
             one, and a new environment begins anew."
        }
        AmountSource::Docker => " Pages of files that are in use count too.",
        AmountSource::Heroku if amounts.limit.is_some_and(|limit| most > limit) => {
            finding.severity = finding.severity.max(Severity::Warning);
            " It was over its quota (R14): from there on the dyno swaps, and at twice the quota it is ended (R15)."
        }
        AmountSource::Heroku | AmountSource::List | AmountSource::Panel | AmountSource::StatsD => "",
    };
    finding.summary += " What of it is Go's live heap they do not say.";
    finding.action = course.action().to_owned();
    finding.confidence = Confidence::Low;
    finding.bytes = amounts.bytes.last().filter(|_| amounts.is_ordered).or(Some(&most)).map(|bytes| *bytes as i64);
    let of_order = |bytes| Some(bytes).filter(|_| amounts.is_ordered).flatten();
    let (first, last) = (of_order(amounts.bytes.first()), of_order(amounts.bytes.last()));
    let evidence = [("at first", first), ("at last", last), ("at most", Some(&most))];
    for (quantity, bytes) in evidence {
        let bytes = bytes.map(|bytes| Evidence::new(quantity, *bytes, Unit::Bytes).with_source("the text's readings"));
        finding.evidence.extend(bytes);
    }
    Some(finding)
}

/// The same of the number of goroutines.
pub(crate) fn course_of_goroutines(counts: &[f64], name: &str) -> Option<Finding> {
    let course = Course::of_ordered(counts)?;
    let (&first, &last) = (counts.first()?, counts.last()?);
    let (low, high) = extremes(counts);
    let is_many = high >= MANY_GOROUTINES;
    let (title, action) = match course {
        Course::Rises if is_many => (
            format!("Goroutines rise from {first:.0} to {last:.0}, and no slower lately"),
            "Something starts them faster than they end: /debug/pprof/goroutine?debug=2, for `gomem postmortem`, says at which line most of them wait, and \
             who made them; two of them some time apart which grow. If the load does not rise, they never end.",
        ),
        Course::Climbs { falls, low, high } if is_many => (
            format!("Goroutines climb from about {low:.0} to about {high:.0} and are few at once, {falls} times"),
            "Was it started again at each fall? Then they grow until it ends: take /debug/pprof/goroutine?debug=2 before the next one.",
        ),
        Course::Rises | Course::Creeps | Course::Uneven if is_many || last >= 2.0 * first => (
            format!("Goroutines are {first:.0} at first, {last:.0} at last"),
            "Whether they go on so these readings do not tell: two goroutine profiles some time apart (/debug/pprof/goroutine?debug=2) say which grow, and \
             what they wait for.",
        ),
        _ => (
            format!("Goroutines do not grow: {low:.0} to {high:.0}"),
            "It is no leak of goroutines by these readings. What holds memory a heap profile says (/debug/pprof/heap).",
        ),
    };
    let severity = if is_many { course.severity() } else { Severity::Info };
    let mut finding = Finding::new(FindingKind::Printed, severity, title);
    finding.summary = format!("{name}: {} readings, {high:.0} at most.", counts.len());
    if is_many {
        finding.summary += " Each has a stack of 2 KiB at least, and keeps what it refers to.";
    }
    finding.action = action.to_owned();
    finding.confidence = Confidence::Low;
    let evidence = [("goroutines at first", first), ("goroutines at last", last)];
    finding.evidence.extend(
        evidence
            .map(|(quantity, count)| Evidence::new(quantity, count, Unit::Count).with_source("the text's readings")),
    );
    Some(finding)
}

/// What an amount does over its readings.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Course {
    /// It rises again and again, and falls at once: so many times, from and to about so much.
    Climbs {
        falls: usize,
        low: f64,
        high: f64,
    },
    /// It rises, and no slower lately.
    Rises,
    /// The same, by little.
    Creeps,
    /// It is more at last, by few steps or slower lately.
    Uneven,
    Swings {
        low: f64,
        high: f64,
    },
    Falls,
    /// No time says which reading was the first.
    Between {
        low: f64,
        high: f64,
    },
    /// It rose until that reading, by number from 0, and not since.
    LevelsOff {
        since: usize,
    },
    Level,
}

impl Course {
    fn from_amounts(amounts: &Amounts) -> Option<Self> {
        let bytes = amounts.bytes.as_slice();
        let (low, high) = extremes(bytes);
        if bytes.len() >= FEWEST && high > 0.0 && !amounts.is_ordered {
            return Some(if high <= LEVEL * low { Self::Level } else { Self::Between { low, high } });
        }
        Self::of_ordered(bytes)
    }

    /// Of readings in the order of their times.
    fn of_ordered(bytes: &[f64]) -> Option<Self> {
        let (low, high) = extremes(bytes);
        if bytes.len() < FEWEST || high <= 0.0 {
            return None;
        }
        if let Some(climbs) = Self::climbs(bytes) {
            return Some(climbs);
        }
        let spans = lows(bytes);
        let (&first, &last) = (spans.first()?, spans.last()?);
        let most = spans.iter().copied().fold(0.0, f64::max);
        let points: Vec<(f64, f64)> = (0_u32..).map(f64::from).zip(spans.iter().copied()).collect();
        let trend = Trend::new(&points).map_or(0.0, |trend| trend.tau);
        let since = spans.iter().position(|&bytes| bytes >= NEARLY * most)?;
        let is_settled = spans[since..].iter().all(|&bytes| bytes * LEVEL >= most)
            && last - spans[since] < LEAST_OF_PACE * (last - first);
        let after = spans.len() - since;
        if is_settled && high > LEVEL * low && most > LEVEL * first && after >= FEWEST_LEVEL && 3 * after >= spans.len()
        {
            return Some(Self::LevelsOff { since: since * bytes.len() / spans.len() });
        }
        let third = spans[spans.len() - spans.len().div_ceil(3)];
        let goes_on = last >= NEARLY * most && last - third >= LEAST_OF_PACE * (last - first);
        Some(match () {
            () if trend >= TREND && goes_on && last >= LEAST_GROWTH * first => Self::Rises,
            () if trend >= TREND && goes_on => Self::Creeps,
            () if -trend >= TREND => Self::Falls,
            () if high <= LEVEL * low => Self::Level,
            () if trend >= TREND || spans.is_sorted() && last > LEVEL * first => Self::Uneven,
            () => Self::Swings { low, high },
        })
    }

    /// Falls at once by most of what was climbed, each after a climb of several readings.
    fn climbs(bytes: &[f64]) -> Option<Self> {
        let (mut low, mut peak, mut steps, mut climbs) = (bytes[0], bytes[0], 0, Vec::new());
        for pair in bytes.windows(2) {
            if pair[1] <= FALLEN * pair[0] {
                let is_at_once = pair[0] >= NEAR_PEAK * peak && pair[1] - low <= NEAR_BEGIN * (peak - low);
                if is_at_once && steps >= FEWEST_STEPS {
                    climbs.push((low, pair[0]));
                }
                (low, peak, steps) = (pair[1], pair[1], 0);
            } else {
                peak = peak.max(pair[1]);
                steps += usize::from(pair[1] > pair[0]);
            }
        }
        let of = |choose: fn(&(f64, f64)) -> f64| climbs.iter().map(choose).sum::<f64>() / climbs.len().max(1) as f64;
        (climbs.len() >= FEWEST_FALLS).then(|| Self::Climbs {
            falls: climbs.len(),
            low: of(|climb| climb.0),
            high: of(|climb| climb.1),
        })
    }

    /// The worst first.
    fn rank(self) -> u8 {
        match self {
            Self::Rises => 0,
            Self::Climbs { .. } => 1,
            Self::Creeps => 2,
            Self::Uneven => 3,
            Self::Swings { .. } => 4,
            Self::Between { .. } => 5,
            Self::LevelsOff { .. } => 6,
            Self::Falls => 7,
            Self::Level => 8,
        }
    }

    fn severity(self) -> Severity {
        if matches!(self, Self::Rises | Self::Climbs { .. }) { Severity::Warning } else { Severity::Info }
    }

    fn words(self, of: &[f64]) -> String {
        let (first, last) = (of.first().copied().unwrap_or(0.0), of.last().copied().unwrap_or(0.0));
        match self {
            Self::Rises => format!("rises from {} to {}, and no slower lately", bytes(first), bytes(last)),
            Self::Climbs { falls, low, high } => {
                format!("climbs from about {} to about {} and falls at once, {falls} times", bytes(low), bytes(high))
            }
            Self::Creeps => format!("rises slowly, from {} to {}", bytes(first), bytes(last)),
            Self::Uneven => format!("is {} at first, {} at last, and did not rise evenly", bytes(first), bytes(last)),
            Self::Falls => format!("falls from {} to {}", bytes(first), bytes(last)),
            Self::Between { low, high } => {
                format!("is between {} and {}: which reading was the first is not known", bytes(low), bytes(high))
            }
            Self::Swings { low, high } => format!("goes up and down between {} and {}", bytes(low), bytes(high)),
            Self::LevelsOff { since } => {
                format!("rises from {} to {}, and not since reading {}", bytes(first), bytes(last), since + 1)
            }
            Self::Level => format!("stays at {}", bytes(last)),
        }
    }

    fn action(self) -> &'static str {
        match self {
            Self::Rises => {
                "Something is kept, or what Go holds was not needed again yet: two heap profiles some time apart (/debug/pprof/heap), and \
                 `gomem diff`, say which; scrapes of /metrics tell the live heap from the rest. In a function that is called again and again \
                 it is what package variables, clients and caches keep."
            }
            Self::Creeps => {
                "It goes on at its pace, by little: a slow leak does so, and so does a cache that fills, or data that grow. Two heap profiles as far \
                 apart as these readings (/debug/pprof/heap), and `gomem diff`, tell them apart."
            }
            Self::Uneven => {
                "Whether it goes on these readings do not tell: a step is a start, a cache or a spike, or the begin of a leak. More readings would \
                 say, or two heap profiles some time apart (/debug/pprof/heap), and `gomem diff`."
            }
            Self::Between { .. } => {
                "Whether it grows only the order says: give each reading its time. The most is what a limit has to hold."
            }
            Self::Falls => {
                "It is no leak by these readings. What it held at first a heap profile of that time says (/debug/pprof/heap)."
            }
            Self::Climbs { .. } => {
                "Was it started again at each fall (`kubectl describe pod`: Last State, Restart Count)? Then it grows until it is killed: take \
                 three heap profiles before the next end. If not, it is work that comes and goes, which is no leak: size it for the peak."
            }
            Self::Swings { .. } => {
                "What comes and goes is no leak; a limit has to hold the peak. A heap profile at a peak and one between \
                 (/debug/pprof/heap?gc=1), and `gomem diff`, say what the peak is made of."
            }
            Self::LevelsOff { .. } => {
                "It is no leak by these readings: a start, a cache or pool that is full, or a spike whose memory was not given back. Which of \
                 them /metrics says: the live heap, and Sys − HeapReleased beside it. A longer time would show a slow leak."
            }
            Self::Level => {
                "It is no leak by these readings. If it is more than expected, a heap profile (/debug/pprof/heap) says of what it is."
            }
        }
    }
}

/// The least of each of a few spans, where there are many readings: what swings with each GC shows there what stays.
fn lows(bytes: &[f64]) -> Vec<f64> {
    if bytes.len() < 2 * SPANS {
        return bytes.to_vec();
    }
    let span = |at: usize| &bytes[at * bytes.len() / SPANS..(at + 1) * bytes.len() / SPANS];
    (0..SPANS).map(|at| span(at).iter().copied().fold(f64::MAX, f64::min)).collect()
}

fn extremes(bytes: &[f64]) -> (f64, f64) {
    bytes.iter().fold((f64::MAX, 0.0_f64), |(low, high), &bytes| (low.min(bytes), high.max(bytes)))
}

/// What is read, as a sentence's subject.
fn what(amounts: &Amounts, are_several: bool) -> String {
    match (amounts.source, amounts.name.as_str()) {
        (AmountSource::Lambda, stream) => {
            let size = amounts.limit.filter(|_| are_several).map(|size| format!(" at {}", bytes(size)));
            let stream = Some(stream).filter(|stream| !stream.is_empty()).map(|stream| format!(" in `{stream}`"));
            format!("Max Memory Used of Lambda's invocations{}{}", size.unwrap_or_default(), stream.unwrap_or_default())
        }
        (AmountSource::Docker, _) => "What docker stats shows of the container".to_owned(),
        (_, "") => "The memory".to_owned(),
        (AmountSource::Panel, name) => format!("The memory of `{name}`"),
        (AmountSource::Heroku, name) => format!("What is resident of `{name}`"),
        (AmountSource::List | AmountSource::StatsD, name) => format!("`{name}`"),
    }
}

const FEWEST: usize = 4;
/// Readings of what is level differ by less.
const LEVEL: f64 = 1.1;
const NEARLY: f64 = 0.97;
const FEWEST_LEVEL: usize = 3;
const LEAST_GROWTH: f64 = 1.1;
/// Kendall's tau: four readings have it when each is above the one before, chance gives it to twelve in one list of a thousand.
const TREND: f64 = 0.7;
/// A third of the time adds a third of the growth where the pace stays.
const LEAST_OF_PACE: f64 = 0.15;
const FALLEN: f64 = 0.6;
/// Of what was climbed: what falls less, or falls on from less than the peak, does not fall at once.
const NEAR_BEGIN: f64 = 0.4;
const NEAR_PEAK: f64 = 0.8;
const SPANS: usize = 12;
/// A judgement: fewer are what a service has.
const MANY_GOROUTINES: f64 = 500.0;
const FEWEST_STEPS: usize = 4;
const FEWEST_FALLS: usize = 2;
const SHOWN: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    fn course_of(bytes: &[f64]) -> Option<Course> {
        Course::from_amounts(&Amounts { bytes: bytes.to_vec(), is_ordered: true, ..Amounts::default() })
    }

    #[test]
    fn courses_are_told_apart() {
        let saw: Vec<f64> = (0..40).map(|n| 100.0 + 20.0 * f64::from(n % 10)).collect();
        assert_eq!(course_of(&saw), Some(Course::Climbs { falls: 3, low: 100.0, high: 280.0 }));
        for (bytes, course) in [
            (&[60.0, 90.0, 120.0, 150.0, 180.0, 210.0][..], Course::Rises),
            (&[10000.0, 10110.0, 10220.0, 10330.0, 10440.0, 10550.0, 10660.0, 10770.0], Course::Creeps),
            (&[210.0, 180.0, 150.0, 120.0, 90.0, 60.0], Course::Falls),
            (&[50.0, 248.0, 282.0, 282.0, 281.0], Course::LevelsOff { since: 2 }),
            (&[100.0, 103.0, 99.0, 104.0, 101.0], Course::Level),
            (&[100.0, 100.0, 100.0, 100.0, 200.0], Course::Uneven),
            (&[100.0, 200.0, 120.0, 190.0, 110.0, 180.0], Course::Swings { low: 100.0, high: 200.0 }),
            // It fell once, and rises again: nothing is known yet.
            (&[100.0, 150.0, 200.0, 250.0, 300.0, 100.0, 150.0], Course::Swings { low: 100.0, high: 300.0 }),
        ] {
            assert_eq!(course_of(bytes), Some(course), "{bytes:?}");
        }
        // It falls as slowly as it rises.
        let waves: Vec<f64> = (0..60).map(|n| 1000.0 + 900.0 * (f64::from(n) / 3.0).sin()).collect();
        assert!(matches!(course_of(&waves), Some(Course::Swings { .. })), "{:?}", course_of(&waves));
        // Each GC frees a part of what was added.
        let collected: Vec<f64> = (0..60).map(|n| 100.0 + 5.0 * f64::from(n) + 60.0 * f64::from(n % 4)).collect();
        assert_eq!(course_of(&collected), Some(Course::Rises));
        let level: Vec<f64> = (0..60).map(|n| 100.0 + 60.0 * f64::from(n % 4)).collect();
        assert_eq!(course_of(&level), Some(Course::Swings { low: 100.0, high: 280.0 }));
        assert_eq!(course_of(&[1.0, 2.0, 3.0]), None);
        let unordered = Amounts { bytes: vec![60.0, 90.0, 120.0, 150.0], ..Amounts::default() };
        assert_eq!(Course::from_amounts(&unordered), Some(Course::Between { low: 60.0, high: 150.0 }));
    }

    #[test]
    fn goroutines_that_rise_are_told_from_those_that_do_not() {
        let told = |counts: &[f64]| {
            course_of_goroutines(counts, "app.log").map(|finding| (finding.title, finding.severity)).unwrap()
        };
        let rising: Vec<f64> = (0..30).map(|n| 130.0 + 310.0 * f64::from(n) + f64::from(n % 3)).collect();
        let title = "Goroutines rise from 130 to 9122, and no slower lately".to_owned();
        assert_eq!(told(&rising), (title, Severity::Warning));
        assert_eq!(told(&[61.0, 61.0, 62.0, 60.0, 61.0]).0, "Goroutines do not grow: 60 to 62");
        assert_eq!(
            told(&[10.0, 20.0, 30.0, 40.0, 50.0]),
            ("Goroutines are 10 at first, 50 at last".to_owned(), Severity::Info)
        );
    }

    #[test]
    fn the_worst_of_several_is_told() {
        let of = |name: &str, bytes: &[f64]| Amounts {
            name: name.to_owned(),
            source: AmountSource::Panel,
            is_ordered: true,
            bytes: bytes.iter().map(|mebibytes| mebibytes * 1048576.0).collect(),
            ..Amounts::default()
        };
        let all = [of("a", &[5.0, 5.0, 5.0, 5.0]), of("b", &[50.0, 70.0, 90.0, 110.0, 130.0])];
        let finding = course(&all, "x.csv").unwrap();
        assert_eq!(finding.title, "The memory of `b` rises from 50.0 MiB to 130.0 MiB, and no slower lately");
        assert!(finding.summary.contains("Also: The memory of `a` stays at 5.0 MiB."), "{}", finding.summary);
    }
}
