//! Why something goes to the heap, and whether that allocates.
//!
//! Decided by the kind of the subject, where it flows in the end, and the steps of the flow: never by text within them.

use crate::{
    decision::{Decision, Step},
    subject::SubjectKind,
};

/// Why something goes to the heap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
#[non_exhaustive]
pub enum Cause {
    /// A value is put into an interface.
    InterfaceBoxing,
    /// A constant is put into an interface: costs nothing.
    ConstantBoxing,
    /// The slice of a variadic call.
    VariadicSlice,
    /// A function returns a pointer to it.
    ReturnedPointer,
    /// A closure that outlives the function shares the variable.
    ClosureCapture,
    /// A function value outlives the function that makes it.
    EscapingClosure,
    /// A method value, `x.Method` without a call.
    MethodValue,
    /// A goroutine's function.
    Goroutine,
    /// A callee keeps its argument, or is not known to the compiler.
    LeakingCallee,
    /// It is stored in something that is on the heap.
    StoredInHeap,
    /// It becomes an element of a slice or map.
    ContainerElement,
    /// It is sent to a channel.
    ChannelSend,
    /// It is too large for the stack.
    TooLarge,
    /// Its size is only known at run time.
    UnknownSize,
    /// A slice grows by `append`.
    SliceGrowth,
    /// A conversion between text and bytes copies.
    StringConversion,
    /// A text is put together.
    Concatenation,
    /// Reflection or `unsafe`.
    Reflection,
    /// A map is made.
    MapCreation,
    /// A variable declared outside a loop holds what the loop makes.
    LoopVariable,
    /// None of these.
    Other,
}

/// How sure a statement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Confidence {
    /// By a rule of thumb.
    Heuristic,
    /// By what the compiler says.
    Confident,
}

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

impl Cause {
    /// Names, in the order of the variants.
    pub const NAMES: &'static [&'static str] = &[
        "interface_boxing",
        "constant_boxing",
        "variadic_slice",
        "returned_pointer",
        "closure_capture",
        "escaping_closure",
        "method_value",
        "goroutine",
        "leaking_callee",
        "stored_in_heap",
        "container_element",
        "channel_send",
        "too_large",
        "unknown_size",
        "slice_growth",
        "string_conversion",
        "concatenation",
        "reflection",
        "map_creation",
        "loop_variable",
        "other",
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// The cause, and how sure it is.
    pub(crate) fn of(
        decision: Decision,
        kind: SubjectKind,
        subject: &str,
        sink: &str,
        steps: &[Step],
    ) -> (Self, Confidence) {
        use Confidence::{Confident, Heuristic};
        let why = |wanted: &str| steps.iter().any(|step| step.why == wanted);
        let first = steps.first().map_or("", |step| step.why.as_str());
        let returned = sink.starts_with("~r") || sink.starts_with("~R") || why("return");
        match kind {
            _ if why("too large for stack") || why("too aligned for stack") => (Self::TooLarge, Confident),
            _ if why("non-constant size") => (Self::UnknownSize, Confident),
            // Since Go 1.25 no step says so.
            SubjectKind::MakeSlice if !has_constant_size(subject) => (Self::UnknownSize, Confident),
            _ if why("//go:uintptrescapes") || why("conversion to unsafe.Pointer") || why("reflect.Header.Data") => {
                (Self::Reflection, Confident)
            }
            SubjectKind::Constant => (Self::ConstantBoxing, Confident),
            SubjectKind::VariadicSlice => (Self::VariadicSlice, Confident),
            SubjectKind::Append => (Self::SliceGrowth, Confident),
            SubjectKind::Conversion => (Self::StringConversion, Confident),
            SubjectKind::MakeMap | SubjectKind::MapLiteral => (Self::MapCreation, Confident),
            SubjectKind::Concatenation if why("interface-converted") => (Self::InterfaceBoxing, Heuristic),
            SubjectKind::Concatenation => (Self::Concatenation, Confident),
            // The compiler prints no step for `go` itself.
            SubjectKind::FuncLiteral if sink == "{heap}" && steps.len() == 1 && first == "spill" => {
                (Self::Goroutine, Heuristic)
            }
            SubjectKind::FuncLiteral => (Self::EscapingClosure, Confident),
            _ if why("captured by a closure") => (Self::ClosureCapture, Confident),
            // A value that is spilled goes into an interface, or is the receiver of a method value.
            SubjectKind::Value | SubjectKind::CompositeValue if decision == Decision::EscapesToHeap => {
                if steps.is_empty() {
                    (Self::InterfaceBoxing, Heuristic)
                } else if first == "spill" || why("interface-converted") {
                    // A method value prints the same as a field, `x.name`, and is spilled too.
                    let may_be_method = subject.contains('.') && !why("call parameter") && !why("interface-converted");
                    (Self::InterfaceBoxing, if may_be_method { Heuristic } else { Confident })
                } else {
                    (Self::MethodValue, Heuristic)
                }
            }
            _ if returned => (Self::ReturnedPointer, Confident),
            _ if steps.iter().any(|step| step.from.starts_with("append(")) => (Self::ContainerElement, Confident),
            _ if why("send") => (Self::ChannelSend, Confident),
            _ if CONTAINER.iter().any(|wanted| why(wanted)) => (Self::ContainerElement, Confident),
            _ if why("call parameter") => (Self::LeakingCallee, Confident),
            _ if STORES.iter().any(|wanted| why(wanted)) => {
                let stored = sink == "{heap}" || sink.starts_with("{storage");
                if stored { (Self::StoredInHeap, Confident) } else { (Self::LoopVariable, Heuristic) }
            }
            _ => (Self::Other, Heuristic),
        }
    }
}

