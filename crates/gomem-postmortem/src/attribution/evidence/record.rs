//! What the compiler says of a line, and how well it fits what the line allocates.

use std::sync::Arc;

use gomem_escape::{Cause, Certainty, HeapDecision, StackBuffer, Step, SubjectKind};
use gomem_finding::Confidence;
use gomem_symbol::Symbol;

use crate::attribution::{
    evidence::{
        fit,
        map_types::{self, is_usual_bucket},
        sizes::{Shape, Sizes},
        type_sizes::{Container, Made, TypeSizes, is_with_header},
    },
    reason::Reason,
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
            Self::StackBuffer(buffer) => buffer.subject_kind,
        }
    }

    /// Its reason for objects of these sizes.
    pub(crate) fn reason_for(self, sizes: &Sizes, types: &TypeSizes) -> (Reason, Confidence) {
        match self {
            // A sum in an interface prints like a text that is put together; its box is a word, in a block of two.
            Self::Heap(decision)
                if self.kind() == SubjectKind::Concatenation
                    && matches!(sizes.fixed(), Some(8 | 16))
                    && is_boxed(decision) =>
            {
                (Reason::Compiler(Cause::InterfaceBoxing), Confidence::Medium)
            }
            // A box has one size, of one header; a text among arguments `...string` has that of its bytes.
            Self::Heap(decision) if is_boxed_text(decision) && !matches!(sizes.fixed(), Some(..=16)) => {
                (Reason::from_stack_buffer(self.kind()), Confidence::Medium)
            }
            _ if self.is_named_map(sizes, types) => {
                let is_sure = types.container(self.made()) == Some(Container::Map) || sizes.fixed().is_none();
                let confidence = if is_sure { Confidence::High } else { Confidence::Medium };
                (Reason::Compiler(Cause::MapCreation), confidence)
            }
            _ => self.reason(),
        }
    }

    /// `make(Names, 100)` and `Names{}` are of a slice or a map; a map's header or its tables tell.
    fn is_named_map(self, sizes: &Sizes, types: &TypeSizes) -> bool {
        match self.kind() {
            SubjectKind::MakeSlice if !self.is_named_make() || has_capacity(self.subject()) => false,
            SubjectKind::MakeSlice => match types.container(self.made()) {
                Some(container) => container == Container::Map,
                None if sizes.fixed().is_none() => sizes.can_be_of_made_maps() || sizes.shape() == Shape::Map,
                // A slice whose length is not constant seldom has 48 bytes each time.
                None => self.certainty() == Certainty::RuntimeSized && sizes.fixed() == Some(MAP_HEADER),
            },
            SubjectKind::CompositeValue => self.is_defined() && sizes.contains(MAP_HEADER),
            _ => false,
        }
    }

    /// Whether it is `make(Names, n)`: the text does not tell of what.
    fn is_named_make(self) -> bool {
        self.kind() == SubjectKind::MakeSlice && !self.subject().starts_with("make([]")
    }

    /// What the type of `make(Names, n)` is, by what this call of it made: a map is made with one number, and has a header.
    pub(crate) fn container(self, sizes: &Sizes) -> Option<Container> {
        let is_slice = has_capacity(self.subject())
            || self.must_allocate() && !sizes.can_be_of_made_maps() && sizes.shape() != Shape::Map;
        (self.is_named_make() && is_slice).then_some(Container::Slice)
    }

    /// Whether a variable is declared by it, `x := T{}`: then no conversion puts it into an interface, and what escapes is
    /// what a slice or a map refers to.
    fn is_defined(self) -> bool {
        let defines = |from: &str| from.strip_suffix(self.subject()).is_some_and(|left| left.ends_with(" := "));
        self.decision().is_some_and(|decision| decision.steps.iter().any(|step| defines(&step.from)))
    }

    /// Its reason where it is no map.
    pub(crate) fn reason(self) -> (Reason, Confidence) {
        match self {
            // Up to Go 1.24 a flow says so, and it need not be the first.
            _ if self.kind() == SubjectKind::MakeSlice && self.certainty() == Certainty::RuntimeSized => {
                (Reason::Compiler(Cause::UnknownSize), Confidence::High)
            }
            Self::Heap(decision) if is_copy(decision) => (Reason::Copy, decision.cause_confidence),
            Self::Heap(decision) => (Reason::Compiler(decision.cause), decision.cause_confidence),
            Self::StackBuffer(buffer) => (Reason::from_stack_buffer(buffer.subject_kind), Confidence::High),
        }
    }

    pub(crate) fn decision(self) -> Option<&'a HeapDecision> {
        match self {
            Self::Heap(decision) => Some(decision),
            Self::StackBuffer(_) => None,
        }
    }

    /// What it says is made.
    pub(crate) fn made(self) -> Made<'a> {
        Made { kind: self.kind(), subject: self.subject(), package: self.place().0 }
    }

    /// Whether its flow stores it as an element, `x[key] = …`: a map can have to grow for that.
    pub(crate) fn is_stored_by_index(self) -> bool {
        self.decision().is_some_and(|decision| decision.steps.iter().any(|step| step.from.contains("] = ")))
    }

    /// Whether all objects that it makes have one size.
    pub(crate) fn makes_one_size(self) -> bool {
        use SubjectKind::{
            CompositeValue, FuncLiteral, MethodValue, NewValue, SliceLiteral, Value, Variable, VariadicSlice,
        };
        matches!(
            self.kind(),
            Variable | FuncLiteral | VariadicSlice | NewValue | CompositeValue | SliceLiteral | MethodValue | Value
        )
    }

    /// Whether one expression makes objects of several kinds: a map its header and its groups.
    pub(crate) fn makes_several(self) -> bool {
        matches!(self.kind(), SubjectKind::MakeMap | SubjectKind::MapLiteral)
    }

    /// Whether it is a decision that allocates whenever it is reached.
    pub(crate) fn must_allocate(self) -> bool {
        self.decision().is_some() && matches!(self.certainty(), Certainty::Yes | Certainty::RuntimeSized)
    }

    /// Whether both are the same record.
    pub(crate) fn is(self, other: Record<'_>) -> bool {
        match (self, other) {
            (Self::Heap(a), Record::Heap(b)) => std::ptr::eq(a, b),
            (Self::StackBuffer(a), Record::StackBuffer(b)) => std::ptr::eq(a, b),
            _ => false,
        }
    }

    /// Whether both are of the same expression, by its text: where another package inlines it, its names are with their package's.
    pub(crate) fn is_like(self, other: Record<'_>) -> bool {
        self.kind() == other.kind() && without_packages(self.subject()).eq(without_packages(other.subject()))
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
        // What names a result is an expression of the caller: `[]byte(~r0)` of `[]byte(b.String())`.
        let has_result = self.subject().contains("~r");
        has_result || matches!(self.kind(), SubjectKind::VariadicSlice | SubjectKind::Variable) || !self.is_inlined()
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
            Self::StackBuffer(buffer) => &buffer.inlined_callees,
        }
    }

    /// The package and the file.
    pub(crate) fn place(self) -> (&'a str, &'a str) {
        match self {
            Self::Heap(decision) => (&decision.package, &decision.file),
            Self::StackBuffer(buffer) => (&buffer.package, &buffer.file),
        }
    }

    /// Decisions first, the most certain allocation first, then as they stand on the line.
    pub(crate) fn rank(self) -> impl Ord {
        match self {
            Self::Heap(decision) => (false, std::cmp::Reverse(decision.alloc_certainty), decision.column),
            Self::StackBuffer(buffer) => (true, std::cmp::Reverse(buffer.alloc_certainty), buffer.column),
        }
    }

    pub(crate) fn subject(self) -> &'a str {
        match self {
            Self::Heap(decision) => &decision.subject,
            Self::StackBuffer(buffer) => &buffer.subject,
        }
    }

    fn certainty(self) -> Certainty {
        match self {
            Self::Heap(decision) => decision.alloc_certainty,
            Self::StackBuffer(buffer) => buffer.alloc_certainty,
        }
    }

    /// How well it explains objects of these sizes; 0 when it cannot.
    pub(crate) fn fit(self, sizes: &Sizes, types: &TypeSizes) -> u32 {
        let kind_fit = match sizes.shape() {
            Shape::Fixed(size) if !self.allows(size) => 0,
            Shape::Fixed(size) => match types.of(self.made()) {
                Some(expected) if size == expected || is_with_header(self.made(), size) => fit::TYPE,
                Some(_) => 0,
                None => self.fit_of_kind(sizes, types),
            },
            _ => self.fit_of_kind(sizes, types),
        };
        let sure = u32::from(self.certainty() == Certainty::Yes);
        if kind_fit == 0 { 0 } else { kind_fit + sure }
    }

    /// Whether the compiler can have left an object of this size to the reason that it gives: what is larger than the stack
    /// takes goes to the heap for that.
    fn allows(self, size: u64) -> bool {
        let is_too_large = self.decision().is_some_and(|decision| decision.cause == Cause::TooLarge);
        match self.kind() {
            SubjectKind::Variable => is_too_large || size <= LARGEST_VARIABLE,
            SubjectKind::NewValue | SubjectKind::FuncLiteral | SubjectKind::MethodValue => {
                if is_too_large {
                    size > SMALL_FRAMES
                } else {
                    size <= LARGEST_IMPLICIT
                }
            }
            SubjectKind::Value | SubjectKind::CompositeValue => size <= LARGEST_IMPLICIT,
            _ => true,
        }
    }

    /// How well a record of its kind explains objects of these sizes, when its type does not tell their size.
    fn fit_of_kind(self, sizes: &Sizes, types: &TypeSizes) -> u32 {
        let shape = sizes.shape();
        match (self.kind(), shape) {
            // Without room asked for only the header is made here: the first element makes the first bucket (`makemap_small` and
            // `NewEmptyMap` in the runtime).
            (SubjectKind::MakeMap | SubjectKind::MapLiteral, shape) if is_empty_map(self.subject()) => match shape {
                Shape::Fixed(MAP_HEADER) => fit::MAP_HEADER,
                Shape::Mixed if sizes.smallest() == MAP_HEADER => fit::MAYBE,
                _ => 0,
            },
            (SubjectKind::MakeMap | SubjectKind::MapLiteral, _) if sizes.contains(MAP_HEADER) => fit::MAP_HEADER,
            (SubjectKind::MakeMap | SubjectKind::MapLiteral, Shape::Map) => fit::MAP_TABLES,
            (SubjectKind::MakeMap | SubjectKind::MapLiteral, Shape::Fixed(size)) => {
                self.fit_of_bucket(size, fit::HARDLY)
            }
            (SubjectKind::MakeMap | SubjectKind::MapLiteral, _) => fit::MAYBE,
            (SubjectKind::MakeSlice | SubjectKind::CompositeValue, _) if self.is_named_map(sizes, types) => {
                fit::NAMED_MAP
            }
            (SubjectKind::Append, Shape::Slice) => fit::APPEND_GROWS,
            (SubjectKind::Append, Shape::Fixed(_)) => fit::APPEND_ONCE,
            (SubjectKind::Append, Shape::Map) => fit::APPEND_LIKE_MAP,
            (SubjectKind::Append, Shape::Mixed) => fit::USUAL,
            (SubjectKind::MakeSlice, shape) if self.certainty() == Certainty::RuntimeSized => match shape {
                Shape::Fixed(_) => fit::APPEND_LIKE_MAP,
                _ => fit::RUNTIME_SIZED,
            },
            (SubjectKind::Conversion | SubjectKind::Concatenation, Shape::Fixed(_)) => fit::TEXT_OF_ONE_SIZE,
            (SubjectKind::Conversion | SubjectKind::Concatenation, _) => fit::TEXT,
            // What has one type has one size.
            (SubjectKind::VariadicSlice, Shape::Fixed(size)) if size % 16 == 0 => fit::USUAL,
            (SubjectKind::VariadicSlice, Shape::Fixed(_)) => fit::MAYBE,
            // The box of a number, of a string, of a slice; of a struct it can be larger.
            (SubjectKind::Value, Shape::Fixed(8 | 16 | 24)) => fit::USUAL,
            // `Name("text")` is a text more often than the result of a function.
            (SubjectKind::Value, Shape::Fixed(_)) if self.subject().ends_with("\")") => fit::LAST_GUESS,
            (SubjectKind::Value, Shape::Fixed(..=LARGEST_BOX)) => fit::LARGE_BOX,
            (SubjectKind::FuncLiteral | SubjectKind::MethodValue, Shape::Fixed(16..=128)) => fit::USUAL,
            (SubjectKind::FuncLiteral | SubjectKind::MethodValue, Shape::Fixed(..=LARGEST_BOX)) => fit::LARGE_BOX,
            (SubjectKind::Value | SubjectKind::FuncLiteral | SubjectKind::MethodValue, _) => 0,
            // `kind(2)` is a constant, which costs nothing, unless it is the result of a function.
            (SubjectKind::Constant, Shape::Fixed(..=16)) => fit::HARDLY,
            (SubjectKind::Constant, _) => 0,
            (_, Shape::Fixed(_)) => fit::ONE_SIZE,
            _ => 0,
        }
    }

    /// How well a map explains an object of this size: its type tells how large its buckets are.
    fn fit_of_bucket(self, size: u64, otherwise: u32) -> u32 {
        match map_types::bucket_sizes(self.subject()) {
            Some(buckets) if buckets.contains(&size) => fit::BUCKET_OF_TYPE,
            Some(buckets) if buckets.iter().any(|bucket| map_types::is_array_of(size, *bucket)) => fit::USUAL_BUCKET,
            Some(_) => 0,
            None if is_usual_bucket(size) => fit::USUAL_BUCKET,
            None => otherwise,
        }
    }
}

