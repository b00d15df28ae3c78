//! Why a place allocates that no record explains.

use gomem_escape::Cause;
use gomem_finding::Confidence;
use gomem_symbol::Wrapper;

use crate::attribution::{
    evidence::{
        fit,
        map_types::{Maps, can_be_of_map, is_usual_bucket},
        runtime_calls::Seen,
        size_classes::rounded,
        sizes::{Shape, Sizes},
    },
    reason::Reason,
};

/// What is known of the build.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Build<'a> {
    /// Whether the log reports `append`: Go 1.25 and later.
    pub(crate) reports_append: bool,
    /// Whether an expression of the line's flows is an `append`.
    pub(crate) appends: bool,
    /// Whether all these copy what is appended to what is empty.
    pub(crate) copies: bool,
    /// Whether the log covers the package, or a release's decisions do.
    pub(crate) is_covered: bool,
    /// Whether they do: of the release, not of this very build.
    pub(crate) is_of_release: bool,
    /// The call of the line that `go` or `defer` puts into a function of its own.
    pub(crate) wrapped: Option<Wrapped>,
    /// Whether the line puts something into a map.
    pub(crate) puts_in_map: bool,
    /// Whether the line returns what `append` made: that can begin on the stack, and moves to the heap there.
    pub(crate) returns_slice: bool,
    /// Whether the line is `text += more`.
    pub(crate) adds_text: bool,
    /// The maps that the log names.
    pub(crate) maps: Option<&'a Maps>,
    /// What a CPU profile saw the runtime allocate for the line.
    pub(crate) seen: Seen<'a>,
}

impl Build<'_> {
    /// Whether the log names a map with buckets of this size.
    fn has_map_of(&self, size: u64) -> bool {
        self.maps.is_some_and(|maps| maps.has_bucket(size))
    }

    /// Whether there may be a map that the log does not name, with buckets of this size.
    fn may_have_map_of(&self, size: u64) -> bool {
        self.maps.is_none_or(|maps| maps.has_others) && is_usual_bucket(size)
    }
}

/// A call that `go` or `defer` puts into a function of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wrapped {
    /// Which of the two, where that is known.
    pub(crate) by: Option<Wrapper>,
    /// The bytes of the arguments that it keeps, where they are known.
    pub(crate) kept_bytes: Option<u64>,
}

impl Wrapped {
    /// Whether an object of this size can be what it keeps: beside the arguments the function itself, and where these are not
    /// known less than a channel, which the line may make for the call.
    pub(crate) fn can_make(self, size: u64) -> bool {
        size < CHANNEL[0] || self.kept_bytes.is_some_and(|bytes| rounded(bytes.saturating_add(POINTER)) == size)
    }
}

/// A reason with how well it fits, and whether that is more than a guess.
type Guess = (Reason, u32, Confidence);

/// The reason of a place that no record explains: what is never reported is the growth of maps, channels, what `go f(x)`
/// keeps, and before Go 1.25 the growth of slices.
pub(crate) fn unreported(sizes: &Sizes, build: Build<'_>) -> Option<Guess> {
    let shape = sizes.shape();
    let slice = if build.copies { Reason::Copy } else { Reason::Compiler(Cause::SliceGrowth) };
    if let Some(reason) = build.seen.proves(sizes) {
        return Some((reason, fit::SEEN, Confidence::High));
    }
    if !build.is_covered && build.seen.is_objects_only() {
        return None;
    }
    if !build.is_covered || build.is_of_release {
        return without_log((sizes, shape), slice);
    }
    by_shape((sizes, shape), build, slice).or_else(|| last_guess((sizes, shape), build, slice))
}

/// Anything can be the reason, and nobody wants a guess about the standard library: only clear shapes tell.
fn without_log((sizes, shape): (&Sizes, Shape), slice: Reason) -> Option<Guess> {
    let reason = match shape {
        Shape::Map if sizes.has_map_tables() && sizes.has_map_headers() => Reason::Compiler(Cause::MapCreation),
        Shape::Map if sizes.has_map_tables() => Reason::MapGrowth,
        // The first steps of a map look like those of a slice.
        Shape::Slice if is_usual_bucket(sizes.smallest()) && sizes.smallest() >= SMALLEST_LIKELY_MAP => {
            sizes.has_map_tables().then_some(Reason::MapGrowth)?
        }
        Shape::Slice if sizes.distinct() > 2 && sizes.grows_from_small() => slice,
        _ => return None,
    };
    heuristic(reason, fit::GUESS_WITHOUT_LOG)
}

