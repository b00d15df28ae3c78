//! A source file: its lines, and whether it is the one that was compiled.

use std::fmt;

use gomem_symbol::Symbol;

use crate::declarations::Declaration;

/// A source file, as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    name: String,
    text: String,
    /// Where each line begins.
    begins: Vec<usize>,
    declarations: Vec<Declaration>,
    /// How many sightings agree with it.
    agreements: usize,
    mismatch: Option<Mismatch>,
}

/// What a profile or a log says of a file: a line, and the function it is in.
///
/// ```
/// use gomem_source::{Resolution, Sighting, SourceTree};
///
/// let tree = SourceTree::from_texts([("app/parse.go", "package main\n\nfunc parse() {\n}\n")]);
/// let found = tree.find("/build/app/parse.go", &[Sighting::new("main.parse", 3)]);
/// assert!(matches!(found, Resolution::File(_)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sighting<'a> {
    /// The function, by its full name.
    pub function: &'a str,
    /// A line of it.
    pub line: usize,
}

/// Why a file is not the one that was compiled.
///
/// ```
/// use gomem_source::{Mismatch, Resolution, Sighting, SourceTree};
///
/// let tree = SourceTree::from_texts([("app/parse.go", "package main\n")]);
/// let found = tree.find("/build/app/parse.go", &[Sighting::new("main.parse", 30)]);
/// let Resolution::File(file) = found else { panic!("a file") };
/// assert!(matches!(file.mismatch(), Some(Mismatch::TooShort { line: 30, .. })));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mismatch {
    /// A line that was compiled is not in it.
    TooShort {
        /// The line.
        line: usize,
        /// How many lines the file has.
        lines: usize,
    },
    /// A line is in another function.
    OtherFunction {
        /// The line.
        line: usize,
        /// The function that was compiled.
        compiled: String,
        /// The function that is there now; `None` where the line is in none.
        found: Option<String>,
    },
}

/// Whether a file is one of sources, by its name: Go's and assembly, what cgo compiles, and what generators make Go of. All
/// else that a folder of sources holds, as keys and settings, is none.
///
/// ```
/// assert!(gomem_source::is_source("store/map.go") && !gomem_source::is_source("store/key.pem"));
/// ```
#[must_use]
pub fn is_source(name: &str) -> bool {
    let own = name.rsplit('/').next().unwrap_or_default();
    own.rsplit_once('.').is_some_and(|(stem, end)| !stem.is_empty() && ENDS.contains(&end))
}

impl<'a> Sighting<'a> {
    /// A line of a function.
    #[must_use]
    pub fn new(function: &'a str, line: usize) -> Self {
        Self { function, line }
    }
}

impl SourceFile {
    pub(crate) fn new(name: String, text: String, sightings: &[Sighting<'_>]) -> Self {
        let begins = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let declarations = Declaration::all(&text);
        let mut file = Self { name, text, begins, declarations, agreements: 0, mismatch: None };
        for sighting in sightings.iter().filter(|sighting| sighting.line > 0) {
            match file.check(*sighting) {
                Ok(agrees) => file.agreements += usize::from(agrees),
                Err(mismatch) => {
                    file.mismatch.get_or_insert(mismatch);
                }
            }
        }
        file
    }

    /// Its path within the tree that it was found in.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many lines it has.
    #[must_use]
    pub fn lines(&self) -> usize {
        // A line feed ends a line; it does not begin one.
        self.begins.len() - usize::from(self.text.is_empty() || self.text.ends_with('\n'))
    }

    /// A line by its number, from 1, without its end.
    #[must_use]
    pub fn line(&self, number: usize) -> Option<&str> {
        let begin = *self.begins.get(number.checked_sub(1)?).filter(|_| number <= self.lines())?;
        let end = self.begins.get(number).map_or(self.text.len(), |next| next - 1);
        Some(self.text.get(begin..end)?.trim_end_matches('\r'))
    }

    /// The line in which the function begins that a line is in.
    ///
    /// ```
    /// use gomem_source::{Resolution, SourceTree};
    ///
    /// let tree = SourceTree::from_texts([("p/a.go", "package p\n\nfunc f() {\n\tg()\n}\n")]);
    /// let Resolution::File(file) = tree.find("p/a.go", &[]) else { panic!("it is there") };
    /// assert_eq!((file.function_start(4), file.function_start(1)), (Some(3), None));
    /// ```
    #[must_use]
    pub fn function_start(&self, line: usize) -> Option<usize> {
        self.declaration(line).map(|of| of.first)
    }

    /// Why it cannot be the file that was compiled; `None` where nothing speaks against it.
    #[must_use]
    pub fn mismatch(&self) -> Option<&Mismatch> {
        self.mismatch.as_ref()
    }

    /// Whether something that was seen of the compiled file holds for it, and nothing else.
    pub(crate) fn is_confirmed(&self) -> bool {
        self.agreements > 0 && self.mismatch.is_none()
    }

    /// All of it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    fn declaration(&self, line: usize) -> Option<&Declaration> {
        self.declarations.iter().find(|of| (of.first..=of.last).contains(&line))
    }

