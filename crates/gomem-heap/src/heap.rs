//! A program's heap: what was read of it, and who keeps it.

use std::{
    fs::File,
    io::{self, Read, Seek},
    path::Path,
    sync::OnceLock,
};

use gomem_binary::Layout;
use gomem_transport::Compression;

use crate::{
    answers::{self, Maps, Types},
    core::{self, Core, RedactedCore},
    dump,
    error::{Diagnostic, Error, ErrorKind, Flaw, Limits},
    holders::{self, Holding, Ownership, RootChoice, SiteShare},
    memory::{Site, Snapshot, SnapshotSource},
    packing::{self, Source},
    program::Program,
};

/// A program's heap, with who keeps what.
///
/// ```
/// # let dump = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.dump.gz");
/// # let binary = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.bin.gz");
/// # let core = std::io::Cursor::new(gomem_testkit::inflated("testdata/heap/holders-go1.27.3.core.gz"));
/// use gomem_heap::{Heap, HeapOptions};
///
/// let options = HeapOptions::default().with_binary(binary);
/// let of_dump = Heap::decode_with(dump, options.clone())?;
/// assert!(of_dump.is_complete() && of_dump.binary_match() == Some(true));
/// assert_eq!((of_dump.objects(), of_dump.heap_alloc_bytes()), (6_298, Some(of_dump.bytes())));
///
/// let of_core = Heap::read_with(core, options)?;
/// assert_eq!(of_core.go_version(), "go1.27.3");
/// # Ok::<(), gomem_heap::Error>(())
/// ```
#[derive(Debug)]
pub struct Heap {
    pub(crate) snapshot: Snapshot,
    pub(crate) program: Program,
    pub(crate) ownership: Ownership,
    binary_match: Option<bool>,
    mem_profile_rate: Option<f64>,
    diagnostics: Vec<Diagnostic>,
    types: OnceLock<Types>,
    maps: OnceLock<Maps>,
}

/// How a heap is read.
///
/// ```
/// # let dump = gomem_testkit::inflated("testdata/heap/holders-go1.27.3.dump.gz");
/// use gomem_heap::{Heap, HeapOptions, RootChoice};
///
/// // Without the program's file, globals are shown by their addresses.
/// let options = HeapOptions::default().with_roots(RootChoice::All).with_mem_profile_rate(2_211.0);
/// let heap = Heap::decode_with(dump, options)?;
/// assert_eq!((heap.binary_match(), heap.mem_profile_rate()), (None, Some(2_211.0)));
/// # Ok::<(), gomem_heap::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct HeapOptions {
    /// The program's file, compressed (gzip, zstd) or not: it has the names of global variables.
    pub binary: Option<Vec<u8>>,
    /// Whether the file is read whose path a core holds, where none is given. The core decides what is opened then.
    pub reads_recorded_binary: bool,
    /// Files of which one may be the program's, where none is said to be: those that are not are passed over.
    pub candidates: Vec<Vec<u8>>,
    /// Which roots may keep an object.
    pub roots: RootChoice,
    /// The program's `runtime.MemProfileRate`, where it is known better than by an estimate.
    pub mem_profile_rate: Option<f64>,
    /// How much is accepted.
    pub limits: Limits,
}

impl HeapOptions {
    /// With the program's file.
    #[must_use]
    pub fn with_binary(mut self, binary: Vec<u8>) -> Self {
        self.binary = Some(binary);
        self
    }

    /// With the file whose path a core holds, if there is one and it is the program that ran.
    #[must_use]
    pub fn with_recorded_binary(mut self) -> Self {
        self.reads_recorded_binary = true;
        self
    }

    /// With files of which one may be the program's.
    #[must_use]
    pub fn with_candidates(mut self, candidates: Vec<Vec<u8>>) -> Self {
        self.candidates = candidates;
        self
    }

