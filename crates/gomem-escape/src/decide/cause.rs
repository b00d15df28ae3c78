//! Why something goes to the heap.
//!
//! Decided by the kind of the subject, where it flows in the end, and the steps of the flow: never by text within them.

use gomem_finding::Confidence;

use crate::{
    decide::flow::{Decision, Flow, Step},
    read::{Callee, Obstacle},
    text::{Call, SubjectKind, find, has_constant_size, stored},
};

/// Why something goes to the heap.
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
/// use gomem_escape::Cause;
///
/// assert_eq!(decision.cause, Cause::InterfaceBoxing);
/// assert_eq!(decision.cause.name(), "interface_boxing");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
    /// A function that is deferred in a loop.
    DeferInLoop,
    /// The callee is not known to the compiler: a function variable, or a method of an interface.
    UnknownCallee,
    /// A known callee keeps its argument.
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
    /// A method of a type parameter is called, which a shared instantiation looks up at run time.
    TypeParameter,
    /// None of these.
    Other,
}

gomem_table::named!(Cause {
    InterfaceBoxing "interface_boxing",
    ConstantBoxing "constant_boxing",
    VariadicSlice "variadic_slice",
    ReturnedPointer "returned_pointer",
    ClosureCapture "closure_capture",
    EscapingClosure "escaping_closure",
    MethodValue "method_value",
    Goroutine "goroutine",
    DeferInLoop "defer_in_loop",
    UnknownCallee "unknown_callee",
    LeakingCallee "leaking_callee",
    StoredInHeap "stored_in_heap",
    ContainerElement "container_element",
    ChannelSend "channel_send",
    TooLarge "too_large",
    UnknownSize "unknown_size",
    SliceGrowth "slice_growth",
    StringConversion "string_conversion",
    Concatenation "concatenation",
    Reflection "reflection",
    MapCreation "map_creation",
    LoopVariable "loop_variable",
    TypeParameter "type_parameter",
    Other "other",
});

impl Cause {
    /// Its name in words.
    #[must_use]
    pub fn words(self) -> String {
        self.name().replace('_', " ")
    }

    /// The cause, and how sure it is.
    pub(crate) fn from_flow(flow: &Flow<'_>) -> (Self, Confidence) {
        use Confidence::{High, Medium};
        let why = |wanted: &str| flow.steps.iter().any(|step| &*step.why == wanted);
        match flow.kind {
            _ if why("too large for stack") || why("too aligned for stack") => (Self::TooLarge, High),
            // Since Go 1.25 no step says so.
            SubjectKind::MakeSlice
                if why("non-constant size") || !flow.prints_size && !has_constant_size(flow.subject) =>
            {
                (Self::UnknownSize, High)
            }
            _ if UNSAFE.iter().any(|wanted| why(wanted)) => (Self::Reflection, High),
            SubjectKind::Constant => (Self::ConstantBoxing, sure_if(flow.is_surely_constant)),
            SubjectKind::VariadicSlice => (Self::VariadicSlice, High),
            SubjectKind::Append => (Self::SliceGrowth, High),
            SubjectKind::MakeMap | SubjectKind::MapLiteral => (Self::MapCreation, High),
            // A text in an interface is explained twice, as text and as its box. A number, or a conversion that does not
            // copy, only as the box; and a text among arguments `...string` only as itself.
            SubjectKind::Conversion | SubjectKind::Concatenation if is_only_box(flow) && !adds_text(flow.subject) => {
                (Self::InterfaceBoxing, Medium)
            }
            SubjectKind::Conversion => (Self::StringConversion, High),
            SubjectKind::Concatenation => (Self::Concatenation, High),
            SubjectKind::FuncLiteral => literal(flow),
            SubjectKind::MethodValue => (Self::MethodValue, sure_if(flow.is_surely_method)),
            SubjectKind::Value | SubjectKind::CompositeValue if flow.decision == Decision::EscapesToHeap => {
                match flow.callee {
                    Some(Callee::Reflect) => (Self::Reflection, High),
                    _ => (Self::InterfaceBoxing, sure_if(!flow.steps.is_empty())),
                }
            }
            _ if flow.is_iteration_variable => (Self::LoopVariable, High),
            _ => Self::from_reference(flow),
        }
    }