/// The letters of an expression, without the names that a dot joins to what follows: packages, and what has a field.
fn without_packages(subject: &str) -> impl Iterator<Item = char> + '_ {
    let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut parts = subject.split('.').peekable();
    let part = std::iter::from_fn(move || {
        let (part, next) = (parts.next()?, parts.peek());
        Some(match next {
            Some(next) if next.starts_with(is_letter) => (part.trim_end_matches(is_letter), ""),
            Some(_) => (part, "."),
            None => (part, ""),
        })
    });
    part.flat_map(|(part, dot)| part.chars().chain(dot.chars()))
}

/// Whether the log's `sub.Map[go.shape.int]` or `(*T).m` is the profile's `example.com/sub.Map[...]`: the log leaves packages
/// out or not, and numbers closures otherwise when they are inlined.
fn is_same_function(named: &str, symbol: &Symbol) -> bool {
    let last = |name: String| name.rsplit('.').next().unwrap_or_default().to_owned();
    last(Symbol::decode(named).local()) == last(symbol.local())
}

fn is_boxed(decision: &HeapDecision) -> bool {
    decision.steps.iter().any(|step| step.is_interface_conversion() && step.from == decision.subject)
}

/// Whether a text, or a sum, is taken for the box of one.
fn is_boxed_text(decision: &HeapDecision) -> bool {
    matches!(decision.subject_kind, SubjectKind::Conversion | SubjectKind::Concatenation)
        && decision.cause == Cause::InterfaceBoxing
}

