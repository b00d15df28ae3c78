//! Any bytes as the files of a bundle, up to the report.
#![no_main]

use gomem_postmortem::{Artifact, Bundle, Report};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|files: Vec<Vec<u8>>| {
    let artifacts = files
        .into_iter()
        .enumerate()
        .map(|(index, bytes)| Artifact {
            name: format!("{}.prom", 1_700_000_000_000_u64 + index as u64),
            bytes,
            modified_ms: None,
        })
        .collect();
    let report = Report::of(&Bundle::of("fuzz", artifacts));
    let _ = (report.to_text(), report.to_html(), report.to_json());
});
