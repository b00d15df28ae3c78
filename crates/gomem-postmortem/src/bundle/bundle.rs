//! Files that a Go program left behind, recognised by their content.

use std::sync::Arc;

use gomem_bench::Benchmarks;
use gomem_binary::Binary;
use gomem_escape::EscapeLog;
use gomem_heap::Heap;
use gomem_metrics::{GcTrace, Metrics};
use gomem_pprof::{PrintedTable, Profile};
use gomem_source::SourceTree;
use gomem_trace::Trace;

use crate::bundle::{
    artifact::{Contents, Remark, UnusedFile},
    file_remarks::shortened,
    text::{log::crash::Crash, tool_output::ToolOutput, words::spoken::SpokenMemory},
};

/// Everything that was recognised among a set of files, and what was not.
///
/// ```
/// # let bundle = |run: &str| {
/// #     let read = |name: &str| gomem_testkit::file(format!("examples/incident/{run}/{name}"));
/// #     let artifact = |name: &str| Artifact { name: name.into(), bytes: read(name), modified_ms: None };
/// #     Bundle::from_artifacts(run, ["heap-1.pb.gz", "heap-3.pb.gz", "gctrace.log", "manifest.json"].map(artifact).into())
/// # };
/// use gomem_postmortem::{Artifact, Bundle, Contents};
///
/// let bundle = bundle("before");
/// assert!(bundle.contents().contains(&("gctrace.log".to_owned(), Contents::GcTrace)));
/// // The latest profile has counted the most.
/// assert_eq!(bundle.latest_heap().map(|heap| &*heap.name), Some("heap-3.pb.gz"));
/// // What is not used is listed, and is no error.
/// assert_eq!(bundle.unused_files()[0].name, "manifest.json");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Bundle {
    pub(crate) name: String,
    pub(crate) heaps: Vec<HeapProfile>,
    /// Whether only a window of the run is looked at.
    pub(crate) is_cut: bool,
    pub(crate) cpu: Option<Arc<Profile>>,
    pub(crate) goroutines: Vec<Arc<Profile>>,
    pub(crate) escapes: Option<Arc<EscapeLog>>,
    pub(crate) binary: Option<Arc<Binary>>,
    pub(crate) heap_dump: Option<Arc<Heap>>,
    pub(crate) execution_trace: Option<Arc<Trace>>,
    pub(crate) metrics: Arc<Metrics>,
    /// The first of several scrapes whose times are not known, where the metrics are the last of them.
    pub(crate) earlier_scrape: Option<Arc<Metrics>>,
    pub(crate) gctrace: Option<Arc<GcTrace>>,
    pub(crate) benchmarks: Option<Benchmarks>,
    /// The outputs that their runs are of, and how many runs each has.
    pub(crate) benchmark_outputs: Vec<(String, usize)>,
    pub(crate) sources: Option<Arc<SourceTree>>,
    /// How the program died, by each log that says it.
    pub(crate) crashes: Vec<(String, Crash)>,
    /// What tools printed or drew of profiles, by file.
    pub(crate) printed: Vec<HeapProfile>,
    /// The tables among them as they were printed, and those of which no profile can be made, by part of a file.
    pub(crate) tables: Vec<(String, PrintedTable)>,
    /// What the system's tools say of the process.
    pub(crate) tool_outputs: Vec<ToolOutput>,
    /// What people say of memory in words, by file.
    pub(crate) spoken: Vec<(String, SpokenMemory)>,
    /// Profiles of other programs that were left out: the file and the program.
    pub(crate) other_programs: Vec<(String, String)>,
    /// The program that was kept, when there are others.
    pub(crate) program: String,
    /// Of how many builds of the program the profiles are.
    pub(crate) builds: usize,
    pub(crate) contents: Vec<(String, Contents)>,
    pub(crate) unused_files: Vec<UnusedFile>,
    pub(crate) remarks: Vec<Remark>,
}

/// A heap profile of the bundle.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [1: 4096] @ heap/1048576\n1: 4096 [1: 4096] @ 0x40\n".to_vec();
/// # let artifact = gomem_postmortem::Artifact { name: "heap.txt".into(), bytes: text, modified_ms: None };
/// # let bundle = gomem_postmortem::Bundle::from_artifacts("incident", vec![artifact]);
/// let heap = bundle.latest_heap().expect("one profile");
/// assert_eq!((&*heap.name, heap.profile.samples().len()), ("heap.txt", 1));
/// ```
#[derive(Debug, Clone)]
pub struct HeapProfile {
    /// The file's name.
    pub name: String,
    /// The profile.
    pub profile: Arc<Profile>,
}

