//! What each holder keeps.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::{
    error::{Error, ErrorKind, Limits},
    graph::{Dominance, Edges, Reach, Sharing, Tops},
    holders::{HolderKind, Holding, Roots, Tier, closures, globals, goroutines},
    memory::Snapshot,
    program::Program,
};

/// Which roots may keep an object.
///
/// ```
/// # let dump = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.dump.gz");
/// # let binary = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// use gomem_heap::{Heap, HeapOptions, RootChoice};
///
/// let options = HeapOptions::default().with_binary(binary);
/// let preferred = Heap::decode_with(dump.clone(), options.clone())?;
/// let all = Heap::decode_with(dump, options.with_roots(RootChoice::All))?;
/// // The runtime's list of timers, and so each processor, reaches what a timer's function keeps.
/// let is_alone = |heap: &Heap| heap.holdings().iter().any(|holding| holding.holders == ["main.expire.func1"]);
/// assert!(is_alone(&preferred) && !is_alone(&all));
/// # Ok::<(), gomem_heap::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RootChoice {
    /// The program's own come first: what they reach, the runtime's lists do not share.
    #[default]
    Preferred,
    /// All alike, for those who look into the runtime itself.
    All,
}

/// The graph of objects and roots, its dominators, and what each holder keeps.
#[derive(Debug)]
pub(crate) struct Ownership {
    pub(crate) roots: Roots,
    /// The name of each goroutine's group.
    pub(crate) groups: Vec<String>,
    tiers: Vec<u8>,
    pub(crate) dominance: Dominance,
    /// What holders keep, the most first.
    pub(crate) holdings: Vec<Holding>,
    /// The root that each holding is of, unless it is shared.
    roots_of_holdings: Vec<Option<u32>>,
    /// The holding that each object is in.
    holding_of: Vec<u32>,
    objects: u32,
}

impl Ownership {
    pub(crate) fn new(
        snapshot: &Snapshot,
        program: &Program,
        choice: RootChoice,
        limits: &Limits,
    ) -> Result<Self, Error> {
        let objects = snapshot.objects.len() as u32;
        let mut edges = object_edges(snapshot, limits)?;
        let mut roots = Roots::default();
        globals::add(&mut roots, snapshot, program);
        let groups = goroutines::add(&mut roots, snapshot, program);
        add_finalizers(&mut roots, snapshot, program);
        for root in &snapshot.other_roots {
            if let Some(target) = snapshot.objects.find(root.address) {
                let (kind, tier) = if root.is_of_runtime {
                    (HolderKind::Runtime, Tier::Runtime)
                } else {
                    (HolderKind::Global, Tier::User)
                };
                let holder = roots.holder(kind, root.description.to_string(), tier);
                roots.slot(roots.node(holder), 0, target);
            }
        }
        let records = runtime_records(&mut roots, snapshot);
        let all = choice == RootChoice::All;
        let is_record = |object: u32| !all && records[object as usize];
        if all {
            roots.holders.iter_mut().for_each(|holder| holder.tier = Tier::User);
        }
        let mut reach = Reach::new(objects);
        reach.spread(&edges, roots.targets(Tier::User), Tier::User as u8, is_record);
        reach.spread(&edges, roots.targets(Tier::Finalizer), Tier::Finalizer as u8, is_record);
        if !all {
            closures::add_timers(&mut roots, snapshot, program, &edges, &mut reach);
        }
        reach.spread(&edges, roots.targets(Tier::Timer), Tier::Timer as u8, is_record);
        reach.spread(&edges, roots.targets(Tier::Runtime), Tier::Runtime as u8, |_| false);
        closures::add_cleanups(&mut roots, snapshot, program, &edges, &mut reach);
        reach.spread(&edges, roots.targets(Tier::Cleanup), Tier::Cleanup as u8, is_record);
        goroutines::add_conservative(&mut roots, snapshot, &groups);
        reach.spread(&edges, roots.targets(Tier::Conservative), Tier::Conservative as u8, is_record);
        let garbage = garbage(&edges, objects, &mut reach);
        let garbage_node = if garbage.is_empty() {
            None
        } else {
            let holder = roots.holder(HolderKind::Unreachable, UNREACHABLE.to_owned(), Tier::Unreachable);
            Some(roots.node(holder))
        };
        add_roots(&mut edges, &roots, objects, garbage_node.map(|node| (node, garbage.as_slice())));
        let (mut tiers, stopped) = reach.into_tiers();
        tiers.extend((0..roots.nodes.len() as u32).map(|node| roots.holder_of(node).tier as u8));
        let root = tiers.len() as u32;
        tiers.push(0);
        // What another tier reaches first is not shared with it. What the first tier reaches leads out of it only where it was stopped.
        let first = Tier::User as u8;
        let leads_out = |(node, tier): &(u32, &u8)| **tier != first || *node >= objects;
        let others = (0..root).zip(&tiers).filter(leads_out).map(|(node, _)| node);
        for node in others.chain(stopped) {
            edges.turn_back(node, |to| tiers[node as usize] == tiers[to as usize]);
        }
        let bytes = |node: u32| if node < objects { snapshot.objects.bytes(node) } else { 0 };
        drop(records);
        let (dominance, tops) = Dominance::new(edges, root, bytes);
        let (holdings, roots_of_holdings, holding_of) = holdings(tops, &dominance, &roots, root, objects);
        Ok(Self { roots, groups, tiers, dominance, holdings, roots_of_holdings, holding_of, objects })
    }

