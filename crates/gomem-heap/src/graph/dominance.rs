//! Dominators: the node that all paths from the root to a node pass last.
//!
//! Semi-NCA (Georgiadis, "Linear-Time Algorithms for Dominators and Related Problems", 2005), with no recursion: a list of 200,000
//! elements is a path of that length.

use crate::graph::{
    Edges,
    sources::Sources,
    walk::{PLACE, Pair, Walk},
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
    /// The lower and the upper half of it, by place.
    retained: Vec<Pair>,
}

impl Dominance {
    /// The tree, and what sharing is told by. What a step no longer needs gives its room to the next: memory that is new
    /// costs more than what is done with it.
    pub(crate) fn new(edges: Edges, root: u32, bytes: impl Fn(u32) -> u64) -> (Self, Tops) {
        let Walk { order, parents, mut nodes } = Walk::new(&edges, root);
        let sources = Sources::new(&edges, &order, &mut nodes);
        let (mut semi, mut places) = edges.into_rooms();
        places.clear();
        places.extend(nodes.iter().map(|node| node[PLACE]));
        let mut links = nodes;
        let dominators = dominators(&sources, parents, &mut links, &mut semi);
        let mut retained = links;
        for (retained, node) in retained.iter_mut().zip(&order) {
            *retained = halves(bytes(*node));
        }
        for place in (1..order.len()).rev() {
            let dominator = dominators[place] as usize;
            retained[dominator] = halves(whole(retained[dominator]).wrapping_add(whole(retained[place])));
        }
        let dominance = Self { order, places, dominators, retained };
        let by_node = dominance.tops(semi);
        (dominance, Tops { by_node, sources })
    }

    /// The place of a node that the root reaches.
    pub(super) fn place(&self, node: u32) -> u32 {
        self.places[node as usize]
    }

    /// The node at a place.
    pub(super) fn node(&self, place: u32) -> u32 {
        self.order[place as usize]
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
        self.retained.get(self.places[node as usize] as usize).copied().map_or(0, whole)
    }

    /// For each node the one right below the root that dominates it, or is it.
    fn tops(&self, mut tops: Vec<u32>) -> Vec<u32> {
        tops.clear();
        tops.resize(self.places.len(), NONE);
        for (&node, &dominator) in self.order.iter().zip(&self.dominators) {
            tops[node as usize] = if dominator == 0 { node } else { tops[self.node(dominator) as usize] };
        }
        tops
    }
}

/// What the root dominates, and how it hangs together.
#[derive(Debug)]
pub(crate) struct Tops {
    /// For each node the one right below the root that dominates it, or is it. A node that the root does not reach has none.
    pub(crate) by_node: Vec<u32>,
    /// The arrows of the graph, by place in the tree's order.
    pub(super) sources: Sources,
}

/// The dominators of all nodes of a walk; nodes are their places in it. `links` and `semi` are room for what is known on the way.
fn dominators(sources: &Sources, parents: Vec<u32>, links: &mut [Pair], semi: &mut Vec<u32>) -> Vec<u32> {
    let count = parents.len() as u32;
    semi.clear();
    semi.extend(0..count);
    links.iter_mut().zip(&parents).zip(0..).for_each(|((link, parent), node)| *link = [*parent, node]);
    let mut path = Vec::new();
    for node in (1..count).rev() {
        let mut least = parents[node as usize];
        for &source in sources.of(node) {
            // What lies before is not linked yet, and stands for itself.
            let found = if source <= node { source } else { evaluate(source, node, links, &mut path) };
            least = least.min(found);
        }
        semi[node as usize] = least;
        links[node as usize][LEAST] = least;
    }
    let mut dominators = parents;
    for node in 1..count {
        let mut dominator = dominators[node as usize];
        while dominator > semi[node as usize] {
            dominator = dominators[dominator as usize];
        }
        dominators[node as usize] = dominator;
    }
    dominators
}

/// Of a pair that is the way up from a node: the next node, or one that is further up.
const UP: usize = 0;
/// And the least semidominator of the nodes from this one to before that.
const LEAST: usize = 1;

/// The least semidominator on the way up from `node` to the first that is not behind `last`; the way is made shorter.
#[inline]
fn evaluate(node: u32, last: u32, links: &mut [Pair], path: &mut Vec<u32>) -> u32 {
    let mut at = node;
    let mut link = links[at as usize];
    while link[UP] > last {
        path.push(at);
        at = link[UP];
        link = links[at as usize];
    }
    while let Some(below) = path.pop() {
        link[LEAST] = link[LEAST].min(links[below as usize][LEAST]);
        links[below as usize] = link;
    }
    link[LEAST]
}

fn halves(whole: u64) -> Pair {
    [whole as u32, (whole >> 32) as u32]
}

fn whole([low, high]: Pair) -> u64 {
    u64::from(high) << 32 | u64::from(low)
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
            let expected = slow(&edges, 0);
            let (fast, _) = Dominance::new(edges, 0, |_| 1);
            let found: Vec<Option<u32>> = (0..nodes).map(|node| fast.parent(node)).collect();
            assert_eq!(found, expected, "{arrows:?}");
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
        let (dominance, tops) = Dominance::new(list, 0, |_| 8 << 20);
        assert_eq!(dominance.retained(0), u64::from(nodes) << 23);
        assert_eq!(dominance.parent(nodes - 1), Some(nodes - 2));
        assert_eq!(tops.by_node[nodes as usize - 1], 1);
    }
}
