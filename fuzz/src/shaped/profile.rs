//! Profiles whose tables refer to each other, now and then to nothing.

use arbitrary::{Arbitrary, Result, Unstructured};

use super::{name, number, several, varint};

pub(super) fn profile(from: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    const KINDS: [&str; 8] =
        ["alloc_objects", "count", "alloc_space", "bytes", "inuse_objects", "inuse_space", "cpu", "goroutine"];
    let mut texts = vec![String::new()];
    texts.extend(KINDS.map(str::to_owned));
    texts.extend(several(from, 12, name)?);
    let text_count = texts.len() as u64;
    let mut out = Vec::new();
    let kinds = *from.choose(&[&[(1, 2), (3, 4), (5, 2), (6, 4)][..], &[(7, 2)], &[(8, 2)], &[(1, 2), (1, 2)], &[]])?;
    for &(kind, unit) in kinds {
        message(&mut out, 1, &[(1, kind), (2, unit)]);
    }
    // Identifiers in order, but for some that are there twice, or are none.
    let id = |from: &mut Unstructured<'_>, at: usize| {
        Ok(if from.ratio(9, 10)? { at as u64 + 1 } else { from.int_in_range(0..=9)? })
    };
    let reference = |from: &mut Unstructured<'_>, count: u64| from.int_in_range(0..=count + u64::from(from.is_empty()));
    let functions = from.int_in_range(0..=8_usize)?;
    for at in 0..functions {
        let (id, name, file) = (id(from, at)?, reference(from, text_count)?, reference(from, text_count - 1)?);
        message(&mut out, 5, &[(1, id), (2, name), (4, file), (5, number(from)? as u64)]);
    }
    let locations = from.int_in_range(0..=8_usize)?;
    for at in 0..locations {
        let mut location = Vec::new();
        varint_field(&mut location, 1, id(from, at)?);
        varint_field(&mut location, 3, number(from)? as u64);
        for _ in 0..from.int_in_range(0..=3)? {
            message(&mut location, 4, &[(1, reference(from, functions as u64)?), (2, number(from)? as u64)]);
        }
        bytes_field(&mut out, 4, &location);
    }
    for _ in 0..from.int_in_range(0..=12)? {
        let mut sample = Vec::new();
        for place in several(from, 6, |from| reference(from, locations as u64))? {
            varint_field(&mut sample, 1, place);
        }
        let values = if from.ratio(9, 10)? { kinds.len() } else { from.int_in_range(0..=5)? };
        for _ in 0..values {
            varint_field(&mut sample, 2, number(from)? as u64);
        }
        if bool::arbitrary(from)? {
            let (key, value) = (reference(from, text_count - 1)?, reference(from, text_count)?);
            message(&mut sample, 3, &[(1, key), (2, value), (3, number(from)? as u64)]);
        }
        bytes_field(&mut out, 2, &sample);
    }
    message(
        &mut out,
        3,
        &[(1, 1), (2, number(from)? as u64), (3, number(from)? as u64), (5, reference(from, text_count)?)],
    );
    for field in [9, 10, 12, 14] {
        varint_field(&mut out, field, number(from)? as u64);
    }
    texts.iter().for_each(|text| bytes_field(&mut out, 6, text.as_bytes()));
    Ok(out)
}

/// A message of numbers.
fn message(out: &mut Vec<u8>, field: u64, numbers: &[(u64, u64)]) {
    let mut inner = Vec::new();
    numbers.iter().for_each(|&(field, value)| varint_field(&mut inner, field, value));
    bytes_field(out, field, &inner);
}

fn bytes_field(out: &mut Vec<u8>, field: u64, bytes: &[u8]) {
    varint(out, field << 3 | 2);
    varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn varint_field(out: &mut Vec<u8>, field: u64, value: u64) {
    varint(out, field << 3);
    varint(out, value);
}