    /// With these roots.
    #[must_use]
    pub fn with_roots(mut self, roots: RootChoice) -> Self {
        self.roots = roots;
        self
    }

    /// With the program's own `runtime.MemProfileRate`.
    #[must_use]
    pub fn with_mem_profile_rate(mut self, rate: f64) -> Self {
        self.mem_profile_rate = Some(rate);
        self
    }

    /// With these limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

impl Heap {
    /// Reads a heap dump, or a core.
    ///
    /// # Errors
    /// When it is neither, or has more than [`Limits`] accept. One that is cut or damaged is read up to there.
    pub fn decode(bytes: Vec<u8>) -> Result<Self, Error> {
        Self::decode_with(bytes, HeapOptions::default())
    }

    /// Reads a heap dump or a core in another way.
    ///
    /// # Errors
    /// As [`Heap::decode`]. A program's file that did not write the dump is told in the diagnostics; a core is not read without the one that
    /// ran.
    pub fn decode_with(bytes: Vec<u8>, options: HeapOptions) -> Result<Self, Error> {
        if Self::is_core(&bytes) {
            return Self::read_with(io::Cursor::new(bytes), options);
        }
        let most = options.limits.inflated_bytes;
        let bytes = packing::inflated(bytes, most)
            .ok_or_else(|| Error::new(ErrorKind::Limit { what: "bytes", limit: most }, 0))?;
        Self::of_dump(bytes, options)
    }

    /// Reads a heap dump or a core as it lies in a file: of a core, pages of zeros are not held, and what was only reserved is not read.
    ///
    /// # Errors
    /// As [`Heap::decode_with`].
    pub fn read_with(mut source: impl Read + Seek, options: HeapOptions) -> Result<Self, Error> {
        let unreadable = |problem: io::Error| Error::new(ErrorKind::Unreadable { problem: problem.to_string() }, 0);
        let mut head = Vec::new();
        source.by_ref().take(HEAD).read_to_end(&mut head).map_err(unreadable)?;
        source.rewind().map_err(unreadable)?;
        let is_core = Self::is_core(&head);
        if is_core {
            let mut source = packing::unpacked(source).map_err(unreadable)?;
            return Self::of_core(&mut *source, options);
        }
        let most = options.limits.inflated_bytes;
        let mut bytes = Vec::new();
        if Compression::from_head(&head).is_none() {
            let _ = source.take(most.saturating_add(1)).read_to_end(&mut bytes);
        } else {
            let source = packing::unpacked(source).map_err(unreadable)?;
            let _ = source.take(most.saturating_add(1)).read_to_end(&mut bytes);
        }
        if bytes.len() as u64 > most {
            return Err(Error::new(ErrorKind::Limit { what: "bytes", limit: most }, 0));
        }
        Self::of_dump(bytes, options)
    }

    fn of_dump(bytes: Vec<u8>, options: HeapOptions) -> Result<Self, Error> {
        let most = options.limits.inflated_bytes;
        let mut snapshot = dump::decode(bytes, &options.limits)?;
        let diagnostics = std::mem::take(&mut snapshot.diagnostics);
        let program = match &options.binary {
            Some(binary) => program(&snapshot, binary, most),
            None => {
                let mut candidates = options.candidates.iter();
                candidates.find_map(|binary| program(&snapshot, binary, most).ok()).ok_or(Flaw::NoBinary)
            }
        };
        Self::new(snapshot, program, diagnostics, &options)
    }

    fn of_core(source: &mut dyn Source, options: HeapOptions) -> Result<Self, Error> {
        let core = Core::read(source, &options.limits)?;
        let layout = Self::program_of(&core, &options)?;
        let mut snapshot = core.decode(&layout, &options.limits)?;
        let diagnostics = std::mem::take(&mut snapshot.diagnostics);
        let is_cut = diagnostics.iter().any(|found| matches!(found.flaw, Flaw::CutCore { .. }));
        // Whose file it is, the core has said already.
        let program = Program::with_file(&snapshot, layout).map_err(|flaw| if is_cut { Flaw::NoGlobals } else { flaw });
        Self::new(snapshot, program, diagnostics, &options)
    }

