//! What the runtime keeps beside objects: functions for when they die, handles of weak pointers, samples (`special` in `runtime/mheap.go`).

use crate::{
    core::{
        elf::word::WORD,
        runtime::{process::Process, spans::Span},
    },
    memory::{Cleanup, Finalizer},
};

/// What the runtime keeps beside objects.
#[derive(Debug, Default)]
pub(crate) struct Specials {
    pub(crate) finalizers: Vec<Finalizer>,
    pub(crate) cleanups: Vec<Cleanup>,
    pub(crate) weak_handles: Vec<u64>,
    /// Addresses of objects, and the buckets of the profile that they were sampled for.
    pub(crate) samples: Vec<(u64, u64)>,
}

impl Specials {
    pub(crate) fn read(process: &Process<'_>, spans: &[Span]) -> Self {
        let mut specials = Self::default();
        let kind = |name: &str| process.layouts.constant(name);
        let kinds = Kinds {
            finalizer: kind("runtime._KindSpecialFinalizer"),
            weak_handle: kind("runtime._KindSpecialWeakHandle"),
            profile: kind("runtime._KindSpecialProfile"),
            cleanup: kind("runtime._KindSpecialCleanup"),
        };
        for span in spans.iter().filter(|span| span.specials != 0) {
            for special in process.list(span.specials, "runtime.special next") {
                specials.add(process, span, special, kinds);
            }
        }
        specials.queued(process);
        specials
    }

    fn add(&mut self, process: &Process<'_>, span: &Span, special: u64, kinds: Kinds) -> Option<()> {
        let offset = process.field(special, "runtime.special offset").filter(|offset| *offset < span.bytes)?;
        let object = span.start + offset / span.slot_bytes * span.slot_bytes;
        let kind = process.field(special, "runtime.special kind");
        if kind == kinds.finalizer {
            let function = process.field(special, "runtime.specialfinalizer fn")?;
            let pointer_type = process.field(special, "runtime.specialfinalizer ot").unwrap_or_default();
            let code = process.word(function).unwrap_or_default();
            self.finalizers.push(Finalizer { object, function, code, pointer_type, is_queued: false });
        } else if kind == kinds.profile {
            self.samples.push((object, process.field(special, "runtime.specialprofile b")?));
        } else if kind == kinds.weak_handle {
            self.weak_handles.push(process.field(special, "runtime.specialWeakHandle handle")?);
        } else if kind == kinds.cleanup {
            self.cleanups.extend(match process.field_address(special, "runtime.specialCleanup cleanup") {
                Some(place) => cleanup(process, place),
                None => Some(bare_cleanup(process, process.field(special, "runtime.specialCleanup fn")?)),
            });
        }
        Some(())
    }

    /// What waits for its turn.
    fn queued(&mut self, process: &Process<'_>) {
        let first = process.variable("runtime.allfin").and_then(|list| process.word(list)).unwrap_or_default();
        let next = finalizer_block(process)[0];
        for block in process.list(first, next) {
            for place in queued_finalizers(process, block) {
                let field = |name: &str| process.field(place, name).unwrap_or_default();
                let (object, function) = (field("runtime.finalizer arg"), field("runtime.finalizer fn"));
                let (code, pointer_type) = (process.word(function).unwrap_or_default(), field("runtime.finalizer ot"));
                self.finalizers.push(Finalizer { object, function, code, pointer_type, is_queued: true });
            }
        }
        let queue = process.variable("runtime.gcCleanups");
        let first = queue.and_then(|queue| process.field(queue, "runtime.cleanupQueue all")).unwrap_or_default();
        let has_argument = process.layouts.field("runtime.cleanupFn fn").is_some();
        let each = if has_argument { process.layouts.bytes("runtime.cleanupFn").unwrap_or(3 * WORD) } else { WORD };
        for block in process.list(first, "runtime.cleanupBlockHeader alllink") {
            let count = "runtime.cleanupBlockHeader n";
            for place in elements(process, block, count, "runtime.cleanupBlock cleanups", each) {
                self.cleanups.extend(if has_argument {
                    cleanup(process, place)
                } else {
                    process.word(place).map(|function| bare_cleanup(process, function))
                });
            }
        }
    }
}

#[derive(Clone, Copy)]
struct Kinds {
    finalizer: Option<u64>,
    weak_handle: Option<u64>,
    profile: Option<u64>,
    cleanup: Option<u64>,
}

/// Where the finalizers of a block of the queue lie.
pub(crate) fn queued_finalizers(process: &Process<'_>, block: u64) -> impl Iterator<Item = u64> + use<> {
    let [_, count, first] = finalizer_block(process);
    let each = process.layouts.bytes("runtime.finalizer").unwrap_or(5 * WORD);
    elements(process, block, count, first, each)
}

/// The fields of such a block, which has another name since Go 1.25: the next one, how many there are, and the first.
pub(crate) fn finalizer_block(process: &Process<'_>) -> [&'static str; 3] {
    let now = ["runtime.finBlock alllink", "runtime.finBlock cnt", "runtime.finBlock fin"];
    let before = ["runtime.finblock alllink", "runtime.finblock cnt", "runtime.finblock fin"];
    if process.layouts.field(now[0]).is_some() { now } else { before }
}

/// Where the elements of a block lie, as many as it says and has room for.
fn elements(
    process: &Process<'_>,
    block: u64,
    count: &str,
    first: &str,
    each: u64,
) -> impl Iterator<Item = u64> + use<> {
    let room = process.layouts.field(first).map_or(0, |place| place.bytes / each.max(1));
    let count = process.field(block, count).unwrap_or_default().min(room);
    let start = process.field_address(block, first).unwrap_or_default();
    (0..count).map(move |number| start.saturating_add(number * each))
}

/// Since Go 1.26 a cleanup has an argument of its own.
fn cleanup(process: &Process<'_>, place: u64) -> Option<Cleanup> {
    let function = process.field(place, "runtime.cleanupFn fn")?;
    let argument = process.field(place, "runtime.cleanupFn arg")?;
    Some(Cleanup { function, code: process.word(function).unwrap_or_default(), argument })
}

/// Before, its function holds it.
fn bare_cleanup(process: &Process<'_>, function: u64) -> Cleanup {
    Cleanup { function, code: process.word(function).unwrap_or_default(), argument: 0 }
}
