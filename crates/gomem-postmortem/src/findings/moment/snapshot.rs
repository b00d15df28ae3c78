//! One moment of the runtime's counters: where the memory was, where no rule can say what becomes of it.

use gomem_finding::{Confidence, Evidence, Severity};
use gomem_metrics::{Component, GoState, Quantity, Waterfall};
use gomem_table::{MIB, Unit, percent};

use crate::findings::finding::{Finding, FindingKind};

/// The part of what Go holds that is not made of objects, where that is much of it: of one or two scrapes, as people paste them.
pub(crate) fn snapshot(state: &GoState) -> Option<Finding> {
    let row = state.rows().checked_sub(1).filter(|&row| row < MOST_ROWS)?;
    let waterfall = state.waterfall().at(Some(state.times_ms()[row]));
    let of = |component: Component| part_of(&waterfall, component);
    let objects = of(Component::Garbage).map(|garbage| garbage + of(Component::Live).unwrap_or(0.0));
    let sum = || waterfall.parts().iter().filter(|part| !part.component.is_in_others()).map(|part| part.bytes).sum();
    // Without objects the parts are not all.
    let held: f64 = if objects.is_some() { sum() } else { state.last(Quantity::HeldBytes)? };
    let (component, bytes, advice) = PARTS
        .iter()
        .filter_map(|&(component, advice)| Some((component, of(component)?, advice)))
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .filter(|(_, bytes, _)| *bytes >= LEAST_BYTES && (LEAST_SHARE * held..=held).contains(bytes))?;
    let shown = |bytes: f64| Unit::Bytes.humanize(bytes);
    let title = format!("{} of {} are {}", shown(bytes), shown(held), component.title());
    let mut finding = Finding::new(FindingKind::Runtime, Severity::Info, title);
    finding.summary = format!(
        "That is {} of what is held at this moment; {}. One moment does not say whether it grows.",
        percent(bytes / held, 0),
        objects.map_or_else(
            || "how much objects are is not in it".to_owned(),
            |objects| format!("objects, live and dead, are {}", shown(objects))
        )
    );
    if let Some(goal) = state
        .last(Quantity::HeapGoalBytes)
        .filter(|goal| component == Component::Idle && (0.5 * held..=4.0 * held).contains(goal))
    {
        finding.summary += &format!(
            " The goal is {}: the heap may grow to that before each GC, and Go keeps a tenth more.",
            shown(goal)
        );
    }
    finding.action = advice.to_owned();
    finding.confidence = Confidence::Medium;
    finding.bytes = Some(bytes as i64);
    finding.evidence = vec![
        Evidence::new(component.name(), bytes, Unit::Bytes).with_source("metrics"),
        Evidence::new("held", held, Unit::Bytes).with_source("metrics"),
    ];
    let of_objects = objects.map(|objects| Evidence::new("objects", objects, Unit::Bytes).with_source("metrics"));
    finding.evidence.extend(of_objects);
    Some(finding)
}

/// How large a part is at the one moment of a waterfall.
pub(crate) fn part_of(waterfall: &Waterfall, component: Component) -> Option<f64> {
    waterfall.parts().iter().find(|part| part.component == component).map(|part| part.bytes)
}

/// What to do about a part that is not made of objects.
pub(crate) fn advice_on(component: Component) -> &'static str {
    PARTS.iter().find(|(part, _)| *part == component).map_or("", |(_, advice)| advice)
}

/// About memory that Go gave back.
pub(crate) const GIVEN_BACK: &str = "A Go of 1.12 to 1.15 gives memory back by MADV_FREE, which stays resident until the system is short of memory: it is no leak, and \
     GODEBUG=madvdontneed=1 (the default from Go 1.16 on) shows it; huge pages do the same. LazyFree in /proc/PID/smaps_rollup says how \
     much it is. If that is none, look for cgo and mmap.";
const MOST_ROWS: usize = 2;
const LEAST_BYTES: f64 = 32.0 * MIB;
/// Of what is held: less is usual, between two GCs and after one.
const LEAST_SHARE: f64 = 0.25;
const PARTS: [(Component, &str); 5] = [
    (
        Component::Idle,
        "It is no leak: the heap was larger, or its goal still is. The runtime keeps what the goal needs and gives the rest back within \
         minutes (before Go 1.13 later, and hardly where spans lie between); GOMEMLIMIT makes it earlier, debug.FreeOSMemory at once. Bound \
         what made the heap so large.",
    ),
    (
        Component::Fragmentation,
        "Free slots between objects: right after a GC has swept they are usual. Where they stay so many, few objects keep whole spans, and \
         only objects of the same size can fill them: allocate what lives long together, in slabs, apart from what is freed in batches. \
         Several scrapes over GCs tell (HeapInuse − HeapAlloc).",
    ),
    (
        Component::Stacks,
        "Count the goroutines: /debug/pprof/goroutine. Many small stacks are a crowd of them, few large ones deep recursion.",
    ),
    (
        Component::Metadata,
        "The runtime's tables grow with the heap's largest size and with the profiler's buckets, and stay.",
    ),
    (
        Component::OffHeap,
        "It is outside of Go (cgo, mmap, the program's file), which neither a heap profile nor GOMEMLIMIT counts: /proc/PID/smaps names the \
         areas.",
    ),
];

#[cfg(test)]
mod tests {
    use gomem_metrics::Metrics;

    use super::*;

    fn told(inuse: u64, idle: u64, released: u64) -> Option<Finding> {
        let [alloc, inuse, idle, released] = [50, inuse, idle, released].map(|mebibytes: u64| mebibytes << 20);
        let text = format!(
            "go_memstats_heap_alloc_bytes {alloc}\ngo_memstats_heap_inuse_bytes {inuse}\ngo_memstats_heap_idle_bytes {idle}\n\
             go_memstats_heap_released_bytes {released}\ngo_memstats_sys_bytes {}\n",
            inuse + idle
        );
        let mut metrics = Metrics::new();
        metrics.push_scrape(1000, text.as_bytes()).unwrap();
        snapshot(&metrics.state())
    }

    #[test]
    fn without_objects_the_sum_is_what_is_held() {
        let mut metrics = Metrics::new();
        let text = "go_memstats_heap_idle_bytes 2.2e9\ngo_memstats_heap_released_bytes 1e8\ngo_memstats_heap_sys_bytes 6.4e9\n\
                    go_memstats_next_gc_bytes 6.0e9\ngo_memstats_sys_bytes 6.8e9\n";
        metrics.push_scrape(1000, text.as_bytes()).unwrap();
        let finding = snapshot(&metrics.state()).unwrap();
        assert!(finding.title.contains("2.0 GiB of 6.2 GiB are idle spans"), "{}", finding.title);
        assert!(finding.summary.contains("not in it. ") && finding.summary.contains("The goal is 5.6 GiB"));
    }

    #[test]
    fn the_largest_part_that_is_no_object_is_told() {
        assert!(told(60, 200, 10).unwrap().title.contains("190.0 MiB of 250.0 MiB are idle spans, not returned"));
        assert!(told(150, 200, 190).unwrap().title.contains("100.0 MiB of 160.0 MiB are free slots in used spans"));
        assert_eq!(told(60, 200, 200).map(|finding| finding.title), None);
    }
}
