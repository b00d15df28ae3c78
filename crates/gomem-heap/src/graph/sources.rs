//! Arrows the other way round.

use crate::graph::{
    Edges,
    walk::{ARROWS, Pair},
};

/// Arrows the other way round, between places in a walk.
#[derive(Debug)]
pub(super) struct Sources {
    offsets: Vec<u32>,
    sources: Vec<u32>,
}

impl Sources {
    pub(super) fn new(edges: &Edges, order: &[u32], nodes: &mut [Pair]) -> Self {
        let mut offsets = Vec::with_capacity(order.len() + 1);
        let mut sum = 0;
        for &node in order {
            offsets.push(sum);
            // From now on where the next source goes.
            sum += std::mem::replace(&mut nodes[node as usize][ARROWS], sum);
        }
        offsets.push(sum);
        let mut sources = vec![0; sum as usize];
        for (place, &node) in order.iter().enumerate() {
            for &target in edges.of(node) {
                let next = &mut nodes[target as usize][ARROWS];
                sources[*next as usize] = place as u32;
                *next += 1;
            }
        }
        Self { offsets, sources }
    }

    /// The places from which arrows lead to a place.
    #[inline]
    pub(super) fn of(&self, place: u32) -> &[u32] {
        &self.sources[self.offsets[place as usize] as usize..self.offsets[place as usize + 1] as usize]
    }
}
