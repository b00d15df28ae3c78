//! What to do about a heap decision, naming what it is about.

use gomem_symbol::{Origin, is_of_dependency};

use crate::{
    decide::{
        cause::Cause,
        chains::LeakStep,
        flow::{Decision, Flow, Step, callee},
    },
    read::Callee,
    text::GoVersions,
};

/// The advice; `leaks` are the functions by which an argument leaks.
pub(crate) fn advice(flow: &Flow<'_>, cause: Cause, leaks: &[LeakStep], versions: GoVersions) -> String {
    let (subject, callee) = (flow.subject, callee(flow.steps));
    match cause {
        Cause::InterfaceBoxing if callee == Some(POOL_PUT) => format!(
            "`{subject}` is not a pointer, so every Put copies it into a new heap object before it is pooled: keep a pointer \
             in the pool, as in `p := pool.Get().(*[]byte); *p = append((*p)[:0], …); pool.Put(p)`"
        ),
        Cause::InterfaceBoxing => match callee {
            Some(callee) if formats(callee) => format!(
                "`{subject}` is boxed for {callee}: on a hot path use strconv.Append… into a reused buffer, or typed \
                 fields of the logger, instead of formatting through `any`"
            ),
            Some(callee) => format!(
                "`{subject}` is boxed for a parameter of interface type of {callee}: give it a concrete or generic \
                 parameter, or pass a pointer that exists already"
            ),
            None => format!(
                "`{subject}` is boxed into an interface: keep the concrete type, make the receiver generic, or store a \
                 pointer that exists already"
            ),
        },
        Cause::ConstantBoxing => format!("nothing: `{subject}` is a constant, its interface value is static"),
        Cause::VariadicSlice => match callee {
            Some(callee) if !formats(callee) => format!(
                "the slice of the arguments of {callee} is made anew at each call: where they stay the same, keep a slice and \
                 pass it as `args...`"
            ),
            _ => "the call's variadic slice is made anew each time: avoid `...any` on a hot path, or guard the call by the log \
                  level"
                .to_owned(),
        },
        Cause::ReturnedPointer if subject.starts_with("make(") || subject.starts_with('[') => format!(
            "`{subject}` is made for each call and returned: let the caller pass in what it has from before (`dst = append(dst[:0], \
             …)`, or a map after clear), or keep one where calls do not overlap"
        ),
        // A value of its own would be boxed, and its methods may be those of the pointer.
        Cause::ReturnedPointer if flow.steps.iter().any(Step::is_interface_conversion) => format!(
            "`{subject}` is returned as an interface, so it has to be on the heap: make fewer, keep those that are the same each \
             time, or return the concrete type where its callers know it"
        ),
        Cause::ReturnedPointer => format!(
            "return `{subject}` by value, let the caller pass in where to put it, or make the function small enough to inline"
        ),
        Cause::ClosureCapture => format!(
            "a closure that outlives the function shares `{subject}`: pass it as an argument of the closure, or copy it \
             into a variable of its own that is not written afterwards, so that it is captured by value"
        ),
        Cause::EscapingClosure => {
            "the function value outlives its maker: call a named function or method with the state as \
                                   arguments, do not store the closure, or make the callee small enough to inline"
                .to_owned()
        }
        Cause::MethodValue => {
            format!("`{subject}` used as a value makes a closure: call it directly, or make it once and keep it")
        }
        Cause::DeferInLoop => {
            "the deferred function is kept on the heap until the function returns: move the body of the loop into a \
             function of its own"
                .to_owned()
        }
        Cause::Goroutine => {
            "each `go` statement allocates its closure: use a fixed set of workers on a hot path".to_owned()
        }
        Cause::UnknownCallee => match callee {
            Some(callee) => format!(
                "`{subject}` is passed to {callee}, whose body the compiler cannot know: reuse one `{subject}` over \
                 calls; where the call is yours, give it a concrete type or a type parameter, or let a profile devirtualize it \
                 (PGO)"
            ),
            None => {
                format!("`{subject}` is passed to a function whose body the compiler cannot know: use a concrete type")
            }
        },
        Cause::LeakingCallee => match (callee, leaks.last()) {
            (Some("errors.As"), _) => format!(
                "errors.As finds out by reflection what `{subject}` is: errors.AsType (Go 1.26) returns the error, and nothing \
                 has to be on the heap"
            ),
            (Some(callee), _) if callee.starts_with("weak.Make") => format!(
                "a weak pointer to `{subject}` does not keep it: it goes at the first GC that finds no other pointer to it. Hold \
                 what is used again by ordinary pointers, as a cache of bounded size does"
            ),
            (Some(callee), _) if callee.starts_with("runtime.SetFinalizer") || callee.starts_with("runtime.AddCleanup") => {
                format!(
                    "what has a finalizer or a cleanup is always on the heap: close `{subject}` explicitly where that can be done"
                )
            }
            (Some(callee), Some(leak)) if is_of_library(leak) => {
                format!(
                    "{callee} keeps what `{subject}` points to, or may: reuse one `{subject}` over calls, unless what it holds is kept"
                )
            }
            (Some(callee), Some(leak)) => format!(
                "{callee} keeps what `{subject}` points to (`{}` leaks at {}{}): change it there, pass a value, or reuse \
                 one `{subject}` over calls",
                leak.param,
                leak.file,
                leak.line.map_or_else(String::new, |line| format!(":{line}")),
            ),
            (Some(callee), None) if flow.callee == Some(Callee::Known) => format!(
                "{callee} keeps what `{subject}` points to, or may: reuse one `{subject}` over calls, or, where the callee is \
                 yours, change it"
            ),
            (Some(callee), None) => format!(
                "{callee} keeps what `{subject}` points to, or may: reuse one `{subject}` over calls, or, where the callee is \
                 yours, change it (build with -gcflags=all=-m=2 to see where it keeps it)"
            ),
            (None, _) => format!("a callee keeps what `{subject}` points to: pass a value, or reuse one over calls"),
        },
        Cause::TypeParameter => format!(
            "`{subject}` is passed to a method of a type parameter, which all types of one shape share, so the callee is \
             not known: use the concrete type on the hot path, or pass the method as a function that can be inlined"
        ),
        Cause::StoredInHeap if subject.starts_with('[') && subject.ends_with("{...}") => format!(
            "`{subject}` is stored in an object on the heap: use an array where the number of elements is fixed, or append to a \
             slice that is kept, `kept = append(kept[:0], ...)`"
        ),
        Cause::StoredInHeap => format!(
            "`{subject}` is stored in an object on the heap: keep it only as long as it is needed, store it by value, or \
             take it from a pool and give it back"
        ),
        Cause::ContainerElement => format!("`{subject}` becomes an element of a slice or map: keep elements by value"),
        Cause::ChannelSend => {
            format!("`{subject}` is sent to a channel: send it by value, or reuse buffers over a second channel")
        }
        Cause::TooLarge => format!(
            "`{subject}` is over the compiler's limit for the stack ({}): make it smaller, or allocate it once and reuse it \
             (a field of a long-lived object, a sync.Pool of pointers)",
            stack_limit(flow.decision, versions)
        ),
        Cause::UnknownSize if versions.is_before(25) => format!(
            "the size of `{subject}` is not constant, so it is always on the heap: give it a constant capacity, or reuse a \
             buffer"
        ),
        Cause::UnknownSize => match Cause::from_reference(flow).0 {
            Cause::ContainerElement | Cause::StoredInHeap | Cause::ChannelSend => format!(
                "the size of `{subject}` is not constant, and it stays where it is put: cut several from one larger slice, \
                 or give it back for reuse when it is done"
            ),
            _ => format!(
                "the size of `{subject}` is not constant, and it outlives the function: let the caller pass in a buffer, or \
                 reuse one"
            ),
        },
        Cause::SliceGrowth if flow.steps.iter().any(|step| prepends(&step.from)) => {
            "elements are put before the others, which copies the whole slice each time: append them, and read backwards or \
             slices.Reverse once"
                .to_owned()
        }
        Cause::SliceGrowth if flow.steps.iter().any(Step::is_copy) => {
            "all elements are copied to a new slice: share the one that is there where nobody changes it, or copy into one \
             that is kept, `kept = append(kept[:0], elements...)`"
                .to_owned()
        }
        Cause::SliceGrowth => {
            "append grows the slice: make it with the capacity it will need, or reuse it over calls".to_owned()
        }
        Cause::StringConversion if subject.starts_with("([]") => format!(
            "`{subject}` copies: stay with string (io.WriteString, a WriteString method), or copy into bytes that are kept, \
             `buf = append(buf[:0], text...)`"
        ),
        Cause::StringConversion if flow.steps.iter().any(|step| &*step.why == "key of map put") => format!(
            "`{subject}` copies at each write to the map: look it up first by `m[string(b)]`, which does not copy, write only \
             keys that are new, and keep values behind pointers where they change"
        ),
        Cause::StringConversion => {
            format!("`{subject}` copies: stay with []byte, or index maps directly by `m[string(b)]`")
        }
        Cause::Concatenation => {
            format!("`{subject}` makes a new string: append to a reused []byte, or use strings.Builder with Grow")
        }
        Cause::Reflection => {
            format!("`{subject}` goes through reflection or unsafe: generate code for the type instead")
        }
        // What others keep cannot be cleared for the next time.
        Cause::MapCreation if is_sized_map(subject) => {
            format!("`{subject}` has its size already: keep one and clear() it where it does not stay, or use a slice for few keys")
        }
        // A literal has room for what stands in it.
        Cause::MapCreation if subject.ends_with("{...}") => match Cause::from_reference(flow).0 {
            Cause::ReturnedPointer => format!(
                "`{subject}` goes to the caller: let the caller pass in a map to fill, or return a struct where the keys are fixed"
            ),
            Cause::ContainerElement | Cause::StoredInHeap | Cause::ChannelSend => format!(
                "`{subject}` stays where it is put: use a struct where the keys are fixed, and a slice where they are few"
            ),
            _ => format!("`{subject}` is made anew each time: make it once where nobody changes it, or use a struct where the keys are fixed"),
        },
        Cause::MapCreation => match Cause::from_reference(flow).0 {
            Cause::ReturnedPointer => format!(
                "`{subject}` goes to the caller: make it with the number of its keys, let the caller pass in a map to fill, or \
                 return a struct where the keys are fixed"
            ),
            Cause::ContainerElement | Cause::StoredInHeap | Cause::ChannelSend => format!(
                "`{subject}` stays where it is put: make it with the number of its keys, or use a struct where the keys are \
                 fixed and a slice where they are few"
            ),
            _ => format!("`{subject}` is made anew each time: keep one and clear() it, or use a slice for few keys"),
        },
        Cause::LoopVariable => {
            format!("a variable outside the loop holds `{subject}`: declare it inside, or keep an index")
        }
        Cause::Other => format!("read the flow of `{subject}`: its last step is where it leaves the function"),
    }
}

