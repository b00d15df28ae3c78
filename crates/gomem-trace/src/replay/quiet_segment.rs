//! Segments of which nothing is told but how long they were.

use std::{collections::HashMap, num::NonZero};

use foldhash::fast::RandomState;

use crate::replay::{
    goroutine::Goroutine,
    segment::{Segment, Start},
};

/// A segment of which nothing is told but how long it was. Nearly all are, and they count only for an assist that is open over
/// several segments; so they are small, and those with larger numbers are kept as others are.
#[derive(Debug, Clone, Copy)]
pub(super) struct QuietSegment {
    pub(super) goroutine: u32,
    pub(super) sequence: u32,
    /// From its begin to its end.
    pub(super) ticks: u32,
}

impl QuietSegment {
    /// Of a segment that ends; `None` when there is more to tell of it.
    #[inline]
    pub(super) fn new(segment: &Segment, end: Option<NonZero<u64>>) -> Option<Self> {
        // Number 0 orders nothing among others of number 0.
        if segment.start != Start::Scheduled || segment.marks > 0 || segment.sweeps > 0 || segment.sequence == 0 {
            return None;
        }
        Some(Self {
            goroutine: u32::try_from(segment.goroutine).ok()?,
            sequence: segment.sequence,
            ticks: u32::try_from(end?.get().saturating_sub(segment.begin)).ok()?,
        })
    }
}

/// The quiet segments of the goroutines that need them.
#[derive(Debug, Default)]
pub(super) struct QuietSegments(HashMap<u64, Vec<QuietSegment>, RandomState>);

impl QuietSegments {
    /// Those of a generation: of goroutines as it begins, and of those that are parted in it.
    pub(super) fn new<'a>(
        goroutines: &HashMap<u64, Goroutine, RandomState>,
        parted: impl Iterator<Item = u64>,
        all: impl Iterator<Item = &'a QuietSegment> + Clone,
    ) -> Self {
        let mut segments = Self(parted.map(|goroutine| (goroutine, Vec::new())).collect());
        // Goroutines can be many, and generations too.
        if goroutines.len() <= all.clone().count() {
            let needs = goroutines.iter().filter(|(_, state)| state.needs_quiet_segments());
            segments.0.extend(needs.map(|(goroutine, _)| (*goroutine, Vec::new())));
        } else {
            let ids = all.clone().map(|quiet| u64::from(quiet.goroutine));
            let needs = ids.filter(|id| goroutines.get(id).is_some_and(Goroutine::needs_quiet_segments));
            segments.0.extend(needs.map(|goroutine| (goroutine, Vec::new())));
        }
        if !segments.0.is_empty() {
            for quiet in all {
                if let Some(own) = segments.0.get_mut(&quiet.goroutine.into()) {
                    own.push(*quiet);
                }
            }
            segments.0.values_mut().for_each(|own| own.sort_by_key(|quiet| quiet.sequence));
        }
        segments
    }

    /// Those of a goroutine, in their order.
    pub(super) fn take(&mut self, goroutine: u64) -> Vec<QuietSegment> {
        self.0.remove(&goroutine).unwrap_or_default()
    }

    /// Those of goroutines that have no other segments.
    pub(super) fn into_rest(self) -> impl Iterator<Item = (u64, Vec<QuietSegment>)> {
        self.0.into_iter()
    }
}
