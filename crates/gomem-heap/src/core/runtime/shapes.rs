//! The runtime's variables in a program without symbols: known by what they lead to. Every element of a list is looked at, so that what is
//! only alike at its begin is not taken for one.

use std::collections::{HashMap, HashSet};

use crate::{
    core::{
        elf::word::{WORD, words},
        runtime::{
            counts::{deltas, first_delta},
            goroutines::DEAD_EXTRA,
            modules::Module,
            process::Process,
            spans::IN_USE,
            specials::{finalizer_block, queued_finalizers},
        },
    },
    memory::{PAGE, SCAN},
};

/// Where the runtime's variables lie, by name; those that are not found are left out.
pub(crate) fn find(process: &Process<'_>) -> HashMap<&'static str, u64> {
    let search = Search { process };
    let mut found = HashMap::new();
    let first = search.words().find(|(address, word)| search.is_module(*address, *word));
    found.extend(first.map(|(address, _)| ("runtime.firstmoduledata", address)));
    let spans = search.longest_slice(|list| search.is_spans(list));
    // The list of spans lies in the heap's own record.
    let heap = spans.zip(process.layouts.field("runtime.mheap allspans"));
    found.extend(heap.map(|(list, place)| ("runtime.mheap_", list.wrapping_sub(place.offset))));
    let statistics = spans.and_then(|list| search.statistics(list));
    found.extend(statistics.map(|statistics| ("runtime.memstats", statistics)));
    let goroutines = search.longest_slice(|list| search.is_goroutines(list));
    found.extend(goroutines.map(|list| ("runtime.allgs", list)));
    let processors = search.longest_slice(|list| search.is_processors(list));
    found.extend(processors.map(|list| ("runtime.allp", list)));
    let threads = search.longest_list("runtime.m alllink", |thread| search.is_thread(thread));
    found.extend(threads.map(|list| ("runtime.allm", list)));
    let buckets = search.longest_list("runtime.bucket allnext", |bucket| search.is_bucket(bucket));
    found.extend(buckets.map(|list| ("runtime.mbuckets", list)));
    let finalizers = search.longest_list(finalizer_block(process)[0], |block| search.is_finalizer_block(block));
    found.extend(finalizers.map(|list| ("runtime.allfin", list)));
    let reasons = search.words().find(|(address, word)| search.is_wait_reason(*address, *word));
    found.extend(reasons.map(|(address, _)| ("runtime.waitReasonStrings", address - 2 * WORD)));
    found
}

/// Reads all variables, where they have to be searched for, and what those are known by that were found.
pub(crate) fn touch(process: &Process<'_>) {
    if process.found.is_empty() {
        return;
    }
    let search = Search { process };
    let _ = search.words().count();
    let first = process.variable("runtime.memstats").zip(first_delta(process));
    let first = first.and_then(|(statistics, offset)| statistics.checked_add(offset));
    for delta in first.and_then(|first| deltas(process, first)).into_iter().flatten() {
        process.field(delta, "runtime.heapStatsDelta inHeap");
    }
    let list = |name, next| {
        let first = process.variable(name).and_then(|list| process.word(list));
        process.list(first.unwrap_or_default(), next)
    };
    for thread in list("runtime.allm", "runtime.m alllink") {
        search.is_thread(thread);
    }
    for bucket in list("runtime.mbuckets", "runtime.bucket allnext") {
        search.is_bucket(bucket);
    }
    for block in list("runtime.allfin", finalizer_block(process)[0]) {
        search.is_finalizer_block(block);
    }
}

struct Search<'a> {
    process: &'a Process<'a>,
}

