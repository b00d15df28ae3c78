//! What a holder keeps, in a few steps that a person reads: objects that look alike are one step with a count, and a list of a thousand
//! elements is one too.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::{
    answers::{
        Types,
        maps::{self, Maps},
    },
    holders::Ownership,
    memory::Snapshot,
};

/// A step: objects that look alike, below the same step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// The field that leads to them, where it is one and the same for all.
    pub(crate) field: Option<String>,
    /// What they look like.
    pub(crate) label: String,
    pub(crate) objects: u64,
    /// What they dominate, themselves included.
    pub(crate) retained_bytes: u64,
    /// Their own bytes and those of what is not worth a step.
    pub(crate) own_bytes: u64,
    /// The place that allocated the most of those that were sampled.
    pub(crate) site: Option<u32>,
    pub(crate) is_untyped: bool,
    pub(crate) parent: Option<usize>,
    pub(crate) depth: usize,
}

/// Makes outlines: who dominates whom, the other way round.
pub(crate) struct Outliner<'a> {
    snapshot: &'a Snapshot,
    ownership: &'a Ownership,
    types: &'a Types,
    maps: &'a Maps,
    offsets: Vec<u32>,
    children: Vec<u32>,
    /// Where global variables point to each object from, by root and object.
    globals: HashMap<(u32, u32), u64, RandomState>,
}

/// What objects of one step have in common.
type Key = (u64, Option<u32>, bool);

