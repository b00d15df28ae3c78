//! Any bytes as the compiler's log: every line renders back, the counts add up, and all tables can be made.

use gomem_escape::{Diagnostics, EscapeLog, Inlining, Leak, Record, Stay, records};

pub fn escape(bytes: &[u8]) {
    for (_, line) in records(bytes) {
        assert_eq!(Record::decode(&line).render(), line);
    }
    let mut diagnostics = Diagnostics::default();
    let is_read = diagnostics.read(bytes).is_ok();
    assert!(diagnostics.into_table().is_ok());
    if let Ok(log) = EscapeLog::decode(bytes) {
        assert!(is_read);
        let coverage = log.coverage();
        assert_eq!(coverage.parsed + coverage.unknown + coverage.skipped, coverage.lines);
        assert!(log.escapes_table().is_ok() && log.diff(&log).to_table().is_ok());
        assert!(log.diff(&log).new_allocations().next().is_none());
        assert!(Leak::table_of(log.leaks()).is_ok());
        assert!(Inlining::table_of(log.inlining()).is_ok());
        assert!(Stay::table_of(log.stays()).is_ok());
    }
}
