//! Where a goroutine asks for a lock, and who asks.

use gomem_pprof::{Line, Sample};
use gomem_symbol::Symbol;

/// How many frames from the top a goroutine asks for a lock: `RWMutex.Lock` and `Mutex.Lock` call others of them.
pub(crate) fn place_of_lock(sample: Sample<'_>) -> Option<usize> {
    let is_lock = |line: Line<'_>| line.function().is_some_and(|function| LOCKS.contains(&function.name()));
    let near = sample.frames().take(DEEPEST).enumerate().filter(|(_, line)| is_lock(*line));
    near.map(|(at, _)| at).last()
}

/// Who asked for the lock: a method, by its package and receiver.
pub(crate) fn type_of(name: &str) -> Option<(String, String)> {
    let symbol = Symbol::decode(name);
    Some((symbol.package().to_owned(), symbol.receiver()?.to_owned()))
}

/// `Lock`, and what the runtime and `sync` have above it.
const DEEPEST: usize = 8;
const LOCKS: [&str; 5] = [
    "sync.(*Mutex).Lock",
    "sync.(*RWMutex).Lock",
    "sync.(*RWMutex).RLock",
    "internal/sync.(*Mutex).Lock",
    "internal/sync.(*Mutex).lockSlow",
];
