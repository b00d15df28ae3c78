//! A lock that is not let go: goroutines have waited for it for many minutes.

use std::sync::Arc;

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_pprof::{Profile, Sample};
use gomem_symbol::Symbol;
use gomem_table::Unit;

use crate::{
    attribution::Place,
    findings::{
        finding::{Finding, FindingKind},
        goroutines::groups_of,
    },
};

/// By the dump in which somebody has waited longest; nothing where another finding stands at that line.
pub(crate) fn stuck_lock(dumps: &[Arc<Profile>], findings: &[Finding]) -> Option<Finding> {
    let longest = |dump: &Profile| dump.samples().filter_map(minutes_for_lock).max();
    let (dump, minutes) = dumps.iter().filter_map(|dump| Some((dump, longest(dump)?))).max_by_key(|found| found.1)?;
    let waiting = || dump.samples().filter(|sample| minutes_for_lock(*sample).is_some());
    let groups = groups_of(dump, waiting());
    let (most, count) = groups.first()?;
    if findings.iter().any(|finding| finding.place.as_ref() == Some(&most.at)) {
        return None;
    }
    let all: i64 = groups.iter().map(|group| group.1).sum();
    let whom = if all == 1 { "a goroutine waits".to_owned() } else { format!("{all} goroutines wait") };
    let time = Unit::Seconds.humanize(minutes as f64 * 60.0);
    let title = format!("A lock is not let go: {whom} for it for up to {time}, at {}", most.at.short());
    let mut finding = Finding::new(FindingKind::Runtime, Severity::Warning, title);
    finding.summary = format!("{count} {}.", most.text());
    if let Some(holder) = holder(dump, waiting().next()?) {
        finding.summary += &format!(
            " Another one stands in `{}` at `{}`, of the same type, and waits for no lock: it may hold it.",
            holder.short_function(),
            holder.short()
        );
    }
    finding.action = "Find who holds it: a goroutine of the same dump that is between Lock and Unlock and waits for something else (a channel, \
                      the network), or a path that returns or panics without Unlock (`defer` it). What comes after waits too, and keeps \
                      its memory."
        .to_owned();
    finding.confidence = Confidence::Medium;
    finding.evidence = vec![
        Evidence::new("longest wait for a lock", minutes as f64 * 60.0, Unit::Seconds).with_source(DUMP),
        Evidence::new("goroutines that wait for a lock so long", all as f64, Unit::Count).with_source(DUMP),
    ];
    finding.confounders.push("a lock that is meant to be held for long, as by a leader, looks the same".to_owned());
    finding.place = Some(most.at.clone());
    Some(finding)
}

/// For how long a goroutine has waited for a lock, where that is long.
fn minutes_for_lock(sample: Sample<'_>) -> Option<i64> {
    let minutes = sample.labels().find(|label| label.key == WAIT)?.number;
    (minutes >= LONG && place_of_lock(sample).is_some()).then_some(minutes)
}

/// How many frames from the top a goroutine asks for a lock.
fn place_of_lock(sample: Sample<'_>) -> Option<usize> {
    sample
        .frames()
        .take(DEEPEST)
        .position(|line| line.function().is_some_and(|function| LOCKS.contains(&function.name())))
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

/// What profiles call the minutes of a wait.
const WAIT: &str = "wait";
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
