//! Any bytes as a profile, and everything that is made of one.

use gomem_pprof::{CallGraphOptions, Granularity, Profile, TopOptions};
use gomem_report::FlameHtml;
use gomem_table::ToTable;

use crate::pprof::decoded;

pub fn profile(bytes: &[u8]) {
    let Some(profile) = decoded(bytes) else { return };
    for &by in Granularity::ALL {
        let _ = profile.top(&TopOptions::new(0).by(by).with_mean(true)).to_table();
    }
    let _ = (profile.frames().to_table(), profile.goroutines().to_table(), profile.tags(0).to_table());
    let _ = (
        profile.edges(&TopOptions::new(0)).to_table(),
        profile.sampling(0, Granularity::Line).map(|sampling| sampling.to_table()),
    );
    let _ = (profile.to_speedscope(""), profile.to_callgrind(0), profile.flame(0).to_folded());
    let _ = profile.to_dot(0, CallGraphOptions::default());
    let _ = FlameHtml::new("", &profile.flame(0)).fragment();
    let _ = (profile.repair_truncated_stacks(), profile.since(&profile));
    if let Ok(diff) = profile.diff(&profile, true) {
        assert!(diff.top(&TopOptions::new(0)).rows().iter().all(|row| row.delta() == (0, 0)));
    }
    let twice = Profile::merge([&profile, &profile]).expect("it has the same types as itself");
    // A sum that 64 bits do not hold stays in parts.
    assert!(twice.samples().len() <= profile.samples().len() || twice.check_sums().is_err());
}
