//! A dump that can be sent: records as they were, contents zeroed but for what the graph needs.

use crate::memory::{Order, Snapshot, Words};

/// The dump without its contents. What stays are words that point into the heap, the stacks or the program, and the lengths beside
/// them. Names of functions, files and types are the program's and stay.
pub(crate) fn redacted(snapshot: &Snapshot) -> Vec<u8> {
    // What was not read cannot be told apart.
    let mut file = snapshot.file.get(..snapshot.end).unwrap_or(&snapshot.file).to_vec();
    let keeper = Keeper::new(snapshot);
    for object in 0..snapshot.objects.len() as u32 {
        let words = snapshot.objects.words(object);
        let mut pointers = Vec::new();
        snapshot
            .objects
            .for_each_pointer(object, &snapshot.file, snapshot.target.order, |offset, _| pointers.push(offset));
        keeper.redact(&mut file, words, &pointers, !pointers.is_empty());
    }
    for words in &snapshot.phantoms {
        keeper.redact(&mut file, *words, &[], false);
    }
    for segment in &snapshot.segments {
        let mut pointers = Vec::new();
        segment.words.for_each_pointer(&snapshot.file, snapshot.target.order, |offset, _| pointers.push(offset));
        keeper.redact(&mut file, segment.words, &pointers, false);
    }
    for frame in snapshot.goroutines.iter().flat_map(|goroutine| &goroutine.frames) {
        let words = Words { place: frame.place, length: frame.length };
        // Variables whose address is taken are in no list.
        let pointers: Vec<usize> = (0..frame.length).step_by(snapshot.target.order.word_bytes).collect();
        keeper.redact(&mut file, words, &pointers, false);
    }
    file
}

struct Keeper<'a> {
    snapshot: &'a Snapshot,
    order: Order,
    /// From the first function to the end of global variables.
    image: std::ops::Range<u64>,
    stacks: Vec<std::ops::Range<u64>>,
}

impl<'a> Keeper<'a> {
    fn new(snapshot: &'a Snapshot) -> Self {
        let frames = || snapshot.goroutines.iter().flat_map(|goroutine| &goroutine.frames);
        let start = frames().map(|frame| frame.entry).min().unwrap_or(u64::MAX);
        let ends = snapshot.segments.iter().map(|segment| segment.address.saturating_add(segment.words.length as u64));
        let mut stacks: Vec<_> = frames().map(|frame| frame.sp..frame.sp.saturating_add(frame.length as u64)).collect();
        stacks.sort_by_key(|stack| stack.start);
        Self { snapshot, order: snapshot.target.order, image: start..ends.max().unwrap_or_default(), stacks }
    }

    fn redact(&self, file: &mut [u8], words: Words, pointers: &[usize], keeps_first: bool) {
        let before = words.content(&self.snapshot.file);
        let mut kept = vec![0; before.len()];
        let mut keep = |offset: usize| {
            let end = offset.saturating_add(self.order.word_bytes);
            if let (Some(to), Some(from)) = (kept.get_mut(offset..end), before.get(offset..end)) {
                to.copy_from_slice(from);
            }
        };
        for offset in pointers {
            let Some(value) = self.order.word(before, *offset) else { continue };
            let target = self.snapshot.objects.find(value);
            if target.is_none() && !self.is_place(value) {
                continue;
            }
            keep(*offset);
            let room = target.map_or(0, |target| self.snapshot.objects.bytes(target));
            for next in [1, 2].map(|words| offset + words * self.order.word_bytes) {
                if self.order.word(before, next).is_some_and(|length| length <= room) {
                    keep(next);
                }
            }
        }
        // A function's variables begin with the function, and larger objects with their type: both lie on whole sixteenths or so.
        if keeps_first && self.order.word(before, 0).is_some_and(|first| first % 8 == 0 && self.image.contains(&first))
        {
            keep(0);
        }
        if let Some(place) = file.get_mut(words.place..words.place.saturating_add(words.length)) {
            place.copy_from_slice(&kept);
        }
    }

    /// Whether an address is one of the program or of a stack.
    fn is_place(&self, value: u64) -> bool {
        let at = self.stacks.partition_point(|stack| stack.start <= value);
        let on_stack = at.checked_sub(1).is_some_and(|at| self.stacks[at].contains(&value));
        on_stack || self.image.contains(&value)
    }
}
