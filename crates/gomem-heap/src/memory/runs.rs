//! Where objects lie: slots of one size that follow each other, a bit for each that holds an object. An address leads to the number of
//! its object by a division and two small tables, so that nothing is kept for each object.

use crate::memory::PAGE;

/// Where objects lie, by address.
#[derive(Debug, Default)]
pub(super) struct Runs {
    /// By address.
    runs: Vec<Run>,
    /// The runs by their first objects: places in `runs`.
    numbered: Vec<u32>,
    /// Each run begins a new one.
    slots: Vec<Slots>,
    index: Index,
}

/// 64 slots that follow each other.
#[derive(Debug, Clone, Copy)]
struct Slots {
    /// A bit for each slot that holds an object.
    taken: u64,
    /// The number of the first object.
    first: u32,
}

/// Slots of one size that follow each other.
#[derive(Debug, Clone, Copy)]
struct Run {
    start: u64,
    slot_bytes: u64,
    /// [`inverse`] of its bytes.
    inverse: u64,
    slots: u32,
    /// Its first [`Slots`].
    word: u32,
}

/// Where to begin to look for a run: addresses are cut into as many equal parts as make a part hold about one run.
#[derive(Debug, Default)]
struct Index {
    start: u64,
    shift: u32,
    /// The first run that begins in this part or later.
    first: Vec<u32>,
}

/// Finds objects one after the other: what an object points to is often near to where the last one pointed.
#[derive(Debug)]
pub(crate) struct Finder<'a> {
    runs: &'a Runs,
    /// The last run, and the bytes of its slots.
    last: Option<(&'a Run, u64)>,
}

impl Finder<'_> {
    /// The object that an address is in.
    #[inline]
    pub(crate) fn find(&mut self, address: u64) -> Option<u32> {
        let run = match self.last {
            Some((run, bytes)) if address.wrapping_sub(run.start) < bytes => run,
            _ => {
                let run = self.runs.run(address)?;
                self.last = Some((run, run.end() - run.start));
                run
            }
        };
        self.runs.find_in(run, address).map(|(object, _)| object)
    }
}

/// Runs as objects are read.
#[derive(Debug, Default)]
pub(super) struct RunsBuilder {
    runs: Runs,
    objects: u32,
}

impl Runs {
    /// The object that an address is in, and where that begins.
    #[inline]
    pub(super) fn find(&self, address: u64) -> Option<(u32, u64)> {
        self.find_in(self.run(address)?, address)
    }

    pub(super) fn finder(&self) -> Finder<'_> {
        Finder { runs: self, last: None }
    }

    /// The object of a run that an address is in, which is not before the run.
    #[inline]
    fn find_in(&self, run: &Run, address: u64) -> Option<(u32, u64)> {
        let offset = address - run.start;
        let slot = match u32::try_from(offset) {
            // Multiplying is faster, and what is in one piece is nearly always less than 4 GiB.
            Ok(offset) if run.inverse > 0 => ((u128::from(run.inverse) * u128::from(offset)) >> 64) as u64,
            _ => offset.checked_div(run.slot_bytes)?,
        };
        if slot >= u64::from(run.slots) {
            return None;
        }
        let word = run.word as usize + (slot / 64) as usize;
        let (Slots { taken, first }, bit) = (*self.slots.get(word)?, 1_u64 << (slot % 64));
        let object = first + (taken & (bit - 1)).count_ones();
        (taken & bit != 0).then_some((object, run.start + slot * run.slot_bytes))
    }

    #[inline]
    fn run(&self, address: u64) -> Option<&Run> {
        let part = usize::try_from(address.checked_sub(self.index.start)? >> self.index.shift).ok()?;
        let low = *self.index.first.get(part)? as usize;
        let high = self.index.first.get(part + 1).map_or(self.runs.len(), |first| *first as usize);
        let within = self.runs.get(low..high)?.partition_point(|run| run.start <= address);
        self.runs.get((low + within).checked_sub(1)?)
    }

    /// Where an object lies.
    pub(super) fn address(&self, object: u32) -> u64 {
        let first = |run: &Run| self.slots[run.word as usize].first;
        let at = self.numbered.partition_point(|run| first(&self.runs[*run as usize]) <= object);
        let Some(run) = at.checked_sub(1).map(|at| &self.runs[self.numbered[at] as usize]) else { return 0 };
        let words = run.word as usize..run.word as usize + (run.slots as usize).div_ceil(64);
        let at = self.slots[words.clone()].partition_point(|slots| slots.first <= object).saturating_sub(1);
        let Slots { mut taken, first } = self.slots[words.start + at];
        for _ in first..object {
            taken &= taken.wrapping_sub(1);
        }
        run.start + (at as u64 * 64 + u64::from(taken.trailing_zeros())) * run.slot_bytes
    }
}

