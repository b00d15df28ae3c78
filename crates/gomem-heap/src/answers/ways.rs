//! Ways from holders to objects: the shortest to each, and ways that look alike are one. A list of a thousand elements is one step, and
//! so is an array, or a map with its tables.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::{
    answers::{
        maps::{self, Maps},
        types::{Types, header_bytes},
    },
    holders::Ownership,
    memory::Snapshot,
};

/// What ways lead to.
///
/// ```
/// # let dump = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.dump.gz");
/// # let binary = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let options = gomem_heap::HeapOptions::default().with_binary(binary);
/// # let heap = gomem_heap::Heap::decode_with(dump, options)?;
/// use gomem_heap::WayTarget;
///
/// let to_object = heap.paths(&WayTarget::Object(0), 1);
/// let to_line = heap.paths(&WayTarget::Site("globals.go".into(), 0), 1);
/// assert!(to_line.is_empty() && to_object.len() <= 64, "no line 0 allocates");
/// # Ok::<(), gomem_heap::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WayTarget {
    /// Everything.
    All,
    /// An object, by its number.
    Object(u32),
    /// What the holders of this name reach first.
    Holder(String),
    /// The objects that were sampled and that a line allocated; of the file, the end of its path is enough.
    Site(String, u64),
}

/// A way from a holder.
#[derive(Debug)]
pub(crate) struct Way {
    /// The root, then objects.
    pub(crate) steps: Vec<WayStep>,
}

/// Objects that look alike, at one place of ways that look alike.
#[derive(Debug, Clone)]
pub(crate) struct WayStep {
    pub(crate) edge: String,
    /// How many of them lead to what was asked for, or are it.
    pub(crate) objects: u64,
    pub(crate) bytes: u64,
    /// One of them.
    pub(crate) object: u32,
}

/// Where the pointer is that is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Edge {
    /// In a holder, by its number: in one of few places, by the number of the root, or in many.
    Root(u32, Option<u32>),
    At(u32),
    /// In one of many elements.
    Element,
}

/// What objects of one fold have in common: the fold before, the pointer, their size and type.
type Key = (Option<u32>, Edge, u64, Option<u32>);

/// Ways that look alike.
#[derive(Debug)]
struct Fold {
    edge: Edge,
    /// Of the objects, the size and the type.
    look: (u64, Option<u32>),
    objects: u64,
    bytes: u64,
    /// Those that were asked for.
    asked_bytes: u64,
    example: Option<u32>,
}

/// The ways to what is asked for, those to the most bytes first.
pub(crate) fn ways(
    snapshot: &Snapshot,
    ownership: &Ownership,
    types: &Types,
    maps: &Maps,
    target: &WayTarget,
    limit: usize,
) -> Vec<Way> {
    let mut walk = Walk {
        snapshot,
        ownership,
        types,
        maps,
        fold_of: vec![NONE; snapshot.objects.len()],
        source_of: vec![NONE; snapshot.objects.len()],
        is_part: vec![false; snapshot.objects.len()],
        order: Vec::new(),
        folds: Vec::new(),
        numbers: HashMap::default(),
    };
    walk.go(match target {
        WayTarget::Holder(name) => Some(name),
        _ => None,
    });
    let asked = |object: u32| match target {
        WayTarget::All | WayTarget::Holder(_) => true,
        WayTarget::Object(number) => object == *number,
        WayTarget::Site(file, line) => is_made_at(snapshot, object, file, *line),
    };
    walk.count(asked);
    let mut ends: Vec<u32> = (0..walk.folds.len() as u32).filter(|at| walk.fold(*at).asked_bytes > 0).collect();
    ends.sort_by_key(|at| (std::cmp::Reverse(walk.fold(*at).asked_bytes), *at));
    let mut is_shown = vec![false; walk.folds.len()];
    let mut found = Vec::new();
    for end in ends {
        // What lies on a way that is shown already needs no way of its own.
        if found.len() < limit && !is_shown[end as usize] {
            found.push(walk.way(end, &mut is_shown));
        }
    }
    found
}

