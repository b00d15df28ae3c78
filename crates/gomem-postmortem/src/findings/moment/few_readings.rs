//! A heap, or a number of goroutines, that grows in each of a few readings, too few for the rules.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_metrics::{Diagnosis, GoState, Quantity, Rule, Verdict};
use gomem_statistics::{later_pace, widest_gap};
use gomem_table::{MIB, Unit};

use crate::findings::{
    finding::{Finding, FindingKind},
    live_heap::{MOST_OF_THE_TIME, SLOW},
};

/// What survives GC, or the goal that it sets, where it is more after each GC that is seen and the rule of leaks could not judge.
pub(crate) fn few_readings(state: &GoState, diagnosis: Option<&Diagnosis>) -> Option<Finding> {
    if !is_open(diagnosis?, Rule::LiveHeapLeak) || sets_goal_otherwise(state) {
        return None;
    }
    let (quantity, points) = [Quantity::HeapLiveBytes, Quantity::HeapGoalBytes]
        .into_iter()
        .map(|quantity| (quantity, after_each_gc(state, quantity)))
        .find(|(_, points)| points.len() >= FEWEST)?;
    let (&(begin, first), &(end, last)) = (points.first()?, points.last()?);
    let rows = state.segments().pop()?;
    let length = (*state.times_ms().get(rows.end.checked_sub(1)?)? - *state.times_ms().get(rows.start)?) as f64 / 1e3;
    let grows = points.windows(2).all(|pair| pair[0].1 < pair[1].1) && last >= LEAST_FACTOR * first;
    let goes_on = later_pace(&points, 0.0).is_some_and(|share| share >= SLOW)
        && widest_gap(&points).is_some_and(|share| share <= MOST_OF_THE_TIME)
        && end - begin >= MOST_OF_THE_TIME * length;
    if !grows || !goes_on || last - first < LEAST_MORE {
        return None;
    }
    let what = match quantity {
        Quantity::HeapLiveBytes => "What survives GC",
        _ => "The heap's goal, which what survives GC sets,",
    };
    let shown = |bytes: f64| Unit::Bytes.humanize(bytes);
    let title = format!("{what} is more after each of {} GCs: {} → {}", points.len(), shown(first), shown(last));
    let mut finding = Finding::new(FindingKind::Runtime, Severity::Info, title);
    let steps: Vec<String> = points.iter().map(|point| shown(point.1)).take(MOST_SHOWN).collect();
    let more = if points.len() > MOST_SHOWN { " …" } else { "" };
    finding.summary = format!(
        "{}{more} in {}. So few GCs do not tell a leak from a start, or from a cache that fills up.",
        steps.join(" → "),
        Unit::Seconds.humanize(end - begin)
    );
    finding.action = "Read on for as long again: if it has grown by as much again, it leaks. Two heap profiles some time apart, and `gomem \
                      diff`, say what grows."
        .to_owned();
    finding.confidence = Confidence::Low;
    finding.evidence = course([("at first", first), ("at last", last)], Unit::Bytes);
    Some(finding)
}