/// Whether an `append` to what is empty copies all elements of another slice, or all bytes of a text.
pub(crate) fn is_copy(decision: &HeapDecision) -> bool {
    decision.subject_kind == SubjectKind::Append && decision.steps.first().is_some_and(Step::is_copy)
}

/// `make(map[K]V)`, `map[K]V{}`.
fn is_empty_map(subject: &str) -> bool {
    subject.ends_with("{}") || (subject.starts_with("make(") && !subject.contains(", "))
}

/// `make(Names, n, n + 4)`: a map is made with one number at most.
fn has_capacity(subject: &str) -> bool {
    let mut depth = 0_usize;
    let commas = subject.bytes().filter(|byte| {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        *byte == b',' && depth == 1
    });
    commas.count() > 1
}

/// The size of `runtime.hmap`, and of `internal/runtime/maps.Map` since Go 1.24.
const MAP_HEADER: u64 = 48;

/// `ir.MaxImplicitStackVarSize` of `cmd/compile/internal/ir/cfg.go`: what `new`, `&T{}` and closures may have on the stack.
const LARGEST_IMPLICIT: u64 = 64 << 10;
/// The same with `-smallframes`.
const SMALL_FRAMES: u64 = 16 << 10;
/// `ir.MaxStackVarSize` until Go 1.23; 128 KiB since.
const LARGEST_VARIABLE: u64 = 10 << 20;
/// Few values in interfaces are larger, and no closure.
const LARGEST_BOX: u64 = 1024;

