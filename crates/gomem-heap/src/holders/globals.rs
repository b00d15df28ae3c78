//! Global variables as holders.
//!
//! A variable like `var lru = &cache{…}` is a pointer to a struct that lies beside it in the program's data and has no symbol: such a
//! struct is named by the variable that points to it.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::{
    holders::{HolderKind, Roots, Tier, runtime_words::RuntimeWords},
    memory::{Segment, Snapshot},
    program::{Program, Variable},
};

/// Adds the global variables that point into the heap.
pub(super) fn add(roots: &mut Roots, snapshot: &Snapshot, program: &Program) {
    let unnamed = Unnamed::new(snapshot, program);
    let words = (!program.has_symbols()).then(|| RuntimeWords::new(snapshot));
    for_each_slot(snapshot, |segment, address, value| {
        let Some(target) = snapshot.objects.find(value) else { return };
        let of_runtime = || words.as_ref()?.name(snapshot, program, target).map(|name| (Owner::runtime(name), 0));
        let of_variable =
            || program.variable(address).map(|known| (Owner::from_variable(&known), address - known.start));
        let place = || (Owner::nobody(segment, address), 0);
        let (owner, offset) =
            of_runtime().or_else(of_variable).or_else(|| unnamed.owner(address, program)).unwrap_or_else(place);
        let (kind, tier) =
            if owner.is_of_runtime { (HolderKind::Runtime, Tier::Runtime) } else { (HolderKind::Global, Tier::User) };
        let holder = roots.holder(kind, owner.name, tier);
        roots.holders[holder as usize].instances = 1;
        roots.global_slot(roots.node(holder), offset, target, address);
    });
}

/// What a word of a variable is counted to. The runtime's own come last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Owner {
    is_of_runtime: bool,
    name: String,
}

impl Owner {
    fn from_variable(variable: &Variable<'_>) -> Self {
        Self { is_of_runtime: variable.is_of_runtime, name: variable.name.to_owned() }
    }

    fn runtime(name: &str) -> Self {
        Self { is_of_runtime: true, name: name.to_owned() }
    }

    fn nobody(segment: &Segment, address: u64) -> Self {
        Self { is_of_runtime: false, name: format!("{}+{:#x}", segment.kind.name(), address - segment.address) }
    }
}

fn for_each_slot(snapshot: &Snapshot, mut visit: impl FnMut(&Segment, u64, u64)) {
    for segment in &snapshot.segments {
        segment.words.for_each_pointer(&snapshot.file, snapshot.target.order, |offset, value| {
            if value != 0 {
                visit(segment, segment.address.wrapping_add(offset as u64), value);
            }
        });
    }
}

/// Variables that only others point to, by where they begin: who does.
struct Unnamed {
    /// Sorted by address.
    starts: Vec<(u64, Option<Owner>)>,
}

impl Unnamed {
    fn new(snapshot: &Snapshot, program: &Program) -> Self {
        let mut unnamed = Self { starts: Vec::new() };
        let is_variable = |address: u64| {
            let within = |segment: &Segment| {
                address.checked_sub(segment.address).is_some_and(|at| at < segment.words.length as u64)
            };
            snapshot.segments.iter().any(within)
        };
        // Who points where, of pointers from a variable to what is none that is known.
        let mut pointers: Vec<(u64, u64)> = Vec::new();
        for_each_slot(snapshot, |_, address, value| {
            if is_variable(value) && program.variable(value).is_none() {
                pointers.push((address, value));
            }
        });
        let mut starts: HashMap<u64, Option<Owner>, RandomState> =
            pointers.iter().map(|(_, value)| (*value, None)).collect();
        unnamed.starts = starts.keys().map(|start| (*start, None)).collect();
        unnamed.starts.sort_unstable();
        // A variable that is known gives its name to what it points to, and that to what that points to.
        let mut settled: Vec<(Owner, u64)> = Vec::new();
        let mut from: HashMap<u64, Vec<u64>, RandomState> = HashMap::default();
        for (address, value) in &pointers {
            if let Some(known) = program.variable(*address) {
                settled.push((Owner::from_variable(&known), *value));
            } else if let Some(start) = unnamed.start(*address, program) {
                from.entry(start).or_default().push(*value);
            }
        }
        settled.sort();
        settled.reverse();
        while let Some((name, start)) = settled.pop() {
            if let Some(owner) = starts.get_mut(&start)
                && owner.is_none()
            {
                *owner = Some(name.clone());
                settled.extend(from.get(&start).into_iter().flatten().map(|next| (name.clone(), *next)));
            }
        }
        for (start, owner) in &mut unnamed.starts {
            *owner = starts.remove(start).flatten();
        }
        unnamed
    }

    /// The one that an address is in: it ends where a variable begins that is known.
    fn start(&self, address: u64, program: &Program) -> Option<u64> {
        let at = self.starts.partition_point(|(start, _)| *start <= address).checked_sub(1)?;
        let start = self.starts[at].0;
        (program.end_of_variable(start) > address).then_some(start)
    }

    fn owner(&self, address: u64, program: &Program) -> Option<(Owner, u64)> {
        let start = self.start(address, program)?;
        let at = self.starts.binary_search_by_key(&start, |(start, _)| *start).ok()?;
        Some((self.starts[at].1.clone()?, address - start))
    }
}
