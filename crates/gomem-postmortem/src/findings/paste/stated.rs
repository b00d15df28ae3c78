//! What a person prints of `runtime.MemStats`: where the memory is that Go took, and beside it what the kernel counts.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_metrics::Component;
use gomem_table::{MIB, Unit};

use crate::{
    bundle::{Field, Reading, StatedMemory},
    findings::{
        finding::{Finding, FindingKind},
        moment::snapshot::{GIVEN_BACK, advice_on},
        sentence::bytes,
    },
};

/// What the last reading says, and how it came there; `resident` is what the text says beside it.
pub(crate) fn stated(stated: &StatedMemory, name: &str, resident: Option<f64>) -> Option<Finding> {
    let last = stated.readings.last()?;
    let resident = last.of(Field::Resident).or(resident);
    let part = outside_that_grows(&stated.readings);
    let part = part.or_else(|| objects_that_stay(&stated.readings));
    let part = part.or_else(|| kept_by_map(stated)).or_else(|| slots_that_stay(&stated.readings));
    let part = part.or_else(|| largest(last, resident))?;
    let mut finding = Finding::new(FindingKind::Printed, part.severity, part.title);
    finding.summary = format!("{name}: {}.", in_words(last, resident));
    finding.summary += &over_readings(&stated.readings);
    finding.action = part.action;
    finding.confidence = Confidence::Medium;
    finding.bytes = Some(part.bytes as i64);
    let evidence = [("held by Go", last.held()), ("objects, live and dead", last.objects()), ("resident", resident)];
    for (quantity, bytes) in evidence {
        let bytes = bytes.map(|bytes| Evidence::new(quantity, bytes, Unit::Bytes).with_source("printed MemStats"));
        finding.evidence.extend(bytes);
    }
    finding.confounders.push("numbers that a person printed have neither a time nor a GC beside them".to_owned());
    Some(finding)
}

struct Part {
    title: String,
    action: String,
    bytes: f64,
    severity: Severity,
}

impl Part {
    fn new(title: String, action: &str, bytes: f64) -> Self {
        Self { title, action: action.to_owned(), bytes, severity: Severity::Info }
    }
}

/// What is resident beyond what Go holds, where that alone rises.
fn outside_that_grows(readings: &[Reading]) -> Option<Part> {
    // Without HeapReleased all that Go took is the most that it may hold.
    let held = |reading: &Reading| reading.held().or(reading.of(Field::Sys));
    let of = |reading: &Reading| Some(((reading.of(Field::Resident)? - held(reading)?).max(0.0), held(reading)?));
    let pairs: Vec<(f64, f64)> = readings.iter().map(of).collect::<Option<_>>()?;
    let (first, held_first) = *pairs.first().filter(|_| pairs.len() >= FEWEST_READINGS)?;
    let (last, held) = *pairs.last()?;
    let rises = pairs.windows(2).all(|pair| pair[1].0 >= pair[0].0);
    let grown = last - first;
    let is_it = rises && grown >= LEAST_GROWTH && grown >= 0.2 * first && (held - held_first).abs() < 0.5 * grown;
    is_it.then(|| {
        let title = format!(
            "What is outside of Go grows: {} at first, {} at last; Go holds {}",
            bytes(first),
            bytes(last),
            bytes(held)
        );
        Part { severity: Severity::Warning, ..Part::new(title, advice_on(Component::OffHeap), last) }
    })
}

