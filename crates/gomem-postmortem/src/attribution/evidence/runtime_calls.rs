//! What the runtime allocates for a call or a line, as a CPU profile of the same run saw it.

use foldhash::HashMap;
use gomem_binary::Binary;
use gomem_escape::{Cause, SubjectKind};
use gomem_pprof::{Line, Location, Profile};
use gomem_symbol::{Origin, Symbol};

use crate::attribution::{
    evidence::{
        library,
        map_types::can_be_of_map,
        record::Record,
        sizes::{Shape, Sizes},
        type_sizes::Container,
    },
    reason::Reason,
};

/// The operations of the runtime that a CPU profile saw: a heap profile hides these frames.
///
/// A call has an address, and calls one function: one sample of it proves what it does. For calls that were not sampled, the
/// operations of their line can tell.
#[derive(Debug, Default)]
pub(crate) struct RuntimeCalls<'a> {
    by_address: HashMap<u64, Vec<Called<'a>>>,
    by_function: HashMap<&'a str, Lines>,
}

/// What a call of a function's line calls. Both profiles can be of different builds, where an address is of other code.
#[derive(Debug)]
struct Called<'a> {
    function: &'a str,
    line: i64,
    operation: Operation,
}

/// The operations seen for each line of a function, with the number of samples.
type Lines = HashMap<i64, Vec<(Operation, u32)>>;

/// What allocates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    /// An operation that the compiler calls for what is written in the line.
    Known(Reason),
    /// `runtime.newobject`: a variable, a literal, a closure.
    NewObject,
    /// A function that is not in the profile. The profiler leaves out the methods that the compiler writes, as those of a value
    /// that is embedded, and what is inlined there.
    LeftOut,
}

impl<'a> RuntimeCalls<'a> {
    pub(crate) fn from_profile(profile: &'a Profile) -> Self {
        let mut calls = Self::default();
        for sample in profile.samples() {
            let (mut allocates, mut called, mut operation) = (false, None, None);
            let frames = sample.locations().flat_map(|at| {
                let location = profile.location(at);
                location.lines().map(move |line| (location.address(), line))
            });
            for (address, line) in frames {
                let Some(function) = line.function() else { break };
                let symbol = Symbol::decode(function.name());
                if Origin::from_package(symbol.package(), "-") != Origin::Runtime {
                    if let Some(operation) = called {
                        calls.add_call(address, Called { function: function.name(), line: line.line(), operation });
                    }
                    if let Some(operation) = operation.filter(|_| allocates) {
                        calls.add(function.name(), line, operation);
                    }
                    break;
                }
                called = Operation::from_symbol(&symbol);
                if symbol.function().starts_with("mallocgc") {
                    allocates = true;
                } else if allocates {
                    // The outermost one is what the compiler calls; what it is made of is below.
                    operation = called.or(operation);
                }
            }
        }
        calls
    }

    fn add_call(&mut self, address: u64, called: Called<'a>) {
        let known = self.by_address.entry(address).or_default();
        if !known.iter().any(|other| other.is_same(&called)) {
            known.push(called);
        }
    }

    fn add(&mut self, function: &'a str, line: Line<'_>, operation: Operation) {
        let seen = self.by_function.entry(function).or_default().entry(line.line()).or_default();
        match seen.iter_mut().find(|(known, _)| *known == operation) {
            Some((_, samples)) => *samples += 1,
            None => seen.push((operation, 1)),
        }
    }

