//! Profiles that a tool printed or drew, and tables of them.

use gomem_pprof::{PrintedTable, Profile};

use crate::bundle::signature::looks_like_text;

/// The table that a tool printed, if the bytes are one.
pub(crate) fn printed_table(bytes: &[u8]) -> Option<PrintedTable> {
    let is_text = looks_like_text(bytes) && bytes.len() <= LARGEST_OUTPUT;
    is_text.then(|| PrintedTable::parse(&String::from_utf8_lossy(bytes))).flatten()
}

/// Whether a tool printed or drew it: it has one kind of value, and does not say how it was sampled.
pub(crate) fn is_printed(profile: &Profile) -> bool {
    let [kind] = profile.sample_types() else { return false };
    PRINTED.contains(&kind.name()) && profile.period_type().is_none()
}

/// What people paste of a tool's output.
pub(crate) const LARGEST_OUTPUT: usize = 8 << 20;
/// Kinds of profiles that tools print or draw.
const PRINTED: [&str; 11] = [
    "inuse_space",
    "inuse_objects",
    "alloc_space",
    "alloc_objects",
    "space",
    "objects",
    "samples",
    "time",
    "cpu",
    "delay",
    "contentions",
];
