//! Inputs of the right shape out of any bytes: a change of one byte changes a number, a name or a reference, where in the
//! encoded form it would break the whole. What is made is sound in form, and wrong in all that a form does not hold.

mod bundle;
mod heap;
mod metrics;
mod profile;
mod trace;

use arbitrary::{Arbitrary, Result, Unstructured};

/// A profile in protobuf, decoded or refused.
pub fn pprof_shaped(bytes: &[u8]) {
    made(bytes, profile::profile, crate::pprof);
}

/// A scrape, or an answer of Prometheus.
pub fn metrics_shaped(bytes: &[u8]) {
    made(bytes, metrics::metrics, crate::metrics);
}

/// A heap dump, whole or cut.
pub fn heap_shaped(bytes: &[u8]) {
    made(bytes, heap::heap, crate::heap);
}

/// An execution trace.
pub fn trace_shaped(bytes: &[u8]) {
    made(bytes, trace::trace, crate::trace);
}

/// Files of a bundle, of kinds that belong together.
pub fn bundle_shaped(bytes: &[u8]) {
    made(bytes, bundle::bundle, crate::bundle);
}

fn made(bytes: &[u8], make: fn(&mut Unstructured<'_>) -> Result<Vec<u8>>, run: fn(&[u8])) {
    if let Ok(input) = make(&mut Unstructured::new(bytes)) {
        run(&input);
    }
}

/// A number that is small most of the time, and else one where arithmetic ends.
fn number(from: &mut Unstructured<'_>) -> Result<i64> {
    Ok(match from.int_in_range(0..=9_u8)? {
        0..=4 => i64::from(u8::arbitrary(from)?),
        5 | 6 => i64::from(i32::arbitrary(from)?),
        7 => i64::arbitrary(from)?,
        8 => i64::MAX,
        _ => i64::MIN,
    })
}

/// A name of Go's, or of nobody's.
fn name(from: &mut Unstructured<'_>) -> Result<String> {
    const NAMES: [&str; 12] = [
        "main.main",
        "runtime.mallocgc",
        "main.(*T).f",
        "main.f[go.shape.int]",
        "main.f.func1",
        "a/b.c%2ed",
        "",
        "=1+1",
        "<b>",
        "\u{202e}x",
        "a;b\nc",
        "strings.(*Builder).WriteString",
    ];
    if from.ratio(4, 5)? { Ok((*from.choose(&NAMES)?).to_owned()) } else { Ok(<&str>::arbitrary(from)?.to_owned()) }
}

/// Up to `most` of what `make` makes.
fn several<T>(
    from: &mut Unstructured<'_>,
    most: usize,
    mut make: impl FnMut(&mut Unstructured<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    (0..from.int_in_range(0..=most)?).map(|_| make(from)).collect()
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
