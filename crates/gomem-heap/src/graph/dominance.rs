//! Dominators: the node that all paths from the root to a node pass last.
//!
//! Semi-NCA (Georgiadis, "Linear-Time Algorithms for Dominators and Related Problems", 2005), with no recursion: a list of 200,000
//! elements is a path of that length.

use crate::graph::Edges;

/// The tree of dominators, and what each of its subtrees weighs.
#[derive(Debug)]
pub(crate) struct Dominance {
    /// The dominator of each node; the root's is itself. A node that the root does not reach has [`NONE`].
    parents: Vec<u32>,
    /// Nodes with each dominator before what it dominates.
    order: Vec<u32>,
    retained: Vec<u64>,
}

impl Dominance {
    pub(crate) fn new(edges: &Edges, root: u32, bytes: impl Fn(u32) -> u64) -> Self {
        let Walk { order, numbers, parents } = Walk::new(edges, root);
        let dominators = dominators(edges, &order, &numbers, parents);
        drop(numbers);
        let mut retained = vec![0; edges.nodes() as usize];
        for &node in &order {
            retained[node as usize] = bytes(node);
        }
        let mut parents = vec![NONE; edges.nodes() as usize];
        for (number, &node) in order.iter().enumerate().rev() {
            let dominator = order[dominators[number] as usize];
            parents[node as usize] = dominator;
            if number > 0 {
                let bytes = retained[node as usize];
                retained[dominator as usize] += bytes;
            }
        }
        Self { parents, order, retained }
    }

    /// The dominator of a node, unless it is the root or not reached.
    pub(crate) fn parent(&self, node: u32) -> Option<u32> {
        let parent = self.parents[node as usize];
        (parent != NONE && parent != node).then_some(parent)
    }

    /// All nodes that the root reaches, each behind its dominator.
    pub(crate) fn order(&self) -> &[u32] {
        &self.order
    }

    /// What would go with a node: its own bytes and those of all it dominates.
    pub(crate) fn retained(&self, node: u32) -> u64 {
        self.retained[node as usize]
    }

    /// For each node the one right below the root that dominates it, or is it.
    pub(crate) fn tops(&self) -> Vec<u32> {
        let mut tops = vec![NONE; self.parents.len()];
        let Some(&root) = self.order.first() else { return tops };
        tops[root as usize] = root;
        for &node in &self.order[1..] {
            let parent = self.parents[node as usize];
            tops[node as usize] = if parent == root { node } else { tops[parent as usize] };
        }
        tops
    }
}

/// A walk in depth: the order in which nodes are met, each node's place in it, and the place of where it was met from.
struct Walk {
    order: Vec<u32>,
    numbers: Vec<u32>,
    parents: Vec<u32>,
}

impl Walk {
    fn new(edges: &Edges, root: u32) -> Self {
        let mut numbers = vec![NONE; edges.nodes() as usize];
        let (mut order, mut parents) = (Vec::new(), Vec::new());
        let mut path: Vec<(u32, u32)> = vec![(root, 0)];
        numbers[root as usize] = 0;
        order.push(root);
        parents.push(0);
        while let Some((node, next)) = path.last_mut() {
            let Some(&target) = edges.of(*node).get(*next as usize) else {
                path.pop();
                continue;
            };
            *next += 1;
            if numbers[target as usize] == NONE {
                let from = numbers[*node as usize];
                numbers[target as usize] = order.len() as u32;
                order.push(target);
                parents.push(from);
                path.push((target, 0));
            }
        }
        Self { order, numbers, parents }
    }
}

/// The dominators of all nodes of a walk; nodes are their places in it.
fn dominators(edges: &Edges, order: &[u32], numbers: &[u32], parents: Vec<u32>) -> Vec<u32> {
    let sources = Sources::new(edges, order, numbers);
    let count = order.len() as u32;
    let mut ancestors = parents.clone();
    let mut labels: Vec<u32> = (0..count).collect();
    let mut semi: Vec<u32> = (0..count).collect();
    let mut path = Vec::new();
    for node in (1..count).rev() {
        let mut least = parents[node as usize];
        for &source in sources.of(node) {
            let label = evaluate(source, node + 1, &mut ancestors, &mut labels, &semi, &mut path);
            least = least.min(semi[label as usize]);
        }
        semi[node as usize] = least;
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

/// The node with the least semidominator on the way up from `node` to the first that is not linked yet; the way is made shorter.
#[inline]
fn evaluate(
    node: u32,
    linked: u32,
    ancestors: &mut [u32],
    labels: &mut [u32],
    semi: &[u32],
    path: &mut Vec<u32>,
) -> u32 {
    if ancestors[node as usize] < linked {
        return labels[node as usize];
    }
    let mut at = node;
    while ancestors[at as usize] >= linked {
        path.push(at);
        at = ancestors[at as usize];
    }
    let top = ancestors[at as usize];
    let mut label = labels[at as usize];
    while let Some(below) = path.pop() {
        ancestors[below as usize] = top;
        if semi[label as usize] < semi[labels[below as usize] as usize] {
            labels[below as usize] = label;
        } else {
            label = labels[below as usize];
        }
    }
    labels[node as usize]
}

/// Arrows the other way round, between places in a walk.
struct Sources {
    offsets: Vec<u32>,
    sources: Vec<u32>,
}

impl Sources {
    fn new(edges: &Edges, order: &[u32], numbers: &[u32]) -> Self {
        let mut offsets = vec![0_u32; order.len() + 1];
        for &node in order {
            for &target in edges.of(node) {
                offsets[numbers[target as usize] as usize] += 1;
            }
        }
        // Each offset is where its arrows end; filling them from behind makes it where they begin.
        let mut sum = 0;
        for offset in &mut offsets {
            sum += *offset;
            *offset = sum;
        }
        let mut sources = vec![0; sum as usize];
        for (number, &node) in order.iter().enumerate() {
            for &target in edges.of(node) {
                let offset = &mut offsets[numbers[target as usize] as usize];
                *offset -= 1;
                sources[*offset as usize] = number as u32;
            }
        }
        Self { offsets, sources }
    }

    fn of(&self, number: u32) -> &[u32] {
        &self.sources[self.offsets[number as usize] as usize..self.offsets[number as usize + 1] as usize]
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
                if fast.parents[node as usize] == NONE {
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
