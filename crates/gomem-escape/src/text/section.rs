//! `# package [variant]`: the line that begins a package's part of the log.

use std::fmt;

/// A package's part of the log.
///
/// ```
/// use gomem_escape::{Record, Variant};
///
/// let record = Record::parse("# example.com/app [example.com/app.test]");
/// let Record::Section(section) = record else { panic!("a section") };
/// assert_eq!((section.package(), section.variant()), ("example.com/app", Variant::Test));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Section<'a> {
    /// After `# `.
    text: &'a str,
    /// What a CI system put before it.
    prefix: &'a str,
}

/// Why a package was compiled.
///
/// ```
/// # let log = b"# example.com/app\n\
/// #             ./a.go:12:9: x escapes to heap in f:\n\
/// #             ./a.go:12:9:   flow: {heap} = &{storage for x}:\n\
/// #             ./a.go:12:9:     from x (spill) at ./a.go:12:9\n\
/// #             ./a.go:12:9:     from fmt.Println(x) (call parameter) at ./a.go:12:13\n\
/// #             ./a.go:12:9: x escapes to heap\n";
/// # let log = gomem_escape::EscapeLog::decode(log)?;
/// use gomem_escape::Variant;
///
/// assert_eq!(log.heap_decisions()[0].variant, Variant::Plain);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum Variant {
    /// For itself.
    #[default]
    Plain,
    /// Together with its tests.
    Test,
    /// Once more, with the profile of a program.
    Pgo,
}

impl<'a> Section<'a> {
    pub(crate) fn new(text: &'a str, prefix: &'a str) -> Self {
        Self { text, prefix }
    }

    /// The package's import path.
    #[must_use]
    pub fn package(&self) -> &'a str {
        self.text.split(' ').next().unwrap_or_default()
    }

    /// Why it was compiled: for itself, for its tests, or once more for a program's profile.
    #[must_use]
    pub fn variant(&self) -> Variant {
        match self.text.split_once(" [") {
            Some((_, reason)) if reason.ends_with(".test]") => Variant::Test,
            Some(_) => Variant::Pgo,
            None if self.text.ends_with(".test") => Variant::Test,
            None => Variant::Plain,
        }
    }
}

impl fmt::Display for Section<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}# {}", self.prefix, self.text)
    }
}

gomem_table::named!(Variant { Plain "plain", Test "test", Pgo "pgo" });