/// Whether all sizes of `make([]T, size…)` are written as numbers.
fn has_constant_size(make: &str) -> bool {
    let sizes = make.strip_suffix(')').unwrap_or(make).split(", ").skip(1);
    sizes.into_iter().all(|size| size.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_'))
}

impl Certainty {
    /// Names, in the order of the variants.
    pub const NAMES: &'static [&'static str] = &["none", "maybe", "yes", "runtime_sized"];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// Whether it allocates, by what the subject is.
    pub(crate) fn of(kind: SubjectKind, cause: Cause, subject: &str) -> Self {
        match kind {
            SubjectKind::Constant => Self::None,
            // A struct without fields has no size; the runtime gives all of them one address.
            _ if matches!(subject, "struct {}{}" | "&struct {}{}" | "new(struct {})") => Self::None,
            SubjectKind::Variable | SubjectKind::NewValue => Self::Yes,
            _ if cause == Cause::TooLarge => Self::Yes,
            SubjectKind::MakeSlice if cause == Cause::UnknownSize => Self::RuntimeSized,
            SubjectKind::MakeSlice | SubjectKind::SliceLiteral | SubjectKind::MakeMap | SubjectKind::MapLiteral => {
                Self::Yes
            }
            SubjectKind::Append | SubjectKind::Conversion | SubjectKind::Concatenation => Self::RuntimeSized,
            // Without captured variables it is static; small numbers are, and pointers fit into the interface.
            SubjectKind::FuncLiteral | SubjectKind::Value | SubjectKind::CompositeValue => Self::Maybe,
            SubjectKind::VariadicSlice => Self::Yes,
        }
    }
}

impl Confidence {
    /// Names, in the order of the variants.
    pub const NAMES: &'static [&'static str] = &["heuristic", "confident"];
}

const CONTAINER: [&str; 6] = [
    "slice-literal-element",
    "map literal key",
    "map literal value",
    "key of map put",
    "appended slice...",
    "appendee slice",
];

const STORES: [&str; 7] = [
    "assign",
    "assign-pair",
    "dot of pointer",
    "struct literal element",
    "array literal element",
    "address-of",
    "spill",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cover_the_variants() {
        assert_eq!(Cause::Other.name(), "other");
        assert_eq!(Cause::NAMES.len(), Cause::Other as usize + 1);
        assert_eq!(Certainty::RuntimeSized.name(), "runtime_sized");
    }
}
