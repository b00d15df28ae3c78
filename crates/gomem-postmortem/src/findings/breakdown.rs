//! What bytes are made of, in words.

use gomem_symbol::Symbol;
use gomem_table::percent;

use crate::attribution::{Bytes, Part, Reason};

/// The reasons of these bytes: one where it has nearly all of them, else the largest two with their shares of all bytes
/// allocated. Where less than half is known, that is said first.
pub(crate) fn reasons(bytes: &Bytes<'_>) -> String {
    let parts = bytes.by_reason();
    let is_nearly_all = |part: &Part<Option<Reason>>| part.bytes.saturating_mul(20) >= bytes.bytes.saturating_mul(19);
    match parts.as_slice() {
        [] => "nothing".to_owned(),
        [only, ..] if is_nearly_all(only) => words(only.key).to_owned(),
        parts => {
            let large = parts.iter().take(2).filter(|part| part.bytes.saturating_mul(20) >= bytes.bytes);
            let each = large.map(|part| format!("{} {}", words(part.key), share(part.bytes_fraction)));
            each.collect::<Vec<_>>().join(", ")
        }
    }
}

/// The largest functions that allocate within a call, with their shares of all bytes allocated and their reasons.
pub(crate) fn inside(bytes: &Bytes<'_>) -> String {
    let parts = bytes.parts(|site| (site.place.function(), site.reason, site.made()));
    let told: Vec<String> = parts
        .iter()
        .filter(|part| part.bytes_fraction >= SMALLEST_PART || part.bytes == bytes.bytes)
        .take(MOST_PARTS)
        .map(|part| {
            let (function, reason, made) = &part.key;
            let why = made.as_ref().map_or_else(|| words(*reason), |made| format!("{made}, reason not logged"));
            format!("{} {} ({why})", Symbol::decode(function).short(), share(part.bytes_fraction))
        })
        .collect();
    let told_bytes: f64 = parts.iter().take(told.len()).map(|part| part.bytes_fraction).sum();
    let rest = bytes.bytes_fraction - told_bytes;
    let rest = if rest >= SMALLEST_PART { format!(", others {}", share(rest)) } else { String::new() };
    if told.is_empty() { "nothing of size".to_owned() } else { told.join(", ") + &rest }
}

/// A reason in words: those of its name.
fn words(reason: Option<Reason>) -> String {
    reason.map_or_else(|| "reason not known".to_owned(), Reason::words)
}

/// `12.3 %`.
pub(crate) fn share(fraction: f64) -> String {
    percent(fraction, 1)
}

const SMALLEST_PART: f64 = 0.002;
const MOST_PARTS: usize = 5;
