//! Dominators: the node that all paths from the root to a node pass last.
//!
//! Semi-NCA (Georgiadis, "Linear-Time Algorithms for Dominators and Related Problems", 2005), with no recursion: a list of 200,000
//! elements is a path of that length.

use crate::graph::{
    Edges,
    walk::{Met, Walk},
};

/// The tree of dominators, and what each of its subtrees weighs. Most of it is kept by place in the walk: who dominates a node is mostly
/// near it there.
#[derive(Debug)]
pub(crate) struct Dominance {
    /// Nodes with each dominator before what it dominates.
    order: Vec<u32>,
    /// The place of each node in it. A node that the root does not reach has [`NONE`].
    places: Vec<u32>,
    /// The place of the dominator, by place; the root's is its own.
    dominators: Vec<u32>,
    /// By place.
    retained: Vec<u64>,
}

impl Dominance {
    pub(crate) fn new(edges: &Edges, root: u32, bytes: impl Fn(u32) -> u64) -> Self {
        let Walk { order, parents, mut nodes } = Walk::new(edges, root);
        let sources = Sources::new(edges, &order, &mut nodes);
        let (dominators, mut places) = dominators(&sources, parents, nodes);
        drop(sources);
        places.clear();
        places.resize(edges.nodes() as usize, NONE);
        for (node, place) in order.iter().zip(0..) {
            places[*node as usize] = place;
        }
        let mut retained: Vec<u64> = order.iter().map(|node| bytes(*node)).collect();
        for place in (1..order.len()).rev() {
            retained[dominators[place] as usize] += retained[place];
        }
        Self { order, places, dominators, retained }
    }

    /// The dominator of a node, unless it is the root or not reached.
    pub(crate) fn parent(&self, node: u32) -> Option<u32> {
        let place = self.places[node as usize];
        let dominator = *self.dominators.get(place as usize)?;
        (dominator != place).then(|| self.order[dominator as usize])
    }

    /// All nodes but the root, each behind its dominator, and these.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (u32, u32)> {
        let pairs = self.order.iter().zip(&self.dominators).skip(1);
        pairs.map(|(node, dominator)| (*node, self.order[*dominator as usize]))
    }

    /// The nodes right below the root.
    pub(crate) fn below_root(&self) -> impl Iterator<Item = u32> {
        let pairs = self.order.iter().zip(&self.dominators).skip(1);
        pairs.filter(|(_, dominator)| **dominator == 0).map(|(node, _)| *node)
    }

    /// What would go with a node: its own bytes and those of all it dominates.
    pub(crate) fn retained(&self, node: u32) -> u64 {
        self.retained.get(self.places[node as usize] as usize).copied().unwrap_or_default()
    }

    /// For each node the one right below the root that dominates it, or is it.
    pub(crate) fn tops(&self) -> Vec<u32> {
        let mut by_place: Vec<u32> = Vec::with_capacity(self.order.len());
        for (&node, &dominator) in self.order.iter().zip(&self.dominators) {
            by_place.push(if dominator == 0 { node } else { by_place[dominator as usize] });
        }
        let mut tops = vec![NONE; self.places.len()];
        for (node, top) in self.order.iter().zip(by_place) {
            tops[*node as usize] = top;
        }
        tops
    }
}

/// The dominators of all nodes of a walk; nodes are their places in it. Gives back what room it took, which is no longer needed.
fn dominators(sources: &Sources, parents: Vec<u32>, nodes: Vec<Met>) -> (Vec<u32>, Vec<u32>) {
    let count = parents.len() as u32;
    let mut semi = Vec::with_capacity(nodes.len());
    semi.extend(0..count);
    // In the room that nodes took: memory that is new costs more than what is done with it.
    let links = nodes.into_iter().zip(&parents).zip(0..);
    let mut links: Vec<Link> = links.map(|((_, parent), node)| Link { up: *parent, least: node }).collect();
    let mut path = Vec::new();
    for node in (1..count).rev() {
        let mut least = parents[node as usize];
        for &source in sources.of(node) {
            // What lies before is not linked yet, and stands for itself.
            let found = if source <= node { source } else { evaluate(source, node, &mut links, &mut path) };
            least = least.min(found);
        }
        semi[node as usize] = least;
        links[node as usize].least = least;
    }
    drop(links);
    let mut dominators = parents;
    for node in 1..count {
        let mut dominator = dominators[node as usize];
        while dominator > semi[node as usize] {
            dominator = dominators[dominator as usize];
        }
        dominators[node as usize] = dominator;
    }
    (dominators, semi)
}

/// The way up from a node.
#[derive(Debug, Clone, Copy)]
struct Link {
    /// The next node, or one that is further up.
    up: u32,
    /// The least semidominator of the nodes from this one to before that.
    least: u32,
}