impl RunsBuilder {
    /// Adds an object; those that follow each other in memory had better follow each other here.
    #[inline]
    pub(super) fn push(&mut self, address: u64, bytes: u64) {
        if let Some(run) = self.runs.runs.last_mut()
            && run.slot_bytes == bytes
            && let Some(slot) = run.next(address)
        {
            run.slots = slot + 1;
            let word = (run.word + slot / 64) as usize;
            while self.runs.slots.len() <= word {
                self.runs.slots.push(Slots { taken: 0, first: self.objects });
            }
            self.runs.slots[word].taken |= 1 << (slot % 64);
        } else {
            let word = self.runs.slots.len() as u32;
            self.runs.runs.push(Run { start: address, slot_bytes: bytes, inverse: inverse(bytes), slots: 1, word });
            self.runs.slots.push(Slots { taken: 1, first: self.objects });
        }
        self.objects += 1;
    }

    pub(super) fn finish(self) -> Runs {
        let mut runs = self.runs;
        runs.runs.sort_by_key(|run| (run.start, run.word));
        let mut numbered: Vec<u32> = (0..runs.runs.len() as u32).collect();
        numbered.sort_unstable_by_key(|run| runs.runs[*run as usize].word);
        runs.numbered = numbered;
        runs.index = Index::new(&runs.runs);
        runs
    }
}

impl Run {
    /// The slot that begins at an address, if it is behind the last one, not far, and no other span can lie between: spans are
    /// whole pages, and come in no order.
    #[inline]
    fn next(&self, address: u64) -> Option<u32> {
        let end = self.start.checked_add(u64::from(self.slots).checked_mul(self.slot_bytes)?)?;
        let free = address.checked_sub(end)?;
        if free == 0 && self.slot_bytes > 0 {
            return self.slots.checked_add(1).map(|_| self.slots);
        }
        let has_page_between = end.checked_next_multiple_of(PAGE)?.checked_add(PAGE)? <= address;
        if has_page_between || free.checked_rem(self.slot_bytes)? != 0 {
            return None;
        }
        let free = u32::try_from(free / self.slot_bytes).ok().filter(|free| *free <= MOST_FREE)?;
        self.slots.checked_add(free).filter(|slot| *slot < u32::MAX)
    }

    fn end(&self) -> u64 {
        self.start.saturating_add(u64::from(self.slots).saturating_mul(self.slot_bytes))
    }
}

impl Index {
    fn new(runs: &[Run]) -> Self {
        let (Some(first), Some(last)) = (runs.first(), runs.last()) else { return Self::default() };
        let extent = last.end().saturating_sub(first.start);
        let mut shift = 0;
        while extent >> shift > 2 * runs.len() as u64 + 1 {
            shift += 1;
        }
        let parts = (extent >> shift) + 2;
        let mut begins = Vec::with_capacity(usize::try_from(parts).unwrap_or_default());
        let mut run = 0;
        for part in 0..parts {
            while runs.get(run).is_some_and(|run| (run.start - first.start) >> shift < part) {
                run += 1;
            }
            begins.push(run as u32);
        }
        Self { start: first.start, shift, first: begins }
    }
}

/// With which 32 bits are multiplied instead of divided (Lemire, Kaser, Kurz, "Faster remainder by direct computation", 2019):
/// 2^64 by the divisor, rounded up. 0 for divisors that have none.
fn inverse(divisor: u64) -> u64 {
    if (2..=u64::from(u32::MAX)).contains(&divisor) { u64::MAX / divisor + 1 } else { 0 }
}

