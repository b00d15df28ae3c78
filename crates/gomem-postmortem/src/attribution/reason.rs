//! Why a site allocates, in one word.

use gomem_escape::{Cause, SubjectKind};

/// Why a site allocates: the compiler's cause, or what the runtime and the standard library do that no log reports.
///
/// ```
/// use gomem_postmortem::Reason;
///
/// assert_eq!(Reason::MapGrowth.name(), "map_growth");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Reason {
    /// As the compiler says.
    Compiler(Cause),
    /// A map gets more elements than it has room for.
    MapGrowth,
    /// A channel is made.
    Channel,
    /// A buffer is made or grows: of a `strings.Builder`, a `bytes.Buffer`, a reader or writer of `bufio`, `io.ReadAll`.
    BufferGrowth,
    /// A function of `strings` or `bytes` makes a new text or slice.
    StringBuilding,
    /// `fmt`, `strconv`, `log`, `time` and templates write text.
    Formatting,
    /// A package of `encoding` reads or writes values.
    Encoding,
    /// An error value is made.
    ErrorValue,
    /// A regular expression is compiled, or its matches are returned.
    Regexp,
    /// A pool has no object to give, or makes room for those it keeps.
    PoolRefill,
    /// The `testing` package's own.
    Testing,
    /// The runtime's own.
    Runtime,
    /// All elements, or all bytes, are copied to new memory of that size.
    Copy,
}

