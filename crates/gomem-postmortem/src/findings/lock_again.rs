//! A lock that is asked for again by who has it: such a goroutine waits for itself, and all others with it.

use foldhash::HashMap;
use gomem_pprof::Profile;

use crate::{
    attribution::Place,
    findings::lock::{place_of_lock, type_of},
};

/// A method that takes a lock and then calls another one of the same type that asks for a lock, where both are seen to wait.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LockAgain {
    /// The line on which it asks for the lock, by those who wait there.
    taken: Place,
    /// The line on which it calls the other one.
    calls: Place,
    /// The line on which that one asks.
    asks: Place,
    is_read: bool,
}

impl LockAgain {
    /// The one that most goroutines of the dump stand in.
    pub(crate) fn find(dump: &Profile) -> Option<Self> {
        let mut found: HashMap<(Place, Place, bool), i64> = HashMap::default();
        let mut taken: HashMap<Box<str>, Place> = HashMap::default();
        for sample in dump.samples() {
            let Some(lock) = place_of_lock(sample) else { continue };
            let is_read = sample.frames().nth(lock).and_then(|line| line.function()).map(|function| function.name());
            let mut outward = sample.frames().skip(lock + 1).map(Place::from_frame);
            let Some(asks) = outward.next() else { continue };
            let first = taken.entry((&*asks.function).into()).or_insert_with(|| asks.clone());
            first.line = first.line.min(asks.line);
            let of_type = type_of(&asks.function);
            let is_same_type = |caller: &Place| of_type.is_some() && type_of(&caller.function) == of_type;
            if let Some(calls) = outward.find(is_same_type) {
                let count = found.entry((calls, asks, is_read == Some(READ))).or_default();
                *count = count.saturating_add(sample.value(0));
            }
        }
        let again = found.into_iter().filter_map(|((calls, asks, is_read), count)| {
            let taken = taken.get(&*calls.function).filter(|taken| taken.line < calls.line)?.clone();
            Some((count, Self { taken, calls, asks, is_read }))
        });
        again
            .max_by(|one, other| one.0.cmp(&other.0).then_with(|| other.1.calls.cmp(&one.1.calls)))
            .map(|found| found.1)
    }

    pub(crate) fn words(&self) -> String {
        let Self { taken, calls, asks, is_read } = self;
        let why = match is_read {
            true => "a second RLock waits for any writer that came between, which waits for the first",
            false => "who has it waits for itself",
        };
        format!(
            "`{}` takes a lock at {}, and at {} calls `{}`, which asks for one of the same type at {}: if it is the same, {why}. Let go before \
             the call, or call a variant that does not lock.",
            calls.short_function(),
            taken.short(),
            calls.short(),
            asks.short_function(),
            asks.short()
        )
    }
}

const READ: &str = "sync.(*RWMutex).RLock";

#[cfg(test)]
mod tests {
    use super::*;

    fn dump(calls: &str) -> Profile {
        let text = format!(
            "goroutine profile: total 41\n\
             40 @ 0x10 0x20 0x30\n\
             #\t0x10\tsync.(*Mutex).Lock+0x1\t/go/sync/mutex.go:1\n#\t0x20\tmain.(*ledger).transfer+0x1\t/app/a.go:20\n\n\
             1 @ 0x10 0x40 0x50\n\
             #\t0x10\tsync.(*Mutex).Lock+0x1\t/go/sync/mutex.go:1\n#\t0x40\tmain.(*ledger).get+0x1\t/app/a.go:9\n#\t0x50\t{calls}\n\n"
        );
        Profile::decode(text.as_bytes()).unwrap()
    }

    #[test]
    fn who_has_a_lock_and_asks_again_is_found() {
        let found = LockAgain::find(&dump("main.(*ledger).transfer+0x9\t/app/a.go:22")).unwrap();
        assert_eq!((found.taken.line, found.calls.line, found.asks.line, found.is_read), (20, 22, 9, false));
        assert_eq!(
            LockAgain::find(&dump("main.(*ledger).transfer+0x9\t/app/a.go:18")),
            None,
            "before it takes the lock"
        );
        assert_eq!(LockAgain::find(&dump("main.(*other).transfer+0x9\t/app/a.go:22")), None, "of another type");
        assert_eq!(LockAgain::find(&dump("main.(*ledger).sum+0x9\t/app/a.go:22")), None, "it takes no lock itself");
    }
}
