//! An allocation site: a leaf, the line it is charged to, and one reason.

use std::{borrow::Cow, sync::Arc};

use gomem_binary::MadeType;
use gomem_escape::{Cause, Certainty, HeapDecision, Step};
use gomem_finding::Confidence;

use crate::{
    attribution::{
        evidence::is_usual_bucket,
        place::Place,
        reason::Reason,
        sites::{assist_cost::AssistCost, explanation::Explanation, lifespan::Lifespan},
    },
    pacing::Saving,
};

/// What one place allocates for one reason, by way of one line of the user's own code.
///
/// A byte of the profile is in exactly one site: the bytes of all sites add up to those of the profile. What stands on
/// another line than the place explains nothing here.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [30000: 122880000] @ heap/1048576\n\
/// #             1: 4096 [30000: 122880000] @ 0x401000\n\
/// #             #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// # let log = gomem_escape::EscapeLog::decode(b"# main\n./parse.go:12:9: moved to heap: page\n")?;
/// # use gomem_postmortem::{AttributeOptions, attribute};
/// # let sites = attribute(&profile, Some(&log), &AttributeOptions::default());
/// let site = &sites[0];
/// assert_eq!((site.place.line, site.compiler_message().as_deref()), (12, Some("moved to heap: page")));
/// assert!(site.is_own() && site.bytes_fraction == 1.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Site {
    /// Where memory is allocated: the innermost frame.
    pub place: Place,
    /// The frame the innermost one was inlined into, the outermost of them.
    pub inlined_into: Option<Box<Place>>,
    /// The nearest frame of the user's own code: the line to change. The place itself, when it is the user's.
    pub charged_to: Place,
    /// The function that the charged line calls on the way to the place. `None` when that line allocates itself.
    pub callee: Option<Arc<str>>,
    /// Where the stack begins, when no frame of it is the user's own: of several stacks that of most bytes.
    pub reached_from: Option<Box<Place>>,
    /// Whether the profiler cut these stacks, so that it is not known which line they come from.
    pub stack_is_cut: bool,
    /// Bytes allocated over the program's life.
    pub bytes: i64,
    /// Objects allocated over the program's life.
    pub objects: i64,
    /// Bytes in use when the profile was taken.
    pub inuse_bytes: i64,
    /// Objects in use when the profile was taken.
    pub inuse_objects: i64,
    /// Objects that a `sync.Pool` had made since it had none to give: those allocated below its `Get`.
    pub pool_objects: i64,
    /// Whether the function that makes them gives an object a finalizer or a cleanup.
    pub has_finalizer: bool,
    /// The share of all bytes allocated.
    pub bytes_fraction: f64,
    /// The share of all objects allocated.
    pub objects_fraction: f64,
    /// The share of all bytes in use.
    pub inuse_fraction: f64,
    /// Why it allocates, in a word. `None` when nothing tells.
    pub reason: Option<Reason>,
    /// How sure the reason is.
    pub reason_confidence: Option<Confidence>,
    /// The compiler's decision about these very objects.
    pub decision: Option<Arc<HeapDecision>>,
    /// Why it allocates, for want of a decision; or what would tell.
    pub explanation: Option<Explanation>,
    /// The type of what it makes by the program's file, where no log has their reason.
    pub(crate) made: Option<Box<MadeType>>,
    /// The share of its bytes that the usual fix saves: all, but what grows still needs its last memory when it is made large
    /// enough at once.
    pub avoidable_fraction: f64,
    /// What the fix saves, where a model of the program was asked.
    pub saving: Option<Box<Saving>>,
    /// What goroutines lost here by helping the garbage collector, where an execution trace was asked: of all that the place
    /// allocates by way of the charged line, for whatever reason.
    pub assists: Option<Box<AssistCost>>,
    /// How long its objects live, where an execution trace with births and deaths was asked.
    pub lifespan: Option<Box<Lifespan>>,
    /// Whether `sync.OnceValue` called for it, which keeps what it is given.
    pub(crate) is_of_once: bool,
    /// Whether its objects are of one size, but for a few.
    pub(crate) has_one_size: bool,
    /// Bytes in use of those sizes and stacks of which nearly all stay, while others may be garbage.
    pub(crate) staying_bytes: i64,
    /// What was in use when the heap was fullest, where something held it then and the latest profile no longer shows it.
    pub(crate) held_before: Option<Box<HeldBefore>>,
}

/// What a site had in use when the heap was fullest.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct HeldBefore {
    /// The heap profile's name.
    pub(crate) profile: String,
    pub(crate) inuse_bytes: i64,
    pub(crate) inuse_fraction: f64,
}

