//! `heap profile: …`: Go's `debug=1`, and what gperftools wrote.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    lines::{Lines, addresses},
    maps,
    stack::Stack,
    text_profile::TextProfile,
};
use crate::{
    error::{DecodeOptions, Error, ErrorKind},
    model::{MemStats, Profile, whole},
    pattern::constant,
};

pub(super) fn is_header(text: &str) -> bool {
    HEADER.is_match(text)
}

pub(super) fn decode(bytes: &[u8], options: &DecodeOptions) -> Result<Profile, Error> {
    let mut lines = Lines::new(bytes);
    let malformed = || Error::in_line(ErrorKind::Text { problem: "not the header of a heap profile" }, 0, 1);
    let header = loop {
        let line = lines.next().ok_or_else(malformed)?;
        if !line.is_space_or_comment() {
            break line;
        }
    };
    let header = Header::decode(&header.text)
        .ok_or_else(|| Error::in_line(malformed().kind().clone(), header.offset, header.number))?;
    let has_allocs = header.has_allocs || (header.is_go && !options.pprof_compat);
    let kinds: &[(&str, &str)] = if has_allocs {
        &[("alloc_objects", "count"), ("alloc_space", "bytes"), ("inuse_objects", "count"), ("inuse_space", "bytes")]
    } else {
        &[("objects", "count"), ("space", "bytes")]
    };
    let mut text = TextProfile::new(options, kinds);
    text.set_period("space", "bytes", header.rate);
    let mut values = Vec::new();
    while let Some(line) = lines.next() {
        if line.is_memory_map() {
            break;
        }
        if line.text.starts_with("# runtime.MemStats") {
            text.builder.header().mem_stats =
                Some(MemStats::decode(&mut std::iter::from_fn(|| lines.next().map(|line| line.text.into_owned()))));
            break;
        }
        if line.is_space_or_comment() {
            continue;
        }
        let Some(sample) = SAMPLE.captures(&line.text) else {
            text.flaw(&line, "not a sample of a heap profile")?;
            continue;
        };
        let number = |index: usize| sample.get(index).and_then(|digits| digits.as_str().parse::<i64>().ok());
        let (Some(inuse), Some(alloc), Some(stack)) = (
            number(1).zip(number(2)),
            number(3).zip(number(4)),
            sample.get(5).and_then(|stack| addresses(stack.as_str())),
        ) else {
            text.flaw(&line, "a number of the sample is too large")?;
            continue;
        };
        if (inuse.0 == 0 && inuse.1 != 0) || (has_allocs && alloc.0 == 0 && alloc.1 != 0) {
            text.flaw(&line, "bytes of no object")?;
            continue;
        }
        values.clear();
        let mut size = 0;
        for (count, bytes) in [has_allocs.then_some(alloc), Some(inuse)].into_iter().flatten() {
            if count != 0 {
                size = bytes.wrapping_div(count);
            }
            let found = if header.is_sampled { unsampled(count, bytes, header.rate) } else { Some((count, bytes)) };
            values.extend(found.into_iter().flat_map(|(count, bytes)| [count, bytes]));
        }
        let mut stack = Stack::from_returns(&stack);
        stack.take_frames(&mut lines);
        if values.len() < kinds.len() {
            text.flaw(&line, "a number of the sample is too large")?;
            continue;
        }
        let label = text.number_label("bytes", size, "");
        text.sample(&stack, &values, &[label])?;
    }
    maps::finish(text, lines)
}

/// The first line.
struct Header {
    rate: i64,
    /// Whether objects were picked at random, one in so many bytes.
    is_sampled: bool,
    /// Whether the totals of what was allocated differ from those of what is in use.
    has_allocs: bool,
    /// Whether Go wrote it: only Go writes twice the rate.
    is_go: bool,
}

impl Header {
    fn decode(text: &str) -> Option<Self> {
        let header = HEADER.captures(text)?;
        let group = |index: usize| header.get(index).map_or("", |group| group.as_str());
        let written = if group(6).is_empty() { 0 } else { group(6).parse::<i64>().ok()? };
        let (rate, is_sampled, is_go) = match group(5) {
            "heap" => (written / 2, true, written != 0),
            "heap_v2" | "heapz_v2" => (written, true, false),
            "heapprofile" | "growth" | "growthz" | "fragmentation" | "fragmentationz" => (1, false, false),
            _ => return None,
        };
        let has_allocs = group(5).starts_with("heap")
            && ((group(3) != group(1) && group(3) != "0") || (group(4) != group(2) && group(4) != "0"));
        Some(Self { rate, is_sampled, has_allocs, is_go })
    }
}

/// What a count and bytes that the sampler saw stand for (`scaleHeapSample` in `runtime/pprof/protomem.go`); `None`
/// where 64 bits do not hold it.
pub(super) fn unsampled(count: i64, bytes: i64, rate: i64) -> Option<(i64, i64)> {
    if count == 0 || bytes == 0 {
        return Some((0, 0));
    }
    if rate <= 1 {
        return Some((count, bytes));
    }
    let size = bytes as f64 / count as f64;
    let scale = 1.0 / (1.0 - (-size / rate as f64).exp());
    whole(count as f64 * scale).zip(whole(bytes as f64 * scale))
}

static HEADER: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"heap profile: *([0-9]+): *([0-9]+) *\[ *([0-9]+): *([0-9]+) *\] *@ *(heap[_a-z0-9]*|growthz?|fragmentationz?)/?([0-9]*)",
    )
});

static SAMPLE: LazyLock<Regex> =
    LazyLock::new(|| constant(r"(-?[0-9]+): *(-?[0-9]+) *\[ *([0-9]+): *([0-9]+) *\] @([ x0-9a-f]*)"));
