//! Whether memory is allocated.

use foldhash::HashSet;

use crate::{
    decide::cause::Cause,
    read::BASIC_TYPES,
    text::{SubjectKind, find, has_constant_size},
};

/// Whether memory is allocated at run time. The compiler's verdict is about lifetimes, not about allocation.
///
/// ```
/// # let log = "# example.com/app\n\
/// #            ./a.go:7:10: buf escapes to heap in put:\n\
/// #            ./a.go:7:10:   flow: {heap} ← &{storage for buf}:\n\
/// #            ./a.go:7:10:     from buf (spill) at ./a.go:7:10\n\
/// #            ./a.go:7:10:     from (*sync.Pool).Put(pool, buf) (call parameter) at ./a.go:7:9\n\
/// #            ./a.go:7:10: buf escapes to heap\n";
/// # let log = gomem_escape::EscapeLog::decode(log.as_bytes())?;
/// # let decision = &log.heap_decisions()[0];
/// println!("whether it allocates: {}", decision.alloc_certainty.name());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Certainty {
    /// Nothing: the value is static.
    None,
    /// Depends on the value or its type, which the log does not tell.
    Maybe,
    /// Every time the line runs.
    Yes,
    /// Depends on a size at run time.
    RuntimeSized,
}

/// What certainty depends on.
#[derive(Debug)]
pub(crate) struct Allocation<'a> {
    pub(crate) kind: SubjectKind,
    pub(crate) subject: &'a str,
    pub(crate) cause: Cause,
    /// Whether a constant's type is known to be one, where it could be a call.
    pub(crate) is_surely_constant: bool,
    /// Whether the function literal captures variables.
    pub(crate) captures: Option<bool>,
    /// Types of which the log shows values with elements, so that their size is not zero.
    pub(crate) types_with_elements: &'a HashSet<Box<str>>,
    /// Whether the variable has no size.
    pub(crate) has_no_size: bool,
    /// Whether the method value is surely one.
    pub(crate) is_confident: bool,
}

gomem_table::named!(Certainty { None "none", Maybe "maybe", Yes "yes", RuntimeSized "runtime_sized" });

impl Certainty {
    /// Measured with `testing.AllocsPerRun`, see `testdata/escape/allocations`; the rules are those of `walk/convert.go`
    /// (`dataWord`), `walk/complit.go` and `runtime/malloc.go`: what has no size has one address.
    pub(crate) fn from_allocation(allocation: &Allocation<'_>) -> Self {
        let Allocation { kind, subject, cause, .. } = *allocation;
        if matches!(subject, "struct {}{}" | "&struct {}{}" | "new(struct {})") || allocation.has_no_size {
            return Self::None;
        }
        match kind {
            SubjectKind::Constant if allocation.is_surely_constant => Self::None,
            SubjectKind::Constant => Self::Maybe,
            SubjectKind::Variable => Self::Yes,
            SubjectKind::NewValue if subject.ends_with("{...}") => Self::Yes,
            SubjectKind::MakeSlice if is_surely_empty(subject) => Self::Maybe,
            SubjectKind::MakeSlice if !has_constant_size(subject) => Self::RuntimeSized,
            // It points to the one object that all of no size share.
            SubjectKind::SliceLiteral if subject.ends_with("{}") => Self::None,
            // An empty one has no size, nor have some types.
            SubjectKind::NewValue | SubjectKind::SliceLiteral | SubjectKind::MakeSlice => {
                let has_size = made_type(subject).is_some_and(|made| has_size(made, allocation.types_with_elements));
                let is_empty = kind != SubjectKind::NewValue && (subject.ends_with("{}") || subject.ends_with(", 0)"));
                if has_size && !is_empty { Self::Yes } else { Self::Maybe }
            }
            SubjectKind::MakeMap | SubjectKind::MapLiteral | SubjectKind::VariadicSlice => Self::Yes,
            SubjectKind::Append | SubjectKind::Conversion | SubjectKind::Concatenation => Self::RuntimeSized,
            SubjectKind::FuncLiteral => match allocation.captures {
                Some(true) => Self::Yes,
                // Starting a goroutine, or deferring in a loop, may allocate all the same.
                Some(false) if !matches!(cause, Cause::Goroutine | Cause::DeferInLoop) => Self::None,
                _ => Self::Maybe,
            },
            SubjectKind::MethodValue if allocation.is_confident => Self::Yes,
            // Small numbers and constant literals are static, and pointers fit into the interface.
            SubjectKind::MethodValue | SubjectKind::Value | SubjectKind::CompositeValue => Self::Maybe,
        }
    }
}