    /// A core without the program's texts, fit to send: it has the same holders. What is taken out is what
    /// `gomem capture --pid` leaves out. The program's file is none of it.
    ///
    /// # Errors
    /// As [`Heap::read_with`]. Of a heap dump, [`Heap::redacted`] is to be asked.
    pub fn redact_core(source: impl Read + Seek, options: &HeapOptions) -> Result<RedactedCore, Error> {
        let unreadable = |problem: io::Error| Error::new(ErrorKind::Unreadable { problem: problem.to_string() }, 0);
        let mut source = packing::unpacked(source).map_err(unreadable)?;
        let core = Core::read(&mut *source, &options.limits)?;
        let layout = Self::program_of(&core, options)?;
        RedactedCore::new(core, layout, &options.limits)
    }

    /// The file of the program that a core is of, as far as that can be told before it is read.
    fn program_of(core: &Core, options: &HeapOptions) -> Result<Layout, Error> {
        let most = options.limits.inflated_bytes;
        let recorded = core.program().filter(|_| options.reads_recorded_binary && options.binary.is_none());
        let recorded = recorded.and_then(|path| packing::regular_file(Path::new(path), most));
        match options.binary.as_ref().or(recorded.as_ref()) {
            Some(binary) => layout(binary, most)
                .map_err(|problem| Error::new(ErrorKind::Binary { problem: problem.to_string() }, 0)),
            None => {
                let candidates = options.candidates.iter().filter_map(|binary| layout(binary, most).ok());
                candidates
                    .into_iter()
                    .find(|layout| core.mismatch(layout).is_none())
                    .ok_or_else(|| Error::new(ErrorKind::NoBinary { path: core.program().map(str::to_owned) }, 0))
            }
        }
    }

    fn new(
        snapshot: Snapshot,
        program: Result<Program, Flaw>,
        mut diagnostics: Vec<Diagnostic>,
        options: &HeapOptions,
    ) -> Result<Self, Error> {
        let binary_match = match &program {
            Err(Flaw::NoBinary) => None,
            program => Some(program.is_ok()),
        };
        let flaw = match &program {
            Ok(program) => (!program.has_symbols()).then(|| Flaw::Stripped { has_referrers: program.has_referrers() }),
            Err(flaw) => Some(flaw.clone()),
        };
        diagnostics.extend(flaw.map(|flaw| Diagnostic { offset: None, flaw }));
        let program = program.unwrap_or_else(|_| Program::of_dump(&snapshot));
        let ownership = Ownership::new(&snapshot, &program, options.roots, &options.limits)?;
        let known_rate = options.mem_profile_rate.or(snapshot.mem_profile_rate);
        let mem_profile_rate =
            known_rate.filter(|_| !snapshot.samples.is_empty() || options.mem_profile_rate.is_some());
        let mem_profile_rate = mem_profile_rate.or_else(|| holders::profile_rate(&snapshot));
        let (types, maps) = (OnceLock::new(), OnceLock::new());
        Ok(Self { snapshot, program, ownership, binary_match, mem_profile_rate, diagnostics, types, maps })
    }

    /// Whether bytes begin as a core, packed or not.
    #[must_use]
    pub fn is_core(head: &[u8]) -> bool {
        core::is_core(&Compression::head_within(head, HEAD_BYTES))
    }

    /// Opens a file that begins as a core, for [`read_with`](Self::read_with): most of a core is zeros, so it is not held
    /// as a whole. `None` for what is no regular file or no core.
    ///
    /// # Errors
    /// The file cannot be opened or read.
    pub fn open_core(path: &Path) -> io::Result<Option<File>> {
        let mut file = File::open(path)?;
        if !file.metadata()?.is_file() {
            return Ok(None);
        }
        let mut head = Vec::new();
        file.by_ref().take(HEAD).read_to_end(&mut head)?;
        file.rewind()?;
        Ok(Self::is_core(&head).then_some(file))
    }

