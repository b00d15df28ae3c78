//! What a program wrote, without what shippers of logs put before each line.

use std::borrow::Cow;

use gomem_metrics::Format;

use crate::bundle::signature::looks_like_text;

/// The whole of `bytes`, as it was written; the times of a panel are its own.
pub(crate) fn written(bytes: &[u8]) -> Cow<'_, [u8]> {
    if is_shipped(bytes) { gomem_transport::written(bytes) } else { Cow::Borrowed(bytes) }
}

/// Whether it is a text, and neither a table of times nor records whose fields say more than their messages.
pub(crate) fn is_shipped(bytes: &[u8]) -> bool {
    looks_like_text(bytes)
        && match Format::detect(bytes) {
            Format::PanelCsv | Format::LongCsv | Format::JsonRecords => false,
            Format::MemStatsLog if !is_record(bytes) => true,
            known @ (Format::MemStatsLog | Format::RuntimeMetrics | Format::GoMetrics) => {
                Format::detect(&gomem_transport::written(bytes)) == known
            }
            _ => true,
        }
}

/// Whether the first line is a record of names and values: JSON, or `time=… level=…`.
fn is_record(bytes: &[u8]) -> bool {
    let word = bytes.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    word.starts_with(b"{") || word.contains(&b'=')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_of_the_shipper_but_in_a_panel() {
        let log = b"2026-11-28 10:00:00,100 gc 1\n2026-11-28 10:01:00,140 gc 2\n";
        assert_eq!(&*written(log), b"gc 1\ngc 2\n");
        let records = b"{\"ts\":\"2026-11-28T10:00:00Z\",\"msg\":\"memory\",\"heap_alloc\":4,\"next_gc\":8,\"num_gc\":1}\n{\"msg\":\"x\"}\n";
        assert_eq!(&*written(records), records);
        let assigned = b"time=2026-11-28T10:00:00Z msg=memory heap_alloc=4 next_gc=8 num_gc=1\n";
        assert_eq!(&*written(assigned), assigned);
        let panel = b"Time,Max goroutines\n2026-11-28 10:00:00,100\n2026-11-28 10:01:00,140\n";
        assert_eq!(&*written(panel), panel);
    }
}