/// Objects that are more in each reading, though GC ran meanwhile: what was ever allocated tells whether any of it was freed.
fn objects_that_stay(readings: &[Reading]) -> Option<Part> {
    let of = |reading: &Reading| Some((reading.objects()?, reading.of(Field::NumGc)?));
    let all: Vec<(f64, f64)> = readings.iter().map(of).collect::<Option<_>>()?;
    let (&(first, _), &(last, cycles)) = (all.first()?, all.last()?);
    let ran = |pair: &[(f64, f64)]| pair[1].0 > pair[0].0 && pair[1].1 > pair[0].1;
    let grows = all.len() >= FEWEST_SAME && all.windows(2).all(ran);
    if !grows || last - first < LEAST || last < LEAST_STAYING * first {
        return None;
    }
    let title = format!(
        "Objects are more in each of {} readings, with GC between: {} → {}",
        all.len(),
        bytes(first),
        bytes(last)
    );
    let made =
        readings.last()?.of(Field::TotalAlloc).filter(|&made| last >= MOSTLY_KEPT * made && cycles >= FEWEST_CYCLES);
    Some(match made {
        Some(made) => {
            let action = format!(
                "Of {} that were ever allocated {} are still there, after {cycles:.0} GCs: it is kept, and no garbage. {TWO_PROFILES} If it is what one \
                 piece of work after another leaves, let go of that at its end.",
                bytes(made),
                bytes(last)
            );
            Part { severity: Severity::Warning, ..Part::new(title, &action, last) }
        }
        None => {
            let action = format!(
                "{TWO_PROFILES} Objects count dead ones too, at GOGC=100 as many as live ones: so few readings may rise by chance. A reading right \
                 after a GC (`/debug/pprof/heap?gc=1`) has the live ones alone."
            );
            Part::new(title, &action, last)
        }
    })
}

/// Free slots that are most of what spans in use have, in each reading, though GC ran between: no moment right after one.
fn slots_that_stay(readings: &[Reading]) -> Option<Part> {
    let of = |reading: &Reading| Some((reading.free_slots()?, reading.of(Field::Inuse)?, reading.of(Field::NumGc)?));
    let all: Vec<(f64, f64, f64)> = readings.iter().map(of).collect::<Option<_>>()?;
    let (slots, inuse, _) = *all.last()?;
    let are_most = all.iter().all(|&(slots, inuse, _)| slots >= LEAST && slots >= MOSTLY_FREE * inuse);
    let ran = all.windows(2).all(|pair| pair[1].2 > pair[0].2);
    (are_most && ran && all.len() >= FEWEST_OF_SLOTS).then(|| {
        let title = format!(
            "{} of {} of spans in use are free slots, and no fewer in any of {} readings with GC between",
            bytes(slots),
            bytes(inuse),
            all.len()
        );
        Part { severity: Severity::Warning, ..Part::new(title, advice_on(Component::Fragmentation), slots) }
    })
}

/// Objects that are as many after a GC as before it, where the code beside the readings deletes from a map: it keeps its buckets.
fn kept_by_map(stated: &StatedMemory) -> Option<Part> {
    let of = |reading: &Reading| Some((reading.objects()?, reading.of(Field::NumGc)?));
    let all: Vec<(f64, f64)> = stated.readings.iter().map(of).collect::<Option<_>>()?;
    let most = all.iter().map(|(objects, _)| *objects).fold(0.0, f64::max);
    let stays =
        |pair: &[(f64, f64)]| pair[1].1 > pair[0].1 && pair[1].0 >= STILL_THERE * pair[0].0 && pair[0].0 >= 0.99 * most;
    let at = all.windows(2).position(stays).filter(|_| stated.deletes_of_map && most >= LEAST)?;
    let title = format!("{} stay over a GC: a map keeps its size when its keys are deleted", bytes(all[at + 1].0));
    let let_go = all[at + 2..].iter().find(|(objects, _)| *objects <= most / 4.0);
    let let_go = let_go.map(|(objects, _)| {
        format!(" They are let go of at once where the map itself is: a later reading has {}.", bytes(*objects))
    });
    let action = format!(
        "It is no leak: the map's tables are used again by the next keys. To have the memory back, make a new map, copy what is left into it, and let \
         go of the old one; large values behind pointers are free as soon as they are deleted.{}",
        let_go.unwrap_or_default()
    );
    Some(Part::new(title, &action, all[at + 1].0))
}

