//! Who shares what no root keeps alone.
//!
//! What a root alone keeps hangs below it in the tree of dominators. Everything else hangs below *heads*: nodes right below the root
//! of all that are no roots themselves. A path from a root to a head passes heads only, so that arrows from one of these trees to the
//! head of another tell all: whichever roots reach a head by them share it.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::graph::{Dominance, Tops};

/// Which roots share each head.
#[derive(Debug)]
pub(crate) struct Sharing {
    /// Each head and the number of the set of those who share it.
    pub(crate) heads: Vec<(u32, u32)>,
    pub(crate) sets: Vec<SharedBy>,
}

/// Roots, by number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct SharedBy {
    pub(crate) roots: Vec<u32>,
    /// Whether there are more than are listed.
    pub(crate) has_more: bool,
}

impl SharedBy {
    fn union(&self, other: &Self) -> Self {
        let mut roots: Vec<u32> = self.roots.iter().chain(&other.roots).copied().collect();
        roots.sort_unstable();
        roots.dedup();
        let has_more = self.has_more || other.has_more || roots.len() > MOST;
        roots.truncate(MOST);
        Self { roots, has_more }
    }
}

impl Sharing {
    /// `first_root` is the number of the first node that is no object.
    pub(crate) fn new(dominance: &Dominance, tops: &Tops, root: u32, first_root: u32) -> Self {
        let heads: Vec<u32> = dominance.below_root().filter(|node| *node < first_root).collect();
        if heads.is_empty() {
            return Self { heads: Vec::new(), sets: Vec::new() };
        }
        let mut arrows: Vec<(u32, u32)> = Vec::new();
        for (&head, number) in heads.iter().zip(0..) {
            let sources = tops.sources.of(dominance.place(head)).iter();
            let from = sources.map(|place| tops.by_node[dominance.node(*place) as usize]);
            arrows.extend(from.filter(|top| *top != head).map(|top| (top, number)));
        }
        arrows.sort_unstable();
        arrows.dedup();
        let mut sets = Sets::default();
        let mut set_of = vec![0; heads.len()];
        let mut stack = Vec::new();
        // Each head gets what those before it have, until nothing changes: a set grows at most `MOST` times.
        for &(from, head) in arrows.iter().filter(|(from, _)| *from >= first_root && *from != root) {
            let alone = sets.number(SharedBy { roots: vec![from], has_more: false });
            if sets.add(&mut set_of[head as usize], alone) {
                stack.push(head);
            }
            while let Some(head) = stack.pop() {
                let node = heads[head as usize];
                let start = arrows.partition_point(|(from, _)| *from < node);
                for &(_, next) in arrows[start..].iter().take_while(|(from, _)| *from == node) {
                    let set = set_of[head as usize];
                    if sets.add(&mut set_of[next as usize], set) {
                        stack.push(next);
                    }
                }
            }
        }
        Self { heads: heads.into_iter().zip(set_of).collect(), sets: sets.all }
    }
}

/// Sets, each held once, and their unions, each made once.
#[derive(Debug)]
struct Sets {
    all: Vec<SharedBy>,
    numbers: HashMap<SharedBy, u32, RandomState>,
    unions: HashMap<(u32, u32), u32, RandomState>,
}

impl Default for Sets {
    fn default() -> Self {
        let mut sets = Self { all: Vec::new(), numbers: HashMap::default(), unions: HashMap::default() };
        sets.number(SharedBy::default());
        sets
    }
}

impl Sets {
    fn number(&mut self, set: SharedBy) -> u32 {
        if let Some(number) = self.numbers.get(&set) {
            return *number;
        }
        let number = self.all.len() as u32;
        self.all.push(set.clone());
        self.numbers.insert(set, number);
        number
    }

    /// Makes a set the union of itself and another; gives whether that changed it.
    fn add(&mut self, set: &mut u32, other: u32) -> bool {
        if *set == other {
            return false;
        }
        let union = match self.unions.get(&(*set, other)) {
            Some(union) => *union,
            None => {
                let union = self.all[*set as usize].union(&self.all[other as usize]);
                let union = self.number(union);
                self.unions.insert((*set, other), union);
                union
            }
        };
        std::mem::replace(set, union) != union
    }
}

/// So many who share are told apart; nobody reads more names.
const MOST: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Edges;

    #[test]
    fn heads_are_shared_by_all_who_reach_them() {
        // Objects 0 to 3, roots 4 to 6, the root of all 7: 4 and 5 share 0, which holds 1; 1 and 6 lead to 2; 3 is of 6 alone.
        let arrows: [&[u32]; 8] = [&[1], &[2], &[0], &[], &[0], &[0], &[2, 3], &[4, 5, 6]];
        let mut edges = Edges::with_capacity(8);
        for targets in arrows {
            targets.iter().for_each(|target| edges.push(*target));
            edges.end_node();
        }
        let (dominance, tops) = Dominance::new(edges, 7, |_| 1);
        let sharing = Sharing::new(&dominance, &tops, 7, 4);
        let mut found: Vec<_> =
            sharing.heads.iter().map(|(head, set)| (*head, sharing.sets[*set as usize].roots.clone())).collect();
        found.sort();
        assert_eq!(found, [(0, vec![4, 5, 6]), (2, vec![4, 5, 6])]);
    }
}
