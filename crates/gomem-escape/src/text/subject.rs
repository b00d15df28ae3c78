//! What kind of expression goes to the heap, by its syntax.

use crate::text::{call::Call, syntax};

/// What kind of expression goes to the heap.
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
/// use gomem_escape::SubjectKind;
///
/// assert_ne!(SubjectKind::parse("&T{...}"), SubjectKind::parse("make([]byte, n)"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum SubjectKind {
    /// A variable: `moved to heap: x`.
    Variable,
    /// `func literal`.
    FuncLiteral,
    /// `... argument`: the slice of a variadic call.
    VariadicSlice,
    /// `&T{...}` or `new(T)`.
    NewValue,
    /// `T{...}`, `[4]T{...}` in an interface.
    CompositeValue,
    /// `[]T{...}`.
    SliceLiteral,
    /// `map[K]V{...}`.
    MapLiteral,
    /// `make([]T, n)`.
    MakeSlice,
    /// `make(map[K]V)`.
    MakeMap,
    /// `append`.
    Append,
    /// `string(b)`, `[]byte(s)`, `[]rune(s)`.
    Conversion,
    /// `a + b`: of strings.
    Concatenation,
    /// A constant: a number, a text, `true`, `nil`, `time.Duration(1000)`.
    Constant,
    /// A method value, `x.Method` without a call.
    MethodValue,
    /// Any other value: a variable's, a field's, a call's.
    Value,
}

gomem_table::named!(SubjectKind {
    Variable "variable",
    FuncLiteral "func_literal",
    VariadicSlice "variadic_slice",
    NewValue "new_value",
    CompositeValue "composite_value",
    SliceLiteral "slice_literal",
    MapLiteral "map_literal",
    MakeSlice "make_slice",
    MakeMap "make_map",
    Append "append",
    Conversion "conversion",
    Concatenation "concatenation",
    Constant "constant",
    MethodValue "method_value",
    Value "value",
});

impl SubjectKind {
    /// Whether it may allocate even where it does not escape: its size is only known at run time.
    pub(crate) fn may_allocate_on_the_stack(self, subject: &str) -> bool {
        match self {
            Self::MakeSlice => !has_constant_size(subject),
            Self::MakeMap => subject.contains(", "),
            Self::Conversion | Self::Concatenation | Self::Append | Self::MapLiteral => true,
            _ => false,
        }
    }

    /// The kind of an expression as the compiler prints it. A method value prints the same as a field, so it is a value
    /// here.
    #[must_use]
    pub fn parse(subject: &str) -> Self {
        match subject {
            "func literal" => Self::FuncLiteral,
            "... argument" => Self::VariadicSlice,
            "append" | "append(...)" => Self::Append,
            "true" | "false" | "nil" => Self::Constant,
            _ if is_literal(subject) => Self::Constant,
            _ if subject.starts_with("new(") => Self::NewValue,
            _ if subject.starts_with("make(map[") => Self::MakeMap,
            _ if subject.starts_with("make([]") => Self::MakeSlice,
            // A named type's kind is not printed; a map is made without a length, a slice never is.
            _ if subject.starts_with("make(") && !subject.contains(", ") => Self::MakeMap,
            _ if subject.starts_with("make(") => Self::MakeSlice,
            _ if CONVERSIONS.iter().any(|conversion| subject.starts_with(conversion)) => Self::Conversion,
            _ if adds(subject) && !adds_number(subject) => Self::Concatenation,
            _ if subject.ends_with('}') && subject.starts_with('&') => Self::NewValue,
            _ if subject.ends_with('}') && subject.starts_with("[]") => Self::SliceLiteral,
            _ if subject.ends_with('}') && subject.starts_with("map[") => Self::MapLiteral,
            _ if subject.ends_with('}') => Self::CompositeValue,
            _ => Self::Value,
        }
    }
}

/// A text (perhaps cut short, so without its end), a rune or a number.
fn is_literal(subject: &str) -> bool {
    let bytes = subject.as_bytes();
    match bytes.first() {
        Some(b'"' | b'`' | b'\'') => !adds(subject),
        // Go 1.21 prints `1 << 40` as it is written.
        Some(b'-' | b'0'..=b'9' | b'(') => subject.split(' ').all(|word| is_number(word) || OPERATORS.contains(&word)),
        _ => false,
    }
}

/// `12`, `-1.5e+10`, `0x1F`, `(1`, `2i)`.
fn is_number(word: &str) -> bool {
    let digits = word.trim_start_matches(['(', '-']).trim_end_matches(')');
    digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".+-_".contains(&byte))
}

