//! Why something goes to the heap.
//!
//! Decided by the kind of the subject, where it flows in the end, and the steps of the flow: never by text within them.

use crate::{
    call::Call,
    decision::{Decision, Step},
    functions::{Callee, Obstacle},
    subject::{SubjectKind, has_constant_size},
    syntax,
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

/// How sure a statement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Confidence {
    /// By a rule of thumb.
    Heuristic,
    /// By what the compiler says.
    Confident,
}

/// What a cause is decided by.
#[derive(Debug)]
pub(crate) struct Evidence<'a> {
    pub(crate) decision: Decision,
    pub(crate) kind: SubjectKind,
    pub(crate) subject: &'a str,
    /// Where it flows in the end.
    pub(crate) sink: &'a str,
    /// Where its own explanation ends: `{storage for x}` before it is followed.
    pub(crate) own_sink: &'a str,
    pub(crate) steps: &'a [Step],
    /// The step by which that storage goes on.
    pub(crate) next: Option<&'a Step>,
    /// What the last call calls.
    pub(crate) callee: Option<Callee>,
    /// What the function of a function literal cannot be inlined for, and whether that is sure.
    pub(crate) obstacle: Option<(Obstacle, Confidence)>,
    pub(crate) has_loop: Option<bool>,
    pub(crate) is_iteration_variable: bool,
    /// Whether a step says that a size is only known at run time: until Go 1.24, which prints named constants by name.
    pub(crate) tells_size: bool,
    /// Whether a closure shares the variable.
    pub(crate) is_captured_by_ref: bool,
    /// Whether the place is that of the value as well as that of its box.
    pub(crate) is_converted: bool,
    pub(crate) is_surely_constant: bool,
    pub(crate) is_surely_method: bool,
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
        "defer_in_loop",
        "unknown_callee",
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
        "type_parameter",
        "other",
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// The cause, and how sure it is.
    pub(crate) fn of(evidence: &Evidence<'_>) -> (Self, Confidence) {
        use Confidence::{Confident, Heuristic};
        let sure_if = |is_sure: bool| if is_sure { Confident } else { Heuristic };
        let why = |wanted: &str| evidence.steps.iter().any(|step| &*step.why == wanted);
        match evidence.kind {
            _ if why("too large for stack") || why("too aligned for stack") => (Self::TooLarge, Confident),
            // Since Go 1.25 no step says so.
            SubjectKind::MakeSlice
                if why("non-constant size") || !evidence.tells_size && !has_constant_size(evidence.subject) =>
            {
                (Self::UnknownSize, Confident)
            }
            _ if UNSAFE.iter().any(|wanted| why(wanted)) => (Self::Reflection, Confident),
            SubjectKind::Constant => (Self::ConstantBoxing, sure_if(evidence.is_surely_constant)),
            SubjectKind::VariadicSlice => (Self::VariadicSlice, Confident),
            SubjectKind::Append => (Self::SliceGrowth, Confident),
            SubjectKind::MakeMap | SubjectKind::MapLiteral => (Self::MapCreation, Confident),
            // A text in an interface is explained twice, as text and as its box. A number, or a conversion that does not
            // copy, only as the box; and a text among arguments `...string` only as itself.
            SubjectKind::Conversion | SubjectKind::Concatenation
                if evidence.is_only_box() && !adds_text(evidence.subject) =>
            {
                (Self::InterfaceBoxing, Heuristic)
            }
            SubjectKind::Conversion => (Self::StringConversion, Confident),
            SubjectKind::Concatenation => (Self::Concatenation, Confident),
            SubjectKind::FuncLiteral => evidence.of_literal(),
            SubjectKind::MethodValue => (Self::MethodValue, sure_if(evidence.is_surely_method)),
            SubjectKind::Value | SubjectKind::CompositeValue if evidence.decision == Decision::EscapesToHeap => {
                match evidence.callee {
                    Some(Callee::Reflect) => (Self::Reflection, Confident),
                    _ => (Self::InterfaceBoxing, sure_if(!evidence.steps.is_empty())),
                }
            }
            _ if evidence.is_iteration_variable => (Self::LoopVariable, Confident),
            _ => evidence.of_reference(),
        }
    }
}

