//! A call as the compiler prints it.

use crate::text::syntax::outside_quotes;

/// A call: `fmt.Fprintln(p, x)`, `(*sync.Pool).Put(pool, b)`, `w.Write(b)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Call<'a> {
    pub(crate) callee: &'a str,
    pub(crate) arguments: &'a str,
}

/// What is called, by how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CalleeShape<'a> {
    /// A method of a known type: `(*T).Put`, `(*sync.Pool).Put`.
    Method,
    /// `name`: a function of the package, or a variable that holds one.
    Name(&'a str),
    /// `a.b`: a function of a package, a method of a value type, or a method of an interface that `a` is.
    Selector(&'a str, &'a str),
    /// `pkg.T.M`: a method of a value type of a package; or of a field, `s.W.Write`.
    Qualified(&'a str),
    /// A method of a type parameter, looked up in its dictionary.
    Dictionary,
    /// A function literal that is called at once.
    Literal,
    /// Anything else: a field, an element, a result.
    Computed,
}

impl<'a> Call<'a> {
    /// Reads a call; `None` for any other expression.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let inner = text.strip_suffix(')')?;
        let open = outside_quotes(text).filter(|(_, byte, depth)| *byte == b'(' && *depth == 0).last()?.0;
        (open > 0).then(|| Self { callee: &text[..open], arguments: &inner[open + 1..] })
    }

    /// The arguments, of a method its receiver first.
    pub(crate) fn arguments(self) -> impl Iterator<Item = &'a str> {
        let commas = outside_quotes(self.arguments).filter(|(_, byte, depth)| *byte == b',' && *depth == 0);
        let mut begin = 0;
        commas.map(|(at, ..)| at).chain([self.arguments.len()]).map(move |end| {
            let argument = self.arguments[begin..end].trim();
            begin = end + 1;
            argument
        })
    }

    pub(crate) fn shape(self) -> CalleeShape<'a> {
        let callee = self.callee;
        if callee == "func literal" {
            return CalleeShape::Literal;
        }
        if callee.starts_with('(') {
            let is_method = callee.starts_with("(*") && callee.rsplit_once(").").is_some_and(|(_, name)| is_name(name));
            return match () {
                () if callee.contains(".dict[") => CalleeShape::Dictionary,
                () if is_method => CalleeShape::Method,
                () => CalleeShape::Computed,
            };
        }
        let (base, method) = match callee.split_once('[') {
            Some((base, rest)) => (base, rest.rsplit_once(']').map_or(rest, |(_, method)| method)),
            None => (callee, ""),
        };
        if !method.is_empty() {
            // A method of a generic type; or of an element, `xs[i].Close`.
            return if callee.contains("go.shape.") { CalleeShape::Method } else { CalleeShape::Computed };
        }
        let mut parts = base.split('.');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(name), None, ..) if is_name(name) => CalleeShape::Name(name),
            (Some(of), Some(name), None, _) if is_name(of) && is_name(name) => CalleeShape::Selector(of, name),
            (Some(package), Some(of), Some(name), None) if is_name(package) && is_exported(of) && is_name(name) => {
                CalleeShape::Qualified(package)
            }
            _ => CalleeShape::Computed,
        }
    }
}

/// Whether it begins with a capital letter, and so may belong to another package.
pub(crate) fn is_exported(name: &str) -> bool {
    name.chars().next().is_some_and(char::is_uppercase) && is_name(name)
}

pub(crate) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|first: char| first.is_ascii_digit())
        && text.chars().all(|char| char.is_alphanumeric() || char == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callees() {
        for (text, callee, shape) in [
            ("keep(&t)", "keep", CalleeShape::Name("keep")),
            ("keep[go.shape.int](&.dict.keep[int], t)", "keep[go.shape.int]", CalleeShape::Name("keep")),
            ("w.Write(b)", "w.Write", CalleeShape::Selector("w", "Write")),
            ("fmt.Fprintln(os.Stdout, fmt.a...)", "fmt.Fprintln", CalleeShape::Selector("fmt", "Fprintln")),
            ("(*sync.Pool).Put(pool, f(\")\"))", "(*sync.Pool).Put", CalleeShape::Method),
            ("time.Time.Format(t, x)", "time.Time.Format", CalleeShape::Qualified("time")),
            ("s.w.Write(b)", "s.w.Write", CalleeShape::Computed),
            ("xs[0](b)", "xs[0]", CalleeShape::Name("xs")),
            ("f(a)(b)", "f(a)", CalleeShape::Computed),
            ("func literal(x)", "func literal", CalleeShape::Literal),
            ("List[go.shape.int].Push(l, x)", "List[go.shape.int].Push", CalleeShape::Method),
            (
                "(func(go.shape.*uint8) string)(&.dict[0])(v)",
                "(func(go.shape.*uint8) string)(&.dict[0])",
                CalleeShape::Dictionary,
            ),
        ] {
            let call = Call::parse(text).unwrap();
            assert_eq!((call.callee, call.shape()), (callee, shape), "{text}");
        }
        for text in ["x", "(a)", "x = f(a) + 1", ""] {
            assert_eq!(Call::parse(text), None, "{text}");
        }
    }
}