/// Whether a ` + ` stands outside quotes and brackets.
fn adds(subject: &str) -> bool {
    syntax::find(subject, " + ").is_some()
}

/// Whether a sum has a number in it, so that it is one: the box of `i + 1` prints as texts that are put together do.
fn adds_number(sum: &str) -> bool {
    let is_number = |operand: &str| is_number(operand) || operand.starts_with('\'') || is_numeric(operand);
    let is_first = sum.split_once(" + ").is_some_and(|(first, _)| is_number(first));
    let is_last = sum.rsplit_once(" + ").is_some_and(|(_, last)| is_number(last));
    is_first || is_last || (!sum.contains(['"', '`']) && sum.split(" + ").any(is_number))
}

/// `len(b)`, `float64(n)`, `sum.(float64)`.
fn is_numeric(operand: &str) -> bool {
    let asserted = operand.strip_suffix(')').and_then(|operand| operand.rsplit_once(".(")).map(|(_, name)| name);
    let called = Call::parse(operand).map(|call| call.callee);
    asserted.is_some_and(|name| NUMBERS.contains(&name))
        || called.is_some_and(|name| NUMBERS.contains(&name) || matches!(name, "len" | "cap"))
}

/// `T(5)`, `(*T)(nil)` → the type, when what stands in it is a constant.
pub(crate) fn typed_constant(subject: &str) -> Option<&str> {
    let call = Call::parse(subject)?;
    let is_constant = matches!(call.arguments, "true" | "false" | "nil") || is_literal(call.arguments);
    is_constant.then_some(call.callee)
}

/// Whether all sizes of `make([]T, size…)` are written as numbers.
pub(crate) fn has_constant_size(make: &str) -> bool {
    let sizes = make.strip_suffix(')').unwrap_or(make).split(", ").skip(1);
    // Until Go 1.21 a constant expression is printed as it is written: `64 * 1024`.
    let is_of_constant = |byte: u8| byte.is_ascii_digit() || b"_ *+-/<>()".contains(&byte);
    sizes.into_iter().all(|size| size.bytes().all(is_of_constant))
}

const OPERATORS: [&str; 8] = ["+", "-", "*", "/", "%", "<<", ">>", "|"];

const NUMBERS: [&str; 18] = [
    "int",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "uintptr",
    "byte",
    "rune",
    "float32",
    "float64",
    "complex64",
    "complex128",
    "time.Duration",
];

const CONVERSIONS: [&str; 5] = ["string(", "([]byte)(", "([]rune)(", "[]byte(", "[]rune("];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions() {
        use SubjectKind::*;
        for (subject, kind) in [
            ("func literal", FuncLiteral),
            ("... argument", VariadicSlice),
            ("&T{...}", NewValue),
            ("new(T)", NewValue),
            ("T{}", CompositeValue),
            ("[4]int{...}", CompositeValue),
            ("[]int{...}", SliceLiteral),
            ("map[string]int{...}", MapLiteral),
            ("make([]byte, n)", MakeSlice),
            ("make(map[string]int)", MakeMap),
            ("make(Names)", MakeMap),
            ("append", Append),
            ("string(b)", Conversion),
            ("([]byte)(s)", Conversion),
            ("a + \" + \" + b", Concatenation),
            ("\"a + b\"", Constant),
            ("a + b", Concatenation),
            ("\"1 + \" + s", Concatenation),
            ("i + 1000", Value),
            ("2 * i + 1", Value),
            ("f(\"x\") + 1", Value),
            ("'a' + rune(i)", Value),
            ("a + 1.5 + b", Value),
            ("sum.(float64) + value.(float64)", Value),
            ("len(a) + len(b)", Value),
            ("total + int64(n)", Value),
            ("text.(string) + more.(string)", Concatenation),
            ("name(int64) + text", Concatenation),
            ("\"cut at 72 runes...", Constant),
            ("'x'", Constant),
            ("-12", Constant),
            ("-n", Value),
            ("1 << 40", Constant),
            ("1 << n", Value),
            ("(1 + 2i)", Constant),
            ("(*T)(x)", Value),
            ("1.5e+10", Constant),
            ("nil", Constant),
            ("ev.Tenant", Value),
            ("f(a + b)", Value),
            ("x", Value),
        ] {
            assert_eq!(SubjectKind::parse(subject), kind, "{subject}");
        }
        assert_eq!(SubjectKind::NAMES.len(), Value as usize + 1);
    }
}