impl Evidence<'_> {
    /// Whether the value is put into the slice of a variadic call without a step that converts it: it is its own box.
    fn is_only_box(&self) -> bool {
        !self.is_converted && self.steps.iter().any(|step| &*step.why == "slice-literal-element")
    }

    fn of_literal(&self) -> (Cause, Confidence) {
        // The compiler prints no step for `go` and `defer` themselves.
        let only_spilled = matches!(self.steps, [step] if &*step.why == "spill");
        if !(only_spilled && self.sink == "{heap}") {
            return (Cause::EscapingClosure, Confidence::Confident);
        }
        match self.obstacle {
            Some((Obstacle::Defer, confidence)) => (Cause::DeferInLoop, confidence),
            Some((Obstacle::Go, confidence)) => (Cause::Goroutine, confidence),
            None => (Cause::Goroutine, Confidence::Heuristic),
        }
    }

    /// Something that is referred to from where it goes: a variable, `&T{}`, a slice. The last step decides.
    fn of_reference(&self) -> (Cause, Confidence) {
        use Confidence::{Confident, Heuristic};
        let Some(last) = self.decisive() else { return (Cause::Other, Heuristic) };
        let stored_for = self.own_sink.strip_prefix("{storage for ").and_then(|rest| rest.strip_suffix('}'));
        match &*last.why {
            "captured by a closure" | "reference" => (Cause::ClosureCapture, Confident),
            // Then on to where the callers keep it, when they call each other.
            _ if self.steps.iter().any(|step| &*step.why == "return") => (Cause::ReturnedPointer, Confident),
            // A method that keeps its receiver, as those of sync do, is not what can be changed.
            "call parameter" if self.is_captured_by_ref && self.is_receiver(last) => (Cause::ClosureCapture, Heuristic),
            "call parameter" if last.from.starts_with("append(") => (Cause::ContainerElement, Confident),
            "call parameter" | "callee operand" => match self.callee {
                Some(Callee::TypeParameter) => (Cause::TypeParameter, Confident),
                Some(Callee::Reflect) => (Cause::Reflection, Confident),
                Some(Callee::Unknown) => (Cause::UnknownCallee, Confident),
                Some(Callee::Known) => (Cause::LeakingCallee, Confident),
                None => (Cause::UnknownCallee, Heuristic),
            },
            "send" => (Cause::ChannelSend, Confident),
            why if ELEMENTS.contains(&why) => (Cause::ContainerElement, Confident),
            // The receiver of a method value.
            _ if stored_for
                .is_some_and(|stored| SubjectKind::of(stored) == SubjectKind::Value && stored.contains('.')) =>
            {
                (Cause::MethodValue, Confident)
            }
            _ if self.sink.starts_with("~r") || self.sink.starts_with("~R") => (Cause::ReturnedPointer, Confident),
            why if why.starts_with("assign") && assigns_element(&last.from) => (Cause::ContainerElement, Confident),
            _ if self.sink == "{heap}" || stored_for.is_some() => (Cause::StoredInHeap, Confident),
            _ if self.sink.is_empty() => (Cause::Other, Heuristic),
            // A variable of the function that outlives it: one outside of the loop, or a named result.
            _ => match (self.has_loop, self.decision) {
                (Some(true), _) => (Cause::LoopVariable, Confident),
                (Some(false), _) => (Cause::ReturnedPointer, Confident),
                (None, Decision::MovedToHeap) => (Cause::LoopVariable, Heuristic),
                (None, Decision::EscapesToHeap) => (Cause::ReturnedPointer, Heuristic),
            },
        }
    }

    /// Whether the call is that of a method of the subject.
    fn is_receiver(&self, step: &Step) -> bool {
        Call::decode(&step.from).is_some_and(|call| {
            call.callee.starts_with("(*") && call.arguments.split(", ").next() == Some(self.subject)
        })
    }

    /// The step by which it leaves: the last one; of what goes into the slice of a variadic call, that of the slice.
    pub(crate) fn decisive(&self) -> Option<&Step> {
        match self.next {
            Some(next) if self.own_sink == "{storage for ... argument}" => Some(next),
            _ => self.steps.last(),
        }
    }
}

/// Whether `LEFT = RIGHT` assigns to an element: `m[k] = x`.
fn assigns_element(assignment: &str) -> bool {
    let end = [" = ", " := "].iter().find_map(|mark| syntax::find(assignment, mark));
    end.is_some_and(|end| assignment[..end].ends_with(']'))
}

/// Whether an operand of a sum is a text, by its quotes.
fn adds_text(sum: &str) -> bool {
    sum.split(" + ").any(|operand| operand.starts_with(['"', '`']))
}

impl Confidence {
    /// Names, in the order of the variants.
    pub const NAMES: &'static [&'static str] = &["heuristic", "confident"];
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