/// What is on the heap, live and dead, where it is more in each reading, with GC between any two: the live part is not exported, and
/// garbage alone would be less in some.
pub(crate) fn few_amounts(state: &GoState, diagnosis: Option<&Diagnosis>) -> Option<Finding> {
    let is_known = |quantity| state.values(quantity).iter().any(Option::is_some);
    let says_live = is_known(Quantity::HeapLiveBytes) || is_known(Quantity::HeapGoalBytes);
    (is_open(diagnosis?, Rule::LiveHeapLeak) && !says_live).then_some(())?;
    let rows = state.segments().pop()?;
    let (values, cycles, times) =
        (state.values(Quantity::HeapObjectsBytes), state.values(Quantity::GcCyclesTotal), state.times_ms());
    let begin = *times.get(rows.start)?;
    let at = |row: usize| {
        let seconds = (*times.get(row)? - begin) as f64 / 1e3;
        Some((seconds, (*values.get(row)?)?, (*cycles.get(row)?)?))
    };
    let all: Vec<(f64, f64, f64)> = rows.clone().map(at).collect::<Option<_>>()?;
    let (&(_, first, _), &(end, last, _)) = (all.first()?, all.last()?);
    let rises = |pair: &[(f64, f64, f64)]| pair[1].1 > pair[0].1 && pair[1].2 > pair[0].2;
    let points: Vec<(f64, f64)> = all.iter().map(|&(time, bytes, _)| (time, bytes)).collect();
    let goes_on = later_pace(&points, 0.0).is_some_and(|share| share >= SLOW);
    let grows = all.len() >= FEWEST_COUNTS && all.windows(2).all(rises) && last >= LEAST_FACTOR * first;
    if !grows || !goes_on || last - first < LEAST_MORE {
        return None;
    }
    let shown = |bytes: f64| Unit::Bytes.humanize(bytes);
    let title = format!(
        "Objects on the heap are more in each of {} readings, with GC between: {} → {}",
        all.len(),
        shown(first),
        shown(last)
    );
    let severity = if end >= LONGER_THAN_START { Severity::Warning } else { Severity::Info };
    let mut finding = Finding::new(FindingKind::Runtime, severity, title);
    finding.summary = format!(
        "{} GCs ran in {}. Objects count dead ones too; were those all that grows, some reading right after a GC would be less.",
        Unit::Count.humanize(all.last()?.2 - all.first()?.2),
        Unit::Seconds.humanize(end)
    );
    let goroutines: Vec<f64> = rows.filter_map(|row| *state.values(Quantity::Goroutines).get(row)?).collect();
    if let (Some(before), Some(now)) = (goroutines.first(), goroutines.last()) {
        let course = if now < &(LEAST_FACTOR * before) { "are no more than before" } else { "are more, too" };
        finding.summary += &format!(" Goroutines {course}: {before:.0} at first, {now:.0} at last.");
    }
    finding.action = "Two heap profiles some time apart (/debug/pprof/heap), and `gomem diff`, say what grows. See what the program counts of its own (entries, \
                      sessions, leases) and rises as fast. Whether it ends, as a cache does that fills up, only a longer time says."
        .to_owned();
    finding.confidence = Confidence::Low;
    finding.evidence = course([("at first", first), ("at last", last)], Unit::Bytes);
    Some(finding)
}

/// Goroutines that are more in each reading, where the rule had too few to judge.
pub(crate) fn few_counts(state: &GoState, diagnosis: Option<&Diagnosis>) -> Option<Finding> {
    is_open(diagnosis?, Rule::GoroutineLeak).then_some(())?;
    let rows = state.segments().pop()?;
    let (values, times) = (state.values(Quantity::Goroutines), state.times_ms());
    let begin = *times.get(rows.start)?;
    let at = |row: usize| Some(((*times.get(row)? - begin) as f64 / 1e3, (*values.get(row)?)?));
    let points: Vec<(f64, f64)> = rows.filter_map(at).collect();
    let (&(_, first), &(end, last)) = (points.first()?, points.last()?);
    let grows = points.len() >= FEWEST_COUNTS && points.windows(2).all(|pair| pair[0].1 < pair[1].1);
    let goes_on = later_pace(&points, 0.0).is_some_and(|share| share >= SLOW);
    if !grows || !goes_on || last - first < LEAST_GOROUTINES || last < 2.0 * first {
        return None;
    }
    let title = format!("Goroutines are more in each of {} readings: {first:.0} → {last:.0}", points.len());
    let mut finding = Finding::new(FindingKind::Runtime, Severity::Warning, title);
    finding.summary = format!(
        "{:.1} a second more are started than end, over {}. So few readings do not tell a leak from a load that rises.",
        (last - first) / end.max(f64::MIN_POSITIVE),
        Unit::Seconds.humanize(end)
    );
    finding.action =
        format!("{TAKE_GOROUTINES} If they are as many more after as long again, and the load is not, they never end.");
    finding.confidence = Confidence::Low;
    finding.evidence = course([("goroutines at first", first), ("goroutines at last", last)], Unit::Count);
    Some(finding)
}

