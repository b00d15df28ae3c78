//! An allocation site, with the compiler's reason.

use gomem_escape::{Cause, Certainty, Confidence, HeapDecision};
use gomem_symbol::{Modules, Origin, Symbol};

use crate::attribution::{place::Place, reason::Reason};

/// A place that allocates: the line itself, the line of the user's own code it is charged to, and the compiler's word.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Site {
    /// Where memory is allocated: the innermost frame.
    pub place: Place,
    /// The frame the innermost one was inlined into, the outermost of them.
    pub inlined_into: Option<Place>,
    /// The nearest frame of the user's own module: the line to change. The place itself, when it is the user's.
    pub charged_to: Place,
    /// Where the stack begins, when no frame of it is the user's own: of several stacks that of most bytes.
    pub reached_from: Option<Place>,
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
    /// What the compiler decided at the place, the most certain allocation first.
    pub decisions: Vec<HeapDecision>,
    /// Why it allocates, in a word; of several reasons the one of most bytes. `None` when nothing tells.
    pub reason: Option<Reason>,
    /// How sure the reason is.
    pub reason_confidence: Option<Confidence>,
    /// The share of its bytes that the usual fix saves: all, but what grows still needs its last memory when it is made large
    /// enough at once.
    pub avoidable_fraction: f64,
    /// Whether its objects are of one size, but for a few.
    pub(crate) has_one_size: bool,
    /// Why it allocates, for want of a decision.
    pub explanation: Option<&'static str>,
}

impl Site {
    pub(crate) fn new(place: Place, inlined_into: Option<Place>, charged_to: Place) -> Self {
        Self {
            place,
            inlined_into,
            charged_to,
            reached_from: None,
            bytes: 0,
            objects: 0,
            inuse_bytes: 0,
            inuse_objects: 0,
            pool_objects: 0,
            has_finalizer: false,
            bytes_fraction: 0.0,
            objects_fraction: 0.0,
            inuse_fraction: 0.0,
            decisions: Vec::new(),
            reason: None,
            reason_confidence: None,
            avoidable_fraction: 1.0,
            has_one_size: false,
            explanation: None,
        }
    }

    /// The share of all bytes allocated that the usual fix saves.
    #[must_use]
    pub fn avoidable_bytes_fraction(&self) -> f64 {
        self.bytes_fraction * self.avoidable_fraction
    }

    /// The decision that explains it best.
    #[must_use]
    pub fn decision(&self) -> Option<&HeapDecision> {
        self.decisions.first()
    }

    /// Why it allocates.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        self.decision().map(|decision| decision.cause)
    }

    /// Whose code it is, when no frame of the stack is the user's own: then there is no line to change.
    pub(crate) fn library(&self) -> Option<Origin> {
        self.reached_from.as_ref()?;
        let symbol = Symbol::decode(&self.place.function);
        let origin = Modules::default().origin(symbol.package(), &self.place.file);
        (origin != Origin::User).then_some(origin)
    }

    /// What to do about it: the compiler's decision tells best. Nothing where no line of the user's own is on the stack.
    #[must_use]
    pub fn advice(&self) -> Option<String> {
        if self.library().is_some() {
            return None;
        }
        let decided = self.decision().map(|decision| decision.advice.clone());
        decided.or_else(|| self.reason.and_then(Reason::advice).map(str::to_owned))
    }

    /// Bytes of one object, on average.
    #[must_use]
    pub fn mean_object_bytes(&self) -> Option<f64> {
        (self.objects > 0).then(|| self.bytes as f64 / self.objects as f64)
    }

    /// Whether a pool would pay: many objects of one size worth pooling, nearly all of them dead, and neither boxed values
    /// nor texts, which a pool cannot hold.
    #[must_use]
    pub fn is_pool_candidate(&self) -> bool {
        let size = self.mean_object_bytes().unwrap_or(0.0);
        let short_lived = (self.inuse_bytes as f64) < 0.02 * self.bytes as f64;
        let boxed = matches!(self.cause(), Some(Cause::InterfaceBoxing | Cause::VariadicSlice));
        let poolable = self.has_one_size && !boxed && !self.makes_text() && self.library().is_none();
        self.objects >= 10_000 && size >= 256.0 && short_lived && poolable && self.bytes_fraction >= 0.01
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

/// Whether a site surely allocates by the compiler's word.
pub(crate) fn certainty(site: &Site) -> Option<Certainty> {
    site.decision().map(|decision| decision.alloc_certainty)
}
