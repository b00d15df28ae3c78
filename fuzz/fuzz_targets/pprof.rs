//! Any bytes as a profile: decoded or refused, and everything derived from it works.
#![no_main]

use gomem_pprof::{DecodeOptions, FlameHtml, Granularity, Limits, Profile, TopOptions};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let options = DecodeOptions::default().with_limits(Limits::default().with_decompressed_bytes(1 << 22));
    if let Ok(profile) = Profile::decode_with(bytes, &options) {
        for &by in Granularity::ALL {
            let _ = profile.top(&TopOptions::new(0).by(by)).to_table();
        }
        let _ = (profile.samples_table(), profile.frames_table());
        let _ = FlameHtml::new("", &profile.flame(0)).fragment();
    }
});
