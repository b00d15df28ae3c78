//! The segments of each goroutine, over all threads.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::replay::{
    segment::{Segment, Start},
    thread::ThreadScan,
};

/// The segments of all threads, by goroutine.
///
/// Goroutines are numbered as they occur, and segments put into their goroutine's part by counting. Within it few threads' runs
/// follow each other, which a stable sort merges.
#[derive(Debug)]
pub(super) struct Order {
    places: Vec<SegmentPlace>,
    /// Where the part of each goroutine begins, and where the last one ends.
    starts: Vec<usize>,
}

/// A segment: its thread and its place there.
#[derive(Debug, Clone, Copy)]
pub(super) struct SegmentPlace {
    pub(super) thread: u32,
    segment: u32,
    sequence: u32,
}

impl Order {
    pub(super) fn new(scans: &[ThreadScan]) -> Self {
        let mut goroutines: HashMap<u64, u32, RandomState> = HashMap::default();
        let mut starts = vec![0_usize];
        let mut parts: Vec<u32> = Vec::with_capacity(scans.iter().map(|scan| scan.segments.len()).sum());
        for segment in scans.iter().flat_map(|scan| &scan.segments) {
            let next = goroutines.len() as u32;
            let part = *goroutines.entry(segment.goroutine).or_insert(next);
            if part as usize + 1 >= starts.len() {
                starts.push(0);
            }
            starts[part as usize + 1] += 1;
            parts.push(part);
        }
        for place in 1..starts.len() {
            starts[place] += starts[place - 1];
        }
        let mut filled = starts.clone();
        let mut places = vec![SegmentPlace { thread: 0, segment: 0, sequence: 0 }; parts.len()];
        let all = (0..).zip(scans).flat_map(|(thread, scan)| {
            (0..).zip(&scan.segments).map(move |(place, segment)| SegmentPlace {
                thread,
                segment: place,
                sequence: segment.sequence,
            })
        });
        for (place, part) in all.zip(&parts) {
            let next = &mut filled[*part as usize];
            places[*next] = place;
            *next += 1;
        }
        for bounds in starts.windows(2) {
            sort(&mut places[bounds[0]..bounds[1]], scans);
        }
        Self { places, starts }
    }

    /// The segments of each goroutine, in their order.
    pub(super) fn goroutines(&self) -> impl Iterator<Item = &[SegmentPlace]> {
        self.starts.windows(2).map(|bounds| &self.places[bounds[0]..bounds[1]])
    }
}

impl SegmentPlace {
    pub(super) fn of<'s>(&self, scans: &'s [ThreadScan]) -> &'s Segment {
        &scans[self.thread as usize].segments[self.segment as usize]
    }
}

/// Puts a goroutine's segments in order. Numbers begin anew with each life, and a life is on one thread.
fn sort(own: &mut [SegmentPlace], scans: &[ThreadScan]) {
    if !own.iter().any(|place| place.sequence == 0 && place.of(scans).start == Start::Called) {
        return own.sort_by_key(|place| place.sequence);
    }
    let mut life = (0, 0);
    let mut lives: Vec<(u64, SegmentPlace)> = Vec::with_capacity(own.len());
    for place in own.iter() {
        let segment = place.of(scans);
        if segment.start == Start::Called {
            life = (place.thread, segment.begin);
        } else if life.0 != place.thread {
            life = (place.thread, 0);
        }
        lives.push((life.1, *place));
    }
    lives.sort_by_key(|(life, place)| (*life, place.sequence));
    for (place, (_, sorted)) in own.iter_mut().zip(lives) {
        *place = sorted;
    }
}