/// The type of what is made: of `&T{}`, `new(T)`, `[]T{…}` and `make([]T, n)` it is T.
fn made_type(subject: &str) -> Option<&str> {
    if let Some(new) = subject.strip_prefix("new(") {
        return new.strip_suffix(')');
    }
    if let Some(make) = subject.strip_prefix("make(") {
        let made = &make[..find(make, ", ")?];
        // A named slice type does not tell its elements; they are rarely without size.
        return Some(made.strip_prefix("[]").unwrap_or("any"));
    }
    let literal = subject.strip_suffix("{}").or_else(|| subject.strip_suffix("{...}"))?;
    literal.strip_prefix('&').or_else(|| literal.strip_prefix("[]"))
}

/// Whether values of a type surely have a size. Named types may have none.
fn has_size(of: &str, types_with_elements: &HashSet<Box<str>>) -> bool {
    let of = of.strip_prefix("go.shape.").unwrap_or(of);
    if let Some((length, element)) = of.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return length.is_empty() || length != "0" && has_size(element, types_with_elements);
    }
    let is_reference =
        ["*", "map[", "func(", "chan ", "<-chan ", "interface "].iter().any(|start| of.starts_with(start));
    // Exported types of other packages have fields, but for these.
    let is_exported = of.split_once('.').is_some_and(|(_, name)| {
        name.starts_with(char::is_uppercase) && !matches!(name, "HostLayout" | "PanicNilError")
    });
    let has_fields = of.starts_with("struct { ");
    BASIC_TYPES.contains(&of)
        || matches!(of, "any" | "uintptr" | "unsafe.Pointer")
        || is_reference
        || is_exported
        || has_fields
        || types_with_elements.contains(of)
}

/// `make([]struct {}, n)`, `make([][0]int, n)`: of any length it has no size; its box would have.
fn is_surely_empty(make: &str) -> bool {
    make.starts_with("make([]struct {}, ") || make.starts_with("make([][0]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_subject(subject: &str) -> Certainty {
        Certainty::from_allocation(&Allocation {
            kind: SubjectKind::parse(subject),
            subject,
            cause: Cause::Other,
            is_surely_constant: true,
            captures: None,
            types_with_elements: &HashSet::from_iter(["Full".into()]),
            has_no_size: false,
            is_confident: true,
        })
    }

    #[test]
    fn what_has_no_size_is_not_allocated() {
        for (subject, certainty) in [
            ("5", Certainty::None),
            ("struct {}{}", Certainty::None),
            ("&T{...}", Certainty::Yes),
            ("&T{}", Certainty::Maybe),
            ("&bytes.Buffer{}", Certainty::Yes),
            ("new(int)", Certainty::Yes),
            ("new(T)", Certainty::Maybe),
            ("[]int{}", Certainty::None),
            ("[]int{...}", Certainty::Yes),
            ("[]struct {}{...}", Certainty::Maybe),
            ("make([]int, 8)", Certainty::Yes),
            ("make([]int, 0)", Certainty::Maybe),
            ("make([]int, n)", Certainty::RuntimeSized),
            ("make([]struct {}, n)", Certainty::Maybe),
            ("make([]Empty, 4)", Certainty::Maybe),
            ("make([]Full, 4)", Certainty::Yes),
            ("[]Empty{...}", Certainty::Maybe),
            ("[]*Empty{...}", Certainty::Yes),
            ("&[4]Full{}", Certainty::Yes),
            ("new([0]int)", Certainty::Maybe),
            ("new([4]int)", Certainty::Yes),
            ("make(map[int]int)", Certainty::Yes),
            ("func literal", Certainty::Maybe),
            ("x", Certainty::Maybe),
        ] {
            assert_eq!(of_subject(subject), certainty, "{subject}");
        }
        assert_eq!(Certainty::RuntimeSized.name(), "runtime_sized");
    }
}