/// Very many goroutines in the last of the readings, where the rule had too few to judge.
pub(crate) fn many_goroutines(state: &GoState, diagnosis: Option<&Diagnosis>) -> Option<Finding> {
    is_open(diagnosis?, Rule::GoroutineLeak).then_some(())?;
    let count = state.last(Quantity::Goroutines).filter(|&count| count >= MANY_GOROUTINES)?;
    let stacks = state.last(Quantity::StackInuseBytes);
    let shown = |bytes: f64| Unit::Bytes.humanize(bytes);
    let of_stacks = stacks.map_or_else(String::new, |stacks| format!(": their stacks take {}", shown(stacks)));
    let share = stacks.zip(state.last(Quantity::HeldBytes)).map(|(stacks, held)| stacks / held);
    let severity = if share.is_some_and(|share| share >= MUCH_OF_HELD) { Severity::Warning } else { Severity::Info };
    let mut finding = Finding::new(FindingKind::Runtime, severity, format!("{count:.0} goroutines{of_stacks}"));
    let each = stacks.map_or_else(String::new, |stacks| format!("{} of stack for each. ", shown(stacks / count)));
    finding.summary = format!(
        "{each}Each holds what it refers to, too: connections, buffers, requests. So few readings do not say whether they are more and more."
    );
    finding.action = TAKE_GOROUTINES.to_owned();
    finding.confidence = Confidence::Medium;
    finding.evidence.push(Evidence::new("goroutines", count, Unit::Count).with_source("metrics"));
    Some(finding)
}