    /// Whether what was seen holds for the file; false where it tells nothing.
    fn check(&self, sighting: Sighting<'_>) -> Result<bool, Mismatch> {
        let line = sighting.line;
        if line > self.lines() {
            return Err(Mismatch::TooShort { line, lines: self.lines() });
        }
        let symbol = Symbol::decode(sighting.function);
        let local = symbol.local();
        let parts: Vec<&str> = local.split('.').map(without_suffix).collect();
        // What the compiler makes of variables of a package is in no function, and assembly is no Go.
        if local.is_empty() || !self.name.ends_with(".go") || parts.iter().any(|part| matches!(*part, "init" | "glob"))
        {
            return Ok(false);
        }
        let around = self.declaration(line);
        // A closure is named after the function that it is in, or after one that this was inlined into.
        let agrees = |of: &&Declaration| {
            let receiver = symbol.receiver().map(|receiver| receiver.trim_start_matches('*'));
            parts.iter().any(|part| of.is_named(part))
                && (symbol.closure().is_some() || receiver.is_none() || of.receiver.as_deref() == receiver)
        };
        match around.filter(agrees) {
            Some(_) => Ok(true),
            None => Err(Mismatch::OtherFunction {
                line,
                compiled: symbol.short(),
                found: around.map(|of| match &of.receiver {
                    Some(receiver) => format!("({receiver}).{}", of.name),
                    None => of.name.clone(),
                }),
            }),
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort { line, lines } => write!(f, "line {line} was compiled, and this file has {lines}"),
            Self::OtherFunction { line, compiled, found: Some(found) } => {
                write!(f, "line {line} was in {compiled} when it was compiled, and is in {found} here")
            }
            Self::OtherFunction { line, compiled, found: None } => {
                write!(f, "line {line} was in {compiled} when it was compiled, and is in no function here")
            }
        }
    }
}

/// `F-range1`, the body of a loop over a function, is in `F`.
fn without_suffix(part: &str) -> &str {
    part.split('-').next().unwrap_or(part)
}

/// Of the names of sources. The last are of generators that write `//line`.
const ENDS: [&str; 16] =
    ["go", "s", "S", "c", "cc", "cpp", "cxx", "h", "hh", "hpp", "m", "mm", "y", "rl", "qtpl", "templ"];

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "package p\n\nfunc (s *Server) handle() {\r\n\tgo func() {\n\t}()\n}\n\nvar x = 1\n";

    fn file(sightings: &[(&str, usize)]) -> SourceFile {
        let sightings: Vec<Sighting<'_>> = sightings.iter().map(|(name, line)| Sighting::new(name, *line)).collect();
        SourceFile::new("p/a.go".to_owned(), TEXT.to_owned(), &sightings)
    }

    #[test]
    fn lines_are_those_of_an_editor() {
        let file = file(&[]);
        assert_eq!(
            (file.lines(), file.line(3), file.line(8)),
            (8, Some("func (s *Server) handle() {"), Some("var x = 1"))
        );
        assert_eq!((file.line(0), file.line(9)), (None, None));
        assert_eq!(SourceFile::new(String::new(), String::new(), &[]).lines(), 0);
    }

    #[test]
    fn what_was_compiled_is_told_from_what_is_there() {
        for (function, line, told) in [
            ("example.com/p.(*Server).handle", 3, None),
            ("example.com/p.(*Server).handle.func1", 5, None),
            ("example.com/p.(*Server).handle.gowrap1", 4, None),
            ("example.com/p.Run.(*Server).handle.func2", 5, None),
            (
                "example.com/p.(*Client).handle",
                4,
                Some("line 4 was in p.(*Client).handle when it was compiled, and is in (Server).handle here"),
            ),
            (
                "example.com/p.handle",
                8,
                Some("line 8 was in p.handle when it was compiled, and is in no function here"),
            ),
            ("example.com/p.f", 20, Some("line 20 was compiled, and this file has 8")),
            ("example.com/p.init", 8, None),
        ] {
            let found = file(&[(function, line)]).mismatch().map(ToString::to_string);
            assert_eq!(found.as_deref(), told, "{function}:{line}");
        }
        assert!(file(&[("p.(*Server).handle", 4)]).is_confirmed() && !file(&[("p.init", 8)]).is_confirmed());
    }
}
