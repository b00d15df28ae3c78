//! What a heap dump tells: who keeps the memory, and what keeps more than it shows.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_heap::{Heap, HolderKind, HolderRow};
use gomem_symbol::SourcePath;
use gomem_table::{MIB, Unit, percent};

use crate::{
    attribution::{AttributeOptions, attribute_holding},
    bundle::Bundle,
    findings::finding::{Finding, FindingKind},
};

/// What the bundle's heap dump tells; and leaks say who keeps what they made.
pub(crate) fn find(bundle: &Bundle, findings: &mut Vec<Finding>) {
    let Some(heap) = bundle.heap_dump() else { return };
    findings.iter_mut().filter(|finding| finding.kind == FindingKind::Leak).for_each(|leak| name_holder(heap, leak));
    let holders = heap.holders();
    findings.extend(retained_by(bundle, heap, &holders));
    findings.extend(window(heap));
    findings.extend(emptied_map(heap));
    findings.extend(holders.iter().filter_map(blocked_goroutines));
    findings.extend(finalizer_queue(&holders));
}

/// Who keeps what a leaking line made.
fn name_holder(heap: &Heap, leak: &mut Finding) {
    let Some(place) = &leak.place else { return };
    let file = SourcePath::decode(place.file());
    let sites = heap.holder_sites();
    let made_there = sites.iter().filter(|row| {
        row.frame.as_ref().is_some_and(|frame| {
            i64::try_from(frame.line) == Ok(place.line) && file.same_file(&SourcePath::decode(&frame.file))
        })
    });
    let Some(most) = made_there.max_by_key(|row| row.share.bytes) else { return };
    let names = quoted(&most.holders);
    let way = match most.holders.as_slice() {
        [holder] => heap.path(holder),
        _ => None,
    };
    let way = way.map_or_else(String::new, |way| format!(": {way}"));
    leak.summary.push_str(&format!(" In the heap dump {names} keeps what this line made{way}."));
    leak.evidence.push(
        Evidence::new("kept by that holder, of this line", most.share.bytes as f64, Unit::Bytes).with_source(SOURCE),
    );
}

/// The holder that keeps the most of the heap, when that is much.
fn retained_by(bundle: &Bundle, heap: &Heap, holders: &[HolderRow]) -> Option<Finding> {
    let is_users = |row: &&HolderRow| {
        !matches!(row.holding.kind, HolderKind::Runtime | HolderKind::Unreachable | HolderKind::StackConservative)
    };
    let most = holders.iter().find(is_users).filter(|row| is_much(row, MUCH))?;
    let names = quoted(&most.holding.holders);
    let bytes = Unit::Bytes.humanize(most.holding.retained_bytes as f64);
    let share = most.fraction.map_or_else(String::new, |share| format!(" ({} of the heap)", percent(share, 0)));
    let verb = if most.holding.holders.len() > 1 { "share" } else { "keeps" };
    let mut finding = finding(FindingKind::RetainedBy, Severity::Info, format!("{names} {verb} {bytes}{share}"), most);
    let way = match most.holding.holders.as_slice() {
        [holder] => heap.path(holder),
        _ => None,
    };
    finding.summary = way.map_or_else(
        || format!("{} objects would go if {names} let go of them.", most.holding.retained_objects),
        |way| format!("{way}. {} objects would go if it let go of them.", most.holding.retained_objects),
    );
    finding.summary.push_str(&why(bundle, heap, most));
    finding.action =
        "Whether it should be that much, only its owner knows: bound it, or let go of what is done.".to_owned();
    Some(finding)
}

/// Which line made the most of it, and what the compiler says of that.
fn why(bundle: &Bundle, heap: &Heap, row: &HolderRow) -> String {
    let Some(escapes) = bundle.escapes() else { return String::new() };
    let Some(number) = heap.holdings().iter().position(|holding| *holding == row.holding) else { return String::new() };
    let held = attribute_holding(heap, number, Some(escapes), &AttributeOptions::from_bundle(bundle));
    let site = held.iter().max_by_key(|held| held.retained_bytes).map(|held| &held.site);
    let said = site.and_then(|site| Some(format!(" {}: `{}`.", site.place.short(), site.compiler_message()?)));
    said.unwrap_or_default()
}

/// All large buffers of which little is in view, but for those that the program may fill again: they are not kept in vain.
fn window(heap: &Heap) -> Option<Finding> {
    let mut windows = heap.windows(Heap::WINDOW_MIN_BYTES, Heap::WINDOW_RATIO);
    windows.retain(|window| !window.is_refillable);
    let first = windows.first()?;
    let bytes: u64 = windows.iter().map(|window| window.buffer_bytes - window.shown_bytes).sum();
    let whole = heap.bytes().max(1) as f64;
    let share = bytes as f64 / whole;
    if (bytes as f64) < MIB || share < SOME {
        return None;
    }
    let text = Unit::Bytes.humanize(bytes as f64);
    let title = format!("small slices and strings keep {text} of buffers alive ({} of the heap)", percent(share, 0));
    let mut finding = Finding::new(FindingKind::Window, Severity::Warning, title);
    let site = first.site.as_ref().map_or_else(String::new, |frame| format!(", made at {}:{}", frame.file, frame.line));
    finding.summary = format!(
        "{} buffers, the largest of {}{site}, of which {} shows {}.",
        windows.len(),
        Unit::Bytes.humanize(first.buffer_bytes as f64),
        quoted(&first.holders),
        Unit::Bytes.humanize(first.shown_bytes as f64),
    );
    finding.action = "Copy what is kept: strings.Clone, bytes.Clone, slices.Clone.".to_owned();
    finding.bytes = i64::try_from(bytes).ok();
    finding.evidence = vec![Evidence::new("not in view", bytes as f64, Unit::Bytes).with_source(SOURCE)];
    Some(finding)
}