    /// The number of the holding that an object is in.
    pub(crate) fn holding(&self, object: u32) -> u32 {
        self.holding_of[object as usize]
    }

    /// The node of the graph that a root is.
    pub(crate) fn node_of_root(&self, root: u32) -> u32 {
        self.objects + root
    }

    /// The nodes of the graph: objects, roots, and the root of all.
    pub(crate) fn nodes(&self) -> usize {
        self.tiers.len()
    }

    /// Where each holding begins: its root, or the objects that several share.
    pub(crate) fn starts(&self) -> Vec<Vec<u32>> {
        let mut starts: Vec<Vec<u32>> =
            self.roots_of_holdings.iter().map(|root| root.iter().copied().collect()).collect();
        for node in self.dominance.below_root().filter(|node| *node < self.objects) {
            starts[self.holding_of[node as usize] as usize].push(node);
        }
        starts
    }

    /// The tier of the roots that reach an object first.
    pub(crate) fn tier(&self, object: u32) -> u8 {
        self.tiers[object as usize]
    }

    /// Whether any root reaches an object.
    pub(crate) fn is_reachable(&self, object: u32) -> bool {
        self.tiers[object as usize] != Tier::Unreachable as u8
    }
}

fn object_edges(snapshot: &Snapshot, limits: &Limits) -> Result<Edges, Error> {
    let objects = snapshot.objects.len() as u32;
    let mut edges = Edges::with_capacity(snapshot.objects.len());
    let mut finder = snapshot.objects.finder();
    for object in 0..objects {
        snapshot.objects.for_each_pointer(object, &snapshot.file, snapshot.target.order, |_, value| {
            if value != 0
                && let Some(target) = finder.find(value)
                && target != object
            {
                edges.push(target);
            }
        });
        edges.end_node();
        if edges.len() > limits.edges as usize {
            let kind = ErrorKind::Limit { what: "pointers", limit: u64::from(limits.edges) };
            return Err(Error::new(kind, snapshot.objects.words(object).place));
        }
    }
    Ok(edges)
}

/// A finalizer keeps its function and what its object points to; once the object is dead, the object too.
fn add_finalizers(roots: &mut Roots, snapshot: &Snapshot, program: &Program) {
    for finalizer in &snapshot.finalizers {
        let name =
            program.function(finalizer.code).map_or_else(|| format!("func@{:#x}", finalizer.code), str::to_owned);
        let kind = if finalizer.is_queued { HolderKind::FinalizerQueue } else { HolderKind::Finalizer };
        let holder = roots.holder(kind, name, Tier::Finalizer);
        roots.holders[holder as usize].instances += 1;
        let node = roots.node(holder);
        if let Some(target) = snapshot.objects.find(finalizer.function) {
            roots.slot(node, 0, target);
        }
        let Some(object) = snapshot.objects.find(finalizer.object) else { continue };
        if finalizer.is_queued {
            roots.slot(node, 0, object);
            continue;
        }
        snapshot.objects.for_each_pointer(object, &snapshot.file, snapshot.target.order, |offset, value| {
            // By a pointer to itself nothing is kept (`scanobject` in `runtime/mgcmark.go`).
            if let Some(target) = snapshot.objects.find(value).filter(|target| *target != object) {
                roots.slot(node, offset, target);
            }
        });
    }
}

