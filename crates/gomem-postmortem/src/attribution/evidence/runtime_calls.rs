//! What the runtime allocates for a line, as a CPU profile of the same run saw it.

use foldhash::HashMap;
use gomem_pprof::{Line, Profile};
use gomem_symbol::{Origin, Symbol};

use crate::attribution::{
    evidence::{
        library,
        map_types::is_usual_bucket,
        sizes::{Shape, Sizes},
    },
    reason::Reason,
};

/// The operations of the runtime that were seen to allocate, by the line that they work for. A heap profile hides these
/// frames; a CPU profile keeps them.
#[derive(Debug, Default)]
pub(crate) struct RuntimeCalls<'a> {
    by_function: HashMap<&'a str, Lines>,
}

/// The operations seen for each line of a function, with the number of samples.
type Lines = HashMap<i64, Vec<(Operation, u32)>>;

/// What allocates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    /// An operation that the compiler calls for what is written in the line.
    Known(Reason),
    /// `runtime.newobject`: a variable, a literal, a closure, a box.
    NewObject,
}

impl<'a> RuntimeCalls<'a> {
    pub(crate) fn from_profile(profile: &'a Profile) -> Self {
        let mut calls = Self::default();
        for sample in profile.samples() {
            let (mut allocates, mut operation) = (false, None);
            for line in sample.frames() {
                let Some(function) = line.function() else { break };
                let symbol = Symbol::decode(function.name());
                if Origin::from_package(symbol.package(), "-") != Origin::Runtime {
                    if let Some(operation) = operation.filter(|_| allocates) {
                        calls.add(function.name(), line, operation);
                    }
                    break;
                }
                if symbol.function().starts_with("mallocgc") {
                    allocates = true;
                } else if allocates {
                    // The outermost one is what the compiler calls; what it is made of is below.
                    operation = Operation::of(&symbol).or(operation);
                }
            }
        }
        calls
    }

    fn add(&mut self, function: &'a str, line: Line<'_>, operation: Operation) {
        let seen = self.by_function.entry(function).or_default().entry(line.line()).or_default();
        match seen.iter_mut().find(|(known, _)| *known == operation) {
            Some((_, samples)) => *samples += 1,
            None => seen.push((operation, 1)),
        }
    }

    /// What was seen to allocate for a line; empty when the profiler saw too little of it.
    pub(crate) fn of(&self, line: Line<'_>) -> Seen<'_> {
        let name = line.function().map_or("", |function| function.name());
        let seen = self.by_function.get(name).and_then(|lines| lines.get(&line.line())).map_or(&[][..], Vec::as_slice);
        let samples: u32 = seen.iter().map(|(_, samples)| samples).sum();
        Seen { operations: if samples >= FEWEST_SAMPLES { seen } else { &[] } }
    }
}

/// What was seen to allocate for one line.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Seen<'a> {
    operations: &'a [(Operation, u32)],
}

impl Seen<'_> {
    /// The only operation that can have made objects of these sizes, of those that were seen. `None` when several can have,
    /// or none was seen.
    pub(crate) fn proves(self, sizes: &Sizes) -> Option<Reason> {
        let mut possible = self.operations.iter().map(|(operation, _)| *operation).filter(|one| one.can_make(sizes));
        match (possible.next(), possible.next()) {
            (Some(Operation::Known(reason)), None) => Some(reason),
            _ => None,
        }
    }

    /// Whether a map was seen to grow.
    pub(crate) fn has_map(self) -> bool {
        self.operations.iter().any(|(one, _)| *one == Operation::Known(Reason::MapGrowth))
    }

    /// Whether nothing but single objects was seen, which only the compiler's log can name.
    pub(crate) fn is_objects_only(self) -> bool {
        !self.operations.is_empty() && self.operations.iter().all(|(one, _)| *one == Operation::NewObject)
    }
}

impl Operation {
    fn of(symbol: &Symbol) -> Option<Self> {
        if symbol.function() == "newobject" {
            return Some(Self::NewObject);
        }
        library::of_runtime(symbol).map(Self::Known)
    }

    fn can_make(self, sizes: &Sizes) -> bool {
        match (self, sizes.fixed()) {
            (Self::NewObject, size) => size.is_some(),
            // One size is a first group; several are tables.
            (Self::Known(Reason::MapGrowth), Some(size)) => is_usual_bucket(size) || size > 2 * SMALLEST_GROUP,
            (Self::Known(Reason::MapGrowth), None) => sizes.shape() != Shape::Mixed || sizes.has_map_tables(),
            _ => true,
        }
    }
}

/// Fewer show a line's rare operations rather than its usual ones.
const FEWEST_SAMPLES: u32 = 3;
/// Eight slots of a byte behind a control word, and eight more.
const SMALLEST_GROUP: u64 = 72;
