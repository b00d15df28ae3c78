//! What a trace costs grows with its size, whatever is in it.

#![allow(clippy::unwrap_used)]

use gomem_testkit::assert_linear;
use gomem_trace::Trace;

/// A trace by its size.
type Input = fn(usize) -> Vec<u8>;

#[test]
fn traces_of_every_kind() {
    let kinds: [(&str, Input); 11] = [
        ("generations whose times fall", |count| {
            trace(&generations(count, |at| thread(at as u64 + 1, 1, 1 << 40, &event(HEAP_ALLOC, count - at, &[1]))))
        }),
        ("generations beside open goroutines", |count| {
            let open: Vec<u8> =
                (1..=count as u64).flat_map(|id| thread(1, id, 1, &event(GO_START, 1, &[id, 1]))).collect();
            trace(&[open, generations(count, |at| thread(at as u64 + 2, 1, 1, &event(HEAP_ALLOC, 1, &[1])))].concat())
        }),
        ("quiet segments beside open goroutines", |count| {
            let open: Vec<u8> =
                (1..=count as u64).flat_map(|id| thread(1, id, 1, &event(GO_START, 1, &[id, 1]))).collect();
            let ran = [event(GO_START, 1, &[1 << 30, 1]), event(GO_STOP, 1, &[0, 0])].concat();
            trace(&[open, generations(count, |at| thread(at as u64 + 2, 1, 1, &ran))].concat())
        }),
        ("regions that end in the order of their begins", |count| {
            let begin = |at: usize| event(USER_REGION_BEGIN, 1, &[at as u64, 0, 0]);
            let end = |at: usize| event(USER_REGION_END, 1, &[at as u64, 0, 0]);
            on_goroutine((0..count).map(begin).chain((0..count).map(end)))
        }),
        ("regions that end and did not begin", |count| {
            let begin = |_| event(USER_REGION_BEGIN, 1, &[1, 0, 0]);
            let end = |_| event(USER_REGION_END, 1, &[2, 0, 0]);
            on_goroutine((0..count).map(begin).chain((0..count).map(end)))
        }),
        ("tasks that end in the order of their begins, and assists", |count| {
            let begin = |at: usize| event(USER_TASK_BEGIN, 1, &[at as u64 + 1, 0, 0, 0]);
            let end = |at: usize| {
                [event(USER_TASK_END, 1, &[at as u64 + 1, 0]), event(ASSIST_BEGIN, 1, &[0]), event(ASSIST_END, 1, &[])]
                    .concat()
            };
            on_goroutine((0..count).map(begin).chain((0..count).map(end)))
        }),
        ("cycles with pauses", |count| {
            on_goroutine((0..count).map(|at| {
                let at = at as u64;
                let pause = [event(STW_BEGIN, 1, &[1, 0]), event(HEAP_GOAL, 1, &[9]), event(STW_END, 1, &[])].concat();
                [event(GC_BEGIN, 1, &[2 * at, 0]), pause, event(GC_END, 1, &[2 * at + 1])].concat()
            }))
        }),
        ("cycles that overlap", |count| {
            let begins = (0..count).map(|at| event(GC_BEGIN, 1, &[at as u64, 0]));
            on_goroutine(begins.chain((0..count).map(|at| event(GC_END, 1, &[(count + at) as u64]))))
        }),
        ("assists in one pause", |count| {
            let assist = |_| [event(ASSIST_BEGIN, 1, &[0]), event(ASSIST_END, 1, &[])].concat();
            let begin = [event(GC_BEGIN, 1, &[0, 0]), event(STW_BEGIN, 1, &[1, 0])].concat();
            on_goroutine(std::iter::once(begin).chain((0..count).map(assist)))
        }),
        ("objects in one block", |count| {
            let span = event(SPAN_ALLOC, 1, &[0, 1, 2 << 2 | 2]);
            on_goroutine(std::iter::once(span).chain((0..count).map(|_| event(OBJECT_ALLOC, 1, &[0, 0]))))
        }),
        ("kinds of objects", |count| {
            on_goroutine((0..count).map(|at| {
                let at = at as u64;
                [event(SPAN_ALLOC, 1, &[at, at + 1, 0]), event(OBJECT_ALLOC, 1, &[at << 10, at])].concat()
            }))
        }),
    ];
    for (name, input) in kinds {
        assert_linear(name, 4_000, input, |bytes| {
            let trace = Trace::decode(bytes).unwrap();
            for view in Trace::TABLES {
                std::hint::black_box(view.table(&trace));
            }
        });
    }
}

fn trace(batches: &[u8]) -> Vec<u8> {
    [b"go 1.26 trace\0\0\0", batches].concat()
}

/// Generations, one after the other.
fn generations(count: usize, generation: impl Fn(usize) -> Vec<u8>) -> Vec<u8> {
    (0..count).flat_map(|at| [generation(at), vec![END_OF_GENERATION]].concat()).collect()
}

/// A batch of a thread.
fn thread(generation: u64, thread: u64, ticks: u64, events: &[u8]) -> Vec<u8> {
    let mut out = vec![1];
    [generation, thread, ticks, events.len() as u64].iter().for_each(|number| varint(&mut out, *number));
    out.extend_from_slice(events);
    out
}

/// A trace of one generation in which one goroutine has all events.
fn on_goroutine(events: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut batches = thread(1, 1, 1, &event(GO_START, 1, &[1, 1]));
    let mut open = Vec::new();
    for event in events {
        if open.len() + event.len() > 64 << 10 {
            batches.extend(thread(1, 1, 1, &std::mem::take(&mut open)));
        }
        open.extend(event);
    }
    batches.extend(thread(1, 1, 1, &open));
    batches.push(END_OF_GENERATION);
    trace(&batches)
}

fn event(kind: u8, ticks: usize, numbers: &[u64]) -> Vec<u8> {
    let mut out = vec![kind];
    varint(&mut out, ticks as u64);
    numbers.iter().for_each(|number| varint(&mut out, *number));
    out
}

fn varint(out: &mut Vec<u8>, mut number: u64) {
    while number > 0x7f {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

const GO_START: u8 = 16;
const GO_STOP: u8 = 19;
const STW_BEGIN: u8 = 26;
const STW_END: u8 = 27;
const GC_BEGIN: u8 = 29;
const GC_END: u8 = 30;
const ASSIST_BEGIN: u8 = 35;
const ASSIST_END: u8 = 36;
const HEAP_ALLOC: u8 = 37;
const HEAP_GOAL: u8 = 38;
const USER_TASK_BEGIN: u8 = 40;
const USER_TASK_END: u8 = 41;
const USER_REGION_BEGIN: u8 = 42;
const USER_REGION_END: u8 = 43;
const END_OF_GENERATION: u8 = 52;
const SPAN_ALLOC: u8 = 129;
const OBJECT_ALLOC: u8 = 132;
