//! Global variables as holders.
//!
//! A variable like `var lru = &cache{…}` is a pointer to a struct that lies beside it in the program's data and has no symbol: such a
//! struct is named by the variable that points to it.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::{
    holders::{HolderKind, Roots, Tier, runtime_words::RuntimeWords},
    memory::{Segment, Snapshot},
    program::{Program, is_runtime},
};

/// Adds the global variables that point into the heap.
pub(super) fn add(roots: &mut Roots, snapshot: &Snapshot, program: &Program) {
    let unnamed = Unnamed::new(snapshot, program);
    let words = (!program.has_symbols()).then(|| RuntimeWords::new(snapshot));
    for_each_slot(snapshot, |segment, address, value| {
        let Some(target) = snapshot.objects.find(value) else { return };
        let of_runtime = || words.as_ref()?.name(snapshot, program, target).map(|name| (name.to_owned(), 0));
        let of_owner = || unnamed.owner(address, program).map(|(owner, offset)| (owner.to_owned(), offset));
        let of_symbol = program.global(address).map(|(symbol, offset)| (symbol.name.clone(), offset));
        let (name, offset) = of_symbol
            .or_else(of_owner)
            .or_else(of_runtime)
            .unwrap_or_else(|| (format!("{}+{:#x}", segment.kind.name(), address - segment.address), 0));
        let (kind, tier) = if is_runtime(&name) || name == RUNTIME {
            (HolderKind::Runtime, Tier::Runtime)
        } else {
            (HolderKind::Global, Tier::User)
        };
        let holder = roots.holder(kind, name, tier);
        roots.holders[holder as usize].instances = 1;
        roots.global_slot(roots.node(holder), offset, target, address);
    });
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

/// What all of the runtime's records are called.
const RUNTIME: &str = "runtime";

/// Variables without a symbol, by where they begin: who points to them.
struct Unnamed {
    /// Sorted by address.
    starts: Vec<(u64, Option<String>)>,
}

impl Unnamed {
    fn new(snapshot: &Snapshot, program: &Program) -> Self {
        let mut unnamed = Self { starts: Vec::new() };
        if !program.has_symbols() {
            return unnamed;
        }
        let is_variable = |address: u64| {
            let within = |segment: &Segment| {
                address.checked_sub(segment.address).is_some_and(|at| at < segment.words.length as u64)
            };
            snapshot.segments.iter().any(within)
        };
        // Who points where, of pointers from a variable to what is beside all symbols.
        let mut pointers: Vec<(u64, u64)> = Vec::new();
        for_each_slot(snapshot, |_, address, value| {
            if is_variable(value) && program.global(value).is_none() {
                pointers.push((address, value));
            }
        });
        let mut starts: HashMap<u64, Option<String>, RandomState> =
            pointers.iter().map(|(_, value)| (*value, None)).collect();
        unnamed.starts = starts.keys().map(|start| (*start, None)).collect();
        unnamed.starts.sort_unstable();
        // A variable with a name gives it to what it points to, and that to what that points to.
        let mut settled: Vec<(u64, String)> = Vec::new();
        for (address, value) in &pointers {
            if let Some((symbol, _)) = program.global(*address) {
                settled.push((*value, symbol.name.clone()));
            }
        }
        let mut from: HashMap<u64, Vec<u64>, RandomState> = HashMap::default();
        for (address, value) in &pointers {
            if program.global(*address).is_none()
                && let Some(start) = unnamed.start(*address, program)
            {
                from.entry(start).or_default().push(*value);
            }
        }
        // The runtime's own are the last to give their name.
        settled.sort_by_key(|(_, name)| (is_runtime(name), name.clone()));
        settled.reverse();
        while let Some((start, name)) = settled.pop() {
            if let Some(owner) = starts.get_mut(&start)
                && owner.is_none()
            {
                *owner = Some(name.clone());
                settled.extend(from.get(&start).into_iter().flatten().map(|next| (*next, name.clone())));
            }
        }
        for (start, owner) in &mut unnamed.starts {
            *owner = starts.remove(start).flatten();
        }
        unnamed
    }

    /// The one that an address is in: it ends where a symbol begins.
    fn start(&self, address: u64, program: &Program) -> Option<u64> {
        let at = self.starts.partition_point(|(start, _)| *start <= address).checked_sub(1)?;
        let start = self.starts[at].0;
        (program.next_global(start) > address).then_some(start)
    }

    fn owner(&self, address: u64, program: &Program) -> Option<(&str, u64)> {
        let start = self.start(address, program)?;
        let at = self.starts.binary_search_by_key(&start, |(start, _)| *start).ok()?;
        Some((self.starts[at].1.as_deref()?, address - start))
    }
}
