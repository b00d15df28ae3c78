//! Which of several explanations fits what one place allocates.

use std::sync::Arc;

use gomem_escape::{Cause, Certainty, Confidence, HeapDecision, Stay, SubjectKind};
use gomem_symbol::Symbol;

use crate::{
    map_types::{Maps, is_usual_bucket},
    reason::Reason,
    sizes::{CHANNEL, Shape, Sizes, rounded},
};

/// What the compiler says of a line: a decision, or something that stays on the stack unless it is large.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Record<'a> {
    Heap(&'a HeapDecision),
    Stay(&'a Stay),
}

/// What is known of the build.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Build<'a> {
    /// Whether the log reports `append`: Go 1.25 and later.
    pub(crate) reports_append: bool,
    /// Whether an expression of the line's flows is an `append`.
    pub(crate) appends: bool,
    /// Whether the log covers the package.
    pub(crate) is_covered: bool,
    /// Whether `go` or `defer` puts a call of the line into a function of its own.
    pub(crate) wraps: bool,
    /// Whether the line is `text += more`.
    pub(crate) adds_text: bool,
    /// The maps that the log names.
    pub(crate) maps: Option<&'a Maps>,
}

impl<'a> Record<'a> {
    pub(crate) fn kind(self) -> SubjectKind {
        match self {
            Self::Heap(decision) => decision.subject_kind,
            Self::Stay(stay) => stay.subject_kind,
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
                (Reason::Compiler(Cause::InterfaceBoxing), Confidence::Heuristic)
            }
            // A box has one size, of one header; a text among arguments `...string` has that of its bytes.
            Self::Heap(decision) if is_boxed_text(decision) && !matches!(sizes.fixed(), Some(..=16)) => {
                (Reason::of_stay(self.kind()), Confidence::Heuristic)
            }
            _ if self.is_named_map(sizes) => (Reason::Compiler(Cause::MapCreation), Confidence::Confident),
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
            Self::Stay(stay) => (Reason::of_stay(stay.subject_kind), Confidence::Confident),
        }
    }

    pub(crate) fn decision(self) -> Option<&'a HeapDecision> {
        match self {
            Self::Heap(decision) => Some(decision),
            Self::Stay(_) => None,
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
            (Self::Stay(a), Record::Stay(b)) => std::ptr::eq(a, b),
            _ => false,
        }
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
            Self::Stay(stay) => &stay.inlined_callees,
        }
    }

    /// The package and the file.
    pub(crate) fn place(self) -> (&'a str, &'a str) {
        match self {
            Self::Heap(decision) => (&decision.package, &decision.file),
            Self::Stay(stay) => (&stay.package, &stay.file),
        }
    }

    /// Decisions first, the most certain allocation first, then as they stand on the line.
    pub(crate) fn rank(self) -> impl Ord {
        match self {
            Self::Heap(decision) => (false, std::cmp::Reverse(decision.alloc_certainty), decision.column),
            Self::Stay(stay) => (true, std::cmp::Reverse(stay.alloc_certainty), stay.column),
        }
    }

    pub(crate) fn subject(self) -> &'a str {
        match self {
            Self::Heap(decision) => &decision.subject,
            Self::Stay(stay) => &stay.subject,
        }
    }

    fn certainty(self) -> Certainty {
        match self {
            Self::Heap(decision) => decision.alloc_certainty,
            Self::Stay(stay) => stay.alloc_certainty,
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

/// The reason of a place that no record explains: what is never reported is the growth of maps, channels, what `go f(x)`
/// keeps, and before Go 1.25 the growth of slices. With how well it fits, and whether that is more than a guess.
pub(crate) fn unreported(sizes: &Sizes, build: Build<'_>) -> Option<(Reason, u32, Confidence)> {
    let slice = Reason::Compiler(Cause::SliceGrowth);
    let heuristic = |reason, fit| Some((reason, fit, Confidence::Heuristic));
    let shape = sizes.shape();
    if !build.is_covered {
        // Then anything can be the reason: only clear shapes tell.
        return match shape {
            Shape::Map => heuristic(Reason::MapGrowth, 10),
            Shape::Slice if is_usual_bucket(sizes.smallest()) && sizes.smallest() >= SMALLEST_LIKELY_MAP => {
                heuristic(Reason::MapGrowth, 10)
            }
            Shape::Slice if sizes.distinct() > 2 => heuristic(slice, 10),
            _ => None,
        };
    }
    let is_map = |size| build.maps.is_some_and(|maps| maps.has_bucket(size));
    let may_be_map = |size| build.maps.is_none_or(|maps| maps.has_others) && is_usual_bucket(size);
    // Before that, a slice is as likely.
    let is_struct_map = |size| build.reports_append && build.maps.is_some_and(|maps| maps.may_have_bucket(size));
    let of_fixed = |size| match size {
        _ if build.wraps && size < CHANNEL[0] => Some((Reason::Compiler(Cause::Goroutine), 21, Confidence::Confident)),
        _ if CHANNEL.contains(&size) => heuristic(Reason::Channel, 21),
        _ if is_map(size) => heuristic(Reason::MapGrowth, 20),
        _ if may_be_map(size) || is_struct_map(size) => heuristic(Reason::MapGrowth, 14),
        _ if is_usual_channel(size) || build.reports_append && size > CHANNEL[0] && size <= MOST_IN_CHANNEL => {
            heuristic(Reason::Channel, 12)
        }
        _ => None,
    };
    let reported = match shape {
        _ if build.adds_text => Some((Reason::Compiler(Cause::Concatenation), 21, Confidence::Confident)),
        Shape::Fixed(_) if build.appends && !build.reports_append => Some((slice, 21, Confidence::Confident)),
        _ if build.appends && !build.reports_append => Some((slice, 24, Confidence::Confident)),
        Shape::Fixed(size) => of_fixed(size),
        _ if sizes.has_pair_with(&CHANNEL) => heuristic(Reason::Channel, 21),
        // `s += x` is not reported.
        Shape::Mixed if sizes.is_dense() => heuristic(Reason::Compiler(Cause::Concatenation), 16),
        Shape::Map if build.reports_append => Some((Reason::MapGrowth, 30, Confidence::Confident)),
        Shape::Map => heuristic(Reason::MapGrowth, 29),
        // Two or three steps of a map look like those of a slice.
        Shape::Slice
            if is_map(sizes.smallest()) && sizes.smallest() >= SMALLEST_MAP
                || may_be_map(sizes.smallest()) && sizes.smallest() >= SMALLEST_LIKELY_MAP =>
        {
            heuristic(Reason::MapGrowth, 29)
        }
        Shape::Slice if !build.reports_append => heuristic(slice, 29),
        // The log may lack a generic function that is inlined everywhere.
        Shape::Slice => heuristic(slice, 14),
        _ => None,
    };
    reported.or_else(|| {
        let is_small = sizes.largest() < SMALLEST_MAP && !is_map(sizes.smallest());
        let fallback = match build.reports_append {
            // `text += more`, which the flows do not show.
            true if is_small => Reason::Compiler(Cause::Concatenation),
            true => Reason::MapGrowth,
            false => slice,
        };
        heuristic(fallback, if matches!(shape, Shape::Fixed(_)) { 3 } else { 14 })
    })
}

/// Whether a channel of a power of two of words has this size: most buffers are made so.
fn is_usual_channel(size: u64) -> bool {
    CHANNEL.iter().any(|header| (0..7).any(|doubled| rounded(header + (8 << doubled)) == size))
}

/// Most channels hold few and small values.
const MOST_IN_CHANNEL: u64 = 1024;

/// Below this a bucket's size is more often a slice's, even if the log names a map with such buckets.
const SMALLEST_MAP: u64 = 72;

/// Few structs are as large, and a map with slots of 16 bytes has such buckets.
const SMALLEST_LIKELY_MAP: u64 = 144;

/// The size of `runtime.hmap`, and of `internal/runtime/maps.Map` since Go 1.24.
const MAP_HEADER: u64 = 48;