impl Reason {
    /// The names of those that are not a [`Cause`]. The names of causes are reasons too.
    pub const NAMES: &'static [&'static str] = &[
        "map_growth",
        "channel",
        "buffer_growth",
        "string_building",
        "formatting",
        "encoding",
        "error_value",
        "regexp",
        "pool_refill",
        "testing",
        "runtime",
        "copy",
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Compiler(cause) => cause.name(),
            Self::MapGrowth => Self::NAMES[0],
            Self::Channel => Self::NAMES[1],
            Self::BufferGrowth => Self::NAMES[2],
            Self::StringBuilding => Self::NAMES[3],
            Self::Formatting => Self::NAMES[4],
            Self::Encoding => Self::NAMES[5],
            Self::ErrorValue => Self::NAMES[6],
            Self::Regexp => Self::NAMES[7],
            Self::PoolRefill => Self::NAMES[8],
            Self::Testing => Self::NAMES[9],
            Self::Runtime => Self::NAMES[10],
            Self::Copy => Self::NAMES[11],
        }
    }

    /// Its name in words.
    #[must_use]
    pub fn words(self) -> String {
        self.name().replace('_', " ")
    }

    /// Whether it says what the program is doing, and not how.
    pub(crate) fn is_purpose(self) -> bool {
        matches!(
            self,
            Self::StringBuilding | Self::Formatting | Self::Encoding | Self::ErrorValue | Self::Regexp | Self::Testing
        )
    }

    /// Whether memory is replaced by larger memory.
    pub(crate) fn is_growth(self) -> bool {
        matches!(self, Self::MapGrowth | Self::BufferGrowth | Self::Compiler(Cause::SliceGrowth | Cause::Concatenation))
    }

    /// Why an expression allocates that does not escape: its kind says.
    pub(crate) fn from_stack_buffer(kind: SubjectKind) -> Self {
        Self::Compiler(match kind {
            SubjectKind::Append => Cause::SliceGrowth,
            SubjectKind::Conversion => Cause::StringConversion,
            SubjectKind::Concatenation => Cause::Concatenation,
            SubjectKind::MakeSlice => Cause::UnknownSize,
            SubjectKind::MakeMap | SubjectKind::MapLiteral => Cause::MapCreation,
            _ => Cause::Other,
        })
    }

    /// Whether a pool can hold what is allocated for this reason: an object or a buffer that the line makes. A map's room, a
    /// channel that is closed, a function value and a boxed value are of no use to the next one.
    pub(crate) fn is_poolable(self) -> bool {
        let Self::Compiler(cause) = self else { return false };
        !matches!(
            cause,
            Cause::InterfaceBoxing
                | Cause::ConstantBoxing
                | Cause::VariadicSlice
                | Cause::EscapingClosure
                | Cause::MethodValue
                | Cause::Goroutine
                | Cause::DeferInLoop
                | Cause::MapCreation
        )
    }

    /// A sentence about it, for want of the compiler's line.
    #[must_use]
    pub fn explanation(self) -> &'static str {
        match self {
            Self::Compiler(Cause::SliceGrowth) => "append grows a slice",
            Self::Compiler(Cause::StringConversion) => "a conversion between text and bytes copies",
            Self::Compiler(Cause::Concatenation) => "strings are put together",
            Self::Compiler(Cause::UnknownSize) => "a slice is made of a size that is known at run time only",
            Self::Compiler(Cause::MapCreation) => "a map is made, with room for its elements",
            Self::Compiler(Cause::Goroutine) => {
                "a goroutine starts: its function keeps the arguments, the runtime its descriptor"
            }
            Self::Compiler(Cause::DeferInLoop) => "a deferred call in a loop is kept on the heap",
            Self::Compiler(Cause::Reflection) => "reflection makes values",
            Self::Compiler(Cause::InterfaceBoxing) => "a value is put into an interface",
            Self::Compiler(_) => "the compiler reports an escape on the line",
            Self::MapGrowth => "a map takes room for its elements",
            Self::Channel => "a channel is made",
            Self::BufferGrowth => {
                "a buffer is made or grows: of a strings.Builder, a bytes.Buffer, a reader or a writer"
            }
            Self::StringBuilding => "a function of the standard library makes a new text or slice",
            Self::Formatting => "text is formatted",
            Self::Encoding => "values are encoded or decoded",
            Self::ErrorValue => "an error value is made",
            Self::Regexp => "a regular expression is compiled, or returns its matches",
            Self::PoolRefill => "a sync.Pool makes an object, or room for those it keeps",
            Self::Testing => "the testing package's own memory",
            Self::Runtime => "the runtime's own memory",
            Self::Copy => "all elements are copied to new memory",
        }
    }

    /// What to do about it, for want of the compiler's advice.
    #[must_use]
    pub fn advice(self) -> Option<&'static str> {
        Some(match self {
            Self::Compiler(Cause::SliceGrowth) => {
                "make the slice with the capacity it will need, or reuse it over calls"
            }
            Self::Compiler(Cause::StringConversion) => {
                "stay with []byte or with string; index maps directly by `m[string(b)]`, which does not copy"
            }
            Self::Compiler(Cause::Concatenation) => "append to a reused []byte, or use strings.Builder with Grow",
            Self::Compiler(Cause::UnknownSize) => "reuse a buffer, or let the caller pass one in",
            Self::Compiler(Cause::MapCreation) => {
                "give make the number of its keys, where it has none; if it does not stay, keep one map and clear() it; for few keys use a slice"
            }
            Self::Compiler(Cause::Goroutine) => "use a fixed set of workers",
            Self::Compiler(Cause::DeferInLoop) => "move the body of the loop into a function of its own",
            Self::MapGrowth => {
                "make the map with the number of elements it will hold, or clear() and reuse it; for keys that are fixed use a struct"
            }
            Self::Channel => {
                "make the channel once, or with a smaller buffer; to wait for others use a WaitGroup or a sync.Cond"
            }
            Self::BufferGrowth => "call Grow with the size it will need, or Reset and reuse one buffer",
            Self::StringBuilding => "work on positions within the text, or append to a reused []byte",
            Self::Formatting => "use strconv.Append… into a reused buffer instead of formatting a new text",
            Self::Encoding => "reuse encoder, decoder and target; on a hot path use generated code",
            Self::ErrorValue => "declare errors that carry nothing once, as package variables",
            Self::Regexp => "compile once; use the Index forms, which return positions instead of texts",
            Self::Copy => {
                "share what nobody changes; copy into memory that is kept, `kept = append(kept[:0], elements...)`"
            }
            Self::PoolRefill => "fewer GC cycles empty the pool less often; check that every Get has its Put",
            _ => return None,
        })
    }
}
