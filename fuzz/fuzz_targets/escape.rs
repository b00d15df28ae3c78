//! Any bytes as the compiler's log: every line renders back, and the counts add up.
#![no_main]

use gomem_escape::{EscapeLog, Record, diagnostics_table, records};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for (_, line) in records(bytes) {
        assert_eq!(Record::decode(&line).render(), line);
    }
    if let Ok(log) = EscapeLog::decode(bytes) {
        let coverage = log.coverage();
        assert_eq!(coverage.parsed + coverage.unknown + coverage.skipped, coverage.lines);
        let _ = log.escapes_table();
    }
    let _ = diagnostics_table(bytes);
});