/// The largest map that was much larger once.
fn emptied_map(heap: &Heap) -> Option<Finding> {
    let maps = heap.maps();
    let is_empty = |entries: u64, capacity: u64| entries.saturating_mul(8) < capacity;
    let map = maps.iter().find(|map| is_empty(map.entries, map.capacity) && map.table_bytes as f64 >= MIB)?;
    if (map.table_bytes as f64) < SOME * heap.bytes() as f64 {
        return None;
    }
    let bytes = Unit::Bytes.humanize(map.table_bytes as f64);
    let names = quoted(&map.holders);
    let title = format!("a map of {names} keeps {bytes} of tables for {} entries", map.entries);
    let mut finding = Finding::new(FindingKind::EmptiedMap, Severity::Warning, title);
    finding.summary = format!("It has room for {}: a map never gives back the tables that it grew to.", map.capacity);
    finding.action = "Make a new map and copy what is left, now and then, or after a large delete.".to_owned();
    finding.bytes = i64::try_from(map.table_bytes).ok();
    finding.evidence = vec![
        Evidence::new("tables", map.table_bytes as f64, Unit::Bytes).with_source(SOURCE),
        Evidence::new("entries", map.entries as f64, Unit::Count).with_source(SOURCE),
    ];
    Some(finding)
}

/// Goroutines that keep much between them.
fn blocked_goroutines(row: &HolderRow) -> Option<Finding> {
    let is_group = row.holding.kind == HolderKind::Goroutine && row.holding.instances >= FEW;
    if !is_group || !is_much(row, MUCH) {
        return None;
    }
    let names = quoted(&row.holding.holders);
    let bytes = Unit::Bytes.humanize(row.holding.retained_bytes as f64);
    let title = format!("{} goroutines of {names} keep {bytes}", row.holding.instances);
    let mut finding = finding(FindingKind::BlockedGoroutines, Severity::Warning, title, row);
    finding.summary = format!(
        "{} each, by their stacks; it goes when they end.",
        Unit::Bytes.humanize(row.holding.retained_bytes as f64 / row.holding.instances as f64)
    );
    finding.action =
        "See what they wait for (`gomem heap --by goroutine`), and let them end or hold less meanwhile.".to_owned();
    Some(finding)
}

/// Finalizers that wait for their turn.
fn finalizer_queue(holders: &[HolderRow]) -> Option<Finding> {
    let row =
        holders.iter().find(|row| row.holding.kind == HolderKind::FinalizerQueue).filter(|row| is_much(row, SOME))?;
    let names = quoted(&row.holding.holders);
    let bytes = Unit::Bytes.humanize(row.holding.retained_bytes as f64);
    let title = format!("{} objects with {bytes} wait for their finalizer {names}", row.holding.instances);
    let mut finding = finding(FindingKind::FinalizerQueue, Severity::Warning, title, row);
    finding.summary =
        "They are dead. One goroutine runs all finalizers, and one that blocks holds all others up.".to_owned();
    finding.action = "Let no finalizer block; close what has an owner with Close instead.".to_owned();
    Some(finding)
}

fn finding(kind: FindingKind, severity: Severity, title: String, row: &HolderRow) -> Finding {
    let mut finding = Finding::new(kind, severity, title);
    finding.bytes = i64::try_from(row.holding.retained_bytes).ok();
    finding.bytes_fraction = row.fraction;
    finding.confidence = Confidence::High;
    finding.evidence = vec![
        Evidence::new("retained", row.holding.retained_bytes as f64, Unit::Bytes).with_source(SOURCE),
        Evidence::new("objects", row.holding.retained_objects as f64, Unit::Count).with_source(SOURCE),
    ];
    finding
}

fn is_much(row: &HolderRow, share: f64) -> bool {
    row.holding.retained_bytes as f64 >= MIB && row.fraction.is_some_and(|fraction| fraction >= share)
}

fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(" and ")
}

/// What is a tenth of the heap is worth a finding of its own, and a twentieth where it is waste for sure. Judgement, not measured.
const MUCH: f64 = 0.1;
const SOME: f64 = 0.05;
/// Fewer goroutines are what a program is made of.
const FEW: u64 = 10;
const SOURCE: &str = "heap dump";

#[cfg(test)]
mod tests {
    use gomem_heap::HeapOptions;
    use gomem_testkit::inflated;

    use super::*;
    use crate::attribution::Place;

    #[test]
    fn a_leak_says_who_keeps_what_its_line_made() {
        let binary = inflated("examples/holders/service.bin.gz");
        let dump = inflated("examples/holders/heap.dump.gz");
        let heap = Heap::decode_with(dump, HeapOptions::default().with_binary(binary)).unwrap();
        let leak = |line| {
            let mut leak = Finding::new(FindingKind::Leak, Severity::Warning, "a leak".to_owned());
            leak.place = Some(Place::new("main.newSession", "example.com/holders/main.go", line));
            name_holder(&heap, &mut leak);
            leak
        };
        let found = leak(32);
        assert!(found.summary.contains("`main.audit` keeps what this line made: main.audit → "), "{}", found.summary);
        assert!(found.summary.contains("main.go:32"), "{}", found.summary);
        assert_eq!(found.evidence.len(), 1);
        assert_eq!(leak(33).summary, "", "nothing of that line is in the dump");
    }
}
