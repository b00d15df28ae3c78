//! Which roots reach a node first.

use crate::graph::Edges;

/// For each node the tier of the roots that reach it first.
#[derive(Debug)]
pub(crate) struct Reach {
    tiers: Vec<u8>,
    stack: Vec<u32>,
}

impl Reach {
    pub(crate) fn new(nodes: u32) -> Self {
        Self { tiers: vec![NONE; nodes as usize], stack: Vec::new() }
    }

    /// Gives this tier to all that these nodes reach and no earlier tier does; what `stops` is not entered.
    pub(crate) fn spread(
        &mut self,
        edges: &Edges,
        roots: impl IntoIterator<Item = u32>,
        tier: u8,
        stops: impl Fn(u32) -> bool,
    ) {
        for root in roots {
            if self.tiers[root as usize] != NONE || stops(root) {
                continue;
            }
            self.tiers[root as usize] = tier;
            self.stack.push(root);
            while let Some(node) = self.stack.pop() {
                for &target in edges.of(node) {
                    if self.tiers[target as usize] == NONE && !stops(target) {
                        self.tiers[target as usize] = tier;
                        self.stack.push(target);
                    }
                }
            }
        }
    }

    /// Forgets a tier.
    pub(crate) fn forget(&mut self, tier: u8) {
        self.tiers.iter_mut().filter(|known| **known == tier).for_each(|known| *known = NONE);
    }

    pub(crate) fn is_reached(&self, node: u32) -> bool {
        self.tiers[node as usize] != NONE
    }

    pub(crate) fn into_tiers(self) -> Vec<u8> {
        self.tiers
    }
}

const NONE: u8 = u8::MAX;
