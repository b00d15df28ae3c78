//! Execution traces whose batches are as long as they say, with events of every type.

use arbitrary::{Arbitrary, Result, Unstructured};

use super::{name, number, several, varint};

/// A trace as `internal/trace/tracev2` has it.
pub(super) fn trace(from: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let version = *from.choose(&["1.22", "1.23", "1.25", "1.26"])?;
    let mut out = format!("go {version} trace\0\0\0").into_bytes();
    let mut ticks = 1000;
    for generation in 1..=from.int_in_range(1..=4_u64)? {
        let generation = if from.ratio(1, 16)? { number(from)? as u64 } else { generation };
        for _ in 0..from.int_in_range(0..=4_u8)? {
            let thread = if from.ratio(7, 8)? { from.int_in_range(1..=3)? } else { u64::MAX };
            let data = several(from, 48, event)?.concat();
            batch(&mut out, None, [generation, thread, ticks], &data);
            ticks =
                if from.ratio(1, 16)? { number(from)? as u64 } else { ticks.wrapping_add(from.int_in_range(0..=500)?) };
        }
        for _ in 0..from.int_in_range(1..=4_u8)? {
            let (experiment, data) = table(from)?;
            batch(&mut out, experiment, [generation, u64::MAX, ticks], &data);
        }
        // Up to Go 1.25 the texts end a generation.
        batch(&mut out, None, [generation, u64::MAX, ticks], &texts(from)?);
        if version == "1.26" {
            out.push(END_OF_GENERATION);
        }
    }
    Ok(out)
}

fn batch(out: &mut Vec<u8>, experiment: Option<u8>, header: [u64; 3], data: &[u8]) {
    match experiment {
        None => out.push(EVENT_BATCH),
        Some(experiment) => out.extend([EXPERIMENTAL_BATCH, experiment]),
    }
    header.iter().for_each(|&number| varint(out, number));
    varint(out, data.len() as u64);
    out.extend_from_slice(data);
}

/// An event with its time, and numbers that are ids or counts most of the time.
fn event(from: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let &(first, arguments) = from.choose(ARGUMENTS)?;
    let at = from.choose_index(arguments.len())?;
    let mut out = vec![first + at as u8];
    varint(&mut out, from.int_in_range(0..=200)?);
    for _ in 0..arguments[at] {
        varint(&mut out, if from.ratio(7, 8)? { from.int_in_range(0..=9)? } else { number(from)? as u64 });
    }
    Ok(out)
}

/// A batch of what events refer to, and the experiment that it is of.
fn table(from: &mut Unstructured<'_>) -> Result<(Option<u8>, Vec<u8>)> {
    let mut out = Vec::new();
    match from.int_in_range(0..=5_u8)? {
        0 | 1 => {
            out.push(STACKS);
            for _ in 0..from.int_in_range(0..=6_u8)? {
                let frames = from.int_in_range(0..=4_u8)?;
                out.push(STACK);
                numbers(from, &mut out, 1)?;
                varint(&mut out, frames.into());
                numbers(from, &mut out, 4 * usize::from(frames))?;
            }
        }
        2 => {
            out.push(CPU_SAMPLES);
            for _ in 0..from.int_in_range(0..=3_u8)? {
                out.push(CPU_SAMPLE);
                numbers(from, &mut out, 5)?;
            }
        }
        3 => {
            let frequency = *from.choose(&[15_625_000, 1_000_000_000, 3_000_000_001, 1, 0, u64::MAX])?;
            out.push(FREQUENCY);
            varint(&mut out, frequency);
        }
        4 => {
            out.extend([SYNC, FREQUENCY]);
            varint(&mut out, 15_625_000);
            out.push(CLOCK_SNAPSHOT);
            for _ in 0..4 {
                varint(&mut out, number(from)? as u64);
            }
        }
        _ => {
            out.push(from.int_in_range(0..=2)?);
            for _ in 0..from.int_in_range(0..=5_u8)? {
                numbers(from, &mut out, 4)?;
                text(&mut out, &name(from)?);
            }
            return Ok((Some(if from.ratio(7, 8)? { 1 } else { u8::arbitrary(from)? }), out));
        }
    }
    Ok((None, out))
}

fn texts(from: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    const REASONS: [&str; 4] = ["GC mark termination", "start trace", "GC (dedicated)", "runtime.gcBgMarkWorker"];
    let mut out = vec![STRINGS];
    for id in 0..from.int_in_range(0..=9_u64)? {
        out.push(STRING);
        varint(&mut out, id);
        let of = if bool::arbitrary(from)? { (*from.choose(&REASONS)?).to_owned() } else { name(from)? };
        text(&mut out, &of);
    }
    Ok(out)
}

fn text(out: &mut Vec<u8>, text: &str) {
    varint(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

fn numbers(from: &mut Unstructured<'_>, out: &mut Vec<u8>, count: usize) -> Result<()> {
    (0..count).try_for_each(|_| from.int_in_range(0..=9_u64).map(|number| varint(out, number)))
}

/// The first of some events whose numbers follow each other, and how many numbers each has behind its time.
const ARGUMENTS: &[(u8, &[u8])] = &[
    // Processors and goroutines.
    (9, &[2, 2, 0, 3, 2, 3, 1, 2, 0, 0, 2, 2, 3, 2, 0, 0, 3]),
    // Pauses, GC cycles, sweeps, assists and the heap.
    (26, &[2, 0, 1, 2, 1, 1, 1, 2, 1, 1, 0, 1, 1]),
    // What users write, and switches of coroutines.
    (39, &[1, 4, 2, 3, 3, 4, 2, 2, 3, 4]),
    // Objects that are born and die.
    (128, &[3, 3, 1, 2, 2, 1, 2, 2, 1]),
];

const EVENT_BATCH: u8 = 1;
const STACKS: u8 = 2;
const STACK: u8 = 3;
const STRINGS: u8 = 4;
const STRING: u8 = 5;
const CPU_SAMPLES: u8 = 6;
const CPU_SAMPLE: u8 = 7;
const FREQUENCY: u8 = 8;
const EXPERIMENTAL_BATCH: u8 = 49;
const SYNC: u8 = 50;
const CLOCK_SNAPSHOT: u8 = 51;
const END_OF_GENERATION: u8 = 52;
