//! The parts of a Go function's name.

use std::{borrow::Cow, fmt};

use crate::package::package_name;

/// The parts of a Go function's name. Any text is a symbol: what is not a Go name is a function without a package.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Symbol {
    package: String,
    receiver: Option<String>,
    function: String,
    closure: Option<String>,
    type_arguments: Option<String>,
    wrapper: Option<Wrapper>,
}

/// Code that the compiler adds around a function.
///
/// ```
/// use gomem_symbol::{Symbol, Wrapper};
///
/// assert_eq!(Symbol::decode("main.(*conn).Close-fm").wrapper(), Some(Wrapper::MethodValue));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Wrapper {
    /// A method value: `v.Method` without a call (`-fm`).
    MethodValue,
    /// Around a deferred call (`.deferwrap1`).
    Defer,
    /// Around a `go` statement's call (`.gowrap1`).
    Go,
}

impl Symbol {
    /// Takes a full name apart: `import/path.(*Receiver[args]).function.func1`.
    #[must_use]
    pub fn decode(name: &str) -> Self {
        let (head, type_arguments) = fold_type_arguments(name);
        let begin = head.find(['(', '[']).unwrap_or(head.len());
        let last_element = head[..begin].rfind('/').map_or(0, |slash| slash + 1);
        match head[last_element..].find('.') {
            Some(dot) if dot > 0 => {
                let (package, rest) = (&head[..last_element + dot], &head[last_element + dot + 1..]);
                Self::from_parts(&unescape(package), rest, type_arguments)
            }
            _ => Self::from_parts("", &head, type_arguments),
        }
    }

    /// Takes the compiler's name apart, which leaves the package out: `(*Receiver).function.func1`.
    #[must_use]
    pub fn decode_in_package(package: &str, name: &str) -> Self {
        let (name, type_arguments) = fold_type_arguments(name);
        Self::from_parts(package, &name, type_arguments)
    }

    /// The import path; `main` for a program's main package.
    #[must_use]
    pub fn package(&self) -> &str {
        &self.package
    }

    /// The receiver's type, with a `*` when it is a pointer, without type arguments.
    #[must_use]
    pub fn receiver(&self) -> Option<&str> {
        self.receiver.as_deref()
    }

    /// The function or method, without package and closures.
    #[must_use]
    pub fn function(&self) -> &str {
        &self.function
    }

    /// The closure inside it: `func1`, `func2.1`, `Helper.func1` when `Helper` was inlined.
    #[must_use]
    pub fn closure(&self) -> Option<&str> {
        self.closure.as_deref()
    }

    /// The type arguments, as written: `go.shape.int`, `...`.
    #[must_use]
    pub fn type_arguments(&self) -> Option<&str> {
        self.type_arguments.as_deref()
    }

    /// What the compiler wrapped around it.
    #[must_use]
    pub fn wrapper(&self) -> Option<Wrapper> {
        self.wrapper
    }

    /// The function or method within its package, without closures: `(*T).M`.
    #[must_use]
    pub fn declared(&self) -> String {
        match &self.receiver {
            Some(receiver) if receiver.starts_with('*') => format!("({receiver}).{}", self.function),
            Some(receiver) => format!("{receiver}.{}", self.function),
            None => self.function.clone(),
        }
    }

    /// The name within its package: `(*T).M.func1`.
    #[must_use]
    pub fn local(&self) -> String {
        let mut local = self.declared();
        if let Some(closure) = &self.closure {
            local.push('.');
            local.push_str(closure);
        }
        local
    }

    /// The last of its names: `func1` of `F.func1`, `M` of `(*T).M`.
    #[must_use]
    pub fn last_name(&self) -> &str {
        let closure = self.closure.as_deref().filter(|closure| !closure.is_empty());
        closure.map_or(&*self.function, |closure| closure.rsplit('.').next().unwrap_or(closure))
    }

    /// The last name of the function that has this one as the body of a loop over an iterator: `Collect` of `Collect-range1`.
    ///
    /// ```
    /// use gomem_symbol::Symbol;
    ///
    /// // A loop of `slices.AppendSeq`, inlined into a method.
    /// let body = Symbol::decode("main.(*Shop).list.Collect[...].AppendSeq[...]-range1");
    /// assert_eq!(body.loop_function(), Some("AppendSeq"));
    /// ```
    #[must_use]
    pub fn loop_function(&self) -> Option<&str> {
        let (name, number) = self.last_name().split_once("-range")?;
        number.starts_with(|first: char| first.is_ascii_digit()).then_some(name)
    }

