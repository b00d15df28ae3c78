//! A file: what it is given as, what it was recognised as, and what became of it.

use gomem_table::{Definition, Row};

/// A file, by name and content.
///
/// ```
/// use gomem_postmortem::{Artifact, Bundle, Contents};
///
/// let bytes = b"# p\n./a.go:1:2: moved to heap: x\n".to_vec();
/// let artifact = Artifact { name: "build.log".into(), bytes, modified_ms: None };
/// let bundle = Bundle::from_artifacts("incident", vec![artifact]);
/// assert_eq!(bundle.contents(), [("build.log".to_string(), Contents::EscapeLog)]);
/// ```
#[derive(Debug, Clone)]
pub struct Artifact {
    /// Its path within the bundle.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// When it was written: milliseconds since the Unix epoch. Metrics that say no time of their own have this one.
    pub modified_ms: Option<i64>,
}

/// What a file was recognised as.
///
/// ```
/// use gomem_postmortem::Contents;
///
/// assert_eq!(Contents::EscapeLog.name(), "escape log");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Contents {
    /// A heap or allocs profile.
    Heap,
    /// A CPU profile.
    Cpu,
    /// A goroutine profile.
    Goroutine,
    /// The compiler's log.
    EscapeLog,
    /// GC traces, in whatever log.
    GcTrace,
    /// A scrape of metrics.
    Metrics,
    /// What a program wrote when it died.
    Crash,
    /// The program itself.
    Program,
    /// What `debug.WriteHeapDump` wrote.
    HeapDump,
    /// The memory of the process, which the kernel or a debugger wrote.
    Core,
    /// What `runtime/trace` wrote.
    ExecutionTrace,
    /// What `go test -bench` printed.
    Benchmarks,
    /// What a tool printed or drew of a profile.
    PrintedProfile,
    /// What the system's tools print of a process's memory.
    ToolOutput,
    /// What a person says of memory in words, and nothing else.
    Words,
    /// A source file of the program, in the folder `src`.
    Source,
}

impl Contents {
    /// All kinds, profiles first.
    pub const ALL: &'static [Self] = &[
        Self::Heap,
        Self::Cpu,
        Self::Goroutine,
        Self::EscapeLog,
        Self::GcTrace,
        Self::Metrics,
        Self::Crash,
        Self::Program,
        Self::HeapDump,
        Self::Core,
        Self::ExecutionTrace,
        Self::Benchmarks,
        Self::PrintedProfile,
        Self::ToolOutput,
        Self::Words,
        Self::Source,
    ];

    /// What people call it, as the evidence of findings does.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Heap => "heap profile",
            Self::Cpu => "CPU profile",
            Self::Goroutine => "goroutine profile",
            Self::EscapeLog => "escape log",
            Self::GcTrace => "GC trace",
            Self::Metrics => "metrics",
            Self::Crash => "crash",
            Self::Program => "program",
            Self::HeapDump => "heap dump",
            Self::Core => "core",
            Self::ExecutionTrace => "execution trace",
            Self::Benchmarks => "benchmarks",
            Self::PrintedProfile => "printed profile",
            Self::ToolOutput => "tool output",
            Self::Words => "words",
            Self::Source => "sources",
        }
    }
}

/// A file that was not used, and why.
///
/// ```
/// use gomem_postmortem::{Artifact, Bundle};
///
/// let bytes = b"<html></html>".to_vec();
/// let artifact = Artifact { name: "index.html".into(), bytes, modified_ms: None };
/// let bundle = Bundle::from_artifacts("incident", vec![artifact]);
/// assert_eq!(bundle.unused_files()[0].name, "index.html");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusedFile {
    /// Its name.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// A file that was used, with a reservation.
///
/// ```
/// use gomem_postmortem::{Artifact, Bundle};
///
/// let bytes = b"go_goroutines 12\ngo_threads nine\n".to_vec();
/// let scrape = Artifact { name: "1700000000000.prom".into(), bytes, modified_ms: None };
/// let bundle = Bundle::from_artifacts("incident", vec![scrape]);
/// assert_eq!(bundle.remarks()[0].name, "1700000000000.prom");
/// assert!(bundle.remarks()[0].text.contains("line 2"), "{}", bundle.remarks()[0].text);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Its name.
    pub name: String,
    /// The reservation.
    pub text: String,
}

impl Row for Remark {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("remarks", "as the files were read")
            .about("files that were used, with a reservation")
            .text("name", "the file", |remark: &&'a Self| &remark.name)
            .text("text", "the reservation", |remark: &&'a Self| &remark.text)
    }
}

impl Row for UnusedFile {
    fn definition<'a>() -> Definition<'a, &'a Self> {
        Definition::new("unused_files", "as the files were read")
            .about("files that were not used")
            .text("name", "the file", |file: &&'a Self| &file.name)
            .text("reason", "why it was not used", |file: &&'a Self| &file.reason)
    }
}

gomem_table::serialize_rows!(Remark, UnusedFile);