fn is_made_at(snapshot: &Snapshot, object: u32, file: &str, line: u64) -> bool {
    let leaf = snapshot.site(object).and_then(|site| snapshot.sites[site as usize].leaf());
    leaf.is_some_and(|frame| {
        let is_end = |rest: &str| rest.is_empty() || rest.ends_with('/') || file.starts_with('/');
        frame.line == line && frame.file.strip_suffix(file).is_some_and(is_end)
    })
}

struct Walk<'a> {
    snapshot: &'a Snapshot,
    ownership: &'a Ownership,
    types: &'a Types,
    maps: &'a Maps,
    /// Of each object that was reached, its fold and the object before.
    fold_of: Vec<u32>,
    source_of: Vec<u32>,
    /// Whether it is a table of a map.
    is_part: Vec<bool>,
    /// Objects, the nearest first.
    order: Vec<u32>,
    folds: Vec<Fold>,
    numbers: HashMap<Key, u32, RandomState>,
}

impl Walk<'_> {
    /// Walks from all roots, or from those of one name, each tier in its turn: what one reaches the next does not explain.
    fn go(&mut self, name: Option<&str>) {
        let roots = &self.ownership.roots;
        let is_asked = |node: u32| name.is_none_or(|name| roots.holder_of(node).name == name);
        let mut slots_of: HashMap<u32, u32, RandomState> = HashMap::default();
        roots.slots.iter().for_each(|slot| *slots_of.entry(roots.nodes[slot.node as usize].holder).or_default() += 1);
        let mut next = 0;
        for (slot, number) in roots.slots.iter().zip(0..).filter(|(slot, _)| is_asked(slot.node)) {
            let holder = roots.nodes[slot.node as usize].holder;
            let is_one = slots_of[&holder] < MANY && roots.nodes[slot.node as usize].goroutine.is_none();
            let edge = Edge::Root(holder, is_one.then_some(number));
            if self.ownership.tier(slot.target) == roots.holder_of(slot.node).tier as u8 {
                self.reach(slot.target, None, edge);
            }
        }
        while let Some(&object) = self.order.get(next) {
            next += 1;
            self.follow(object);
        }
    }

    /// Reaches what an object of the same tier points to.
    fn follow(&mut self, object: u32) {
        let snapshot = self.snapshot;
        if self.maps.has(object) {
            maps::parts(snapshot, object).iter().for_each(|part| self.is_part[*part as usize] = true);
        }
        let mut pointers = Vec::new();
        snapshot.objects.for_each_pointer(object, &snapshot.file, snapshot.target.order, |offset, value| {
            pointers.push((offset, value));
        });
        let is_array = self.is_part[object as usize] || is_array(&pointers, snapshot.objects.bytes(object));
        let header = usize::try_from(header_bytes(snapshot, object)).unwrap_or_default();
        for (offset, value) in pointers {
            let Some(target) = snapshot.objects.find(value).filter(|_| value != 0) else { continue };
            if self.ownership.tier(target) == self.ownership.tier(object) {
                let offset = u32::try_from(offset.saturating_sub(header)).unwrap_or(u32::MAX);
                self.reach(target, Some(object), if is_array { Edge::Element } else { Edge::At(offset) });
            }
        }
    }

    fn reach(&mut self, object: u32, source: Option<u32>, edge: Edge) {
        if self.fold_of[object as usize] != NONE {
            return;
        }
        let parent = source.map(|source| self.fold_of[source as usize]);
        let look = (self.snapshot.objects.bytes(object), self.types.number(object));
        let fold = match parent {
            // A table belongs to its map, an element to its list.
            Some(parent) if self.is_part[object as usize] || self.continues(parent, edge, look) => parent,
            _ => self.numbered((parent, edge, look.0, look.1)),
        };
        self.fold_of[object as usize] = fold;
        self.source_of[object as usize] = source.unwrap_or(NONE);
        self.order.push(object);
    }

    /// Whether what a fold's objects point to there looks like themselves.
    fn continues(&self, fold: u32, edge: Edge, look: (u64, Option<u32>)) -> bool {
        let fold = self.fold(fold);
        fold.look == look && (fold.edge == edge || matches!(fold.edge, Edge::Root(..) | Edge::Element))
    }

    fn numbered(&mut self, key: Key) -> u32 {
        let next = self.folds.len() as u32;
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next {
            let (_, edge, bytes, kind) = key;
            let look = (bytes, kind);
            self.folds.push(Fold { edge, look, objects: 0, bytes: 0, asked_bytes: 0, example: None });
        }
        number
    }

    /// Counts the objects that are asked for, and those on the ways to them.
    fn count(&mut self, asked: impl Fn(u32) -> bool) {
        let mut is_on_way = vec![false; self.fold_of.len()];
        for &object in self.order.iter().rev() {
            let is_asked = asked(object);
            if !is_asked && !is_on_way[object as usize] {
                continue;
            }
            if let Some(before) = is_on_way.get_mut(self.source_of[object as usize] as usize) {
                *before = true;
            }
            let bytes = self.snapshot.objects.bytes(object);
            let is_part = self.is_part[object as usize];
            let fold = &mut self.folds[self.fold_of[object as usize] as usize];
            fold.bytes += bytes;
            fold.objects += u64::from(!is_part);
            if is_asked {
                fold.asked_bytes += bytes;
                fold.example = Some(object);
            }
        }
    }

    fn fold(&self, number: u32) -> &Fold {
        &self.folds[number as usize]
    }

    /// The way to an object of a fold.
    fn way(&self, end: u32, is_shown: &mut [bool]) -> Way {
        let mut steps: Vec<WayStep> = Vec::new();
        let mut last = NONE;
        let mut object = self.fold(end).example.unwrap_or(NONE);
        while let Some(&number) = self.fold_of.get(object as usize) {
            let fold = self.fold(number);
            let edge = self.edge(fold.edge, self.source_of[object as usize]);
            if number != last {
                steps.push(WayStep { edge, objects: fold.objects.max(1), bytes: fold.bytes, object });
            } else if let Some(step) = steps.last_mut() {
                // The nearest to the holder stands for them: the first of a list, the head of a map.
                step.object = object;
                step.edge = edge;
            }
            is_shown[number as usize] = true;
            last = number;
            object = self.source_of[object as usize];
        }
        steps.reverse();
        Way { steps }
    }

    /// What an edge from an object, or from a root, is called.
    fn edge(&self, edge: Edge, source: u32) -> String {
        let roots = &self.ownership.roots;
        let name = |holder: u32| &roots.holders[holder as usize].name;
        let of_object = |offset: u32| {
            let header = header_bytes(self.snapshot, source);
            self.types.edge(self.snapshot, source, u64::from(offset) + header).filter(|edge| !edge.is_empty())
        };
        match edge {
            Edge::Root(holder, Some(number)) => {
                let slot = roots.slots[number as usize];
                let field = slot.address.and_then(|address| self.types.static_edge(address));
                match (field, slot.offset) {
                    (Some(field), _) => format!("{}{field}", name(holder)),
                    (None, 0) => name(holder).clone(),
                    (None, offset) => format!("{}+{offset}", name(holder)),
                }
            }
            Edge::Root(holder, None) => name(holder).clone(),
            Edge::At(offset) => of_object(offset).unwrap_or_else(|| format!("+{offset}")),
            Edge::Element => "[*]".to_owned(),
        }
    }
}

/// Whether an object is made of many elements, by where its pointers are: at equal distances, to its end. A damaged dump has
/// them in any order.
fn is_array(pointers: &[(usize, u64)], bytes: u64) -> bool {
    let [(first, _), (second, _), .., (last, _)] = pointers else { return false };
    let Some(stride) = second.checked_sub(*first) else { return false };
    pointers.len() >= MANY as usize
        && pointers.windows(2).all(|pair| pair[1].0.checked_sub(pair[0].0) == Some(stride))
        && (*last as u64 + 2 * stride as u64) > bytes / 2
}

const NONE: u32 = u32::MAX;
/// Fewer equal words may be the fields of a struct.
const MANY: u32 = 8;