    /// One name for all spellings: without type arguments and wrappers.
    ///
    /// ```
    /// use gomem_symbol::Symbol;
    ///
    /// let (one, other) = (Symbol::decode("a.F[go.shape.int]"), Symbol::decode("a.F[go.shape.string]"));
    /// assert_eq!(one.key(), other.key());
    /// ```
    #[must_use]
    pub fn key(&self) -> String {
        if self.package.is_empty() { self.local() } else { format!("{}.{}", self.package, self.local()) }
    }

    /// The name people say: the package's last element and the local name, `store.(*Map).Put`.
    ///
    /// ```
    /// use gomem_symbol::Symbol;
    ///
    /// assert_eq!(Symbol::decode("example.com/app/store.(*Map).Put").short(), "store.(*Map).Put");
    /// ```
    #[must_use]
    pub fn short(&self) -> String {
        match package_name(&self.package) {
            "" => self.local(),
            name => format!("{name}.{}", self.local()),
        }
    }

    fn from_parts(package: &str, local: &str, type_arguments: Option<String>) -> Self {
        let (local, wrapper) = unwrap(local);
        let (receiver, rest) = match local.strip_prefix('(').and_then(|rest| rest.split_once(").")) {
            Some((receiver, rest)) => (Some(receiver.to_owned()), rest),
            None => (None, local),
        };
        // `glob..func1`: closures of package-level variables hang off an empty name.
        let (function, mut closure) = match rest.split_once('.') {
            Some((function, rest)) if !function.is_empty() => (function, Some(rest.to_owned())),
            _ => (rest, None),
        };
        let (mut function, mut receiver) = (function.to_owned(), receiver);
        // `T.M` is a method of a value receiver; `F.func1` is a closure, `init.0` one of several init functions.
        if receiver.is_none()
            && let Some(rest) = closure.take()
        {
            let (second, tail) = rest.split_once('.').map_or((rest.as_str(), None), |(a, b)| (a, Some(b)));
            if is_closure(second) || function == "init" || function == "glob" || second.is_empty() {
                closure = Some(rest);
            } else {
                receiver = Some(std::mem::replace(&mut function, second.to_owned()));
                closure = tail.map(str::to_owned);
            }
        }
        Self { package: package.to_owned(), receiver, function, closure, type_arguments, wrapper }
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key())
    }
}

/// Cuts every `[…]` out, nested or not, and keeps the first one's content.
fn fold_type_arguments(name: &str) -> (Cow<'_, str>, Option<String>) {
    if !name.contains('[') {
        return (Cow::Borrowed(name), None);
    }
    let (mut folded, mut arguments, mut depth, mut begin) = (String::with_capacity(name.len()), None, 0_usize, 0);
    for (at, byte) in name.char_indices() {
        match byte {
            '[' => {
                depth += 1;
                if depth == 1 {
                    begin = at + 1;
                }
            }
            ']' if depth > 0 => {
                depth -= 1;
                if depth == 0 && arguments.is_none() {
                    arguments = Some(name[begin..at].to_owned());
                }
            }
            other if depth == 0 => folded.push(other),
            _ => {}
        }
    }
    (Cow::Owned(folded), arguments)
}

/// The linker writes a dot in the last path element as `%2e`, and other bytes alike (`objabi.PathToPrefix`).
fn unescape(package: &str) -> Cow<'_, str> {
    if !package.contains('%') {
        return Cow::Borrowed(package);
    }
    let mut out = Vec::with_capacity(package.len());
    let mut rest = package.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = (*first == b'%').then(|| tail.get(..2)).flatten();
        let byte = escaped.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        out.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8(out).map_or(Cow::Borrowed(package), Cow::Owned)
}

fn unwrap(local: &str) -> (&str, Option<Wrapper>) {
    if let Some(local) = local.strip_suffix("-fm") {
        return (local, Some(Wrapper::MethodValue));
    }
    let numbered = local.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let marks = [(".deferwrap", Wrapper::Defer), (".gowrap", Wrapper::Go)];
    let wrapped = marks.iter().find_map(|(mark, wrapper)| Some((numbered.strip_suffix(mark)?, Some(*wrapper))));
    wrapped.unwrap_or((local, None))
}

