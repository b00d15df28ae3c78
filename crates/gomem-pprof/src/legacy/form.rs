//! Which of the forms other than protobuf an input is in.

use super::{
    contention, count, cpu, dump, flamebearer, folded, heap, java, jemalloc, lines::Lines, printed::Printed, thread,
};
use crate::{
    error::{DecodeOptions, Error},
    model::Profile,
    wire::Wire,
};

/// A form other than protobuf, as the first bytes announce it.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    Heap,
    Jemalloc,
    JavaHeap,
    Contention,
    JavaContention,
    Thread,
    Count,
    Dump,
    Flamebearer,
    Folded,
    Printed(Printed),
    Cpu(cpu::Words),
}

impl Form {
    /// What the first bytes say; `None` for what may be protobuf.
    pub(crate) fn sniff(bytes: &[u8]) -> Option<Self> {
        if let Some(words) = cpu::Words::sniff(bytes) {
            return Some(Self::Cpu(words));
        }
        if flamebearer::is_header(bytes) {
            return Some(Self::Flamebearer);
        }
        let mut lines = Lines::new(bytes);
        let first = std::iter::from_fn(|| lines.next()).take(MOST_COMMENTS).find(|line| !line.is_space_or_comment())?;
        let form = Self::of_text(first.text.trim(), lines)?;
        // Names in a profile that is not compressed can say anything, as what a goroutine dump has in its brackets.
        let is_plain = is_plain(&bytes[..first.offset]) && is_plain(first.text.as_bytes());
        (is_plain || !is_protobuf(bytes)).then_some(form)
    }

    /// What a text's first line says; `lines` are those behind it.
    fn of_text(text: &str, lines: Lines<'_>) -> Option<Self> {
        if heap::is_header(text) {
            return Some(Self::Heap);
        }
        if jemalloc::is_header(text) {
            return Some(Self::Jemalloc);
        }
        match text {
            "--- heapz 1 ---" => return Some(Self::JavaHeap),
            // The C++ form begins likewise; Java's says so in its second line.
            "--- contentionz 1 ---" if java::is_java(lines) => return Some(Self::JavaContention),
            _ => {}
        }
        if ["--- contentionz ", "--- mutex:", "--- contention:"].iter().any(|prefix| text.starts_with(prefix)) {
            return Some(Self::Contention);
        }
        if text.starts_with("--- threadz ") || text.starts_with("--- Thread ") {
            return Some(Self::Thread);
        }
        if count::header(text).is_some() {
            return Some(Self::Count);
        }
        if dump::header(text).is_some() {
            return Some(Self::Dump);
        }
        if folded::is_folded(text, lines) {
            return Some(Self::Folded);
        }
        Printed::sniff(text, lines).map(Self::Printed)
    }

    pub(crate) fn decode(self, bytes: &[u8], options: &DecodeOptions) -> Result<Profile, Error> {
        match self {
            Self::Heap => heap::decode(bytes, options),
            Self::Jemalloc => jemalloc::decode(bytes, options),
            Self::JavaHeap => java::decode_heap(bytes, options),
            Self::Contention => contention::decode(bytes, options),
            Self::JavaContention => java::decode_contention(bytes, options),
            Self::Thread => thread::decode(bytes, options),
            Self::Count => count::decode(bytes, options),
            Self::Dump => dump::decode(bytes, options),
            Self::Flamebearer => flamebearer::decode(bytes, options),
            Self::Folded => folded::decode(bytes, options),
            Self::Printed(printed) => printed.decode(bytes, options),
            Self::Cpu(words) => cpu::decode(bytes, words, options),
        }
    }
}

/// Whether bytes have none that a text has no use for. The first fields of a protobuf message have some.
fn is_plain(bytes: &[u8]) -> bool {
    !bytes.iter().any(|byte| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r'))
}

/// Whether bytes are the fields of a protobuf message; a text can be too.
fn is_protobuf(bytes: &[u8]) -> bool {
    let mut wire = Wire::new(bytes);
    loop {
        match wire.field() {
            Ok(Some(_)) => {}
            Ok(None) => return true,
            Err(_) => return false,
        }
    }
}

/// How many lines of comments are looked through for the first that says something.
const MOST_COMMENTS: usize = 100;