    /// The cause of something that is referred to from where it goes: a variable, `&T{}`, a slice. The last step decides.
    pub(crate) fn from_reference(flow: &Flow<'_>) -> (Self, Confidence) {
        use Confidence::{High, Medium};
        let Some(last) = flow.deciding_step() else { return (Self::Other, Medium) };
        let stored_for = stored(flow.own_sink);
        match &*last.why {
            "captured by a closure" | "reference" => (Self::ClosureCapture, High),
            // Then on to where the callers keep it, when they call each other.
            _ if flow.steps.iter().any(|step| &*step.why == "return") => (Self::ReturnedPointer, High),
            // A method that keeps its receiver, as those of sync do, is not what can be changed.
            "call parameter" if flow.is_captured_by_ref && is_receiver(flow, last) => (Self::ClosureCapture, Medium),
            "call parameter" if last.from.starts_with("append(") => (Self::ContainerElement, High),
            "call parameter" | "callee operand" => match flow.callee {
                Some(Callee::TypeParameter) => (Self::TypeParameter, High),
                Some(Callee::Reflect) => (Self::Reflection, High),
                Some(Callee::Unknown) => (Self::UnknownCallee, High),
                Some(Callee::Known) => (Self::LeakingCallee, High),
                Some(Callee::NotLogged) => (Self::LeakingCallee, Medium),
                None => (Self::UnknownCallee, Medium),
            },
            "send" => (Self::ChannelSend, High),
            why if ELEMENTS.contains(&why) => (Self::ContainerElement, High),
            // The receiver of a method value.
            _ if stored_for
                .is_some_and(|stored| SubjectKind::parse(stored) == SubjectKind::Value && stored.contains('.')) =>
            {
                (Self::MethodValue, High)
            }
            _ if flow.sink.starts_with("~r") || flow.sink.starts_with("~R") => (Self::ReturnedPointer, High),
            why if why.starts_with("assign") && assigns_element(&last.from) => (Self::ContainerElement, High),
            _ if flow.sink == "{heap}" || stored_for.is_some() || flow.is_sink_moved => (Self::StoredInHeap, High),
            _ if flow.sink.is_empty() => (Self::Other, Medium),
            // A variable of the function that outlives it: one outside of the loop, or a named result.
            _ => match (flow.has_loop, flow.decision) {
                (Some(true), _) => (Self::LoopVariable, High),
                (Some(false), _) => (Self::ReturnedPointer, High),
                (None, Decision::MovedToHeap) => (Self::LoopVariable, Medium),
                (None, Decision::EscapesToHeap) => (Self::ReturnedPointer, Medium),
            },
        }
    }
}

/// Whether the value is put into the slice of a variadic call without a step that converts it: it is its own box.
fn is_only_box(flow: &Flow<'_>) -> bool {
    !flow.is_converted && flow.steps.iter().any(|step| &*step.why == "slice-literal-element")
}

/// A function literal.
fn literal(flow: &Flow<'_>) -> (Cause, Confidence) {
    // The compiler prints no step for `go` and `defer` themselves.
    let only_spilled = matches!(flow.steps, [step] if &*step.why == "spill");
    if !(only_spilled && flow.sink == "{heap}") {
        return (Cause::EscapingClosure, Confidence::High);
    }
    match flow.obstacle {
        Some((Obstacle::Defer, is_sure)) => (Cause::DeferInLoop, sure_if(is_sure)),
        Some((Obstacle::Go, is_sure)) => (Cause::Goroutine, sure_if(is_sure)),
        None => (Cause::Goroutine, Confidence::Medium),
    }
}

/// Whether the call is that of a method of the subject.
fn is_receiver(flow: &Flow<'_>, step: &Step) -> bool {
    Call::parse(&step.from)
        .is_some_and(|call| call.callee.starts_with("(*") && call.arguments.split(", ").next() == Some(flow.subject))
}

/// Whether `LEFT = RIGHT` assigns to an element: `m[k] = x`.
fn assigns_element(assignment: &str) -> bool {
    let end = [" = ", " := "].iter().find_map(|mark| find(assignment, mark));
    end.is_some_and(|end| assignment[..end].ends_with(']'))
}

/// Whether an operand of a sum is a text, by its quotes.
fn adds_text(sum: &str) -> bool {
    sum.split(" + ").any(|operand| operand.starts_with(['"', '`']))
}

/// By what the compiler says, or by a rule of thumb.
fn sure_if(is_sure: bool) -> Confidence {
    if is_sure { Confidence::High } else { Confidence::Medium }
}

const ELEMENTS: [&str; 8] = [
    "slice-literal-element",
    "map literal key",
    "map literal value",
    "key of map put",
    "appended slice...",
    "appendee slice",
    "copied slice",
    "assign-pair-mapr",
];

const UNSAFE: [&str; 3] = ["//go:uintptrescapes", "conversion to unsafe.Pointer", "reflect.Header.Data"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cover_the_variants() {
        assert_eq!(Cause::Other.name(), "other");
        assert_eq!(Cause::NAMES.len(), Cause::Other as usize + 1);
    }
}