impl Site {
    /// What a site has of a heap profile's sample type, by its name; `None` for another name.
    #[must_use]
    pub fn counter(sample_type: &str) -> Option<fn(&Self) -> i64> {
        Some(match sample_type {
            "alloc_space" => |site| site.bytes,
            "alloc_objects" => |site| site.objects,
            "inuse_space" => |site| site.inuse_bytes,
            "inuse_objects" => |site| site.inuse_objects,
            _ => return None,
        })
    }

    /// The share of all bytes allocated that the usual fix saves.
    #[must_use]
    pub fn avoidable_bytes_fraction(&self) -> f64 {
        self.bytes_fraction * self.avoidable_fraction
    }

    /// The compiler's cause, where it decided about these objects.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        self.decision.as_ref().map(|decision| decision.cause)
    }

    /// The compiler's line about these objects.
    #[must_use]
    pub fn compiler_message(&self) -> Option<String> {
        self.decision.as_ref().map(|decision| decision.message())
    }

    /// Whether it surely allocates by the compiler's word.
    #[must_use]
    pub fn certainty(&self) -> Option<Certainty> {
        self.decision.as_ref().map(|decision| decision.alloc_certainty)
    }

    /// Whether the charged line allocates it itself: nothing that is called stands between.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.callee.is_none() && self.reached_from.is_none()
    }

    /// What its objects are by the program's file, where no log has their reason: `new(bytes.Buffer)`.
    #[must_use]
    pub fn made(&self) -> Option<String> {
        let made = self.made.as_deref()?;
        let name = if made.name == "uint8" { "byte" } else { &made.name };
        Some(if made.is_element { format!("make([]{name})") } else { format!("new({name})") })
    }

    /// Its explanation, behind what its objects are by the program's file.
    #[must_use]
    pub fn explained(&self) -> Option<Cow<'static, str>> {
        let told = self.explanation?.words();
        Some(match self.made() {
            Some(made) => format!("`{made}` by the program's file; {told}").into(),
            None => told.into(),
        })
    }

    /// Whether its reason is missing because the log does not have its package, or there is no log.
    #[must_use]
    pub fn is_not_logged(&self) -> bool {
        self.reason.is_none() && matches!(self.explanation, Some(Explanation::NotLogged | Explanation::NoLog))
    }

    /// What to do about it at the charged line. `None` within a library: there the call is what can be changed.
    #[must_use]
    pub fn advice(&self) -> Option<String> {
        if !self.is_own() {
            return None;
        }
        // A map that grows is made by a line whose decision may be about its box, and `make(Names, n)` of a map reads like that of
        // a slice.
        if matches!(self.reason, Some(Reason::MapGrowth | Reason::Compiler(Cause::MapCreation)))
            && self.is_of_foreign_type()
        {
            return Some(OF_FOREIGN_TYPE.to_owned());
        }
        let is_same = |cause| match self.reason {
            None => true,
            Some(Reason::Compiler(Cause::MapCreation)) => cause != Cause::UnknownSize,
            Some(Reason::Copy) => cause == Cause::SliceGrowth,
            Some(reason) => matches!(reason, Reason::Compiler(_)),
        };
        if self.reason == Some(Reason::MapGrowth)
            && let Some(advice) = self.advice_of_one_size()
        {
            return Some(advice.to_owned());
        }
        let of_compiler = self.decision.as_ref().filter(|decision| is_same(decision.cause));
        let of_compiler = of_compiler.map(|decision| decision.advice.clone());
        of_compiler.or_else(|| self.reason.and_then(Reason::advice).map(str::to_owned))
    }

    /// Whether it is a literal of a type that another package declares, which the compiler prints with the package's name.
    fn is_of_foreign_type(&self) -> bool {
        let name = self.decision.as_ref().and_then(|decision| decision.subject.split_once('{')).map(|(name, _)| name);
        let is_word = |word: &str| word.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
        name.and_then(|name| name.split_once('.')).is_some_and(|(package, name)| is_word(package) && is_word(name))
    }

    /// What to do where a map's memory is of one size: a map that grows has several, until most are tables of the largest size.
    fn advice_of_one_size(&self) -> Option<&'static str> {
        let size = self.mean_object_bytes().filter(|_| self.has_one_size)?;
        if size <= LARGEST_INLINE || size >= SMALLEST_LARGE_TABLE {
            return None;
        }
        Some(if is_usual_bucket(size.floor() as u64) { ONE_SIZE } else { ELEMENTS_APART })
    }

    /// Bytes of one object, on average.
    #[must_use]
    pub fn mean_object_bytes(&self) -> Option<f64> {
        (self.objects > 0).then(|| self.bytes as f64 / self.objects as f64)
    }

    /// Whether a pool would pay: many objects of one size worth pooling, nearly all of them dead, made by a line that can be
    /// changed, and neither boxed values nor texts, which a pool cannot hold. That they are dead a trace with births and deaths
    /// proves or disproves; without one the profile says that few are in use.
    #[must_use]
    pub fn is_pool_candidate(&self) -> bool {
        self.looks_poolable() && self.lifespan.as_deref().and_then(Lifespan::dies_young) != Some(false)
    }

    /// Whether the trace disproves that a pool would pay, where the profile says so.
    pub(crate) fn is_pool_withdrawn(&self) -> bool {
        self.looks_poolable() && !self.is_pool_candidate()
    }

    fn looks_poolable(&self) -> bool {
        let size = self.mean_object_bytes().unwrap_or(0.0);
        let short_lived =
            (self.inuse_bytes as f64) < 0.02 * self.bytes as f64 && !self.survives(0.1) && self.held_before.is_none();
        let poolable = !self.is_collected()
            && self.has_one_size
            && self.reason.is_none_or(Reason::is_poolable)
            && !self.makes_text()
            && !self.is_handed_out()
            && self.is_own();
        self.objects >= 10_000 && size >= 256.0 && short_lived && poolable && self.bytes_fraction >= 0.01
    }

    /// Whether something keeps its objects for a while: they live for half a GC cycle on average, or longer.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.survives(0.5)
    }

    /// Whether its objects live for so many GC cycles on average. In one cycle about as much is allocated as is live, so that
    /// a line whose objects die at once has a much smaller share of what is in use than of what is allocated. A few samples
    /// in use say nothing.
    fn survives(&self, cycles: f64) -> bool {
        self.inuse_bytes >= ENOUGH_IN_USE && self.inuse_fraction >= cycles * self.bytes_fraction
    }

    /// Whether it is the memory of a `bytes.Buffer`, whatever writes to it.
    pub(crate) fn is_buffer(&self) -> bool {
        self.place.function() == "bytes.growSlice"
    }

    /// Whether it doubles as it grows, and leaves what it was before.
    pub(crate) fn is_outgrown(&self) -> bool {
        self.is_buffer() || self.reason == Some(Reason::MapGrowth)
    }

    /// Whether it is held by a weak pointer, or until its finalizer or cleanup has run: then nobody gives it back.
    fn is_collected(&self) -> bool {
        let callee = self.decision.as_ref().and_then(|decision| decision.callee());
        callee.is_some_and(|callee| COLLECTED.iter().any(|name| callee.starts_with(name)))
    }

    /// Whether it is returned as an interface: who gets it does not know that something has to be given back.
    fn is_handed_out(&self) -> bool {
        let is_converted = |decision: &HeapDecision| decision.steps.iter().any(Step::is_interface_conversion);
        self.cause() == Some(Cause::ReturnedPointer) && self.decision.as_deref().is_some_and(is_converted)
    }

    fn makes_text(&self) -> bool {
        let is_text = |cause| matches!(cause, Cause::StringConversion | Cause::Concatenation);
        self.cause().is_some_and(is_text)
            || match self.reason {
                Some(Reason::Compiler(cause)) => is_text(cause),
                Some(Reason::StringBuilding | Reason::Formatting) => true,
                _ => false,
            }
    }
}

