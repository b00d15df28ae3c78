//! How something flows to the heap.

use std::sync::Arc;

use crate::{
    read::{Callee, Interner, Obstacle, RawStep, XPos},
    text::{Call, SubjectKind},
};

/// How something flows to the heap, with what the log says around it: what its cause is decided by.
#[derive(Debug)]
pub(crate) struct Flow<'a> {
    pub(crate) decision: Decision,
    pub(crate) kind: SubjectKind,
    pub(crate) subject: &'a str,
    /// Where it flows in the end.
    pub(crate) sink: &'a str,
    /// Where its own explanation ends: `{storage for x}` before it is followed.
    pub(crate) own_sink: &'a str,
    /// Whether that is a variable which was moved to the heap itself.
    pub(crate) is_sink_moved: bool,
    pub(crate) steps: &'a [Step],
    /// The step by which that storage goes on.
    pub(crate) next: Option<&'a Step>,
    /// What the last call calls.
    pub(crate) callee: Option<Callee>,
    /// What the function of a function literal cannot be inlined for, and whether that is sure.
    pub(crate) obstacle: Option<(Obstacle, bool)>,
    pub(crate) has_loop: Option<bool>,
    pub(crate) is_iteration_variable: bool,
    /// Whether a step would say that a size is only known at run time: until Go 1.24, which prints named constants by name.
    pub(crate) prints_size: bool,
    /// Whether a closure shares the variable.
    pub(crate) is_captured_by_ref: bool,
    /// Whether the place is that of the value as well as that of its box.
    pub(crate) is_converted: bool,
    pub(crate) is_surely_constant: bool,
    pub(crate) is_surely_method: bool,
}

/// One step of the flow.
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
/// let last = decision.steps.last().unwrap();
/// assert_eq!(&*last.why, "call parameter");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// The expression or statement.
    pub from: Arc<str>,
    /// What it does: `spill`, `call parameter`, `captured by a closure`.
    pub why: Arc<str>,
    /// The file.
    pub file: Arc<str>,
    /// The line.
    pub line: Option<u32>,
    /// The column.
    pub column: Option<u32>,
}

impl Step {
    pub(crate) fn from_raw(step: RawStep, texts: &Interner) -> Self {
        let text = |id| Arc::clone(texts.text(id));
        let XPos { file, line, column } = step.at;
        Self {
            from: text(step.from),
            why: text(step.why),
            file: text(file),
            line: (line > 0).then_some(line),
            column: (column > 0).then_some(column),
        }
    }

    /// Whether it makes an interface of the expression, as `-m=2` writes it.
    #[must_use]
    pub fn is_interface_conversion(&self) -> bool {
        &*self.why == "interface-converted"
    }

    /// Whether its expression is `append([]T(nil), elements...)` or another `append` to what is empty: it copies all elements, and
    /// nothing grows.
    ///
    /// ```
    /// # let log = "# example.com/app\n\
    /// #            ./a.go:7:10: append([]byte(nil), page...) escapes to heap in keep:\n\
    /// #            ./a.go:7:10:   flow: ~r0 ← &{storage for append([]byte(nil), page...)}:\n\
    /// #            ./a.go:7:10:     from append([]byte(nil), page...) (spill) at ./a.go:7:10\n\
    /// #            ./a.go:7:10:     from return append([]byte(nil), page...) (return) at ./a.go:7:3\n\
    /// #            ./a.go:7:10: append escapes to heap\n";
    /// # let log = gomem_escape::EscapeLog::decode(log.as_bytes())?;
    /// let steps = &log.heap_decisions()[0].steps;
    /// assert_eq!((steps[0].is_copy(), steps[1].is_copy()), (true, false));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn is_copy(&self) -> bool {
        copies(&self.from)
    }

    /// Whether its expression is an `append` of all elements of this one: of `make([]T, n)` that makes the slice longer, and
    /// nothing else.
    #[must_use]
    pub fn appends_all_of(&self, subject: &str) -> bool {
        let arguments = self.from.strip_prefix("append(").and_then(|rest| rest.strip_suffix("...)"));
        arguments.and_then(|arguments| arguments.strip_suffix(subject)).is_some_and(|first| first.ends_with(", "))
    }
}