/// Where most of it is.
fn largest(last: &Reading, resident: Option<f64>) -> Option<Part> {
    let alloc = last.objects();
    let released = last.of(Field::Released).unwrap_or(0.0);
    let taken = last.taken()?;
    let held = (taken - released).max(0.0);
    let large = |part: f64, whole: f64| part >= LEAST && part >= LEAST_SHARE * whole;
    // Without HeapReleased some of it may be given back.
    let that_go = if last.of(Field::Released).is_some() { "that Go holds" } else { "that Go took of the system" };
    if released >= LEAST && released >= 0.5 * taken {
        let title = format!("{} of {} are given back: Go holds {}", bytes(released), bytes(taken), bytes(held));
        return Some(Part::new(title, GIVEN_BACK, released));
    }
    let kept = last.of(Field::Idle).map(|idle| (idle - released).max(0.0)).filter(|&kept| large(kept, held));
    if let Some(kept) = kept.filter(|_| last.of(Field::Released).is_some()) {
        let title = format!("{} of {} are idle and not given back", bytes(kept), bytes(held));
        return Some(Part::new(title, advice_on(Component::Idle), kept));
    }
    if let Some(idle) = kept {
        // Idle, of which some may be given back.
        let title = format!("{} of {} are idle", bytes(idle), bytes(held));
        let action = "HeapReleased says how much of it is given back already; what is not is kept for the next time the heap is as \
                      large. It is no leak of live objects: bound what made the heap so large.";
        return Some(Part::new(title, action, idle));
    }
    if let Some(slots) = last.free_slots().filter(|&slots| large(slots, held)) {
        let title = format!("{} of {} are free slots between objects", bytes(slots), bytes(held));
        return Some(Part::new(title, advice_on(Component::Fragmentation), slots));
    }
    if let Some(resident) = resident.filter(|&resident| large(resident - held, resident) && last.held().is_some()) {
        let title = format!("{} of {} resident are not what Go holds", bytes(resident - held), bytes(resident));
        return Some(Part::new(title, advice_on(Component::OffHeap), resident - held));
    }
    let Some(alloc) = alloc else {
        let title = format!("Spans in use are {} of {} {that_go}", bytes(last.of(Field::Inuse)?), bytes(held));
        let action = "Spans hold objects and the free slots between them: HeapAlloc, or a heap profile (/debug/pprof/heap), says how much of it \
                      is objects, and two of them some time apart what grows.";
        return Some(Part::new(title, action, held));
    };
    if held < LEAST {
        let action = "That is little: where the process takes much more, it is outside of Go, or it was another moment. Take the same \
                      numbers while it is large.";
        return Some(Part::new(
            format!("Objects, live and dead, are {} of only {} {that_go}", bytes(alloc), bytes(held)),
            action,
            held,
        ));
    }
    let title = format!("Objects, live and dead, are {} of {} {that_go}", bytes(alloc), bytes(held));
    let action = "A heap profile (/debug/pprof/heap) says of what: two of them some time apart, and `gomem diff`, say what grows. What of it \
                  is live only a reading right after a GC says (`/debug/pprof/heap?gc=1`); at GOGC=100 as much as is live may be dead.";
    Some(Part::new(title, action, alloc))
}

/// All parts of one reading.
fn in_words(last: &Reading, resident: Option<f64>) -> String {
    let of = |field: Field| last.of(field);
    let kept = of(Field::Idle).zip(of(Field::Released)).map(|(idle, released)| (idle - released).max(0.0));
    let parts = [
        (of(Field::Sys), "taken of the system"),
        (last.objects(), "objects, live and dead"),
        (last.free_slots().filter(|&slots| slots > 0.0), "free slots between them"),
        (kept, "idle and kept"),
        (of(Field::Idle).filter(|_| kept.is_none()), "idle"),
        (of(Field::Released), "given back"),
        (of(Field::Stacks), "stacks"),
        (resident, "resident"),
    ];
    let words: Vec<String> =
        parts.iter().filter_map(|(part, words)| Some(format!("{} {words}", bytes((*part)?)))).collect();
    words.join(", ")
}

