//! What the runtime itself counted: allocations less frees, and what the processors handed out since (`consistentHeapStats` in
//! `runtime/mstats.go`, `mcache` in `runtime/mcache.go`).

use crate::{
    core::{
        elf::word::{WORD, words},
        runtime::process::Process,
    },
    memory::{Counted, slot_of_class},
};

/// The objects and bytes that the runtime counted; `None` where its counters are not known.
pub(crate) fn counted(process: &Process<'_>) -> Option<Counted> {
    let mut sum = Sum::default();
    let stats = process.variable("runtime.memstats")?;
    for delta in deltas(process, stats.checked_add(first_delta(process)?)?)? {
        sum.add_delta(process, delta)?;
    }
    for processor in process.slice(process.variable("runtime.allp")?)? {
        let cache = process.field(processor, "runtime.p mcache").unwrap_or_default();
        if cache != 0 && process.take(CACHE_STEPS) {
            sum.add_cache(process, cache)?;
        }
    }
    // Sums of differences wrap on their way, and are positive in the end.
    Some(Counted { heap_objects: sum.objects, heap_alloc_bytes: sum.bytes })
}

/// Where the first of the counters' sums lies in the runtime's statistics.
pub(crate) fn first_delta(process: &Process<'_>) -> Option<u64> {
    let heap = process.field_address(0, "runtime.mstats heapStats")?;
    process.field_address(heap, "runtime.consistentHeapStats stats")
}

/// Where all of them lie.
pub(crate) fn deltas(process: &Process<'_>, first: u64) -> Option<[u64; 3]> {
    let bytes = process.layouts.bytes("runtime.heapStatsDelta")?;
    let second = first.checked_add(bytes)?;
    Some([first, second, second.checked_add(bytes)?])
}

#[derive(Debug, Default)]
struct Sum {
    objects: u64,
    bytes: u64,
}

impl Sum {
    fn add(&mut self, objects: u64, each: u64) {
        self.objects = self.objects.wrapping_add(objects);
        self.bytes = self.bytes.wrapping_add(objects.wrapping_mul(each));
    }

    fn add_delta(&mut self, process: &Process<'_>, delta: u64) -> Option<()> {
        let field = |name: &str| process.field(delta, name);
        let large = field("runtime.heapStatsDelta largeAllocCount")?
            .wrapping_sub(field("runtime.heapStatsDelta largeFreeCount")?);
        self.objects = self.objects.wrapping_add(large);
        let bytes =
            field("runtime.heapStatsDelta largeAlloc")?.wrapping_sub(field("runtime.heapStatsDelta largeFree")?);
        self.bytes = self.bytes.wrapping_add(bytes);
        let made = classes(process, delta, "runtime.heapStatsDelta smallAllocCount")?;
        let freed = classes(process, delta, "runtime.heapStatsDelta smallFreeCount")?;
        for (class, (made, freed)) in made.iter().zip(&freed).enumerate() {
            self.add(made.wrapping_sub(*freed), slot_of_class(class).unwrap_or_default());
        }
        Some(())
    }

    fn add_cache(&mut self, process: &Process<'_>, cache: u64) -> Option<()> {
        let heap = process.variable("runtime.mheap_")?;
        let generation = process.field(heap, "runtime.mheap sweepgen")?;
        for span in classes(process, cache, "runtime.mcache alloc")?.into_iter().filter(|span| *span != 0) {
            // One that it has given back, while it looks for the next, is in the sums already.
            let age = process.field(span, "runtime.mspan sweepgen")?.wrapping_sub(generation) as u32;
            if !CACHED.contains(&age) {
                continue;
            }
            let field = |name: &str| process.field(span, name);
            let since = field("runtime.mspan allocCount")?.wrapping_sub(field("runtime.mspan allocCountBeforeCache")?);
            self.add(since, field("runtime.mspan elemsize")?);
        }
        Some(())
    }
}

/// The words of a field that has one for each class.
fn classes(process: &Process<'_>, address: u64, name: &str) -> Option<Vec<u64>> {
    let place = process.layouts.field(name)?;
    let bytes = process.bytes(address.checked_add(place.offset)?, place.bytes / WORD * WORD)?;
    Some(words(&bytes).collect())
}

/// How far ahead of the heap's the number of a span is that a processor has: from before sweeping began, and since.
const CACHED: [u32; 2] = [1, 3];
/// The spans that a processor has.
const CACHE_STEPS: u64 = 136;
