//! Any bytes as a profile: decoded or refused, and what is written reads back.

use gomem_pprof::{DecodeOptions, Limits, Profile};
use gomem_table::ToTable;

pub fn pprof(bytes: &[u8]) {
    let Some(profile) = decoded(bytes) else { return };
    let _ = (profile.samples().to_table(), profile.mem_stats().map(|stats| stats.to_table()));
    let written = profile.encode_raw();
    let read = Profile::decode_with(&written, &options().with_strict(true)).expect("what is written is sound");
    assert_eq!(read.samples().len(), profile.samples().len());
}

pub(crate) fn decoded(bytes: &[u8]) -> Option<Profile> {
    Profile::decode_with(bytes, &options()).ok()
}

fn options() -> DecodeOptions {
    DecodeOptions::default().with_limits(Limits::default().with_decompressed_bytes(1 << 22))
}