/// First, last and most of several readings, and since when the objects are not more.
fn over_readings(readings: &[Reading]) -> String {
    let count = readings.len();
    let of = |field: fn(&Reading) -> Option<f64>| readings.iter().map(field).collect::<Option<Vec<f64>>>();
    let objects = of(Reading::objects).map(|values| (values, "objects"));
    let used = objects.or_else(|| Some((of(|reading| reading.of(Field::Inuse))?, "spans in use")));
    let Some((objects, what)) = used.filter(|_| count > 1) else { return String::new() };
    let most = objects.iter().copied().fold(0.0, f64::max);
    let least = objects.iter().copied().fold(f64::MAX, f64::min);
    let mut text = format!(
        " That is the last of {count} readings: {what} {} at first, {} at last, {} at most.",
        bytes(objects[0]),
        bytes(objects[count - 1]),
        bytes(most)
    );
    let at_most = |values: &[f64], most: f64| values.iter().position(|&value| value >= 0.99 * most);
    let since = at_most(&objects, most).filter(|&at| count >= FEWEST_LEVEL && (at + 1) * 2 <= count);
    if count >= FEWEST_SAME && most <= LEAST_RISE * least {
        let others = growing_on(readings, 0);
        text += " They are not more.";
        text += if others.is_empty() { " Nothing grows by these readings." } else { &others };
    } else if let Some(since) = since {
        text += &format!(" Since reading {} the objects are not more.", since + 1);
        let dip = objects[since..].iter().copied().fold(f64::MAX, f64::min);
        if most > LEVEL * dip {
            text += &format!(
                " They fall to {} and come back: what is let go of is used again, which is no leak.",
                bytes(dip)
            );
        }
        text += &growing_on(readings, since);
    } else if count >= FEWEST_READINGS && objects.windows(2).all(|pair| pair[1] > pair[0]) {
        text += " They are more in each: a leak, or garbage that no GC has collected yet.";
    } else if count >= FEWEST_READINGS && objects[count - 1] <= LEVEL * objects[0] && most > LEVEL * least {
        text += " They go up and down, as between GCs, and are not more at last: no leak by these readings.";
    }
    text
}

/// What else has grown since a reading: that the objects are level says nothing of it.
fn growing_on(readings: &[Reading], since: usize) -> String {
    let whole = [(Field::Resident, "what is resident"), (Field::Sys, "what Go took of the system")];
    let grown = whole.iter().filter_map(|(field, words)| {
        let (then, last) = (readings.get(since)?.of(*field)?, readings.last()?.of(*field)?);
        (last >= LEAST_RISE * then).then(|| format!(" But {words} is: {} then, {} at last.", bytes(then), bytes(last)))
    });
    grown.collect()
}

