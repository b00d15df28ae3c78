//! Any bytes as a scrape.
#![no_main]

use gomem_metrics::Metrics;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut metrics = Metrics::new();
    let half = bytes.len() / 2;
    let _ = metrics.push_scrape(0, &bytes[..half]);
    let _ = metrics.push_scrape(1000, &bytes[half..]);
    let state = metrics.state();
    let _ = (metrics.to_table(), state.to_table(), state.cycles_table());
});