/// A run ends where more slots are free: their bits would take more than a run does.
const MOST_FREE: u32 = 128;

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(all: &[(u64, u64)]) -> Runs {
        let mut builder = RunsBuilder::default();
        all.iter().for_each(|(address, bytes)| builder.push(*address, *bytes));
        builder.finish()
    }

    #[test]
    fn multiplying_divides() {
        for divisor in [2, 3, 8, 48, 112, 6_528, 8_192, 0xffff_fffe, 0xffff_ffff] {
            for number in [0, 1, divisor - 1, divisor, 47 * divisor - 1, 47 * divisor, 0xffff_fffe, 0xffff_ffff] {
                let number = number.min(0xffff_ffff);
                let found = (u128::from(inverse(divisor)) * u128::from(number)) >> 64;
                assert_eq!(found as u64, number / divisor, "{number} / {divisor}");
            }
        }
        assert_eq!([0, 1, 1 << 32].map(inverse), [0; 3]);
    }

    #[test]
    fn addresses_lead_to_objects_and_back() {
        // Two spans, the later one first, with a slot of the other one left out, and a large object far away.
        let all = [(0x8000, 48), (0x8060, 48), (0x2000, 16), (0x2010, 16), (0xffff_0000, 1 << 20)];
        let runs = runs(&all);
        for (address, found) in [
            (0x8000, Some(0)),
            (0x802f, Some(0)),
            (0x8030, None),
            (0x8060, Some(1)),
            (0x8090, None),
            (0x1fff, None),
            (0x201f, Some(3)),
            (0x2020, None),
            (0xffff_0000, Some(4)),
            (0x1_000e_ffff, Some(4)),
            (0x1_000f_0000, None),
            (u64::MAX, None),
        ] {
            let start = |object: u32| (object, all[object as usize].0);
            assert_eq!(runs.find(address), found.map(start), "{address:#x}");
        }
        for ((address, _), object) in all.iter().zip(0..) {
            assert_eq!(runs.address(object), *address);
        }
    }

    /// Of three neighbours the one in the middle comes last, and objects of the one behind it are found all the same.
    #[test]
    fn a_span_may_lie_between_spans_of_objects_that_follow_each_other() {
        let span = |start: u64, bytes: u64| (0..24 * 1024 / bytes).map(move |slot| (start + slot * bytes, bytes));
        for middle in [3072, 1024] {
            let all: Vec<(u64, u64)> =
                span(0x10000, 3072).chain(span(0x1c000, 3072)).chain(span(0x16000, middle)).collect();
            let runs = runs(&all);
            for ((address, bytes), object) in all.iter().zip(0..) {
                assert_eq!(runs.find(address + bytes - 1), Some((object, *address)), "{address:#x}");
                assert_eq!(runs.address(object), *address);
            }
        }
    }

    #[test]
    fn slots_may_be_many_and_free() {
        let all: Vec<(u64, u64)> =
            (0..5000_u64).filter(|slot| slot % 7 != 3 && slot % 400 < 250).map(|slot| (0x1000 + slot * 8, 8)).collect();
        let runs = runs(&all);
        assert!(runs.runs.len() > 10, "what is free for long is in no run");
        for ((address, _), object) in all.iter().zip(0..) {
            assert_eq!((runs.find(address + 7), runs.address(object)), (Some((object, *address)), *address));
        }
        assert_eq!(runs.find(0x1000 + 3 * 8), None);
    }

    #[test]
    fn what_overlaps_or_wraps_is_only_wrong() {
        let runs = runs(&[(u64::MAX - 8, 64), (0, 0), (0, 0), (0, 64), (32, 64), (32, 64)]);
        for address in [0, 8, 40, 100, u64::MAX - 8, u64::MAX] {
            let _ = runs.find(address);
        }
        for object in 0..7 {
            let _ = runs.address(object);
        }
        assert_eq!(RunsBuilder::default().finish().find(0), None);
    }
}
