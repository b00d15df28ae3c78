//! Which roots reach a node first.

use crate::graph::Edges;

/// For each node the tier of the roots that reach it first.
#[derive(Debug)]
pub(crate) struct Reach {
    tiers: Vec<u8>,
    stack: Vec<u32>,
    /// Nodes with an arrow to what was not entered.
    stopped: Vec<u32>,
}

impl Reach {
    pub(crate) fn new(nodes: u32) -> Self {
        Self { tiers: vec![NONE; nodes as usize], stack: Vec::new(), stopped: Vec::new() }
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
                    if self.tiers[target as usize] != NONE {
                        continue;
                    }
                    if !stops(target) {
                        self.tiers[target as usize] = tier;
                        self.stack.push(target);
                    } else if self.stopped.last() != Some(&node) {
                        self.stopped.push(node);
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

    /// The tier of each node, and the nodes with an arrow to what was not entered.
    pub(crate) fn into_tiers(self) -> (Vec<u8>, Vec<u32>) {
        (self.tiers, self.stopped)
    }
}

const NONE: u8 = u8::MAX;
