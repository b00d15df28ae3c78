//! A lock that is not let go: goroutines have waited for it for many minutes.

use std::sync::Arc;

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_pprof::{Line, Profile, Sample};
use gomem_symbol::Symbol;
use gomem_table::Unit;

use crate::{
    attribution::Place,
    findings::{
        finding::{Finding, FindingKind},
        goroutine::{
            wait::{Wait, minutes, minutes_in_words},
            waiting::groups_of,
        },
    },
};

/// By the dump in which most wait at one place; nothing where another finding stands at that line.
pub(crate) fn stuck_lock(dumps: &[Arc<Profile>], findings: &[Finding]) -> Option<Finding> {
    let groups = dumps.iter().map(|dump| (dump, waiting(dump)));
    let (dump, groups) = groups.max_by_key(|(_, groups)| groups.first().map_or(0, |group| group.1))?;
    let (most, count) = groups.first()?;
    if findings.iter().any(|finding| finding.place.as_ref() == Some(&most.at)) {
        return None;
    }
    let of_place = || dump.samples().filter(|&sample| minutes_for_lock(sample).is_some() && is_at(sample, &most.at));
    let minutes = of_place().filter_map(minutes_for_lock).max()?;
    let whom = if *count == 1 { "a goroutine waits".to_owned() } else { format!("{count} goroutines wait") };
    let time = minutes_in_words(minutes);
    let title = format!("A lock is not let go: {whom} for it for up to {time}, at {}", most.at.short());
    let mut finding = Finding::new(FindingKind::Runtime, Severity::Warning, title);
    finding.summary = format!("{count} {}.", most.text());
    if let Some(holder) = of_place().next().and_then(|sample| holder(dump, sample)) {
        finding.summary += &format!(
            " Another one stands in `{}` at `{}`, of the same type, and waits for no lock: it may hold it.",
            holder.short_function(),
            holder.short()
        );
    }
    let others: i64 = groups.iter().skip(1).map(|group| group.1).sum();
    if others > 0 {
        finding.summary += &format!(" {others} more wait as long for locks at other places.");
    }
    finding.action = "Find who holds it: a goroutine of the same dump that is between Lock and Unlock and waits for something else (a channel, \
                      the network), or a path that returns or panics without Unlock (`defer` it). What comes after waits too, and keeps \
                      its memory."
        .to_owned();
    finding.confidence = Confidence::Medium;
    finding.evidence = vec![
        Evidence::new("longest wait for a lock", minutes as f64 * 60.0, Unit::Seconds).with_source(DUMP),
        Evidence::new("goroutines that wait there so long", *count as f64, Unit::Count).with_source(DUMP),
    ];
    finding.confounders.push("a lock that is meant to be held for long, as by a leader, looks the same".to_owned());
    finding.place = Some(most.at.clone());
    Some(finding)
}

/// What waits for locks for long, the most at one place first.
fn waiting(dump: &Profile) -> Vec<(Wait, i64)> {
    groups_of(dump, dump.samples().filter(|sample| minutes_for_lock(*sample).is_some()))
}

fn is_at(sample: Sample<'_>, place: &Place) -> bool {
    sample.frames().any(|line| Place::from_frame(line) == *place)
}

/// For how long a goroutine has waited for a lock, where that is long.
fn minutes_for_lock(sample: Sample<'_>) -> Option<i64> {
    minutes(sample).filter(|minutes| *minutes >= LONG && place_of_lock(sample).is_some())
}

/// How many frames from the top a goroutine asks for a lock: `RWMutex.Lock` and `Mutex.Lock` call others of them.
fn place_of_lock(sample: Sample<'_>) -> Option<usize> {
    let is_lock = |line: Line<'_>| line.function().is_some_and(|function| LOCKS.contains(&function.name()));
    let near = sample.frames().take(DEEPEST).enumerate().filter(|(_, line)| is_lock(*line));
    near.map(|(at, _)| at).last()
}

/// Who asked for the lock: a method, by its package and receiver.
fn type_of(name: &str) -> Option<(String, String)> {
    let symbol = Symbol::decode(name);
    Some((symbol.package().to_owned(), symbol.receiver()?.to_owned()))
}

/// A goroutine within a method of the same type that waits for something else.
fn holder(dump: &Profile, waiting: Sample<'_>) -> Option<Place> {
    let asker = waiting.frames().nth(place_of_lock(waiting)? + 1)?.function()?.name();
    let of_type = type_of(asker)?;
    let others = dump.samples().filter(|sample| place_of_lock(*sample).is_none());
    let within = |sample: Sample<'_>| {
        let line = sample
            .frames()
            .find(|line| line.function().is_some_and(|function| type_of(function.name()).as_ref() == Some(&of_type)))?;
        Some(Place::from_frame(line))
    };
    others.filter_map(within).next()
}

/// A judgement: nobody waits so long for what is let go.
const LONG: i64 = 10;
/// `Lock`, and what the runtime and `sync` have above it.
const DEEPEST: usize = 8;
const LOCKS: [&str; 5] = [
    "sync.(*Mutex).Lock",
    "sync.(*RWMutex).Lock",
    "sync.(*RWMutex).RLock",
    "internal/sync.(*Mutex).Lock",
    "internal/sync.(*Mutex).lockSlow",
];
const DUMP: &str = "goroutine dump";
