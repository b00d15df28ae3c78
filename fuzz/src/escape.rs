//! Any bytes as the compiler's log: every line renders back, the counts add up, and all tables can be made.

use gomem_escape::{DiagnosticsReader, EscapeLog, Record, records};
use gomem_table::ToTable;

pub fn escape(bytes: &[u8]) {
    for (_, line) in records(bytes) {
        assert_eq!(Record::parse(&line).render(), line);
    }
    let mut diagnostics = DiagnosticsReader::default();
    let is_read = diagnostics.read(bytes).is_ok();
    let diagnostics = diagnostics.finish();
    assert_eq!(diagnostics.to_table().rows(), diagnostics.len());
    if let Ok(log) = EscapeLog::decode(bytes) {
        assert!(is_read);
        let coverage = log.coverage();
        assert_eq!(coverage.parsed + coverage.unknown + coverage.skipped, coverage.lines);
        assert_eq!(log.heap_decisions().to_table().rows(), log.heap_decisions().len());
        assert!(log.diff(&log).to_table().rows() <= log.heap_decisions().len());
        assert!(log.diff(&log).new_allocations().next().is_none());
        assert_eq!(log.leaks().to_table().rows(), log.leaks().len());
        assert_eq!(log.inlining().to_table().rows(), log.inlining().len());
        assert_eq!(log.stack_buffers().to_table().rows(), log.stack_buffers().len());
    }
}
