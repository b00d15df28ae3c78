//! How well a record or a guess explains what a call of the allocator made: one scale, so that they can be compared.
//!
//! The order is what counts. What names the size itself comes first; then shapes that only one operation makes; then what
//! has one size and could be many things; then guesses by a size alone. Measured on the programs of `testdata/attribution`
//! and `testdata/open-source`: an order that explains more of their bytes rightly is a better one.

/// What a CPU profile of the same run proves of the call itself: the operation that it calls.
pub(crate) const PROVED: u32 = 60;
/// The header of a map, 48 bytes, in what makes a map.
pub(crate) const MAP_HEADER: u32 = 40;
/// A type by a name that turns out to be a map: its header or its tables are there.
pub(crate) const NAMED_MAP: u32 = 39;
/// Sizes that double, in `append`.
pub(crate) const APPEND_GROWS: u32 = 38;
/// A bucket or group of just the size that the map's type has.
pub(crate) const BUCKET_OF_TYPE: u32 = 36;
/// An object of just the size that its type has.
pub(crate) const TYPE: u32 = 35;
/// What a CPU profile of the same run saw the runtime do for the line, and nothing else of the line can have this size.
pub(crate) const SEEN: u32 = 33;
/// Arrays of groups that double, in what makes a map or where no record is.
pub(crate) const MAP_TABLES: u32 = 30;
/// The same, before Go 1.25: a slice is less likely, but possible, since `append` is not reported.
pub(crate) const MAP_OR_SLICE: u32 = 29;
/// A slice of a size known at run time: sizes of any kind.
pub(crate) const RUNTIME_SIZED: u32 = 28;
/// A text: sizes of any kind.
pub(crate) const TEXT: u32 = 27;
/// What a flow of the line says that the log does not report: an `append` before Go 1.25, with several sizes.
pub(crate) const FLOW_OF_SIZES: u32 = 24;
/// What usually has this size.
pub(crate) const USUAL: u32 = 22;
/// What a flow or a call of the line says that the log does not report, with one size.
pub(crate) const FLOW: u32 = 21;
/// A bucket of a usual size, or of a map that the log names; and what has any one size.
pub(crate) const USUAL_BUCKET: u32 = 20;
pub(crate) const ONE_SIZE: u32 = 20;
/// An `append` whose sizes look like a map's, and a slice of one size known at run time.
pub(crate) const APPEND_LIKE_MAP: u32 = 18;
/// A text that always has one size.
pub(crate) const TEXT_OF_ONE_SIZE: u32 = 17;
/// An `append` that never grew, and a text that grows by `s += x`.
pub(crate) const APPEND_ONCE: u32 = 16;
pub(crate) const GROWING_TEXT: u32 = 16;
/// Possible, with nothing that speaks for it.
pub(crate) const MAYBE: u32 = 15;
/// A guess by sizes, where the log has the package and nothing on the line.
pub(crate) const GUESS: u32 = 14;
/// A box or closure that is larger than most; a channel of a usual size.
pub(crate) const LARGE_BOX: u32 = 12;
/// An object of one size at the place where a map that holds it would grow.
pub(crate) const OF_THE_MAP: u32 = 11;
/// A guess by sizes, where the log does not have the package.
pub(crate) const GUESS_WITHOUT_LOG: u32 = 10;
/// What is left, of one size.
pub(crate) const LAST_GUESS: u32 = 3;
/// A map of a type by name and a size that no usual bucket has; what is a constant, or else the result of a function.
pub(crate) const HARDLY: u32 = 2;