    /// Whether bytes begin as a heap dump, compressed (gzip, zstd) or not.
    #[must_use]
    pub fn is_heap_dump(head: &[u8]) -> bool {
        Compression::head_within(head, dump::MAGIC.len()) == dump::MAGIC
    }

    /// The version of Go that built the program.
    #[must_use]
    pub fn go_version(&self) -> &str {
        &self.snapshot.target.go_version
    }

    /// The processor's architecture.
    #[must_use]
    pub fn arch(&self) -> &str {
        &self.snapshot.target.arch
    }

    /// Whether the dump was read to its end.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.snapshot.is_complete
    }

    /// Whether the program's file is the one that wrote the dump; `None` when there was none.
    #[must_use]
    pub fn binary_match(&self) -> Option<bool> {
        self.binary_match
    }

    /// The objects of the heap.
    #[must_use]
    pub fn objects(&self) -> u64 {
        self.snapshot.objects.len() as u64
    }

    /// The bytes of their slots.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.snapshot.objects.total_bytes()
    }

    /// The bytes of them that the runtime itself counted; `None` when the dump ends before.
    #[must_use]
    pub fn heap_alloc_bytes(&self) -> Option<u64> {
        self.snapshot.counted.map(|counted| counted.heap_alloc_bytes)
    }

    /// The program's `runtime.MemProfileRate`: given, or estimated by its samples.
    #[must_use]
    pub fn mem_profile_rate(&self) -> Option<f64> {
        self.mem_profile_rate
    }

    /// What the reading had to do without.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// What each holder keeps, alone or with others, the most first. Together they are all objects.
    #[must_use]
    pub fn holdings(&self) -> &[Holding] {
        &self.ownership.holdings
    }

    /// What each holding keeps, by the place that allocated it, the most first.
    #[must_use]
    pub fn site_shares(&self) -> Vec<SiteShare> {
        holders::shares(&self.snapshot, &self.ownership)
    }

    /// The dump without its contents, fit to send; `None` of a core. In it words stay that point into the heap, the stacks or the program, and the
    /// lengths beside them. Names of functions, files and types stay. What cannot be read is left out.
    #[must_use]
    pub fn redacted(&self) -> Option<Vec<u8>> {
        (self.snapshot.source == SnapshotSource::HeapDump).then(|| answers::redacted(&self.snapshot))
    }

    /// The places that allocate, by number.
    #[must_use]
    pub fn sites(&self) -> &[Site] {
        &self.snapshot.sites
    }

    /// The maps among the objects.
    pub(crate) fn map_shapes(&self) -> &Maps {
        self.maps.get_or_init(|| Maps::new(&self.snapshot))
    }

    /// The types of objects: most answers ask for them, and finding them takes a walk over the heap.
    pub(crate) fn object_types(&self) -> &Types {
        self.types.get_or_init(|| answers::types(&self.snapshot, &self.program, self.map_shapes()))
    }
}

/// The program in a file, when it is the one that wrote the dump.
fn program(snapshot: &Snapshot, binary: &[u8], most: u64) -> Result<Program, Flaw> {
    let layout = layout(binary, most).map_err(|problem| Flaw::Binary { problem: problem.to_string() })?;
    Program::with_file(snapshot, layout)
}

fn layout(binary: &[u8], most: u64) -> Result<Layout, gomem_binary::Error> {
    Layout::decode(&packing::inflated(binary.to_owned(), most).unwrap_or_default())
}

/// The bytes that tell what a file is, and how many hold them where it is compressed: zstd gives out a block of up to
/// 128 KiB at once.
const HEAD_BYTES: usize = 64;
const HEAD: u64 = 192 << 10;
