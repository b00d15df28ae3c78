//! What the compiler says of a line, and how well it fits what the line allocates.

use std::sync::Arc;

use gomem_escape::{Cause, Certainty, HeapDecision, StackBuffer, SubjectKind};
use gomem_finding::Confidence;
use gomem_symbol::Symbol;

use crate::attribution::{
    map_types::is_usual_bucket,
    reason::Reason,
    sizes::{Shape, Sizes},
};

/// What the compiler says of a line: a decision, or something that stays on the stack unless it is large.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Record<'a> {
    Heap(&'a HeapDecision),
    StackBuffer(&'a StackBuffer),
}

impl<'a> Record<'a> {
    pub(crate) fn kind(self) -> SubjectKind {
        match self {
            Self::Heap(decision) => decision.subject_kind,
            Self::StackBuffer(stay) => stay.subject_kind,
        }
    }

    /// Its reason for objects of these sizes.
    pub(crate) fn reason_for(self, sizes: &Sizes) -> (Reason, Confidence) {
        match self {
            // A sum in an interface prints like a text that is put together; its box is a word, in a block of two.
            Self::Heap(decision)
                if self.kind() == SubjectKind::Concatenation
                    && (matches!(sizes.fixed(), Some(8 | 16))
                        && (is_boxed(decision) || has_number(&decision.subject))) =>
            {
                (Reason::Compiler(Cause::InterfaceBoxing), Confidence::Medium)
            }
            // A box has one size, of one header; a text among arguments `...string` has that of its bytes.
            Self::Heap(decision) if is_boxed_text(decision) && !matches!(sizes.fixed(), Some(..=16)) => {
                (Reason::of_stay(self.kind()), Confidence::Medium)
            }
            _ if self.is_named_map(sizes) => (Reason::Compiler(Cause::MapCreation), Confidence::High),
            // Up to Go 1.24 a flow says so, and it need not be the first.
            _ if self.kind() == SubjectKind::MakeSlice && self.certainty() == Certainty::RuntimeSized => {
                (Reason::Compiler(Cause::UnknownSize), Confidence::High)
            }
            _ => self.reason(),
        }
    }

    /// `make(Names, 100)` and `Names{}` are of a slice or a map; a map's header or its tables tell.
    fn is_named_map(self, sizes: &Sizes) -> bool {
        match self.kind() {
            SubjectKind::MakeSlice if !self.subject().starts_with("make([]") && sizes.fixed().is_none() => {
                sizes.contains(MAP_HEADER) || sizes.shape() == Shape::Map
            }
            SubjectKind::CompositeValue => self.is_defined() && sizes.contains(MAP_HEADER),
            _ => false,
        }
    }

    /// Whether a variable is declared by it, `x := T{}`: then no conversion puts it into an interface, and what escapes is
    /// what a slice or a map refers to.
    fn is_defined(self) -> bool {
        let defines = |from: &str| from.strip_suffix(self.subject()).is_some_and(|left| left.ends_with(" := "));
        self.decision().is_some_and(|decision| decision.steps.iter().any(|step| defines(&step.from)))
    }

    pub(crate) fn reason(self) -> (Reason, Confidence) {
        match self {
            Self::Heap(decision) => (Reason::Compiler(decision.cause), decision.cause_confidence),
            Self::StackBuffer(stay) => (Reason::of_stay(stay.subject_kind), Confidence::High),
        }
    }

    pub(crate) fn decision(self) -> Option<&'a HeapDecision> {
        match self {
            Self::Heap(decision) => Some(decision),
            Self::StackBuffer(_) => None,
        }
    }

    /// Whether it is a decision that allocates whenever it is reached, about this line itself.
    pub(crate) fn must_allocate_at(self, line: i64) -> bool {
        let is_sure = matches!(self.certainty(), Certainty::Yes | Certainty::RuntimeSized);
        self.decision().is_some_and(|decision| is_sure && decision.line.map(i64::from) == Some(line))
    }

    /// Whether both are the same record.
    pub(crate) fn is(self, other: Record<'_>) -> bool {
        match (self, other) {
            (Self::Heap(a), Record::Heap(b)) => std::ptr::eq(a, b),
            (Self::StackBuffer(a), Record::StackBuffer(b)) => std::ptr::eq(a, b),
            _ => false,
        }
    }

    /// Whether both are of the same expression, by its text.
    pub(crate) fn is_like(self, other: Record<'_>) -> bool {
        self.kind() == other.kind() && self.subject() == other.subject()
    }

    /// Whether the log says that it is in a function, compiled by itself.
    pub(crate) fn is_in(self, function: &Symbol) -> bool {
        self.decision()
            .and_then(|decision| decision.function.as_deref())
            .is_some_and(|named| is_same_function(named, function))
    }

    /// Whether it can be of the inlined function `callee` rather than of the line that calls it.
    pub(crate) fn is_of_inlined(self, callee: &Symbol) -> bool {
        self.is_inlined_from_json() || self.inlined_callees().iter().any(|named| is_same_function(named, callee))
    }

    /// Whether it can be of the line's own code: the slice of variadic arguments, the parameters and the results of an inlined
    /// function are made where it is called.
    pub(crate) fn is_of_caller(self) -> bool {
        let is_result = self.subject().starts_with("~r");
        is_result || matches!(self.kind(), SubjectKind::VariadicSlice | SubjectKind::Variable) || !self.is_inlined()
    }

    pub(crate) fn is_inlined(self) -> bool {
        self.is_inlined_from_json() || !self.inlined_callees().is_empty()
    }

    fn is_inlined_from_json(self) -> bool {
        self.decision().is_some_and(|decision| !decision.inlined_from.is_empty())
    }

    fn inlined_callees(self) -> &'a [Arc<str>] {
        match self {
            Self::Heap(decision) => &decision.inlined_callees,
            Self::StackBuffer(stay) => &stay.inlined_callees,
        }
    }

    /// The package and the file.
    pub(crate) fn place(self) -> (&'a str, &'a str) {
        match self {
            Self::Heap(decision) => (&decision.package, &decision.file),
            Self::StackBuffer(stay) => (&stay.package, &stay.file),
        }
    }

    /// Decisions first, the most certain allocation first, then as they stand on the line.
    pub(crate) fn rank(self) -> impl Ord {
        match self {
            Self::Heap(decision) => (false, std::cmp::Reverse(decision.alloc_certainty), decision.column),
            Self::StackBuffer(stay) => (true, std::cmp::Reverse(stay.alloc_certainty), stay.column),
        }
    }

    pub(crate) fn subject(self) -> &'a str {
        match self {
            Self::Heap(decision) => &decision.subject,
            Self::StackBuffer(stay) => &stay.subject,
        }
    }

    fn certainty(self) -> Certainty {
        match self {
            Self::Heap(decision) => decision.alloc_certainty,
            Self::StackBuffer(stay) => stay.alloc_certainty,
        }
    }

    /// How well it explains objects of these sizes; 0 when it cannot.
    pub(crate) fn fit(self, sizes: &Sizes) -> u32 {
        let shape = sizes.shape();
        let sure = u32::from(self.certainty() == Certainty::Yes);
        let kind_fit =
            match (self.kind(), shape) {
                // Without room asked for only the header and the first bucket are made here.
                (SubjectKind::MakeMap | SubjectKind::MapLiteral, shape) if is_empty_map(self.subject()) => {
                    match shape {
                        Shape::Fixed(MAP_HEADER) => 40,
                        Shape::Fixed(size) if is_usual_bucket(size) => 20,
                        Shape::Mixed if sizes.smallest() == MAP_HEADER => 15,
                        _ => 0,
                    }
                }
                (SubjectKind::MakeMap | SubjectKind::MapLiteral, _) if sizes.contains(MAP_HEADER) => 40,
                (SubjectKind::MakeMap | SubjectKind::MapLiteral, Shape::Map) => 30,
                (SubjectKind::MakeMap | SubjectKind::MapLiteral, Shape::Fixed(size)) if is_usual_bucket(size) => 20,
                (SubjectKind::MakeMap | SubjectKind::MapLiteral, Shape::Fixed(_)) => 2,
                (SubjectKind::MakeMap | SubjectKind::MapLiteral, _) => 15,
                (SubjectKind::MakeSlice | SubjectKind::CompositeValue, _) if self.is_named_map(sizes) => 39,
                (SubjectKind::Append, Shape::Slice) => 38,
                (SubjectKind::Append, Shape::Fixed(_)) => 16,
                (SubjectKind::Append, Shape::Map) => 18,
                (SubjectKind::Append, Shape::Mixed) => 22,
                (SubjectKind::MakeSlice, _) if self.certainty() == Certainty::RuntimeSized => match shape {
                    Shape::Fixed(_) => 18,
                    _ => 28,
                },
                (SubjectKind::Conversion | SubjectKind::Concatenation, Shape::Fixed(_)) => 17,
                (SubjectKind::Conversion | SubjectKind::Concatenation, _) => 27,
                // What has one type has one size.
                (SubjectKind::VariadicSlice, Shape::Fixed(size)) if size % 16 == 0 => 22,
                (SubjectKind::VariadicSlice, Shape::Fixed(_)) => 15,
                (SubjectKind::Value, Shape::Fixed(8 | 16 | 24)) => 22,
                (SubjectKind::FuncLiteral | SubjectKind::MethodValue, Shape::Fixed(16..=128)) => 22,
                (kind, Shape::Fixed(size)) => {
                    if size_of(kind, self.subject()).is_some_and(|expected| expected != size) { 4 } else { 20 }
                }
                _ => 0,
            };
        if kind_fit == 0 { 0 } else { kind_fit + sure }
    }
}