#[cfg(test)]
mod tests {
    use gomem_escape::EscapeLog;
    use gomem_pprof::Profile;

    use crate::attribution::{AttributeOptions, attribute, evidence::record::without_packages};

    #[test]
    fn packages_are_no_part_of_an_expression() {
        let is_same = |a, b| without_packages(a).eq(without_packages(b));
        assert!(is_same("&StringNode{...}", "&ast.StringNode{...}"));
        assert!(is_same("make([]byte, initialSize)", "make([]byte, flatbuffers.initialSize)"));
        assert!(!is_same("&BaseNode{}", "&ast.StringNode{...}") && !is_same("&T{}", "&p.T{...}"));
    }

    /// The reasons of the lines 10, 20… of a function, which made objects of these sizes for what the log says is there.
    fn reasons(lines: &[(&str, &[(u32, u32)])]) -> Vec<&'static str> {
        let (mut profile, mut log) =
            ("heap profile: 0: 0 [1: 1] @ heap/1\n".to_owned(), "# example.com/app/sql\n".to_owned());
        for (line, (subject, sizes)) in (10..).step_by(10).zip(lines) {
            for (size, objects) in *sizes {
                let bytes = size * objects;
                profile += &format!(
                    "0: 0 [{objects}: {bytes}] @ 0x{line}01\n#\t0x{line}00\texample.com/app/sql.scan+0x1\t/src/app/sql/scan.go:{line}\n\n"
                );
            }
            let at = format!("sql/scan.go:{line}:9: ");
            log += &format!(
                "{at}{subject} escapes to heap in scan:\n{at}  flow: {{heap}} ← &{{storage for {subject}}}:\n\
                 {at}    from {subject} (spill) at sql/scan.go:{line}:9\n{at}    from out = {subject} (assign) at sql/scan.go:{line}:7\n\
                 {at}{subject} escapes to heap\n"
            );
        }
        let profile = Profile::decode(profile.as_bytes()).expect("a profile");
        let log = EscapeLog::decode(log.as_bytes()).expect("a log");
        let mut sites = attribute(&profile, Some(&log), &AttributeOptions::default());
        sites.sort_by_key(|site| site.place.line);
        sites.iter().map(|site| site.reason.map_or("", |reason| reason.name())).collect()
    }

    #[test]
    fn a_named_type_is_a_slice_or_a_map() {
        let rows: &[(u32, u32)] = &[(32, 19), (48, 198), (64, 182)];
        assert_eq!(reasons(&[("make(Row, n)", rows)]), ["unknown_size"]);
        assert_eq!(reasons(&[("make(Row, n)", &[(48, 500)])]), ["map_creation"], "nothing else is known");
        let both = [("make(Row, n)", &[(48, 500)][..]), ("make(Row, len(columns))", rows)];
        assert_eq!(reasons(&both), ["unknown_size"; 2], "another line makes what no map is made of");
        let maps: &[(u32, u32)] = &[(8, 40), (32, 40), (48, 100), (288, 40)];
        assert_eq!(reasons(&[("make(Header, n)", maps)]), ["map_creation"]);
    }

    #[test]
    fn a_sum_of_numbers_is_boxed() {
        assert_eq!(reasons(&[("sum.(float64) + value.(float64)", &[(8, 500)])]), ["interface_boxing"]);
        assert_eq!(reasons(&[("table + name", &[(16, 500), (32, 100)])]), ["concatenation"]);
    }
}