/// The runtime's records of goroutines, threads and processors: they hold only what the runtime holds, since each leads to all others.
fn runtime_records(roots: &mut Roots, snapshot: &Snapshot) -> Vec<bool> {
    let mut is_record = vec![false; snapshot.objects.len()];
    let records = snapshot.goroutines.iter().flat_map(|goroutine| [goroutine.address, goroutine.thread]);
    let records = records.chain(snapshot.threads.iter().copied());
    let mut known: Vec<u32> = records.filter_map(|address| snapshot.objects.find(address)).collect();
    known.sort_unstable();
    known.dedup();
    // Lists of all goroutines, dead ones too, and of all processors.
    let lists: Vec<u32> = roots
        .slots
        .iter()
        .filter(|slot| LISTS.contains(&roots.holder_of(slot.node).name.as_str()))
        .map(|slot| slot.target)
        .collect();
    for list in lists {
        snapshot.objects.for_each_pointer(list, &snapshot.file, snapshot.target.order, |_, value| {
            known.extend(snapshot.objects.find(value));
        });
    }
    let holder = roots.holder(HolderKind::Runtime, RUNTIME.to_owned(), Tier::Runtime);
    let node = roots.node(holder);
    for object in known {
        if !std::mem::replace(&mut is_record[object as usize], true) {
            roots.slot(node, 0, object);
        }
    }
    is_record
}

/// Where to enter what no root reaches: objects that nothing points to, and then one of each circle.
fn garbage(edges: &Edges, objects: u32, reach: &mut Reach) -> Vec<u32> {
    let mut has_source = vec![false; objects as usize];
    for object in (0..objects).filter(|object| !reach.is_reached(*object)) {
        for target in edges.of(object) {
            has_source[*target as usize] = true;
        }
    }
    let mut heads: Vec<u32> =
        (0..objects).filter(|object| !reach.is_reached(*object) && !has_source[*object as usize]).collect();
    reach.spread(edges, heads.iter().copied(), Tier::Unreachable as u8, |_| false);
    for object in 0..objects {
        if !reach.is_reached(object) {
            heads.push(object);
            reach.spread(edges, [object], Tier::Unreachable as u8, |_| false);
        }
    }
    heads
}

/// Adds the nodes of roots behind those of objects, and the root of all as the last.
fn add_roots(edges: &mut Edges, roots: &Roots, objects: u32, garbage: Option<(u32, &[u32])>) {
    let mut targets: Vec<(u32, u32)> = roots.slots.iter().map(|slot| (slot.node, slot.target)).collect();
    let parts = roots.nodes.iter().zip(0..);
    targets.extend(parts.filter_map(|(node, number): (_, u32)| Some((node.parent?, objects + number))));
    targets.sort_unstable();
    targets.dedup();
    let mut rest = targets.as_slice();
    for node in 0..roots.nodes.len() as u32 {
        let end = rest.partition_point(|(of, _)| *of <= node);
        rest[..end].iter().for_each(|(_, target)| edges.push(*target));
        rest = &rest[end..];
        if let Some((_, heads)) = garbage.filter(|(of, _)| *of == node) {
            heads.iter().for_each(|head| edges.push(*head));
        }
        edges.end_node();
    }
    for (node, number) in roots.nodes.iter().zip(0..) {
        if node.parent.is_none() {
            edges.push(objects + number);
        }
    }
    edges.end_node();
}