/// Whether the log's `sub.Map[go.shape.int]` or `(*T).m` is the profile's `example.com/sub.Map[...]`: the log leaves packages
/// out or not, and numbers closures otherwise when they are inlined.
fn is_same_function(named: &str, symbol: &Symbol) -> bool {
    let last = |name: String| name.rsplit('.').next().unwrap_or_default().to_owned();
    last(Symbol::decode(named).local()) == last(symbol.local())
}

fn is_boxed(decision: &HeapDecision) -> bool {
    decision.steps.iter().any(|step| &*step.why == "interface-converted" && step.from == decision.subject)
}

/// Whether a text, or a sum, is taken for the box of one.
fn is_boxed_text(decision: &HeapDecision) -> bool {
    matches!(decision.subject_kind, SubjectKind::Conversion | SubjectKind::Concatenation)
        && decision.cause == Cause::InterfaceBoxing
        && !has_number(&decision.subject)
}

/// Whether an operand of a sum is a number.
fn has_number(sum: &str) -> bool {
    !sum.contains('"') && sum.split(" + ").any(|operand| operand.starts_with(|first: char| first.is_ascii_digit()))
}

/// `make(map[K]V)`, `map[K]V{}`.
fn is_empty_map(subject: &str) -> bool {
    subject.ends_with("{}") || (subject.starts_with("make(") && !subject.contains(", "))
}

/// The bytes of what is made, where its type tells.
fn size_of(kind: SubjectKind, subject: &str) -> Option<u64> {
    let made = match kind {
        SubjectKind::NewValue => subject.strip_prefix("new(")?.strip_suffix(')')?,
        _ => return None,
    };
    Some(match made {
        "int" | "uint" | "int64" | "uint64" | "float64" | "uintptr" => 8,
        "int32" | "uint32" | "float32" => 4,
        "string" | "any" | "error" => 16,
        _ => return None,
    })
}

/// The size of `runtime.hmap`, and of `internal/runtime/maps.Map` since Go 1.24.
const MAP_HEADER: u64 = 48;
