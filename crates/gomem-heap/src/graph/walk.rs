//! A walk in depth from a root.

use crate::graph::Edges;

/// A walk in depth: the order in which nodes are met.
pub(super) struct Walk {
    pub(super) order: Vec<u32>,
    /// The place of the node from which each was met, by place.
    pub(super) parents: Vec<u32>,
    /// Of each node, its [`PLACE`] and how many [`ARROWS`] of the walk lead to it.
    pub(super) nodes: Vec<Pair>,
}

/// Two numbers of a node. Their room serves several steps that need two numbers each.
pub(super) type Pair = [u32; 2];
pub(super) const PLACE: usize = 0;
pub(super) const ARROWS: usize = 1;

impl Walk {
    pub(super) fn new(edges: &Edges, root: u32) -> Self {
        let nodes = vec![[NONE, 0]; edges.nodes() as usize];
        let mut walk = Self { order: Vec::new(), parents: Vec::new(), nodes };
        // Places, and which arrows are still to be followed.
        let mut path: Vec<(u32, std::ops::Range<u32>)> = Vec::new();
        path.push((walk.enter(root, 0), edges.range(root)));
        while let Some((place, arrows)) = path.last_mut() {
            let place = *place;
            let new = arrows.find_map(|arrow| {
                let target = edges.target(arrow);
                let met = &mut walk.nodes[target as usize];
                met[ARROWS] += 1;
                (met[PLACE] == NONE).then_some(target)
            });
            match new {
                Some(target) => path.push((walk.enter(target, place), edges.range(target))),
                None => drop(path.pop()),
            }
        }
        walk
    }

    fn enter(&mut self, node: u32, parent: u32) -> u32 {
        let place = self.order.len() as u32;
        self.nodes[node as usize][PLACE] = place;
        self.order.push(node);
        self.parents.push(parent);
        place
    }
}

/// The place of a node that was not met.
const NONE: u32 = u32::MAX;