impl<'a> Outliner<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot, ownership: &'a Ownership, types: &'a Types, maps: &'a Maps) -> Self {
        let mut offsets = vec![0_u32; ownership.nodes() + 1];
        for (_, parent) in ownership.dominance.pairs() {
            offsets[parent as usize] += 1;
        }
        let mut sum = 0;
        for offset in &mut offsets {
            sum += *offset;
            *offset = sum;
        }
        let mut children = vec![0; sum as usize];
        for (node, parent) in ownership.dominance.pairs() {
            offsets[parent as usize] -= 1;
            children[offsets[parent as usize] as usize] = node;
        }
        let slots = ownership.roots.slots.iter().rev();
        let globals = slots.filter_map(|slot| Some(((slot.node, slot.target), slot.address?))).collect();
        Self { snapshot, ownership, types, maps, offsets, children, globals }
    }

    /// The steps from a root, or from the objects that several share. What weighs less than `least` is no step.
    pub(crate) fn outline(&self, start: &[u32], least: u64) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        let is_root = start.iter().any(|node| *node as usize >= self.snapshot.objects.len());
        let first = if is_root { self.below(start) } else { start.to_vec() };
        let mut rest: Vec<(Option<usize>, Vec<u32>)> = vec![(None, first)];
        while let Some((parent, nodes)) = rest.pop() {
            let depth = parent.map_or(0, |parent| steps[parent].depth + 1);
            if depth >= DEEPEST {
                continue;
            }
            let mut groups = self.groups(nodes);
            groups.retain(|(_, _, retained)| *retained >= least.max(1));
            groups.sort_by_key(|(key, nodes, retained)| (*retained, std::cmp::Reverse(nodes[0]), *key));
            for (key, nodes, retained_bytes) in groups {
                let (all, below) = self.chain(key, nodes);
                let below_bytes: u64 = below.iter().map(|node| self.ownership.dominance.retained(*node)).sum();
                steps.push(Step {
                    field: self.field(&all),
                    label: self.label(all[0]),
                    objects: all.len() as u64,
                    retained_bytes,
                    own_bytes: retained_bytes.saturating_sub(below_bytes),
                    site: self.site(&all),
                    is_untyped: self.types.of(all[0]).is_none(),
                    parent,
                    depth,
                });
                rest.push((Some(steps.len() - 1), below));
            }
        }
        steps
    }

    /// Objects of a step, with those below them that look like them, as in a list; and what is below all of these.
    fn chain(&self, key: Key, mut level: Vec<u32>) -> (Vec<u32>, Vec<u32>) {
        let (mut all, mut below) = (Vec::new(), Vec::new());
        while !level.is_empty() {
            let children = self.below(&level);
            all.append(&mut level);
            let (alike, other): (Vec<u32>, Vec<u32>) = children.into_iter().partition(|node| self.key(*node) == key);
            below.extend(other);
            level = alike;
        }
        (all, below)
    }

    /// What nodes dominate directly; the parts of a map are no steps of their own, nor are goroutines of a group and their frames.
    fn below(&self, nodes: &[u32]) -> Vec<u32> {
        let mut found = Vec::new();
        let mut stack: Vec<(u32, bool)> = nodes.iter().map(|node| (*node, true)).collect();
        let objects = self.snapshot.objects.len() as u32;
        while let Some((node, is_start)) = stack.pop() {
            let is_part = !is_start && node >= objects;
            let is_map = node < objects && self.maps.has(node);
            if !is_start && !is_part {
                found.push(node);
                continue;
            }
            let parts = if is_map { maps::parts(self.snapshot, node) } else { Vec::new() };
            for child in self.children_of(node) {
                if parts.binary_search(child).is_ok() {
                    self.push_parts(*child, &parts, &mut found);
                } else {
                    stack.push((*child, false));
                }
            }
        }
        found
    }

    fn push_parts(&self, part: u32, parts: &[u32], found: &mut Vec<u32>) {
        let mut stack = vec![part];
        while let Some(part) = stack.pop() {
            for child in self.children_of(part) {
                if parts.binary_search(child).is_ok() { stack.push(*child) } else { found.push(*child) }
            }
        }
    }

    fn children_of(&self, node: u32) -> &[u32] {
        let (start, end) = (self.offsets[node as usize] as usize, self.offsets[node as usize + 1] as usize);
        &self.children[start..end]
    }

    fn groups(&self, nodes: Vec<u32>) -> Vec<(Key, Vec<u32>, u64)> {
        let mut numbers: HashMap<Key, usize, RandomState> = HashMap::default();
        let mut groups: Vec<(Key, Vec<u32>, u64)> = Vec::new();
        let mut number = 0;
        for node in nodes {
            let key = self.key(node);
            // Neighbours are mostly alike.
            if groups.get(number).is_none_or(|(last, ..)| *last != key) {
                number = *numbers.entry(key).or_insert_with(|| {
                    groups.push((key, Vec::new(), 0));
                    groups.len() - 1
                });
            }
            groups[number].1.push(node);
            groups[number].2 += self.ownership.dominance.retained(node);
        }
        groups
    }

    fn key(&self, object: u32) -> Key {
        let has_pointers = self.snapshot.objects.has_pointers(object, &self.snapshot.file);
        (self.snapshot.objects.bytes(object), self.types.number(object), has_pointers)
    }

    fn site(&self, objects: &[u32]) -> Option<u32> {
        let mut counts: HashMap<u32, usize, RandomState> = HashMap::default();
        for site in objects.iter().filter_map(|object| self.snapshot.site(*object)) {
            *counts.entry(site).or_default() += 1;
        }
        counts.into_iter().max_by_key(|(site, count)| (*count, std::cmp::Reverse(*site))).map(|(site, _)| site)
    }

    /// The field of what dominates them that leads to the first of them, where it is the same for those that are looked at.
    fn field(&self, nodes: &[u32]) -> Option<String> {
        let mut fields = nodes.iter().take(LOOKED_AT).map(|node| self.field_to(*node));
        let first = fields.next()??;
        // Elements of a list, and of a map, are no fields.
        let is_field = first.contains('.') && !first.starts_with("[*]");
        (is_field && fields.all(|other| other.as_ref() == Some(&first))).then_some(first)
    }

    fn field_to(&self, node: u32) -> Option<String> {
        let (snapshot, objects) = (self.snapshot, self.snapshot.objects.len() as u32);
        let source = self.ownership.dominance.parent(node)?;
        if source >= objects {
            return self.types.static_edge(*self.globals.get(&(source - objects, node))?);
        }
        let mut found = None;
        snapshot.objects.for_each_pointer(source, &snapshot.file, snapshot.target.order, |offset, value| {
            if found.is_none() && snapshot.objects.find(value) == Some(node) {
                found = Some(offset as u64);
            }
        });
        self.types.edge(snapshot, source, found?)
    }

    /// Its type, or its size; nothing of what it holds.
    fn label(&self, object: u32) -> String {
        self.types
            .of(object)
            .map_or_else(|| format!("{} B", self.snapshot.objects.bytes(object)), |found| found.name.to_string())
    }
}

/// That many of the objects of a step tell which field leads to them.
const LOOKED_AT: usize = 32;
/// More steps nobody follows.
const DEEPEST: usize = 12;