/// What the sizes of the objects look like, where the log says nothing of them.
fn by_shape((sizes, shape): (&Sizes, Shape), build: Build<'_>, slice: Reason) -> Option<Guess> {
    let smallest = sizes.smallest();
    match shape {
        _ if build.adds_text => Some((Reason::Compiler(Cause::Concatenation), fit::FLOW, Confidence::High)),
        _ if build.returns_slice && build.reports_append => Some((slice, fit::FLOW, Confidence::High)),
        Shape::Fixed(_) if build.appends && !build.reports_append => Some((slice, fit::FLOW, Confidence::High)),
        _ if build.appends && !build.reports_append => Some((slice, fit::FLOW_OF_SIZES, Confidence::High)),
        Shape::Fixed(size) => by_size(size, build),
        _ if sizes.has_pair_with(&CHANNEL) => heuristic(Reason::Channel, fit::FLOW),
        // `s += x` is not reported.
        Shape::Mixed if sizes.is_dense() => heuristic(Reason::Compiler(Cause::Concatenation), fit::GROWING_TEXT),
        // An `append` that stays on the stack while small has a record.
        Shape::Map if build.reports_append && !sizes.can_be_groups() => heuristic(slice, fit::GUESS),
        Shape::Map if build.reports_append => Some((Reason::MapGrowth, fit::MAP_TABLES, Confidence::High)),
        Shape::Map => heuristic(Reason::MapGrowth, fit::MAP_OR_SLICE),
        // Two or three steps of a map look like those of a slice.
        Shape::Slice
            if build.has_map_of(smallest) && smallest >= SMALLEST_MAP
                || build.may_have_map_of(smallest) && smallest >= SMALLEST_LIKELY_MAP =>
        {
            heuristic(Reason::MapGrowth, fit::MAP_OR_SLICE)
        }
        Shape::Slice if build.reports_append && build.maps.is_some_and(|maps| maps.has_tables(&sizes.all())) => {
            heuristic(Reason::MapGrowth, fit::MAP_OR_SLICE)
        }
        Shape::Slice if !build.reports_append => heuristic(slice, fit::MAP_OR_SLICE),
        // The log may lack a generic function that is inlined everywhere.
        Shape::Slice => heuristic(slice, fit::GUESS),
        _ => None,
    }
}

/// What objects of one size are.
fn by_size(size: u64, build: Build<'_>) -> Option<Guess> {
    // Before the log reports `append`, a slice is as likely.
    let is_struct_map = || build.reports_append && build.maps.is_some_and(|maps| maps.may_have_bucket(size));
    match size {
        _ if build.wrapped.is_some_and(|call| call.can_make(size)) => {
            let cause = match build.wrapped?.by? {
                Wrapper::Go => Cause::Goroutine,
                // A deferred call that is made once stays on the stack.
                Wrapper::Defer => Cause::DeferInLoop,
                _ => return None,
            };
            Some((Reason::Compiler(cause), fit::FLOW, Confidence::High))
        }
        _ if CHANNEL.contains(&size) && !(build.reports_append && size == CHANNEL[0]) => {
            heuristic(Reason::Channel, fit::FLOW)
        }
        _ if build.has_map_of(size) => heuristic(Reason::MapGrowth, fit::USUAL_BUCKET),
        _ if build.may_have_map_of(size) || is_struct_map() => heuristic(Reason::MapGrowth, fit::GUESS),
        _ if is_usual_channel(size) || build.reports_append && size > CHANNEL[0] && size <= MOST_IN_CHANNEL => {
            heuristic(Reason::Channel, fit::LARGE_BOX)
        }
        _ => None,
    }
}

/// What is left when neither shape nor size tells.
fn last_guess((sizes, shape): (&Sizes, Shape), build: Build<'_>, slice: Reason) -> Option<Guess> {
    let is_small = sizes.largest() < SMALLEST_MAP && !build.has_map_of(sizes.smallest());
    let reason = match build.reports_append {
        // `text += more`, which the flows do not show.
        true if is_small && !build.puts_in_map => Reason::Compiler(Cause::Concatenation),
        true => Reason::MapGrowth,
        false => slice,
    };
    let is_last = matches!(shape, Shape::Fixed(_)) && !build.puts_in_map;
    // No map has a group of such a size.
    if is_last && reason == Reason::MapGrowth && !can_be_of_map(sizes.largest()) {
        return None;
    }
    heuristic(reason, if is_last { fit::LAST_GUESS } else { fit::GUESS })
}

fn heuristic(reason: Reason, fit: u32) -> Option<Guess> {
    Some((reason, fit, Confidence::Medium))
}

const POINTER: u64 = 8;

/// Whether a channel of a power of two of words has this size: most buffers are made so.
fn is_usual_channel(size: u64) -> bool {
    CHANNEL.iter().any(|header| (0..7).any(|doubled| rounded(header + (8 << doubled)) == size))
}

/// Most channels hold few and small values.
const MOST_IN_CHANNEL: u64 = 1024;

/// Below this a bucket's size is more often a slice's, even if the log names a map with such buckets.
const SMALLEST_MAP: u64 = 72;

/// Few structs are as large, and a map with slots of 16 bytes has such buckets.
const SMALLEST_LIKELY_MAP: u64 = 144;

/// The sizes of `runtime.hchan` without elements, up to Go 1.22 and since.
const CHANNEL: [u64; 2] = [96, 112];
