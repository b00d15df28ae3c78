//! Whether memory is allocated.

use crate::{
    cause::Cause,
    subject::{SubjectKind, has_constant_size},
};

/// Whether memory is allocated at run time. The compiler's verdict is about lifetimes, not about allocation.
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
    /// Whether values of the type with elements are seen in the log, so that its size is not zero.
    pub(crate) has_elements: bool,
    /// Whether the variable has no size.
    pub(crate) has_no_size: bool,
    /// Whether the method value is surely one.
    pub(crate) is_confident: bool,
}

impl Certainty {
    /// Names, in the order of the variants.
    pub const NAMES: &'static [&'static str] = &["none", "maybe", "yes", "runtime_sized"];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// Measured with `testing.AllocsPerRun`, see `testdata/escape/allocations`; the rules are those of `walk/convert.go`
    /// (`dataWord`), `walk/complit.go` and `runtime/malloc.go`: what has no size has one address.
    pub(crate) fn of(allocation: &Allocation<'_>) -> Self {
        let Allocation { kind, subject, cause, .. } = *allocation;
        if matches!(subject, "struct {}{}" | "&struct {}{}" | "new(struct {})") || allocation.has_no_size {
            return Self::None;
        }
        match kind {
            SubjectKind::Constant if allocation.is_surely_constant => Self::None,
            SubjectKind::Constant => Self::Maybe,
            SubjectKind::Variable => Self::Yes,
            SubjectKind::NewValue => new_value(subject, allocation.has_elements),
            SubjectKind::SliceLiteral if is_empty_literal(subject) || has_no_size(subject) => Self::Maybe,
            SubjectKind::MakeSlice if has_no_size(subject) => Self::Maybe,
            SubjectKind::MakeSlice if !has_constant_size(subject) => Self::RuntimeSized,
            // An empty one has no size.
            SubjectKind::MakeSlice if ends_with_zero(subject) => Self::Maybe,
            SubjectKind::SliceLiteral | SubjectKind::MakeSlice => Self::Yes,
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

/// `&T{…}`, `new(T)`: what has no size is not allocated. Named types may have none, unless elements of them are seen.
fn new_value(subject: &str, has_elements: bool) -> Certainty {
    if subject.ends_with("{...}") || has_elements {
        return Certainty::Yes;
    }
    let named = subject.strip_prefix("new(").and_then(|rest| rest.strip_suffix(')'));
    let named =
        named.or_else(|| subject.strip_prefix('&').and_then(|rest| rest.strip_suffix("{}"))).unwrap_or_default();
    let has_size = SIZED.contains(&named)
        || ["*", "map[", "func(", "chan ", "[]", "interface "].iter().any(|prefix| named.starts_with(prefix))
        // Exported types of other packages have fields, but for these.
        || named.split_once('.').is_some_and(|(_, name)| {
            name.starts_with(char::is_uppercase) && !matches!(name, "HostLayout" | "PanicNilError")
        });
    if has_size { Certainty::Yes } else { Certainty::Maybe }
}

fn is_empty_literal(subject: &str) -> bool {
    subject.ends_with("{}")
}

fn ends_with_zero(make: &str) -> bool {
    make.ends_with(", 0)")
}

/// `[]struct {}{...}`, `make([]struct {}, 3)`, `make([][0]int, 3)`.
fn has_no_size(subject: &str) -> bool {
    let element = subject.strip_prefix("make(").unwrap_or(subject).strip_prefix("[]").unwrap_or_default();
    element.starts_with("struct {}") || element.starts_with("[0]")
}

/// Types whose size is never zero.
const SIZED: [&str; 22] = [
    "any",
    "bool",
    "byte",
    "complex128",
    "complex64",
    "error",
    "float32",
    "float64",
    "int",
    "int16",
    "int32",
    "int64",
    "int8",
    "rune",
    "string",
    "uint",
    "uint16",
    "uint32",
    "uint64",
    "uint8",
    "uintptr",
    "unsafe.Pointer",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn of(subject: &str) -> Certainty {
        Certainty::of(&Allocation {
            kind: SubjectKind::of(subject),
            subject,
            cause: Cause::Other,
            is_surely_constant: true,
            captures: None,
            has_elements: false,
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
            ("[]int{}", Certainty::Maybe),
            ("[]int{...}", Certainty::Yes),
            ("[]struct {}{...}", Certainty::Maybe),
            ("make([]int, 8)", Certainty::Yes),
            ("make([]int, 0)", Certainty::Maybe),
            ("make([]int, n)", Certainty::RuntimeSized),
            ("make([]struct {}, n)", Certainty::Maybe),
            ("make(map[int]int)", Certainty::Yes),
            ("func literal", Certainty::Maybe),
            ("x", Certainty::Maybe),
        ] {
            assert_eq!(of(subject), certainty, "{subject}");
        }
        assert_eq!(Certainty::RuntimeSized.name(), "runtime_sized");
    }
}