/// `func1`, `1`, `func1-range2`: what the compiler calls closures (`closureName` in `cmd/compile/internal/ir/func.go`).
fn is_closure(part: &str) -> bool {
    let digits = part.strip_prefix("func").unwrap_or(part);
    let digits = digits.split_once('-').map_or(digits, |(digits, _)| digits);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        for (name, package, receiver, function, closure) in [
            ("main.main", "main", None, "main", None),
            ("main.main.func1", "main", None, "main", Some("func1")),
            ("main.main.func1.2", "main", None, "main", Some("func1.2")),
            ("sync.(*Pool).Put", "sync", Some("*Pool"), "Put", None),
            ("time.Time.String", "time", Some("Time"), "String", None),
            ("example.com/a.b/c.T.M.func1", "example.com/a.b/c", Some("T"), "M", Some("func1")),
            ("gopkg.in/yaml%2ev3.Unmarshal", "gopkg.in/yaml.v3", None, "Unmarshal", None),
            ("main.Map[go.shape.int,example.com/x.T].func1", "main", None, "Map", Some("func1")),
            ("main.(*Set[go.shape.struct { G func(int) error }]).Add", "main", Some("*Set"), "Add", None),
            ("main.glob..func1", "main", None, "glob", Some(".func1")),
            ("main.init.0", "main", None, "init", Some("0")),
            ("main.F-range1", "main", None, "F-range1", None),
            ("main.F.func1-range1", "main", None, "F", Some("func1-range1")),
            ("runtime.mallocgc", "runtime", None, "mallocgc", None),
            ("__libc_start_main", "", None, "__libc_start_main", None),
            ("", "", None, "", None),
            (".", "", None, ".", None),
        ] {
            let symbol = Symbol::decode(name);
            let parts = (symbol.package(), symbol.receiver(), symbol.function(), symbol.closure());
            assert_eq!(parts, (package, receiver, function, closure), "{name}");
        }
    }

    #[test]
    fn profile_and_compiler_have_one_key() {
        for (profile, package, compiler) in [
            ("example.com/p.(*T[go.shape.int]).F.func1", "example.com/p", "(*T[int]).F.func1"),
            ("example.com/p.F[...]", "example.com/p", "F[go.shape.string]"),
            ("gopkg.in/yaml%2ev3.(*parser).parse", "gopkg.in/yaml.v3", "(*parser).parse"),
            ("main.T.M", "main", "T.M"),
        ] {
            assert_eq!(Symbol::decode(profile).key(), Symbol::decode_in_package(package, compiler).key());
        }
    }

    #[test]
    fn wrappers_are_folded_and_kept() {
        for (name, key, wrapper) in [
            ("main.(*T).M-fm", "main.(*T).M", Wrapper::MethodValue),
            ("main.f.deferwrap1", "main.f", Wrapper::Defer),
            ("main.f.gowrap12", "main.f", Wrapper::Go),
        ] {
            let symbol = Symbol::decode(name);
            assert_eq!((symbol.key().as_str(), symbol.wrapper()), (key, Some(wrapper)));
        }
        assert_eq!(Symbol::decode("main.f.gowrapper").wrapper(), None);
    }

    #[test]
    fn loops_have_bodies() {
        for (name, function) in [
            ("main.F-range1", Some("F")),
            ("main.F.func1-range2", Some("func1")),
            ("slices.AppendSeq[go.shape.[]string]-range1", Some("AppendSeq")),
            ("example.com/list.(*List[...]).Each-range1", Some("Each")),
            ("slices.Sorted[...].Collect[...].AppendSeq[...]-range1", Some("AppendSeq")),
            ("main.F-ranger", None),
            ("main.F", None),
            ("", None),
        ] {
            assert_eq!(Symbol::decode(name).loop_function(), function, "{name}");
        }
    }

    #[test]
    fn short_names_and_type_arguments() {
        let symbol = Symbol::decode("example.com/p/store.(*Map[go.shape.int]).Put");
        assert_eq!(symbol.short(), "store.(*Map).Put");
        assert_eq!(symbol.type_arguments(), Some("go.shape.int"));
        assert_eq!(symbol.to_string(), symbol.key());
    }
}
