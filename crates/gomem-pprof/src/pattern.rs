//! Regular expressions as Go writes them.

use regex::Regex;

/// Compiles a pattern of Go's syntax. It is that of the `regex` crate but for quotations, and for brackets and doubled
/// signs in classes, which mean themselves in Go.
pub(crate) fn compile(pattern: &str) -> Result<Regex, String> {
    Regex::new(&translate(pattern)).map_err(|err| match err {
        regex::Error::CompiledTooBig(_) => "the expression is too large".to_owned(),
        // The last line says what is wrong; those before show the pattern.
        err => err.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned(),
    })
}

/// An expression that matches this text alone, wherever it stands.
///
/// ```
/// assert_eq!(gomem_pprof::quoted("main.F[go.shape.int]"), r"main\.F\[go\.shape\.int\]");
/// ```
#[must_use]
pub fn quoted(text: &str) -> String {
    regex::escape(text)
}

/// An expression of our own.
#[expect(clippy::expect_used, reason = "the expressions are constants, and each is used by a test")]
pub(crate) fn constant(pattern: &'static str) -> Regex {
    Regex::new(pattern).expect("a constant expression")
}

fn translate(pattern: &str) -> String {
    let mut translated = String::with_capacity(pattern.len());
    let mut rest = pattern;
    let mut in_class = false;
    while let Some(next) = rest.chars().next() {
        let mut taken = next.len_utf8();
        if let Some(quoted) = rest.strip_prefix("\\Q") {
            let quoted = quoted.split("\\E").next().unwrap_or(quoted);
            translated.push_str(&regex::escape(quoted));
            taken = (2 + quoted.len() + 2).min(rest.len());
        } else if next == '\\' {
            taken = 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
            translated.push_str(&rest[..taken]);
        } else if !in_class && next == '[' {
            in_class = true;
            // A bracket that comes first in a class is one of its characters.
            let caret = rest[1..].starts_with('^');
            taken += usize::from(caret);
            translated.push_str(&rest[..taken]);
            if rest[taken..].starts_with(']') {
                translated.push_str("\\]");
                taken += 1;
            }
        } else if in_class && next == '[' {
            match rest.find(":]").filter(|_| rest.starts_with("[:")) {
                Some(end) => {
                    taken = end + 2;
                    translated.push_str(&rest[..taken]);
                }
                None => translated.push_str("\\["),
            }
        } else if in_class && matches!(next, '&' | '~') {
            translated.push('\\');
            translated.push(next);
        } else {
            in_class &= next != ']';
            translated.push(next);
        }
        rest = &rest[taken..];
    }
    translated
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_go_means_is_what_matches() {
        for (pattern, matches, differs) in [
            (r"main\.F\[go", "main.F[go.shape.int]", "main.Fgo"),
            (r"\Qmain.F[\E.*\]", "main.F[int]", "mainxF[int]"),
            (r"\Qa.b", "a.b", "axb"),
            ("F[[]go", "F[go", "Fgo"),
            ("^[^[]+$", "main", "main["),
            ("[]x]y", "]y", "zy"),
            ("[[:digit:]&&]z", "&z", "az"),
            ("(?i)HANDLER", "handler", "hand"),
        ] {
            let regex = compile(pattern).unwrap();
            assert!(regex.is_match(matches) && !regex.is_match(differs), "{pattern}");
        }
        assert_eq!(compile("a(").unwrap_err(), "unclosed group");
    }
}
