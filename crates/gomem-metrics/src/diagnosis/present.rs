//! What holds now, and since when: a rule is asked of one piece of a run after the other, and the last that agree are the present.

use std::ops::Range;

use gomem_table::Unit;

use crate::{
    analysis::Window,
    rules::{Opinion, Verdict},
};

/// What a rule makes of a run as it is now, and the rows that it goes by.
pub(super) struct Present {
    pub(super) opinion: Opinion,
    pub(super) rows: Range<usize>,
}

/// Pieces in a row of which a rule says the same.
#[derive(Debug, Clone, PartialEq)]
struct Stretch {
    rows: Range<usize>,
    verdict: Verdict,
}

type Find = fn(&Window<'_>) -> Opinion;

impl Present {
    /// Of a rule that looks at a state. What holds for less than a sixth of the run is too short to be told from a spike; what
    /// comes and goes is judged as it is on the whole, over the later half.
    pub(super) fn of_state(run: &Window<'_>, find: Find) -> Self {
        let whole = run.rows.clone();
        let stretches = stretches(run, find);
        let Some(last) = stretches.last() else { return Self { opinion: find(run), rows: whole } };
        let before = stretches.iter().rev().nth(1);
        match before {
            _ if stretches.len() > MOST_STRETCHES => Self { opinion: find(&run.later_half()), rows: whole },
            Some(before) if is_brief(&last.rows, run) => Self::of_brief(run, find, before, last),
            None if last.verdict == Verdict::Clear => Self { opinion: of_one_stretch(run, find, last), rows: whole },
            _ => {
                let opinion = of_stretch(run, find, last);
                let rows = if before.is_some() { last.rows.clone() } else { whole };
                let opinion = match before {
                    None => opinion,
                    Some(_) if opinion.verdict == Verdict::Fired => since(opinion, run, &rows),
                    Some(before) => ended(opinion, run, &of_stretch(run, find, before), before.rows.end),
                };
                Self { opinion, rows }
            }
        }
    }

    /// Of a rule that looks at the course of a run, and tells itself since when.
    pub(super) fn of_course(run: &Window<'_>, find: Find) -> Self {
        let rows = run.rows.clone();
        let opinion = find(run);
        let earlier = EARLIER.iter().filter(|_| opinion.verdict == Verdict::Clear).find_map(|share| {
            let end = rows.start + (share * rows.len() as f64) as usize;
            let earlier = find(&run.stretch(rows.start..end));
            (earlier.verdict == Verdict::Fired).then_some((earlier, end))
        });
        let opinion = match earlier {
            Some((earlier, end)) => ended(opinion, run, &earlier, end),
            None => opinion,
        };
        Self { opinion, rows }
    }

    /// Of a state that changed a moment ago: what was before stands if it holds with what came since.
    fn of_brief(run: &Window<'_>, find: Find, before: &Stretch, last: &Stretch) -> Self {
        let rows = before.rows.start..last.rows.end;
        let both = find(&run.stretch(rows.clone()));
        if before.verdict == Verdict::Fired && both.verdict == Verdict::Fired {
            return Self { opinion: both, rows };
        }
        let now = find(&run.stretch(last.rows.clone()));
        let seconds = run.since_begin(rows.end - 1) - run.since_begin(last.rows.start);
        let opinion = now.undecided(&format!("too short a time to tell, the last {} only", duration(seconds)));
        Self { opinion, rows: last.rows.clone() }
    }
}

/// From the end on, each of as few pieces as can be judged; those that say the same are one, and what is brief between two that
/// agree is passed over.
fn stretches(run: &Window<'_>, find: Find) -> Vec<Stretch> {
    let pieces = run.pieces();
    let mut found: Vec<Stretch> = Vec::new();
    let mut end = run.rows.end;
    for piece in pieces.iter().rev() {
        let rows = piece.start..end;
        let opinion = find(&run.stretch(rows.clone()));
        if opinion.is_judged() {
            end = (rows.start + 1).min(rows.end);
            found.push(Stretch { rows, verdict: opinion.verdict });
        }
    }
    found.reverse();
    let mut merged = merged(found);
    while let Some(brief) = (1..merged.len().saturating_sub(1)).find(|&index| is_brief(&merged[index].rows, run)) {
        merged[brief].verdict = merged[brief - 1].verdict;
        merged = self::merged(merged);
    }
    merged
}

fn merged(stretches: Vec<Stretch>) -> Vec<Stretch> {
    let mut merged: Vec<Stretch> = Vec::new();
    for stretch in stretches {
        match merged.last_mut() {
            Some(last) if last.verdict == stretch.verdict => last.rows.end = stretch.rows.end,
            _ => merged.push(stretch),
        }
    }
    merged
}

fn is_brief(rows: &Range<usize>, run: &Window<'_>) -> bool {
    rows.len() * BRIEF < run.rows.len()
}

/// The numbers of a stretch are those of its part in the later half of the run, where there is enough in it.
fn of_stretch(run: &Window<'_>, find: Find, stretch: &Stretch) -> Opinion {
    let later = run.later_half().rows.start.max(stretch.rows.start)..stretch.rows.end;
    let opinion = (later.len() > 1).then(|| find(&run.stretch(later)));
    opinion
        .filter(|opinion| opinion.verdict == stretch.verdict)
        .unwrap_or_else(|| find(&run.stretch(stretch.rows.clone())))
}

/// Clear all the time. Of a run that is too short for pieces, the later half may say otherwise: then nothing is known of now.
fn of_one_stretch(run: &Window<'_>, find: Find, stretch: &Stretch) -> Opinion {
    let opinion = of_stretch(run, find, stretch);
    let begin = run.rows.end - run.rows.len().div_ceil(2);
    let lately = (run.pieces().len() == 1).then(|| find(&run.stretch(begin..run.rows.end)));
    match lately.filter(|lately| lately.verdict == Verdict::Fired) {
        Some(lately) => lately.undecided("there are too few scrapes to tell since when"),
        None => opinion,
    }
}

fn since(opinion: Opinion, run: &Window<'_>, rows: &Range<usize>) -> Opinion {
    let seconds = run.since_begin(rows.end - 1) - run.since_begin(rows.start);
    let more = format!(", for the last {}", duration(seconds));
    opinion.adding(&more).with("lasts_seconds", seconds, Unit::Seconds)
}

/// What was so in the past is told where it is not so any more.
fn ended(now: Opinion, run: &Window<'_>, was: &Opinion, end: usize) -> Opinion {
    if now.verdict != Verdict::Clear || was.verdict != Verdict::Fired {
        return now;
    }
    let seconds = run.since_begin(run.rows.end - 1) - run.since_begin(end.saturating_sub(1).max(run.rows.start));
    let more = format!("; it is over since {}, before that: {}", duration(seconds), was.summary);
    now.adding(&more).with("over_for_seconds", seconds, Unit::Seconds)
}

/// As people say it.
fn duration(seconds: f64) -> String {
    match seconds {
        ..120.0 => format!("{seconds:.0} s"),
        ..7200.0 => format!("{:.0} min", seconds / 60.0),
        _ => format!("{:.1} h", seconds / 3600.0),
    }
}

/// A sixth of a run.
const BRIEF: usize = 6;
/// A state that came and went is three stretches; more are a change to and fro.
const MOST_STRETCHES: usize = 3;
/// Shares of a run at whose end its course may have changed.
const EARLIER: [f64; 2] = [2.0 / 3.0, 0.5];
