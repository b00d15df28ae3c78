//! Any bytes as a profile: decoded or refused, and everything derived from it works.

use gomem_pprof::{DecodeOptions, Filter, FlameHtml, Granularity, Limits, Profile, TopOptions};

pub fn pprof(bytes: &[u8]) {
    let options = DecodeOptions::default().with_limits(Limits::default().with_decompressed_bytes(1 << 22));
    let Ok(profile) = Profile::decode_with(bytes, &options) else { return };
    for &by in Granularity::ALL {
        let _ = profile.top(&TopOptions::new(0).by(by).with_mean(true)).to_table();
    }
    let _ = (profile.samples_table(), profile.frames_table(), profile.goroutines_table(), profile.tags_table(0));
    let _ = (profile.edges(&TopOptions::new(0)).to_table(), profile.sampling_table(0, Granularity::Line));
    let _ = (profile.to_speedscope(""), profile.to_callgrind(0), profile.flame(0).to_folded());
    let _ = FlameHtml::new("", &profile.flame(0)).fragment();
    let _ = (profile.repair_truncated_stacks(), profile.mem_stats().map(|stats| stats.to_table()));
    let mut filter = Filter::default();
    for option in [&mut filter.focus, &mut filter.hide, &mut filter.show_from, &mut filter.prune_from] {
        "main".clone_into(option);
    }
    filter.tagroot = "bytes,tenant".into();
    filter.tagignore = "bytes=1kb:".into();
    let _ = profile.filter(&filter);
    if let Ok(diff) = profile.diff(&profile, true) {
        assert!(diff.rows(&TopOptions::new(0)).iter().all(|row| row.delta() == (0, 0)));
    }
    let _ = profile.since(&profile);
    let written = profile.encode_raw();
    let read = Profile::decode_with(&written, &options.with_strict(true)).expect("what is written is sound");
    assert_eq!(read.samples().len(), profile.samples().len());
}
