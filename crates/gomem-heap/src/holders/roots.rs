//! Roots: where paths to objects begin.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::holders::{Holder, HolderKind, Tier};

/// Roots: holders, the nodes that they are made of, and each word that points into the heap.
#[derive(Debug, Default)]
pub(crate) struct Roots {
    pub(crate) holders: Vec<Holder>,
    pub(crate) nodes: Vec<RootNode>,
    pub(crate) slots: Vec<RootSlot>,
    by_name: HashMap<(HolderKind, String), u32, RandomState>,
}

/// A holder, or a part of one: a goroutine of a group, a frame of a goroutine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RootNode {
    pub(crate) holder: u32,
    /// What it is a part of.
    pub(crate) parent: Option<u32>,
    /// The goroutine, by its place in the snapshot, and the frame in it.
    pub(crate) goroutine: Option<u32>,
    pub(crate) frame: Option<u32>,
}

/// A word that points into the heap.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RootSlot {
    pub(crate) node: u32,
    /// Where it is in the variable or frame.
    pub(crate) offset: u32,
    pub(crate) target: u32,
    /// Where it is in memory, if it is a global variable's.
    pub(crate) address: Option<u64>,
}

impl Roots {
    /// The holder of this kind and name, which may be new.
    pub(crate) fn holder(&mut self, kind: HolderKind, name: String, tier: Tier) -> u32 {
        let next = self.holders.len() as u32;
        match self.by_name.entry((kind, name)) {
            std::collections::hash_map::Entry::Occupied(known) => *known.get(),
            std::collections::hash_map::Entry::Vacant(new) => {
                let node = self.nodes.len() as u32;
                self.holders.push(Holder { kind, name: new.key().1.clone(), tier, instances: 0, node });
                self.nodes.push(RootNode { holder: next, parent: None, goroutine: None, frame: None });
                new.insert(next);
                next
            }
        }
    }

    /// A part of a node.
    pub(crate) fn part(&mut self, parent: u32, goroutine: u32, frame: Option<u32>) -> u32 {
        let holder = self.nodes[parent as usize].holder;
        self.nodes.push(RootNode { holder, parent: Some(parent), goroutine: Some(goroutine), frame });
        self.nodes.len() as u32 - 1
    }

    pub(crate) fn node(&self, holder: u32) -> u32 {
        self.holders[holder as usize].node
    }

    pub(crate) fn holder_of(&self, node: u32) -> &Holder {
        &self.holders[self.nodes[node as usize].holder as usize]
    }

    pub(crate) fn slot(&mut self, node: u32, offset: usize, target: u32) {
        let offset = u32::try_from(offset).unwrap_or(u32::MAX);
        self.slots.push(RootSlot { node, offset, target, address: None });
    }

    /// A word of a global variable.
    pub(crate) fn global_slot(&mut self, node: u32, offset: u64, target: u32, address: u64) {
        let offset = u32::try_from(offset).unwrap_or(u32::MAX);
        self.slots.push(RootSlot { node, offset, target, address: Some(address) });
    }

    /// Where the roots of a tier lead.
    pub(crate) fn targets(&self, tier: Tier) -> impl Iterator<Item = u32> {
        self.slots.iter().filter(move |slot| self.holder_of(slot.node).tier == tier).map(|slot| slot.target)
    }
}