/// The least semidominator on the way up from `node` to the first that is not behind `last`; the way is made shorter.
#[inline]
fn evaluate(node: u32, last: u32, links: &mut [Link], path: &mut Vec<u32>) -> u32 {
    let mut at = node;
    let mut link = links[at as usize];
    while link.up > last {
        path.push(at);
        at = link.up;
        link = links[at as usize];
    }
    while let Some(below) = path.pop() {
        link.least = link.least.min(links[below as usize].least);
        links[below as usize] = link;
    }
    link.least
}

/// Arrows the other way round, between places in a walk.
struct Sources {
    offsets: Vec<u32>,
    sources: Vec<u32>,
}

impl Sources {
    fn new(edges: &Edges, order: &[u32], nodes: &mut [Met]) -> Self {
        let mut offsets = Vec::with_capacity(order.len() + 1);
        let mut sum = 0;
        for &node in order {
            offsets.push(sum);
            // From now on where the next source goes.
            sum += std::mem::replace(&mut nodes[node as usize].arrows, sum);
        }
        offsets.push(sum);
        let mut sources = vec![0; sum as usize];
        for (place, &node) in order.iter().enumerate() {
            for &target in edges.of(node) {
                let next = &mut nodes[target as usize].arrows;
                sources[*next as usize] = place as u32;
                *next += 1;
            }
        }
        Self { offsets, sources }
    }

    fn of(&self, place: u32) -> &[u32] {
        &self.sources[self.offsets[place as usize] as usize..self.offsets[place as usize + 1] as usize]
    }
}

const NONE: u32 = u32::MAX;

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(arrows: &[&[u32]]) -> Edges {
        let mut edges = Edges::with_capacity(arrows.len());
        for targets in arrows {
            targets.iter().for_each(|target| edges.push(*target));
            edges.end_node();
        }
        edges
    }

    /// By what it means: a dominator is a node without which the root does not reach another.
    fn slow(edges: &Edges, root: u32) -> Vec<Option<u32>> {
        let reach = |without: Option<u32>| {
            let mut seen = vec![false; edges.nodes() as usize];
            let mut stack = vec![root];
            while let Some(node) = stack.pop() {
                if Some(node) != without && !std::mem::replace(&mut seen[node as usize], true) {
                    stack.extend(edges.of(node));
                }
            }
            seen
        };
        let all = reach(None);
        let without: Vec<Vec<bool>> = (0..edges.nodes()).map(|node| reach(Some(node))).collect();
        let dominates = |a: u32, b: u32| a != b && all[b as usize] && !without[a as usize][b as usize];
        (0..edges.nodes())
            .map(|node| {
                let all: Vec<u32> = (0..edges.nodes()).filter(|other| dominates(*other, node)).collect();
                // The nearest one is dominated by all others.
                all.iter().copied().find(|near| all.iter().all(|other| other == near || dominates(*other, *near)))
            })
            .collect()
    }

    #[test]
    fn dominators_are_what_all_paths_pass() {
        let mut seed = 7_u64;
        let mut random = |below: u32| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) as u32 % below
        };
        for _ in 0..300 {
            let nodes = 2 + random(12);
            let arrows: Vec<Vec<u32>> = (0..nodes).map(|_| (0..random(4)).map(|_| random(nodes)).collect()).collect();
            let arrows: Vec<&[u32]> = arrows.iter().map(Vec::as_slice).collect();
            let edges = edges(&arrows);
            let fast = Dominance::new(&edges, 0, |_| 1);
            let found: Vec<Option<u32>> = (0..nodes).map(|node| fast.parent(node)).collect();
            assert_eq!(found, slow(&edges, 0), "{arrows:?}");
            for node in 1..nodes {
                if fast.places[node as usize] == NONE {
                    continue;
                }
                let below = |mut at: u32| loop {
                    match fast.parent(at) {
                        _ if at == node => break true,
                        Some(parent) => at = parent,
                        None => break false,
                    }
                };
                assert_eq!(fast.retained(node), (0..nodes).filter(|at| below(*at)).count() as u64);
            }
        }
    }

    #[test]
    fn a_long_list_needs_no_stack() {
        let nodes = 1_000_000;
        let mut list = Edges::with_capacity(nodes as usize);
        for node in 0..nodes {
            if node + 1 < nodes {
                list.push(node + 1);
            }
            list.push(0);
            list.end_node();
        }
        let dominance = Dominance::new(&list, 0, |_| 8);
        assert_eq!(dominance.retained(0), 8 * u64::from(nodes));
        assert_eq!(dominance.parent(nodes - 1), Some(nodes - 2));
        assert_eq!(dominance.tops()[nodes as usize - 1], 1);
    }
}
