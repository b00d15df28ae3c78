//! What a profile counts.

/// What a profile counts.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// let kind = gomem_pprof::SampleType::new("alloc_space", "bytes");
/// assert_eq!((kind.name(), kind.unit()), ("alloc_space", "bytes"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleType {
    pub(crate) name: String,
    pub(crate) unit: String,
}

impl SampleType {
    /// A sample type of that name and unit.
    #[must_use]
    pub fn new(name: impl Into<String>, unit: impl Into<String>) -> Self {
        Self { name: name.into(), unit: unit.into() }
    }

    /// Its name: `alloc_space`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its unit, as the profile says it: `bytes`.
    #[must_use]
    pub fn unit(&self) -> &str {
        &self.unit
    }
}
