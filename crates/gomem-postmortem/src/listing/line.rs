//! A line of a listing, and what the compiler decided there.

use std::sync::Arc;

use gomem_escape::Certainty;

use crate::attribution::Record;

/// A line of a function.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [30000: 122880000] @ heap/1048576\n\
/// #             1: 4096 [30000: 122880000] @ 0x401000\n\
/// #             #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:4\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// # let log = gomem_escape::EscapeLog::decode(b"# main\n./parse.go:4:9: new(Page) escapes to heap\n")?;
/// # let text = "package main\n\nfunc parse() {\n\tpage = new(Page)\n}\n";
/// # let sources = gomem_source::SourceTree::from_texts([("parse.go", text)]);
/// use gomem_postmortem::{Listing, ListingOptions};
///
/// let options = ListingOptions::default().with_escapes(Some(&log)).with_sources(Some(&sources));
/// let listing = Listing::new(&profile, "parse", &options)?;
/// let line = listing.functions[0].lines.iter().find(|line| line.has_cost()).ok_or("it allocates")?;
/// assert_eq!((line.line, line.text.as_deref()), (4, Some("\tpage = new(Page)")));
/// assert_eq!(line.decisions[0].message, "new(Page) escapes to heap");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ListedLine {
    /// Its number; 0 where the profile does not say.
    pub line: i64,
    /// Its source, where there is one.
    pub text: Option<String>,
    /// The value of samples whose leaf it is.
    pub flat: i128,
    /// The value of samples in whose stack it is.
    pub cum: i128,
    /// Bytes of objects that it allocates itself, in a heap profile.
    pub bytes: Option<i128>,
    /// Objects that it allocates itself, in a heap profile.
    pub objects: Option<i128>,
    /// What the compiler decided on it that may allocate, the surest first.
    pub decisions: Vec<LineDecision>,
}

/// What the compiler decided on a line.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [30000: 122880000] @ heap/1048576\n\
/// #             1: 4096 [30000: 122880000] @ 0x401000\n\
/// #             #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// # let log = gomem_escape::EscapeLog::decode(b"# main\n./parse.go:12:9: moved to heap: page\n")?;
/// # use gomem_postmortem::{Listing, ListingOptions};
/// # let listing = Listing::new(&profile, "parse", &ListingOptions::default().with_escapes(Some(&log)))?;
/// let decisions = &listing.functions[0].lines[0].decisions;
/// assert_eq!(decisions[0].message, "moved to heap: page");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LineDecision {
    /// The variable or expression.
    pub subject: Arc<str>,
    /// The compiler's line about it.
    pub message: String,
    /// Why it goes to the heap.
    pub cause: &'static str,
    /// Whether it allocates.
    pub certainty: Certainty,
    /// The functions, or `file:line`, whose inlined code it can be of. Empty: it is the line's own.
    pub inlined_from: Vec<String>,
    /// What to do; empty where nothing is advised.
    pub advice: String,
    /// The column, where the compiler tells.
    pub column: Option<u32>,
}

impl ListedLine {
    /// Whether it costs anything.
    #[must_use]
    pub fn has_cost(&self) -> bool {
        (self.flat, self.cum) != (0, 0) || self.objects.is_some_and(|objects| objects != 0)
    }
}

impl LineDecision {
    pub(crate) fn new(record: Record<'_>) -> Self {
        let (reason, _) = record.reason();
        let inlined_from = match record {
            Record::Heap(decision) if !decision.inlined_from.is_empty() => {
                decision.inlined_from.iter().map(|from| format!("{}:{}", from.file, from.line)).collect()
            }
            Record::Heap(decision) => decision.inlined_callees.iter().map(ToString::to_string).collect(),
            Record::StackBuffer(buffer) => buffer.inlined_callees.iter().map(ToString::to_string).collect(),
        };
        let (subject, message, certainty, advice, column) = match record {
            Record::Heap(of) => (&of.subject, of.message(), of.alloc_certainty, of.advice.clone(), of.column),
            Record::StackBuffer(of) => {
                let message = format!("{} does not escape, and has a small buffer on the stack", of.subject);
                (&of.subject, message, of.alloc_certainty, String::new(), of.column)
            }
        };
        Self { subject: Arc::clone(subject), message, cause: reason.name(), certainty, inlined_from, advice, column }
    }
}
