//! Views of locations, and of what is known of them.

use gomem_symbol::SourcePath;

use super::{
    columns::{FunctionColumns, FunctionId, LineColumns, LocationId, MappingColumns},
    profile::Profile,
};

/// A place in the program: an address, and the lines it stands for.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// let sample = profile.samples().next().expect("a sample");
/// let leaf = profile.location(sample.locations().first().expect("a stack"));
/// assert_eq!((leaf.address(), leaf.lines().len(), leaf.is_folded()), (0x401000, 1, false));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Location<'a> {
    profile: &'a Profile,
    id: LocationId,
}

/// A line of source at a location. A location has several when functions were inlined.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    profile: &'a Profile,
    pub(crate) columns: &'a LineColumns,
}

/// A function.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// let names: Vec<_> = profile.functions().map(|function| function.name()).collect();
/// assert_eq!(names, ["main.parse", "main.main"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Function<'a> {
    profile: &'a Profile,
    id: FunctionId,
}

/// A file mapped into the program.
///
/// ```
/// # let profile = gomem_pprof::Profile::decode(&gomem_testkit::file("examples/incident/before/heap-3.pb.gz"))?;
/// let program = profile.mappings().next().ok_or("the program itself")?;
/// assert_eq!(program.build_id(), "ab440a2f6c4605b0c607db6e77dab7433db16b29");
/// let leaf = profile.samples().next().and_then(|sample| sample.locations().next()).ok_or("a sample has a stack")?;
/// assert!(program.addresses().contains(&profile.location(leaf).address()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Mapping<'a> {
    profile: &'a Profile,
    columns: &'a MappingColumns,
}

impl Profile {
    /// The files mapped into the program, the program itself first.
    ///
    /// ```
    /// # let profile = gomem_pprof::Profile::decode(&gomem_testkit::file("examples/incident/before/cpu.pb.gz"))?;
    /// let files: Vec<_> = profile.mappings().map(|file| file.filename()).collect();
    /// assert_eq!(files[..2], ["/opt/ingest/bin/ingest", "/usr/lib/x86_64-linux-gnu/libc.so.6"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn mappings(&self) -> impl ExactSizeIterator<Item = Mapping<'_>> {
        self.mappings.iter().map(|columns| Mapping { profile: self, columns })
    }

    /// A location.
    #[must_use]
    pub fn location(&self, id: LocationId) -> Location<'_> {
        Location { profile: self, id }
    }

    /// All locations.
    pub(crate) fn locations(&self) -> impl ExactSizeIterator<Item = (LocationId, Location<'_>)> {
        (0..self.addresses.len()).map(|index| {
            let id = LocationId(index as u32);
            (id, self.location(id))
        })
    }
}

impl<'a> Location<'a> {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> LocationId {
        self.id
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> u64 {
        self.profile.addresses[self.id.0 as usize]
    }

    /// The file it is mapped from.
    #[must_use]
    pub fn mapping(&self) -> Option<Mapping<'a>> {
        let index = self.profile.location_mappings[self.id.0 as usize]?;
        Some(Mapping { profile: self.profile, columns: &self.profile.mappings[index as usize] })
    }

    /// Whether it stands for several of the program's locations that the linker made one.
    #[must_use]
    pub fn is_folded(&self) -> bool {
        self.profile.folded_locations.binary_search(&self.id).is_ok()
    }

    /// Its lines, innermost first: the callee that was inlined before its caller. There is always one; it has no
    /// function when the location was not symbolised.
    pub fn lines(self) -> impl ExactSizeIterator<Item = Line<'a>> + DoubleEndedIterator + use<'a> {
        let (profile, at) = (self.profile, self.id.0 as usize);
        let range = profile.line_offsets[at]..profile.line_offsets[at + 1];
        profile.lines[range].iter().map(move |columns| Line { profile, columns })
    }
}

impl<'a> Line<'a> {
    /// The function it belongs to.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// let line = profile.samples().next().unwrap().frames().next().unwrap();
    /// let function = line.function().unwrap();
    /// assert_eq!((function.name(), line.line()), ("main.parse", 12));
    /// assert_eq!(function.filename(), "/src/app/parse.go");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn function(&self) -> Option<Function<'a>> {
        Some(Function { profile: self.profile, id: self.columns.function? })
    }

    /// The line's number.
    #[must_use]
    pub fn line(&self) -> i64 {
        self.columns.line
    }

    /// The column, 0 when it is not known: Go writes none.
    #[must_use]
    pub fn column(&self) -> i64 {
        self.columns.column
    }
}

impl<'a> Function<'a> {
    pub(super) fn new(profile: &'a Profile, id: FunctionId) -> Self {
        Self { profile, id }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> FunctionId {
        self.id
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.profile.string(self.columns().name)
    }

    /// Its linker name.
    #[must_use]
    pub fn system_name(&self) -> &'a str {
        self.profile.string(self.columns().system_name)
    }

    /// Its file.
    #[must_use]
    pub fn filename(&self) -> &'a str {
        self.profile.string(self.columns().filename)
    }

    /// Its file, cleaned.
    #[must_use]
    pub fn path(&self) -> SourcePath {
        SourcePath::decode(self.filename())
    }

    /// The line it begins in, 0 when it is not known.
    #[must_use]
    pub fn start_line(&self) -> i64 {
        self.columns().start_line
    }

    fn columns(&self) -> &'a FunctionColumns {
        &self.profile.functions[self.id.0 as usize]
    }
}

impl<'a> Mapping<'a> {
    /// The file.
    #[must_use]
    pub fn filename(&self) -> &'a str {
        self.profile.string(self.columns.filename)
    }

    /// The file's build id.
    #[must_use]
    pub fn build_id(&self) -> &'a str {
        self.profile.string(self.columns.build_id)
    }

    /// The addresses it covers.
    #[must_use]
    pub fn addresses(&self) -> std::ops::Range<u64> {
        self.columns.start..self.columns.limit
    }

    /// Where in the file the first address is.
    #[must_use]
    pub fn file_offset(&self) -> u64 {
        self.columns.file_offset
    }
}
