//! The columns of a profile: what refers to strings, functions and locations by number.

/// A location of a [`Profile`](crate::Profile).
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// let ids: Vec<_> = profile.samples().next().expect("a sample").locations().collect();
/// assert_ne!(ids[0], ids[1]);
/// assert_eq!(profile.location(ids[1]).id(), ids[1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocationId(pub(crate) u32);

/// A function of a [`Profile`](crate::Profile).
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// let indexes: Vec<_> = profile.functions().map(|function| function.id().index()).collect();
/// assert_eq!(indexes, [0, 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionId(pub(crate) u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct LabelColumns {
    pub(crate) key: u32,
    pub(crate) text: u32,
    pub(crate) number: i64,
    pub(crate) unit: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct LineColumns {
    pub(crate) function: Option<FunctionId>,
    pub(crate) line: i64,
    pub(crate) column: i64,
}

impl LineColumns {
    /// The line of a location that was not symbolised.
    pub(crate) const UNKNOWN: Self = Self { function: None, line: 0, column: 0 };
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct FunctionColumns {
    pub(crate) name: u32,
    pub(crate) system_name: u32,
    pub(crate) filename: u32,
    pub(crate) start_line: i64,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct MappingColumns {
    pub(crate) start: u64,
    pub(crate) limit: u64,
    pub(crate) file_offset: u64,
    pub(crate) filename: u32,
    pub(crate) build_id: u32,
    /// Whether locations in it have functions, file names, line numbers, inlined frames.
    pub(crate) has: [bool; 4],
}

impl FunctionId {
    /// Its number among the profile's functions, from 0: a place for it in a list.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}