impl HeapProfile {
    /// What is in use, over all samples.
    pub(crate) fn inuse_bytes(&self) -> i128 {
        self.profile.sample_type_index("inuse_space").map_or(0, |index| self.profile.total(index))
    }
}

impl Bundle {
    /// Tells of files by number where they are many.
    pub(crate) fn shorten(&mut self) {
        let unused = std::mem::take(&mut self.unused_files).into_iter().map(|file| (file.name, file.reason));
        self.unused_files =
            shortened(unused.collect()).into_iter().map(|(name, reason)| UnusedFile { name, reason }).collect();
        let remarks = std::mem::take(&mut self.remarks).into_iter().map(|remark| (remark.name, remark.text));
        self.remarks = shortened(remarks.collect()).into_iter().map(|(name, text)| Remark { name, text }).collect();
    }

    /// The folder's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What each file was recognised as.
    #[must_use]
    pub fn contents(&self) -> &[(String, Contents)] {
        &self.contents
    }

    /// Files that were not used. Of many for one reason, the first by name, and of the others how many there are.
    #[must_use]
    pub fn unused_files(&self) -> &[UnusedFile] {
        &self.unused_files
    }

    /// Files that were used, with a reservation; many with the same one as [`unused_files`](Self::unused_files).
    #[must_use]
    pub fn remarks(&self) -> &[Remark] {
        &self.remarks
    }

    /// The CPU profile; of several, the last that was read.
    #[must_use]
    pub fn cpu(&self) -> Option<&Arc<Profile>> {
        self.cpu.as_ref()
    }

    /// The goroutine profiles and dumps.
    #[must_use]
    pub fn goroutines(&self) -> &[Arc<Profile>] {
        &self.goroutines
    }

    /// The heap profiles, in order of time.
    #[must_use]
    pub fn heaps(&self) -> &[HeapProfile] {
        &self.heaps
    }

    /// The compiler's log.
    #[must_use]
    pub fn escapes(&self) -> Option<&EscapeLog> {
        self.escapes.as_deref()
    }

    /// The release of Go that built the program, as its metrics say: `go1.26.8`. `None` when they say none, or several.
    #[must_use]
    pub fn go_version(&self) -> Option<&str> {
        let info = self.metrics.series().iter().filter(|series| series.metric == "go_info");
        let mut versions = info.filter_map(|series| series.label("version"));
        let first = versions.next()?;
        versions.all(|version| version == first).then_some(first)
    }

    /// Adds the program's file, unless the bundle has one.
    #[must_use]
    pub fn with_binary(mut self, binary: Option<Binary>) -> Self {
        self.binary = self.binary.or(binary.map(Arc::new));
        self
    }

    /// The program's sources: those that the caller named, and those in the bundle's folder `src`.
    #[must_use]
    pub fn sources(&self) -> Option<&SourceTree> {
        self.sources.as_deref()
    }

    /// Adds the program's sources. What they do not have as it was compiled is looked for in the bundle's own.
    #[must_use]
    pub fn with_sources(mut self, sources: Option<SourceTree>) -> Self {
        if let Some(sources) = sources {
            let own = self.sources.take().map(Arc::unwrap_or_clone);
            self.sources = Some(Arc::new(match own {
                Some(own) => sources.with_fallback(own),
                None => sources,
            }));
        }
        self
    }

    /// Whether it holds anything that tells of the program's memory.
    #[must_use]
    pub fn has_evidence(&self) -> bool {
        self.contents.iter().any(|(_, contents)| *contents != Contents::Source)
    }

    /// The heap dump, with the names that a program of the bundle gives it.
    #[must_use]
    pub fn heap_dump(&self) -> Option<&Heap> {
        self.heap_dump.as_deref()
    }

    /// The execution trace.
    #[must_use]
    pub fn execution_trace(&self) -> Option<&Trace> {
        self.execution_trace.as_deref()
    }

    /// The benchmarks: the runs of all outputs that it holds.
    #[must_use]
    pub fn benchmarks(&self) -> Option<&Benchmarks> {
        self.benchmarks.as_ref()
    }

    /// The program's file.
    #[must_use]
    pub fn binary(&self) -> Option<&Binary> {
        self.binary.as_deref()
    }

    /// The metrics.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// The GC trace.
    #[must_use]
    pub fn gctrace(&self) -> Option<&GcTrace> {
        self.gctrace.as_deref()
    }

    /// The heap profile that knows most: the latest one has counted the most allocation.
    #[must_use]
    pub fn latest_heap(&self) -> Option<&HeapProfile> {
        self.heaps.last()
    }
}