const TWO_PROFILES: &str = "Two heap profiles some time apart (/debug/pprof/heap), and `gomem diff`, say what grows.";
const LEAST: f64 = 32.0 * MIB;
/// Less may be garbage that happens to be there.
const LEAST_STAYING: f64 = 1.5;
/// What is let go of leaves more of a gap.
const STILL_THERE: f64 = 0.95;
/// Of all that was ever allocated.
const MOSTLY_KEPT: f64 = 0.75;
const FEWEST_CYCLES: f64 = 3.0;
const LEAST_SHARE: f64 = 0.25;
const LEAST_GROWTH: f64 = 8.0 * MIB;
const FEWEST_READINGS: usize = 4;
/// What is free in three readings that are GCs apart is no moment right after a sweep.
const FEWEST_OF_SLOTS: usize = 3;
/// A judgement: at GOGC=100 a heap is half empty right after a GC.
const MOSTLY_FREE: f64 = 0.6;
const FEWEST_LEVEL: usize = 6;
const FEWEST_SAME: usize = 3;
/// One reading may be from right before a GC, another from right after one.
const LEVEL: f64 = 1.1;
/// Runs that are level differ by less.
const LEAST_RISE: f64 = 1.05;

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, resident: Option<f64>) -> Finding {
        stated(&StatedMemory::find(text).unwrap(), "a.md", resident).unwrap()
    }

    #[test]
    fn free_slots_that_stay_over_gcs_are_a_warning() {
        let line = |objects: u32, cycles: u32| {
            format!("Alloc = {objects} MiB Sys = 3610 MiB HeapInuse = 3120 MiB HeapIdle = 310 MiB NumGC = {cycles}\n")
        };
        let of = |lines: &[(u32, u32)]| {
            told(&lines.iter().map(|&(objects, cycles)| line(objects, cycles)).collect::<String>(), None)
        };
        let stays = of(&[(612, 7), (598, 9), (620, 12)]);
        assert_eq!(stays.severity, Severity::Warning);
        assert!(stays.title.starts_with("2.4 GiB of 3.0 GiB of spans in use are free slots"), "{}", stays.title);
        assert_eq!(of(&[(612, 7), (598, 7), (620, 7)]).severity, Severity::Info);
        assert_eq!(of(&[(612, 7), (2900, 9), (620, 12)]).severity, Severity::Info);
    }

    #[test]
    fn the_largest_part_is_the_title() {
        for (text, title) in [
            (
                "Alloc = 12 MiB Sys = 600 MiB HeapIdle = 560 MiB HeapReleased = 540 MiB",
                "540.0 MiB of 600.0 MiB are given back",
            ),
            (
                "Alloc = 12 MiB Sys = 600 MiB HeapIdle = 560 MiB HeapReleased = 100 MiB",
                "460.0 MiB of 500.0 MiB are idle and not",
            ),
            ("Alloc = 12 MiB Sys = 600 MiB HeapIdle = 560 MiB", "560.0 MiB of 600.0 MiB are idle"),
            (
                "Alloc = 100 MiB Sys = 600 MiB HeapInuse = 560 MiB HeapReleased = 0 MiB",
                "460.0 MiB of 600.0 MiB are free slots",
            ),
            ("Alloc = 500 MiB Sys = 600 MiB HeapInuse = 560 MiB", "Objects, live and dead, are 500.0 MiB of 600.0 MiB"),
            (
                "Alloc = 5 MiB Sys = 9 MiB HeapInuse = 6 MiB",
                "Objects, live and dead, are 5.0 MiB of only 9.0 MiB that Go took",
            ),
        ] {
            assert!(told(text, None).title.starts_with(title), "{text}: {}", told(text, None).title);
        }
        let beyond =
            told("Alloc = 500 MiB Sys = 600 MiB HeapInuse = 560 MiB HeapReleased = 10 MiB", Some(2048.0 * MIB));
        assert!(beyond.title.starts_with("1.4 GiB of 2.0 GiB resident are not what Go holds"), "{}", beyond.title);
    }

    #[test]
    fn what_is_outside_and_grows_is_told() {
        let rows = |outside: [u64; 4]| {
            let row = |more: u64| format!("rss: {} MB alloc: 20 MB sys: 60 MB released: 20 MB\n", 40 + more);
            outside.map(row).concat()
        };
        let grows = told(&rows([30, 40, 50, 60]), None);
        assert_eq!(grows.title, "What is outside of Go grows: 30.0 MiB at first, 60.0 MiB at last; Go holds 40.0 MiB");
        assert!(!told(&rows([30, 60, 30, 60]), None).title.contains("grows"));
    }

    #[test]
    fn what_stays_over_gcs_is_told_from_garbage() {
        let rows = |of: &[(u64, u64, u64)]| -> String {
            let row = |(alloc, total, gc): &(u64, u64, u64)| {
                format!("Alloc = {alloc} MiB TotalAlloc = {total} MiB Sys = 9000 MiB HeapIdle = 10 MiB NumGC = {gc}\n")
            };
            of.iter().map(row).collect()
        };
        let kept = told(&rows(&[(6, 8, 2), (3000, 3100, 6), (6000, 6300, 7)]), None);
        assert_eq!(kept.title, "Objects are more in each of 3 readings, with GC between: 6.0 MiB → 5.9 GiB");
        assert_eq!(kept.severity, Severity::Warning);
        assert!(
            kept.action.starts_with("Of 6.2 GiB that were ever allocated 5.9 GiB are still there, after 7 GCs"),
            "{}",
            kept.action
        );
        let chance = told(&rows(&[(1500, 40_000, 412), (2000, 50_000, 471), (2500, 60_000, 509)]), None);
        assert!(chance.severity == Severity::Info && chance.action.contains("by chance"), "{}", chance.action);
        for readings in [
            // No GC between, little more, up and down.
            [(6, 8, 2), (3000, 3100, 2), (6000, 6300, 2)],
            [(1500, 40_000, 412), (1600, 50_000, 471), (1700, 60_000, 509)],
            [(1500, 40_000, 412), (2600, 50_000, 471), (2500, 60_000, 509)],
        ] {
            assert!(!told(&rows(&readings), None).title.contains("GC between"), "{readings:?}");
        }
    }

    #[test]
    fn a_map_that_keeps_its_size() {
        let told = |rows: [(u64, u64); 4], deletes_of_map| {
            let row = |(alloc, cycles): (u64, u64)| {
                format!("HeapAlloc={alloc} MB HeapIdle=300 MB HeapReleased=9 MB HeapSys=1400 MB NumGC={cycles}\n")
            };
            let memory = StatedMemory { deletes_of_map, ..StatedMemory::find(&rows.map(row).concat()).unwrap() };
            stated(&memory, "a.md", None).unwrap()
        };
        let kept = told([(0, 0), (921, 14), (921, 15), (0, 16)], true);
        assert!(kept.title.starts_with("921.0 MiB stay over a GC: a map keeps its size"), "{}", kept.title);
        assert!(kept.action.contains("a later reading has 0 B"), "{}", kept.action);
        for (rows, deletes) in [
            ([(0, 0), (921, 14), (921, 15), (0, 16)], false),
            // It fell, or no GC ran.
            ([(0, 0), (921, 14), (421, 15), (421, 16)], true),
            ([(0, 0), (921, 14), (921, 14), (921, 14)], true),
        ] {
            assert!(!told(rows, deletes).title.contains("map"), "{rows:?}");
        }
    }

    #[test]
    fn level_and_rising_readings() {
        let text = |amounts: &[u64]| -> String {
            amounts.iter().map(|amount| format!("alloc: {amount} MB sys: 900 MB inuse: {amount} MB\n")).collect()
        };
        let levels = told(&text(&[100, 300, 800, 500, 800, 500, 800]), None).summary;
        assert!(
            levels.contains("Since reading 3 the objects are not more. They fall to 500.0 MiB and come back"),
            "{levels}"
        );
        let resident: String =
            (0..7).map(|n| format!("rss: {} MB alloc: 40 MB sys: 90 MB inuse: 40 MB\n", 100 + 9 * n)).collect();
        let grows_on = told(&resident, None).summary;
        assert!(
            grows_on.ends_with("not more. But what is resident is: 100.0 MiB then, 154.0 MiB at last."),
            "{grows_on}"
        );
        assert!(told(&text(&[100, 300, 500, 800]), None).summary.contains("more in each: a leak, or garbage"));
        let swinging = told(&text(&[88, 71, 92, 66, 90]), None).summary;
        assert!(swinging.ends_with("are not more at last: no leak by these readings."), "{swinging}");
        let mixed = told(&text(&[100, 90, 120, 110, 140, 130]), None).summary;
        assert!(!mixed.contains("Since") && !mixed.contains("in each"), "{mixed}");
    }
}