/// What holders keep, alone and together; the root of each; and the holding of each object.
fn holdings(tops: Tops, dominance: &Dominance, roots: &Roots, root: u32, objects: u32) -> Sorted {
    let sharing = Sharing::new(dominance, &tops, root, objects);
    let mut tops = tops.by_node;
    let mut holdings: Vec<Holding> = Vec::new();
    // The holding of each node right below the root.
    let mut holding_of_top: HashMap<u32, u32, RandomState> = HashMap::default();
    let mut numbers_of_roots: HashMap<u32, usize, RandomState> = HashMap::default();
    for holder in &roots.holders {
        let node = objects + holder.node;
        numbers_of_roots.insert(node, holdings.len());
        holding_of_top.insert(node, holdings.len() as u32);
        holdings.push(Holding {
            holders: vec![holder.name.clone()],
            kind: holder.kind,
            retained_bytes: dominance.retained(node),
            retained_objects: 0,
            reachable_bytes: Some(dominance.retained(node)),
            instances: holder.instances,
        });
    }
    let mut holding_of_set: HashMap<u32, usize, RandomState> = HashMap::default();
    for (head, set) in &sharing.heads {
        let number = *holding_of_set.entry(*set).or_insert_with(|| {
            holdings.push(shared(&sharing.sets[*set as usize], roots, objects));
            holdings.len() - 1
        });
        holdings[number].retained_bytes += dominance.retained(*head);
        holding_of_top.insert(*head, number as u32);
    }
    for (set, number) in &holding_of_set {
        let by = &sharing.sets[*set as usize];
        let bytes = holdings[*number].retained_bytes;
        for node in &by.roots {
            if let Some(alone) = numbers_of_roots.get(node) {
                let reachable = &mut holdings[*alone].reachable_bytes;
                *reachable = reachable.map(|known| known + bytes);
            }
        }
    }
    // Who else reaches what so many share is not known by name.
    if holding_of_set.keys().any(|set| sharing.sets[*set as usize].has_more) {
        holdings.iter_mut().for_each(|holding| holding.reachable_bytes = None);
    }
    tops.truncate(objects as usize);
    let mut last = (u32::MAX, 0);
    for top in &mut tops {
        // Neighbours are mostly held by one.
        if *top != last.0 {
            last = (*top, holding_of_top.get(top).copied().unwrap_or_default());
        }
        *top = last.1;
        if let Some(holding) = holdings.get_mut(last.1 as usize) {
            holding.retained_objects += 1;
        }
    }
    let mut roots_of_holdings: Vec<Option<u32>> =
        roots.holders.iter().map(|holder| Some(objects + holder.node)).collect();
    roots_of_holdings.resize(holdings.len(), None);
    sorted(holdings.into_iter().zip(roots_of_holdings), tops)
}

type Sorted = (Vec<Holding>, Vec<Option<u32>>, Vec<u32>);

/// The most first; the numbers of holdings follow.
fn sorted(holdings: impl Iterator<Item = (Holding, Option<u32>)>, mut holding_of: Vec<u32>) -> Sorted {
    let mut numbered: Vec<((Holding, Option<u32>), usize)> = holdings.zip(0..).collect();
    numbered.sort_by(|((a, _), _), ((b, _), _)| {
        (b.retained_bytes, b.reachable_bytes, &a.holders, a.kind).cmp(&(
            a.retained_bytes,
            a.reachable_bytes,
            &b.holders,
            b.kind,
        ))
    });
    let mut now = vec![0; numbered.len()];
    for ((_, before), number) in numbered.iter().zip(0..) {
        now[*before] = number;
    }
    holding_of.iter_mut().for_each(|number| *number = now.get(*number as usize).copied().unwrap_or_default());
    let (holdings, roots) = numbered.into_iter().map(|(holding, _)| holding).unzip();
    (holdings, roots, holding_of)
}

fn shared(by: &crate::graph::SharedBy, roots: &Roots, objects: u32) -> Holding {
    let holders: Vec<_> = by.roots.iter().map(|node| roots.holder_of(node - objects)).collect();
    let is_runtime = holders.iter().all(|holder| holder.kind == HolderKind::Runtime);
    let mut names: Vec<String> = holders.iter().take(MOST_NAMES).map(|holder| holder.name.clone()).collect();
    names.sort();
    if holders.len() > MOST_NAMES {
        let more = if by.has_more { "more" } else { "" };
        let count = holders.len() - MOST_NAMES;
        names.push(format!("and {count} {more}").trim_end().to_owned());
    }
    Holding {
        holders: names,
        kind: if is_runtime { HolderKind::Runtime } else { HolderKind::Shared },
        retained_bytes: 0,
        retained_objects: 0,
        reachable_bytes: None,
        instances: 0,
    }
}

/// The names of lists of records, and of all records together.
const LISTS: [&str; 2] = ["runtime.allgs", "runtime.allp"];
const RUNTIME: &str = "runtime";
const UNREACHABLE: &str = "unreachable";
/// More names than these nobody reads.
const MOST_NAMES: usize = 8;
