//! The functions that a Go file declares, and the lines that each has. No parser: comments, texts, brackets and the word `func`
//! tell enough.

/// A function or method of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Declaration {
    /// Its name.
    pub(crate) name: String,
    /// What the linker calls it instead, without its package: `//go:linkname sync_runtime_Semacquire sync.runtime_Semacquire`.
    pub(crate) linked_as: Option<String>,
    /// The type of its receiver, without `*` and type parameters.
    pub(crate) receiver: Option<String>,
    /// The line of `func`.
    pub(crate) first: usize,
    /// The line of the last bracket.
    pub(crate) last: usize,
}

impl Declaration {
    /// All functions of a file, in its order.
    pub(crate) fn all(text: &str) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        let (mut braces, mut parens) = (0_i64, 0_i64);
        let mut open: Option<Self> = None;
        let mut scanner = Scanner { rest: text, line: 1 };
        // What comes after the word `func` is its head; only at the top level it declares something.
        while let Some(token) = scanner.next_token() {
            match token {
                Token::Word("func") if braces == 0 && parens == 0 && open.is_none() => {
                    open = Self::from_head(scanner.rest, scanner.line);
                }
                Token::Open('{') => braces += 1,
                Token::Open(_) => parens += 1,
                Token::Close('}') => {
                    braces = (braces - 1).max(0);
                    // `interface{}` in a head has something behind it.
                    if braces == 0 && parens == 0 && scanner.is_at_end_of_line() {
                        found.extend(open.take().map(|open| Self { last: scanner.line, ..open }));
                    }
                }
                Token::Close(_) => parens = (parens - 1).max(0),
                // A function that is written in assembly has no body.
                Token::EndOfLine if braces == 0 && parens == 0 => {
                    found.extend(open.take().map(|open| Self { last: scanner.line, ..open }));
                }
                _ => {}
            }
        }
        found.extend(open.map(|open| Self { last: scanner.line, ..open }));
        for (local, linked) in text.lines().filter_map(linkname) {
            let named = found.iter_mut().find(|of| of.receiver.is_none() && of.name == local);
            named.into_iter().for_each(|of| of.linked_as = Some(linked.to_owned()));
        }
        found
    }

    /// Whether it is called so.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.name == name || self.linked_as.as_deref() == Some(name)
    }

    /// What stands behind `func` on the first line: `(m *Map[K, V]) Put(key K)`.
    fn from_head(head: &str, first: usize) -> Option<Self> {
        let head = head.trim_start();
        let (receiver, rest) = match head.strip_prefix('(') {
            Some(head) => {
                let (receiver, rest) = head.split_once(')')?;
                let of = receiver.split('[').next()?.split_whitespace().next_back()?;
                (Some(of.trim_start_matches('*').to_owned()), rest.trim_start())
            }
            None => (None, head),
        };
        let name: String = rest.chars().take_while(|char| is_of_word(*char)).collect();
        (!name.is_empty()).then_some(Self { name, linked_as: None, receiver, first, last: first })
    }
}

/// The two names of a `//go:linkname`, the second without its package.
fn linkname(line: &str) -> Option<(&str, &str)> {
    let mut names = line.strip_prefix("//go:linkname ")?.split_whitespace();
    let (local, linked) = (names.next()?, names.next()?);
    Some((local, linked.rsplit('.').next()?))
}

enum Token<'a> {
    Word(&'a str),
    Open(char),
    Close(char),
    EndOfLine,
    Other,
}

/// Walks through code, and past comments and texts.
struct Scanner<'a> {
    rest: &'a str,
    line: usize,
}

impl<'a> Scanner<'a> {
    fn next_token(&mut self) -> Option<Token<'a>> {
        let next = self.rest.chars().next()?;
        Some(match next {
            '\n' => {
                // The token is still of the line that it ends.
                self.rest = &self.rest[1..];
                let end = Token::EndOfLine;
                return Some(self.ended(end));
            }
            '/' if self.rest.starts_with("//") => {
                self.skip(self.rest.find('\n').unwrap_or(self.rest.len()));
                Token::Other
            }
            '/' if self.rest.starts_with("/*") => {
                self.skip(self.rest.find("*/").map_or(self.rest.len(), |end| end + 2));
                Token::Other
            }
            '`' => {
                self.skip(self.rest[1..].find('`').map_or(self.rest.len(), |end| end + 2));
                Token::Other
            }
            '"' | '\'' => {
                self.skip(quoted(self.rest, next));
                Token::Other
            }
            '{' | '(' | '[' => {
                self.skip(1);
                Token::Open(next)
            }
            '}' | ')' | ']' => {
                self.skip(1);
                Token::Close(next)
            }
            _ if is_of_word(next) => {
                let end = self.rest.find(|char| !is_of_word(char)).unwrap_or(self.rest.len());
                let word = &self.rest[..end];
                self.skip(end);
                Token::Word(word)
            }
            _ => {
                self.skip(next.len_utf8());
                Token::Other
            }
        })
    }

    fn ended(&mut self, token: Token<'a>) -> Token<'a> {
        self.line += 1;
        token
    }

    fn skip(&mut self, bytes: usize) {
        let (skipped, rest) = self.rest.split_at(bytes);
        self.line += skipped.bytes().filter(|byte| *byte == b'\n').count();
        self.rest = rest;
    }

    fn is_at_end_of_line(&self) -> bool {
        let rest = self.rest.trim_start_matches([' ', '\t', '\r']);
        rest.is_empty() || rest.starts_with(['\n', ';']) || rest.starts_with("//") || rest.starts_with("/*")
    }
}

/// How long the text or rune is that begins here; it does not go on in the next line.
fn quoted(rest: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, char) in rest.char_indices().skip(1) {
        match char {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '\n' => return at,
            _ if char == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

fn is_of_word(char: char) -> bool {
    char == '_' || char.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_have_their_lines() {
        let text = "package p\n\n/* func no() {\n */\nvar t = `\nfunc nor() {\n`\n\nfunc f(x interface{}) interface{} {\n\tg := func() {\n\t}\n\
                    \t_ = \"}\\\"{\"\n\t_ = '}'\n}\n\nfunc (m *Map[K, V]) Put(\n\tkey K,\n) {\n}\nfunc one() {}\nfunc asm(x int) int\n\
                    var v = func() {\n}\nfunc (T) last() { // {\n}";
        let found: Vec<_> =
            Declaration::all(text).into_iter().map(|of| (of.receiver, of.name, of.first, of.last)).collect();
        let of = |receiver: Option<&str>, name: &str, first, last| {
            (receiver.map(str::to_owned), name.to_owned(), first, last)
        };
        let expected = [
            of(None, "f", 9, 14),
            of(Some("Map"), "Put", 16, 19),
            of(None, "one", 20, 20),
            of(None, "asm", 21, 22),
            of(Some("T"), "last", 24, 25),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn the_linkers_name_counts() {
        let text = "package runtime\n\n//go:linkname bytealg_MakeNoZero internal/bytealg.MakeNoZero\nfunc bytealg_MakeNoZero(n int) {\n}\n";
        let found = Declaration::all(text);
        assert!(found[0].is_named("MakeNoZero") && found[0].is_named("bytealg_MakeNoZero") && !found[0].is_named("x"));
    }

    #[test]
    fn any_text_is_read_to_its_end() {
        for text in ["", "func", "func (", "func (a", "func f", "\"", "`", "/*", "}}}\n)", "func é() {}", "'\\"] {
            let _ = Declaration::all(text);
        }
    }
}