/// Whether a map is made with the number of its keys: `make(map[K]V, n)`.
fn is_sized_map(subject: &str) -> bool {
    let mut depth = 0;
    subject.starts_with("make(map[")
        && subject["make(".len()..].chars().any(|c| {
            depth += i32::from(matches!(c, '[' | '(' | '{')) - i32::from(matches!(c, ']' | ')' | '}'));
            c == ',' && depth == 0
        })
}

/// Whether a parameter is of code that its user does not change: of the standard library, or of a dependency.
fn is_of_library(leak: &LeakStep) -> bool {
    let origin = Origin::from_package(&leak.package, "-");
    matches!(origin, Origin::Std | Origin::Runtime) || is_of_dependency(&leak.file)
}

/// `ir.MaxStackVarSize` and `ir.MaxImplicitStackVarSize` of `cmd/compile/internal/ir/cfg.go`.
fn stack_limit(decision: Decision, versions: GoVersions) -> &'static str {
    match decision {
        Decision::EscapesToHeap => "64 KiB for make, new, &T{} and closures",
        Decision::MovedToHeap if versions.is_at_least(24) => "128 KiB for a variable, since Go 1.24",
        Decision::MovedToHeap if versions.is_before(24) => "10 MiB for a variable, 128 KiB from Go 1.24 on",
        Decision::MovedToHeap => "128 KiB for a variable since Go 1.24, 10 MiB before",
    }
}