/// Bytes of a key or value that a map keeps beside the others (`MapMaxKeyBytes`, `MapMaxElemBytes` in `internal/abi`).
const LARGEST_INLINE: f64 = 128.0;
/// Bytes of a table of 1024 slots (`maxTableCapacity` in `internal/runtime/maps`), the largest there is, of small elements.
const SMALLEST_LARGE_TABLE: f64 = 4096.0;
const ELEMENTS_APART: &str = "all objects are of one size, so no map grows: values of more than 128 bytes are kept apart from the map, one \
                              object for each new key: keep pointers to values that are reused, or smaller values";
const OF_FOREIGN_TYPE: &str = "its type is of another package, and what takes it decides that it is a map: make it once and keep it where it \
                               stays the same, or ask that package for another way";
const ONE_SIZE: &str = "all objects are of one size, so no map grows. Either many small maps are made, each with room for its first \
                        eight elements: use a struct where the keys are fixed, a slice where they are few, or clear() and reuse one \
                        map. Or values of more than 128 bytes are kept apart from the map, one object for each new key: keep pointers \
                        to values that are reused";

const COLLECTED: [&str; 3] = ["weak.Make", "runtime.SetFinalizer", "runtime.AddCleanup"];

/// Eight samples at the usual `runtime.MemProfileRate`.
const ENOUGH_IN_USE: i64 = 4 << 20;