    /// What the call at this address of a line calls. `None` when it was not sampled.
    pub(crate) fn at(&self, address: u64, line: Line<'_>) -> Option<Operation> {
        let name = line.function()?.name();
        let mut here = self
            .by_address
            .get(&address)?
            .iter()
            .filter(|called| called.function == name && called.line == line.line());
        match (here.next(), here.next()) {
            (Some(called), None) => Some(called.operation),
            _ => None,
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

impl Called<'_> {
    fn is_same(&self, other: &Called<'_>) -> bool {
        (self.function, self.line, self.operation) == (other.function, other.line, other.operation)
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
            (Some(operation), None) => operation.reason_for(sizes),
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
    /// What the call at a location calls, by the program's file.
    pub(crate) fn in_binary(binary: &Binary, location: Location<'_>) -> Option<Self> {
        let address = address_in(binary, location)?;
        match binary.callee(address).map(Symbol::decode) {
            Some(callee) if Origin::from_package(callee.package(), "-") != Origin::Runtime => Some(Self::LeftOut),
            // What else the runtime is called for: what it allocates then is its own, and nothing that is written in the line.
            Some(callee) if callee.package() == "runtime" && callee.function() != MIXED => {
                Some(Self::from_symbol(&callee).unwrap_or(Self::Known(Reason::Runtime)))
            }
            Some(callee) => Self::from_symbol(&callee),
            None => binary.calls_value(address).then_some(Self::LeftOut),
        }
    }

    fn from_symbol(symbol: &Symbol) -> Option<Self> {
        // `mallocgcSmallNoScanSC2`: of one size, which the compiler calls itself since Go 1.27.
        if ["newobject", "mallocgcSmall", "mallocgcTiny"].iter().any(|start| symbol.function().starts_with(start)) {
            return Some(Self::NewObject);
        }
        library::of_runtime(symbol).map(Self::Known)
    }

    /// The reason that it is. `None` for a new object, which only the compiler's log can name.
    pub(crate) fn reason(self) -> Option<Reason> {
        match self {
            Self::Known(reason) => Some(reason),
            Self::NewObject | Self::LeftOut => None,
        }
    }

    /// What the type of `make(Names, n)` is that calls it.
    pub(crate) fn container(self, record: Record<'_>) -> Option<Container> {
        match self {
            Self::Known(Reason::Compiler(Cause::UnknownSize)) if record.kind() == SubjectKind::MakeSlice => {
                Some(Container::Slice)
            }
            Self::Known(Reason::Compiler(Cause::MapCreation)) if record.kind() == SubjectKind::MakeSlice => {
                Some(Container::Map)
            }
            _ => None,
        }
    }

    /// The reason that it is for objects of these sizes, without the compiler's word: a slice of a constant size is made by the
    /// same function as others, so only several sizes prove that the size is not constant.
    pub(crate) fn reason_for(self, sizes: &Sizes) -> Option<Reason> {
        self.reason().filter(|reason| *reason != Reason::Compiler(Cause::UnknownSize) || sizes.fixed().is_none())
    }

    /// Whether the compiler calls it for an expression of this kind.
    pub(crate) fn can_be_of(self, record: Record<'_>) -> bool {
        use SubjectKind::{
            Append, CompositeValue, Concatenation, Constant, Conversion, FuncLiteral, MakeMap, MakeSlice, MapLiteral,
            MethodValue, NewValue, SliceLiteral, Value, Variable, VariadicSlice,
        };
        let kind = record.kind();
        match self {
            Self::LeftOut => false,
            Self::NewObject => match kind {
                Variable | FuncLiteral | VariadicSlice | NewValue | CompositeValue | SliceLiteral | MethodValue => true,
                // A box is made by one of the `convT` functions.
                Value => record.decision().is_none_or(|decision| decision.cause != Cause::InterfaceBoxing),
                _ => false,
            },
            Self::Known(Reason::Compiler(cause)) => match cause {
                Cause::SliceGrowth => kind == Append,
                Cause::UnknownSize => kind == MakeSlice,
                // `make(Names)` and `Names{}` can be of a map too.
                Cause::MapCreation => matches!(kind, MakeMap | MapLiteral | MakeSlice | CompositeValue),
                Cause::Concatenation => kind == Concatenation,
                Cause::StringConversion => kind == Conversion,
                Cause::InterfaceBoxing => {
                    matches!(kind, Value | CompositeValue | Constant | Conversion | Concatenation | MethodValue)
                }
                _ => false,
            },
            // A literal puts its elements in.
            Self::Known(Reason::MapGrowth) => matches!(kind, MapLiteral | CompositeValue),
            Self::Known(_) => false,
        }
    }

    fn can_make(self, sizes: &Sizes) -> bool {
        match (self, sizes.fixed()) {
            (Self::NewObject, size) => size.is_some(),
            // One size is a first group; several are tables.
            (Self::Known(Reason::MapGrowth), Some(size)) => can_be_of_map(size),
            (Self::Known(Reason::MapGrowth), None) => sizes.shape() != Shape::Mixed || sizes.has_map_tables(),
            _ => true,
        }
    }
}

/// The address of a location in the program's file. `None` when the code there is of another function than the profile says: the
/// file is of another build.
pub(crate) fn address_in(binary: &Binary, location: Location<'_>) -> Option<u64> {
    let address = match location.mapping() {
        Some(mapping) => {
            let within = location.address().checked_sub(mapping.addresses().start)?;
            binary.address(mapping.file_offset())?.checked_add(within)?
        }
        None => location.address(),
    };
    let function = location.lines().last()?.function()?;
    (binary.function(address)? == function.system_name()).then_some(address)
}

/// Fewer show a line's rare operations rather than its usual ones.
const FEWEST_SAMPLES: u32 = 3;
/// It copies a slice just made (`walkMakeSliceCopy` in `cmd/compile`), and makes several small variables at once.
const MIXED: &str = "mallocgc";

#[cfg(test)]
mod tests {
    use super::*;

    /// Address, function and place of the frames of a stack, the leaf first.
    type Stack<'a> = &'a [(u64, &'a str, &'a str)];

    fn profile(stacks: &[Stack<'_>]) -> Profile {
        let mut text = format!("heap profile: 0: 0 [{0}: {0}] @ heap/1\n", stacks.len());
        for stack in stacks {
            let addresses: String = stack.iter().map(|(address, ..)| format!(" {:#x}", address + 1)).collect();
            text += &format!("0: 0 [1: 1] @{addresses}\n");
            text.extend(stack.iter().map(|(at, function, place)| format!("#\t{at:#x}\t{function}+0x1\t{place}\n")));
            text += "\n";
        }
        Profile::decode(text.as_bytes()).unwrap()
    }

    /// What a CPU profile of these stacks tells of the leaf of this one.
    fn told(seen: &[Stack<'_>], leaf: (u64, &str, &str)) -> (Option<Operation>, bool) {
        let (cpu, heap) = (profile(seen), profile(&[&[leaf]]));
        let calls = RuntimeCalls::from_profile(&cpu);
        let location = heap.location(heap.samples().next().unwrap().locations().first().unwrap());
        let line = location.lines().next().unwrap();
        (calls.at(location.address(), line), !calls.of(line).operations.is_empty())
    }

    const MALLOC: (u64, &str, &str) = (0x10, "runtime.mallocgc", "/go/src/runtime/malloc.go:1000");
    const ASSIGN: (u64, &str, &str) = (0x20, "runtime.mapassign_faststr", "/go/src/runtime/map.go:60");
    const PUT: (u64, &str, &str) = (0x30, "example.com/lib.(*Cache).Put", "/src/lib/cache.go:12");

    #[test]
    fn a_call_that_was_sampled_once_is_proved() {
        let map = Operation::Known(Reason::MapGrowth);
        assert_eq!(told(&[&[MALLOC, ASSIGN, PUT]], PUT), (Some(map), false));
        // It need not be seen to allocate: a call calls one function.
        assert_eq!(told(&[&[ASSIGN, PUT]], PUT), (Some(map), false));
        let object = (0x21, "runtime.newobject", "/go/src/runtime/malloc.go:1700");
        assert_eq!(told(&[&[MALLOC, object, PUT]], PUT).0, Some(Operation::NewObject));
        // What the runtime does within what it was called for says nothing.
        let wakes = (0x22, "runtime.gcWriteBarrier", "/go/src/runtime/asm.s:1");
        assert_eq!(told(&[&[MALLOC, object, wakes, PUT]], PUT).0, None);
    }

    #[test]
    fn another_call_proves_nothing() {
        let elsewhere = (0x40, PUT.1, PUT.2);
        assert_eq!(told(&[&[MALLOC, ASSIGN, elsewhere]], PUT), (None, false));
        // Of another build: the address is of other code.
        assert_eq!(told(&[&[MALLOC, ASSIGN, (PUT.0, "main.work", "/src/main.go:12")]], PUT), (None, false));
        assert_eq!(told(&[&[MALLOC, ASSIGN, (PUT.0, PUT.1, "/src/lib/cache.go:13")]], PUT), (None, false));
        // Three samples of the line are a hint.
        let grows = [MALLOC, ASSIGN, elsewhere];
        assert_eq!(told(&[&grows[..]; 3], PUT), (None, true));
    }

    #[test]
    fn sizes_rule_out_what_was_seen() {
        let growth = (Operation::Known(Reason::MapGrowth), 3);
        let seen = [growth, (Operation::NewObject, 3)];
        let proves = |operations: &[(Operation, u32)], all: &[i64]| {
            let mut sizes = Sizes::default();
            all.iter().for_each(|size| sizes.add(*size, 1));
            Seen { operations }.proves(&sizes)
        };
        assert_eq!(proves(&seen[..1], &[208]), Some(Reason::MapGrowth));
        assert_eq!(proves(&seen[..1], &[40]), None, "no map has so small a group");
        assert_eq!(proves(&seen, &[208]), None, "an object can have this size too");
        assert_eq!(proves(&seen, &[8, 32, 416]), Some(Reason::MapGrowth), "an object has one size");
        assert!(Seen { operations: &seen[1..] }.is_objects_only());
        assert!(!Seen::default().is_objects_only());
    }
}