fn course(ends: [(&'static str, f64); 2], unit: Unit) -> Vec<Evidence> {
    ends.map(|(quantity, value)| Evidence::new(quantity, value, unit).with_source("metrics")).into()
}

/// Whether a rule was asked, and could judge nowhere.
pub(crate) fn is_open(diagnosis: &Diagnosis, rule: Rule) -> bool {
    let mut verdicts =
        diagnosis.judgements().iter().filter(|told| told.rule == rule).map(|told| told.verdict).peekable();
    verdicts.peek().is_some()
        && verdicts.all(|verdict| matches!(verdict, Verdict::Insufficient | Verdict::NotEvaluable))
}

/// Whether something else than what survives sets the goal, or may do so.
fn sets_goal_otherwise(state: &GoState) -> bool {
    let percents = state.values(Quantity::GogcPercent).iter().flatten();
    let (least, most) = percents.fold((f64::MAX, 0.0_f64), |(least, most), &gogc| (least.min(gogc), most.max(gogc)));
    least < most
}

/// The quantity after each GC that is seen since the last restart: seconds, and bytes.
fn after_each_gc(state: &GoState, quantity: Quantity) -> Vec<(f64, f64)> {
    let Some(rows) = state.segments().pop() else { return Vec::new() };
    let (values, times) = (state.values(quantity), state.times_ms());
    let Some(&begin) = times.get(rows.start) else { return Vec::new() };
    let at = |row: usize| Some(((*times.get(row)? - begin) as f64 / 1e3, (*values.get(row)?)?));
    let mut points: Vec<(f64, f64)> = rows.filter_map(at).filter(|point| point.1 < LARGEST_GOAL).collect();
    points.dedup_by(|later, earlier| later.1 == earlier.1);
    points
}

/// Two always rise or fall.
const FEWEST: usize = 3;
/// By chance five follow each other so once in 120 times.
const FEWEST_COUNTS: usize = 5;
const LEAST_GOROUTINES: f64 = 100.0;
/// Seconds: within less a program may still be loading what it needs.
pub(crate) const LONGER_THAN_START: f64 = 600.0;
const MOST_SHOWN: usize = 6;
const LEAST_FACTOR: f64 = 1.5;
const LEAST_MORE: f64 = 8.0 * MIB;
/// Without a limit and without GOGC the goal has no end.
const LARGEST_GOAL: f64 = 1e15;
pub(crate) const TAKE_GOROUTINES: &str = "Take a goroutine profile (/debug/pprof/goroutine?debug=2): it says at which line most of them wait, and who made them.";
/// A judgement: more than a busy server's connections are as a rule.
const MANY_GOROUTINES: f64 = 10_000.0;
/// A judgement.
const MUCH_OF_HELD: f64 = 0.1;

#[cfg(test)]
mod tests {
    use gomem_metrics::{DiagnoseOptions, Metrics};

    use super::*;

    /// What is told of these goals, in MiB, one each ten seconds.
    fn title(goals: &[u64]) -> Option<String> {
        let mut metrics = Metrics::new();
        for (step, goal) in (0_i64..).zip(goals) {
            let text = format!(
                "go_memstats_next_gc_bytes {}\ngo_gc_gogc_percent 100\ngo_gc_duration_seconds_count {step}\n",
                goal << 20
            );
            metrics.push_scrape(step * 10_000, text.as_bytes()).unwrap();
        }
        let state = metrics.state();
        let diagnosis = Diagnosis::from_state(&state, DiagnoseOptions::default());
        few_readings(&state, Some(&diagnosis)).map(|finding| finding.title)
    }

    #[test]
    fn what_is_more_after_each_gc_is_told() {
        let told = title(&[30, 60, 85, 120]).unwrap();
        assert!(told.ends_with("is more after each of 4 GCs: 30.0 MiB → 120.0 MiB"), "{told}");
    }

    #[test]
    fn goroutines_that_are_more_in_each_reading_are_told() {
        let title = |counts: &[u64]| {
            let mut metrics = Metrics::new();
            for (step, count) in (0_i64..).zip(counts) {
                metrics.push_scrape(step * 7000, format!("go_goroutines {count}\n").as_bytes()).unwrap();
            }
            let state = metrics.state();
            few_counts(&state, Some(&Diagnosis::from_state(&state, DiagnoseOptions::default())))
                .map(|finding| finding.title)
        };
        assert_eq!(
            title(&[10, 114, 218, 325, 430]).as_deref(),
            Some("Goroutines are more in each of 5 readings: 10 → 430")
        );
        assert_eq!(title(&[10, 114, 218, 325]), None, "too few");
        assert_eq!(title(&[10, 300, 410, 420, 425, 427]), None, "they level off");
        assert_eq!(title(&[10, 114, 110, 325, 430]), None);
        assert_eq!(title(&[910, 940, 980, 1010, 1050]), None, "a little");
    }

    #[test]
    fn objects_that_are_more_in_each_reading_are_told() {
        let told = |rows: &[(u64, u64)]| {
            let mut metrics = Metrics::new();
            for (step, (mebibytes, cycles)) in (0_i64..).zip(rows) {
                let text = format!(
                    "go_memstats_alloc_bytes {}\ngo_gc_duration_seconds_count {cycles}\ngo_goroutines 61\n",
                    mebibytes << 20
                );
                metrics.push_scrape(step * 3_600_000, text.as_bytes()).unwrap();
            }
            let state = metrics.state();
            few_amounts(&state, Some(&Diagnosis::from_state(&state, DiagnoseOptions::default())))
        };
        let grows = told(&[(2400, 10), (3000, 60), (3700, 120), (4200, 160), (4900, 220), (5500, 280)]).unwrap();
        assert_eq!(
            grows.title,
            "Objects on the heap are more in each of 6 readings, with GC between: 2.3 GiB → 5.4 GiB"
        );
        assert!(grows.summary.contains("no more than before: 61 at first"), "{}", grows.summary);
        for rows in [
            // Up and down, no GC between two of them, too few, and one that fills up.
            [(2400, 10), (3000, 60), (2900, 120), (4200, 160), (4900, 220), (5500, 280)].as_slice(),
            &[(2400, 10), (3000, 10), (3700, 120), (4200, 160), (4900, 220), (5500, 280)],
            &[(2400, 10), (3000, 60), (3700, 120), (5500, 280)],
            &[(2400, 10), (4800, 60), (4900, 120), (4910, 160), (4920, 220), (4930, 280)],
        ] {
            assert!(told(rows).is_none(), "{rows:?}");
        }
    }

    #[test]
    fn what_falls_stays_or_grew_at_first_only_is_not() {
        assert_eq!(title(&[30, 60, 55, 120]), None);
        assert_eq!(title(&[30, 32, 34, 36]), None, "a little");
        assert_eq!(title(&[30, 60, 85, 85, 85, 85, 85]), None, "it was loaded");
        assert_eq!(title(&[30, 90, 100, 104]), None, "it fills up");
        assert_eq!(title(&[30, 90]), None);
    }

    #[test]
    fn very_many_goroutines_are_told_of_one_scrape() {
        let told = |goroutines: u32, sys: f64| {
            let text = format!(
                "go_goroutines {goroutines}\ngo_memstats_stack_inuse_bytes 1.6e9\ngo_memstats_sys_bytes {sys}\ngo_memstats_heap_released_bytes 0\n"
            );
            let mut metrics = Metrics::new();
            metrics.push_scrape(1000, text.as_bytes()).unwrap();
            let state = metrics.state();
            let diagnosis = Diagnosis::from_state(&state, DiagnoseOptions::default());
            many_goroutines(&state, Some(&diagnosis)).map(|finding| (finding.title, finding.severity))
        };
        let title = "200000 goroutines: their stacks take 1.5 GiB".to_owned();
        assert_eq!(told(200_000, 9e9), Some((title.clone(), Severity::Warning)));
        assert_eq!(told(200_000, 9e10), Some((title, Severity::Info)));
        assert_eq!(told(9000, 9e9), None);
    }
}
