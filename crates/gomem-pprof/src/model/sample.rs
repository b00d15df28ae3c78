//! Views of samples.

use std::{mem::replace, ops::Range};

use gomem_table::checkpoint;

use super::{
    location::{Function, Line},
    profile::Profile,
    sample_columns::{SampleValues, Stack},
};

/// Samples, in the order of the file.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// let samples = profile.samples();
/// assert_eq!(samples.len(), 1);
/// assert!(samples.map(|sample| sample.locations().len()).eq([2]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Samples<'a> {
    profile: &'a Profile,
    indexes: Range<usize>,
}

/// One sample.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// let sample = profile.samples().next().expect("a sample");
/// let places: Vec<_> = sample.frames().map(|line| line.line()).collect();
/// assert_eq!((places, sample.object_bytes()), (vec![12, 7], Some(4_096)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Sample<'a> {
    profile: &'a Profile,
    index: usize,
}

/// A label of a sample.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// let sample = profile.samples().next().expect("a sample");
/// let bytes = sample.labels().find(|label| label.key == "bytes").expect("heap profiles have it");
/// assert_eq!(bytes.number, 4_096);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Label<'a> {
    /// Its key.
    pub key: &'a str,
    /// Its text, empty for a number.
    pub text: &'a str,
    /// Its number, 0 for a text.
    pub number: i64,
    /// The number's unit.
    pub unit: &'a str,
}

impl Profile {
    /// The samples, in the order of the file.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// let sample = profile.samples().next().unwrap();
    /// let inuse_space = profile.sample_type_index("inuse_space").unwrap();
    /// assert!(sample.value(inuse_space) > 0);
    /// assert_eq!(sample.frames().count(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn samples(&self) -> Samples<'_> {
        Samples { profile: self, indexes: 0..self.samples.len() }
    }

    /// The functions in the stacks, each once, in the order they come.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// let names: Vec<&str> = profile.functions().map(|function| function.name()).collect();
    /// assert!(names.contains(&"main.parse"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn functions(&self) -> impl ExactSizeIterator<Item = Function<'_>> {
        let (mut is_known, mut is_found) = (vec![false; self.addresses.len()], vec![false; self.functions.len()]);
        let mut found = Vec::new();
        for sample in self.samples() {
            sample.locations().each(|id| {
                if replace(&mut is_known[id.0 as usize], true) {
                    return;
                }
                for function in self.lines[self.line_range(id)].iter().filter_map(|line| line.function) {
                    if !replace(&mut is_found[function.0 as usize], true) {
                        found.push(function);
                    }
                }
            });
        }
        found.into_iter().map(|id| Function::new(self, id))
    }
}

/// After so many samples, whether the work was interrupted is looked at.
const OFTEN: usize = 1024;

impl<'a> Samples<'a> {
    pub(crate) fn profile(&self) -> &'a Profile {
        self.profile
    }
}

impl<'a> Iterator for Samples<'a> {
    type Item = Sample<'a>;

    #[inline]
    fn next(&mut self) -> Option<Sample<'a>> {
        let index = self.indexes.next()?;
        if index.is_multiple_of(OFTEN) {
            checkpoint();
        }
        Some(Sample { profile: self.profile, index })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.indexes.size_hint()
    }
}

impl DoubleEndedIterator for Samples<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.indexes.next_back().map(|index| Sample { profile: self.profile, index })
    }
}

impl ExactSizeIterator for Samples<'_> {}

impl<'a> Sample<'a> {
    /// Its place in the file, from 0.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// One value per sample type.
    #[must_use]
    pub fn values(&self) -> SampleValues<'a> {
        self.profile.samples.values(self.index, self.profile.sample_types.len())
    }

    /// The value of one sample type; 0 for an index that is none.
    #[must_use]
    pub fn value(&self, sample_type: usize) -> i64 {
        self.values().nth(sample_type).unwrap_or(0)
    }

    /// The stack, leaf first.
    #[must_use]
    pub fn locations(&self) -> Stack<'a> {
        self.profile.samples.stack(self.index)
    }

    /// All lines of the stack, leaf first, inlined ones too.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
    /// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// let sample = profile.samples().next().unwrap();
    /// let lines: Vec<i64> = sample.frames().map(|line| line.line()).collect();
    /// assert_eq!(lines, [12, 7], "the leaf first");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn frames(self) -> impl Iterator<Item = Line<'a>> + use<'a> {
        let profile = self.profile;
        self.locations().flat_map(move |id| profile.location(id).lines())
    }

    /// How large each object of a heap profile's sample is: Go writes it as a label. Bytes and objects are scaled each for
    /// itself, so that their mean is only near it.
    ///
    /// ```
    /// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
    /// #              1: 4096 [3: 12288] @ 0x401000\n\
    /// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\n";
    /// # let profile = gomem_pprof::Profile::decode(text)?;
    /// let sample = profile.samples().next().unwrap();
    /// assert_eq!(sample.object_bytes(), Some(4096));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn object_bytes(self) -> Option<i64> {
        let mut labels = self.labels();
        labels.find(|label| label.key == "bytes" && label.text.is_empty()).map(|label| label.number)
    }

    /// The labels.
    pub fn labels(self) -> impl ExactSizeIterator<Item = Label<'a>> + use<'a> {
        let profile = self.profile;
        profile.labels.of(self.index).iter().map(move |label| Label {
            key: profile.string(label.key),
            text: profile.string(label.text),
            number: label.number,
            unit: profile.string(label.unit),
        })
    }
}