/// Whether an expression is `append([]T{x}, rest...)`.
fn prepends(from: &str) -> bool {
    let of_literal = from.split_once("append([]").filter(|_| from.ends_with("...)"));
    of_literal.is_some_and(|(_, args)| args.contains("{...}, "))
}

/// Whether a function writes its arguments as text, by its name: `fmt.Sprint`, `(*log.Logger).Printf`, `debugf`.
fn formats(callee: &str) -> bool {
    let name = callee.rsplit('.').next().unwrap_or(callee);
    let verb = name.trim_end_matches("ln").trim_end_matches(['f', 'w']).to_ascii_lowercase();
    let is_verb = TEXT_VERBS.contains(&&*verb);
    let is_of_text = ["fmt.", "log.", "slog.", "(*log.Logger).", "(*slog.Logger)."];
    is_verb && (name.ends_with('f') || is_of_text.iter().any(|of| callee.starts_with(of)))
}

/// What functions that write text are called, without the `f`, `w` or `ln` at the end.
const TEXT_VERBS: &[&str] = &[
    "print", "sprint", "fprint", "append", "error", "log", "trace", "debug", "info", "warn", "warning", "fatal",
    "panic", "notice", "skip", "wrap", "write", "msg",
];

pub(crate) const POOL_PUT: &str = "(*sync.Pool).Put";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EscapeLog;

    /// The advice about a map literal that goes to the heap by this step, and what it leads to.
    fn about_map(sink: &str, step: &str) -> String {
        let log = format!(
            "# example.com/app\n\
             ./a.go:7:10: map[string]int{{...}} escapes to heap in put:\n\
             ./a.go:7:10:   flow: {sink} ← &{{storage for map[string]int{{...}}}}:\n\
             ./a.go:7:10:     from map[string]int{{...}} (spill) at ./a.go:7:10\n\
             ./a.go:7:10:     from {step} at ./a.go:7:9\n\
             ./a.go:7:10: map[string]int{{...}} escapes to heap\n"
        );
        EscapeLog::decode(log.as_bytes()).expect("a log").heap_decisions()[0].advice.clone()
    }

    #[test]
    fn a_map_that_has_a_size_is_not_to_be_given_one() {
        for (subject, is_sized) in [
            ("make(map[string]*profile, n)", true),
            ("make(map[[2]int]func(int, int) bool, len(rows))", true),
            ("make(map[string]int)", false),
            ("make(map[string]func(a, b int) bool)", false),
            ("make([]int, n)", false),
        ] {
            assert_eq!(is_sized_map(subject), is_sized, "{subject}");
        }
    }

    #[test]
    fn a_map_that_stays_cannot_be_cleared_for_the_next_time() {
        for (sink, step, part) in [
            ("{heap}", "append(rows, map[string]int{...}) (call parameter)", "stays where it is put"),
            ("{heap}", "s.byName = map[string]int{...} (assign)", "stays where it is put"),
            ("{heap}", "rows <- map[string]int{...} (send)", "stays where it is put"),
            ("~r0", "return map[string]int{...} (return)", "goes to the caller"),
            ("{heap}", "visit(map[string]int{...}) (call parameter)", "make it once"),
        ] {
            let advice = about_map(sink, step);
            assert!(advice.contains(part), "{step}: {advice}");
            assert!(
                !advice.contains("number of its keys") && !advice.contains("clear()"),
                "a literal has its room: {advice}"
            );
        }
    }

    #[test]
    fn what_is_returned_as_an_interface_cannot_be_returned_by_value() {
        let log = "# example.com/app\n\
             ./a.go:7:10: new(dict) escapes to heap in value:\n\
             ./a.go:7:10:   flow: d ← &{storage for new(dict)}:\n\
             ./a.go:7:10:     from new(dict) (spill) at ./a.go:7:10\n\
             ./a.go:7:10:     from d := new(dict) (assign) at ./a.go:7:4\n\
             ./a.go:7:10:   flow: ~r0 ← d:\n\
             ./a.go:7:10:     from d (interface-converted) at ./a.go:8:9\n\
             ./a.go:7:10:     from return d (return) at ./a.go:8:2\n\
             ./a.go:7:10: new(dict) escapes to heap\n";
        let advice = |log: &str| EscapeLog::decode(log.as_bytes()).expect("a log").heap_decisions()[0].advice.clone();
        assert!(advice(log).starts_with("`new(dict)` is returned as an interface"), "{}", advice(log));
        let concrete = log.replace("./a.go:7:10:     from d (interface-converted) at ./a.go:8:9\n", "");
        assert!(advice(&concrete).contains("by value"), "{}", advice(&concrete));
    }

    #[test]
    fn what_puts_elements_before_others_is_known() {
        assert!(prepends("append([]move{...}, out...)"));
        for from in ["append(out, move{...})", "append([]byte(nil), text...)", "append(x, []int{...}...)"] {
            assert!(!prepends(from), "{from}");
        }
    }

    #[test]
    fn what_writes_text_is_known_by_its_name() {
        for callee in
            ["fmt.Sprintf", "fmt.Appendln", "(*log.Logger).Printf", "slog.Info", "debugf", "s.warnf", "(*T).Errorf"]
        {
            assert!(formats(callee), "{callee}");
        }
        for callee in
            ["errors.As", "registry.IndexOf", "log.Store", "half", "fmt.Sscanf", "context.WithValue", "sizeof"]
        {
            assert!(!formats(callee), "{callee}");
        }
    }
}