impl Search<'_> {
    /// The words of all variables, with their addresses.
    fn words(&self) -> impl Iterator<Item = (u64, u64)> {
        let process = self.process;
        process.program.variable_parts().flat_map(move |part| {
            let start = part.start.wrapping_add(process.slide).checked_next_multiple_of(WORD).unwrap_or(u64::MAX);
            let contents = process.contents(start, (part.end - part.start) / WORD * WORD).unwrap_or_default();
            let values: Vec<u64> = words(&contents).collect();
            values.into_iter().zip(0..).map(move |(word, number)| (start + number * WORD, word))
        })
    }

    fn is_module(&self, address: u64, word: u64) -> bool {
        word == self.process.program.function_table().wrapping_add(self.process.slide)
            && Module::at(address).mismatch(self.process).is_none()
    }

    /// The address of the longest slice of this kind.
    fn longest_slice(&self, is_it: impl Fn(&[u64]) -> bool) -> Option<u64> {
        let (mut found, mut before, mut last) = (None, (0, 0), (0, 0));
        let mut longest = 0;
        for (address, capacity) in self.words() {
            let (start, length) = (before, last);
            (before, last) = (last, (address, capacity));
            let is_slice =
                length.0 == start.0 + WORD && length.1 > longest && length.1 <= capacity && start.1 % WORD == 0;
            if !is_slice || start.1 == 0 || !self.process.take(1) {
                continue;
            }
            let bytes = length.1.checked_mul(WORD).filter(|bytes| self.process.memory.has(start.1, *bytes));
            let Some(contents) = bytes.and_then(|bytes| self.process.bytes(start.1, bytes)) else { continue };
            let list: Vec<u64> = words(&contents).collect();
            if is_it(&list) {
                (longest, found) = (length.1, Some(start.0));
            }
        }
        found
    }

    /// The address of the pointer that the longest list of this kind begins with.
    fn longest_list(&self, next: &'static str, is_it: impl Fn(u64) -> bool) -> Option<u64> {
        let mut known = HashSet::new();
        let mut best: Option<(usize, u64)> = None;
        for (address, first) in self.words().filter(|(_, word)| *word != 0 && word % WORD == 0) {
            if !known.insert(first) || !self.process.memory.has(first, WORD) || !self.process.take(1) || !is_it(first) {
                continue;
            }
            let list = self.process.list(first, next);
            if best.is_none_or(|(longest, _)| list.len() > longest) && list.iter().all(|element| is_it(*element)) {
                best = Some((list.len(), address));
            }
        }
        best.map(|(_, address)| address)
    }

    fn is_spans(&self, list: &[u64]) -> bool {
        let mut in_use = 0;
        let is_span = |address: &u64| {
            let field = |name: &str| self.process.field(*address, name);
            let state = if self.process.take(1) { field("runtime.mspan state") } else { None };
            match state {
                Some(IN_USE) => {
                    in_use += 1;
                    let start = field("runtime.mspan startAddr").unwrap_or(1);
                    let bytes = field("runtime.mspan npages").unwrap_or_default().saturating_mul(PAGE);
                    let slot = field("runtime.mspan elemsize").unwrap_or_default();
                    start % PAGE == 0 && start != 0 && slot > 0 && slot <= bytes && self.process.memory.has(start, WORD)
                }
                Some(state) => state <= MANUAL,
                None => false,
            }
        };
        list.iter().all(is_span) && in_use * 8 >= list.len()
    }

    /// The runtime's statistics: their sums have the bytes of the spans in `list` that are in use, and how many of these are of one object.
    /// No object is counted for it, so that what they say of objects can be held against those that are found.
    fn statistics(&self, list: u64) -> Option<u64> {
        let field = |address: u64, name: &str| self.process.field(address, name);
        let (mut bytes, mut large) = (0_u64, 0_u64);
        for span in self.process.slice(list)? {
            if field(span, "runtime.mspan state") == Some(IN_USE) {
                bytes = bytes.wrapping_add(field(span, "runtime.mspan npages")?.saturating_mul(PAGE));
                large += u64::from(field(span, "runtime.mspan spanclass")? >> 1 == 0);
            }
        }
        let sum = |first: u64, name: &str| {
            let all = deltas(self.process, first)?;
            all.into_iter().try_fold(0_u64, |sum, delta| Some(sum.wrapping_add(field(delta, name)?)))
        };
        let is_it = |first: u64| {
            let large_found = || {
                let made = sum(first, "runtime.heapStatsDelta largeAllocCount")?;
                Some(made.wrapping_sub(sum(first, "runtime.heapStatsDelta largeFreeCount")?))
            };
            sum(first, "runtime.heapStatsDelta inHeap") == Some(bytes) && large_found() == Some(large)
        };
        let (first, _) =
            self.words().filter(|_| bytes > 0 && self.process.take(1)).find(|(address, _)| is_it(*address))?;
        first.checked_sub(first_delta(self.process)?)
    }

    fn is_goroutines(&self, list: &[u64]) -> bool {
        let mut has_first = false;
        let mut known = HashSet::new();
        let is_goroutine = |address: &u64| {
            if !self.process.take(1) || !known.insert(*address) {
                return false;
            }
            let field = |name: &str| self.process.field(*address, name);
            let (low, high) = (field("runtime.g stack.lo"), field("runtime.g stack.hi"));
            has_first |= field("runtime.g goid") == Some(1);
            // One that has ended may have given its stack away.
            let has_stack = high.zip(low).is_some_and(|(high, low)| {
                (high == 0 && low == 0) || high.checked_sub(low).is_some_and(u64::is_power_of_two)
            });
            has_stack && field("runtime.g atomicstatus").is_some_and(|status| status & !SCAN <= DEAD_EXTRA)
        };
        list.iter().all(is_goroutine) && has_first
    }

    /// Processors have caches of spans, a span for each class.
    fn is_processors(&self, list: &[u64]) -> bool {
        let is_processor = |address: &u64| {
            let cache =
                self.process.field(*address, "runtime.p mcache").filter(|cache| *cache != 0 && self.process.take(1));
            let spans = cache.and_then(|cache| self.process.field_address(cache, "runtime.mcache alloc"));
            let spans = spans.and_then(|spans| self.process.bytes(spans, CLASSES * WORD)).unwrap_or_default();
            let is_span = |span: u64| {
                let slot = self.process.field(span, "runtime.mspan elemsize");
                span != 0 && slot.is_some_and(|slot| slot <= PAGE * 4)
            };
            !spans.is_empty() && words(&spans).all(is_span)
        };
        list.iter().all(is_processor)
    }

    fn is_thread(&self, address: u64) -> bool {
        let stack = self.process.field(address, "runtime.m g0");
        let back = stack.filter(|stack| *stack != 0).and_then(|stack| self.process.field(stack, "runtime.g m"));
        back == Some(address)
    }

    fn is_bucket(&self, address: u64) -> bool {
        let field = |name: &str| self.process.field(address, name);
        let has_frames = field("runtime.bucket nstk").is_some_and(|frames| (1..=MOST_FRAMES).contains(&frames));
        let stack = self.process.layouts.bytes("runtime.bucket").and_then(|bytes| address.checked_add(bytes));
        let returns_to = stack.and_then(|stack| self.process.word(stack)).unwrap_or_default();
        let is_code = self.process.program.function_around(returns_to.wrapping_sub(self.process.slide)).is_some();
        has_frames && is_code && field("runtime.bucket typ") == Some(MEMORY)
    }

    /// Finalizers wait in it, each a function value and an object.
    fn is_finalizer_block(&self, address: u64) -> bool {
        let places: Vec<u64> = queued_finalizers(self.process, address).collect();
        let is_finalizer = |place: &u64| {
            let function = self.process.field(*place, "runtime.finalizer fn").filter(|_| self.process.take(1));
            let code = function.and_then(|function| self.process.word(function)).unwrap_or_default();
            let in_file = code.wrapping_sub(self.process.slide);
            self.process.program.function(in_file).is_some()
                && self.process.field(*place, "runtime.finalizer arg").is_some_and(|object| object != 0)
        };
        !places.is_empty() && places.iter().all(is_finalizer)
    }

    /// The second of the reasons; the first is empty.
    fn is_wait_reason(&self, address: u64, word: u64) -> bool {
        let length = SECOND_REASON.len() as u64;
        let text = || self.process.bytes(word, length);
        self.process.word(address + WORD) == Some(length) && text().is_some_and(|text| text == SECOND_REASON)
    }
}

/// `mSpanManual`, `memProfile`.
const MANUAL: u64 = 2;
const MEMORY: u64 = 1;
/// `numSpanClasses`.
const CLASSES: u64 = 136;
const MOST_FRAMES: u64 = 1024;
/// `waitReasonStrings` in `runtime/runtime2.go`.
const SECOND_REASON: &[u8] = b"GC assist marking";
