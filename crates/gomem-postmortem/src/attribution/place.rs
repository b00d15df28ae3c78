//! A line of a function.

use std::sync::Arc;

use gomem_pprof::Line;
use gomem_symbol::{SourcePath, Symbol, package_name, short_place};
use gomem_trace::Place as Frame;

/// A line of a function.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    code: Arc<Code>,
    /// The line.
    pub line: i64,
}

/// What all lines of a function share. A profile has many lines and few functions.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Code {
    pub(crate) function: Arc<str>,
    pub(crate) file: Arc<str>,
}

impl Place {
    pub(crate) fn new(function: &str, file: &str, line: i64) -> Self {
        Self::in_code(Arc::new(Code { function: function.into(), file: file.into() }), line)
    }

    pub(crate) fn in_code(code: Arc<Code>, line: i64) -> Self {
        Self { code, line }
    }

    /// The function, as the profile names it.
    #[must_use]
    pub fn function(&self) -> &str {
        &self.code.function
    }

    /// Its file.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.code.file
    }

    /// What names the function in other builds too; lines move when code changes.
    pub(crate) fn key(&self) -> String {
        Symbol::decode(self.function()).key()
    }

    /// The place of a frame.
    #[must_use]
    pub fn from_frame(line: Line<'_>) -> Self {
        match line.function() {
            Some(function) => Self::new(function.name(), function.path().as_str(), line.line()),
            None => Self::unknown(),
        }
    }

    /// The place of a frame without a function.
    pub(crate) fn unknown() -> Self {
        Self::new(UNKNOWN, "", 0)
    }

    /// Whether the frame has no function.
    pub(crate) fn is_unknown(&self) -> bool {
        self.function() == UNKNOWN
    }

    /// The place of a frame of an execution trace.
    pub(crate) fn from_trace(frame: &Frame) -> Option<Self> {
        let line = i64::try_from(frame.line).ok()?;
        Some(Self::new(&frame.function, SourcePath::decode(&frame.file).as_str(), line))
    }

    /// `api/handler.go:58`: enough of the path to know it. The folder goes by the package's name, without versions.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// # let log = gomem_escape::EscapeLog::decode(b"# main\n./parse.go:12:9: make([]byte, 4096) escapes to heap\n")?;
    /// # let sites = gomem_postmortem::attribute(&profile, Some(&log), &gomem_postmortem::AttributeOptions::default());
    /// let place = &sites[0].place;
    /// assert_eq!((&*place.short(), &*place.short_function()), ("app/parse.go:12", "main.parse"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn short(&self) -> String {
        // Who names a function alone gives it no file.
        if self.file().is_empty() { self.short_function() } else { short_place(self.file(), self.line) }
    }

    /// `api.(*Handler).postEvents`. The body of a loop that was inlined goes by the package of its file: `slices.AppendSeq-range1`.
    #[must_use]
    pub fn short_function(&self) -> String {
        let symbol = Symbol::decode(self.function());
        let package = package_name(self.file().rsplit_once('/').map_or("", |(folder, _)| folder));
        let is_inlined = symbol.loop_function().is_some() && symbol.closure().is_some() && !package.is_empty();
        if is_inlined && package != package_name(symbol.package()) {
            return format!("{package}.{}", symbol.last_name());
        }
        symbol.short()
    }
}

/// A frame whose function is not known.
const UNKNOWN: &str = "<unknown>";
