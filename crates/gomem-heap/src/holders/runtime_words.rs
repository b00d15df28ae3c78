//! The runtime's own variables in a program whose variables have no names: known by what they lead to.
//!
//! A dump says where the runtime's records of goroutines and threads are, a core where those of processors are too. In a dump that of
//! a processor is the large object that a thread's record points to and that points back to it; lists of goroutines and of processors
//! hold nothing else.

use std::collections::HashSet;

use foldhash::fast::RandomState;

use crate::{memory::Snapshot, program::Program};

/// The runtime's records.
#[derive(Debug, Default)]
pub(super) struct RuntimeWords {
    /// Of goroutines and threads.
    records: HashSet<u32, RandomState>,
    processors: HashSet<u32, RandomState>,
}

impl RuntimeWords {
    pub(super) fn new(snapshot: &Snapshot) -> Self {
        let object = |address: &u64| snapshot.objects.find(*address);
        let threads: HashSet<u32, RandomState> = snapshot.threads.iter().filter_map(object).collect();
        let goroutines = snapshot.goroutines.iter().filter_map(|goroutine| object(&goroutine.address));
        let points_back = |processor: u32| words(snapshot, processor).any(|target| threads.contains(&target));
        let processors = threads
            .iter()
            .flat_map(|thread| words(snapshot, *thread))
            .filter(|target| snapshot.objects.bytes(*target) >= PROCESSOR_BYTES && points_back(*target))
            .chain(snapshot.processors.iter().filter_map(object))
            .collect();
        Self { records: goroutines.chain(threads.iter().copied()).collect(), processors }
    }

    /// What a variable of the runtime is called that leads to an object; none where it may be the program's.
    pub(super) fn name(&self, snapshot: &Snapshot, program: &Program, target: u32) -> Option<&'static str> {
        let is_processor = |object: u32| self.processors.contains(&object) || is_processor(snapshot, program, object);
        if self.records.contains(&target) || is_processor(target) {
            return Some(RECORD);
        }
        let listed = pointees(snapshot, target);
        let bytes = |object: &u32| snapshot.objects.bytes(*object);
        let first = listed.first()?;
        if listed.iter().any(|object| is_processor(*object)) && listed.iter().all(|o| bytes(o) == bytes(first)) {
            return Some(PROCESSORS);
        }
        // Goroutines that have ended have records too, which no others look like.
        let is_known = listed.iter().filter(|object| self.records.contains(object)).count() * 2 > listed.len();
        (is_known && listed.iter().all(|object| bytes(object) == bytes(first))).then_some(GOROUTINES)
    }
}

/// Whether the type in front of an object is that of processors: the first thread's record is no object, and so not in the dump.
fn is_processor(snapshot: &Snapshot, program: &Program, object: u32) -> bool {
    let record = || program.type_at(snapshot.word(object, 0)?, snapshot.target.order);
    snapshot.objects.bytes(object) >= PROCESSOR_BYTES && record().is_some_and(|record| record.name == "runtime.p")
}

fn pointees(snapshot: &Snapshot, object: u32) -> Vec<u32> {
    let mut found = Vec::new();
    snapshot.objects.for_each_pointer(object, &snapshot.file, snapshot.target.order, |_, value| {
        found.extend(snapshot.objects.find(value));
    });
    found
}

/// What the words of an object lead to: records know each other by numbers that are no pointers.
fn words(snapshot: &Snapshot, object: u32) -> impl Iterator<Item = u32> {
    let word_bytes = snapshot.target.order.word_bytes;
    let places = (0..snapshot.content(object).len()).step_by(word_bytes);
    places.filter_map(move |at| snapshot.objects.find(snapshot.word(object, at)?))
}

/// `p` in `runtime/runtime2.go` has queues of hundreds of goroutines in it.
const PROCESSOR_BYTES: u64 = 4096;
const RECORD: &str = "runtime";
const PROCESSORS: &str = "runtime.allp";
const GOROUTINES: &str = "runtime.allgs";