/// Whether an expression copies all elements of another one to a new slice.
fn copies(from: &str) -> bool {
    let arguments = from.strip_prefix("append(").and_then(|rest| rest.strip_suffix("...)"));
    arguments.is_some_and(|arguments| {
        let is_type = arguments.starts_with(['[', '(']) || arguments.starts_with("go.shape.[]");
        let empty = if is_type { &["(nil), ", "{}, ", "[:0:0], "][..] } else { &["[:0:0], "] };
        let parts = empty.iter().find_map(|empty| arguments.split_once(empty));
        // What is made there has no elements yet.
        parts.is_some_and(|(empty, copied)| is_balanced(empty) && !copied.starts_with("make("))
    })
}

/// Whether each bracket of a text is closed.
fn is_balanced(text: &str) -> bool {
    let depth = |open: char, close: char| text.matches(open).count() == text.matches(close).count();
    depth('(', ')') && depth('[', ']') && depth('{', '}')
}

/// What the compiler decided.
///
/// ```
/// # let log = b"# example.com/app\n\
/// #             ./a.go:12:9: x escapes to heap in f:\n\
/// #             ./a.go:12:9:   flow: {heap} = &{storage for x}:\n\
/// #             ./a.go:12:9:     from x (spill) at ./a.go:12:9\n\
/// #             ./a.go:12:9:     from fmt.Println(x) (call parameter) at ./a.go:12:13\n\
/// #             ./a.go:12:9: x escapes to heap\n";
/// # let log = gomem_escape::EscapeLog::decode(log)?;
/// use gomem_escape::Decision;
///
/// assert_eq!(log.heap_decisions()[0].decision, Decision::EscapesToHeap);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Decision {
    /// `EXPR escapes to heap`.
    EscapesToHeap,
    /// `moved to heap: NAME`.
    MovedToHeap,
}

impl Flow<'_> {
    /// The step by which it leaves: the last one; of what goes into the slice of a variadic call, that of the slice.
    pub(crate) fn deciding_step(&self) -> Option<&Step> {
        match self.next {
            Some(next) if self.own_sink == "{storage for ... argument}" => Some(next),
            _ => self.steps.last(),
        }
    }
}

/// The function that something is passed to by the last call of its steps.
pub(crate) fn callee(steps: &[Step]) -> Option<&str> {
    let call = steps.iter().rev().find(|step| &*step.why == "call parameter")?;
    Call::parse(&call.from).map(|call| call.callee)
}

gomem_table::named!(Decision { EscapesToHeap "escapes_to_heap", MovedToHeap "moved_to_heap" });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_does_not_grow() {
        for from in [
            "append([]byte(nil), text...)",
            "append(([]string)(nil), names...)",
            "append([]int{}, f(a, b)...)",
            "append(all[:0:0], all...)",
            "append(go.shape.[]string{}, slices.s...)",
        ] {
            assert!(copies(from), "{from}");
        }
        for from in [
            "append(rows, more...)",
            "append([]int{...}, rest...)",
            "append(f(nil), more...)",
            "append([]int{}, 1)",
            "append(all[:0], all...)",
            "append([]byte(nil), make([]byte, n)...)",
            "append([]func(struct {}, int){...}, rest...)",
        ] {
            assert!(!copies(from), "{from}");
        }
    }

    #[test]
    fn what_only_makes_a_slice_longer_is_known() {
        let step = |from: &str| Step {
            from: from.into(),
            why: "spill".into(),
            file: "a.go".into(),
            line: Some(1),
            column: None,
        };
        assert!(step("append(m.buffer, make([]byte, n)...)").appends_all_of("make([]byte, n)"));
        for from in
            ["append(rows, make([]byte, n))", "append(rows, f(make([]byte, n))...)", "append(make([]byte, n)...)"]
        {
            assert!(!step(from).appends_all_of("make([]byte, n)"), "{from}");
        }
    }
}
