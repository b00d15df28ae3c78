//! `heap_v2/…`: what jemalloc writes of a heap, with the stacks of what it sampled.
//!
//! ```text
//! heap_v2/524288                       a sample in so many bytes
//!   t*: 28106: 56637512 [0: 0]         all threads: objects and bytes in use, and those ever allocated, if it counts them
//!   t3: 352: 16777344 [0: 0]           one thread
//! @ 0x5f86da8 0x5f5a1dc                a stack; what follows is of it
//!   t*: 13: 6688 [0: 0]
//!
//! MAPPED_LIBRARIES:                    /proc/self/maps
//! ```

use super::{
    heap::unsampled,
    lines::{Line, Lines, addresses},
    maps,
    stack::Stack,
    text_profile::TextProfile,
};
use crate::{
    error::{DecodeOptions, Error, ErrorKind},
    model::Profile,
};

pub(super) fn is_header(text: &str) -> bool {
    rate(text).is_some()
}

pub(super) fn decode(bytes: &[u8], options: &DecodeOptions) -> Result<Profile, Error> {
    let mut lines = Lines::new(bytes);
    let header = std::iter::from_fn(|| lines.next()).find(|line| !line.is_space_or_comment());
    let rate = header.and_then(|line| rate(line.text.trim()));
    let rate =
        rate.ok_or_else(|| Error::in_line(ErrorKind::Text { problem: "not the header of a jemalloc heap" }, 0, 1))?;
    let mut text = TextProfile::new(options, &[("objects", "count"), ("space", "bytes")]);
    text.set_period("space", "bytes", rate);
    let mut stack: Option<Vec<u64>> = None;
    while let Some(line) = lines.next() {
        if line.is_memory_map() {
            break;
        }
        if line.is_space_or_comment() {
            continue;
        }
        if let Some(returns) = line.text.trim_start().strip_prefix('@') {
            stack = addresses(returns);
            if stack.is_none() {
                text.flaw(&line, "not the addresses of a stack")?;
            }
            continue;
        }
        let Some((thread, objects, bytes)) = counts(&line) else {
            text.flaw(&line, "neither a stack nor what it holds")?;
            continue;
        };
        // Before the first stack are the sums of all; and those of single threads are in that of all threads.
        let Some(returns) = stack.as_ref().filter(|_| thread == "t*") else { continue };
        let Some((objects, bytes)) = unsampled(objects, bytes, rate) else {
            text.flaw(&line, "a number of the sample is too large")?;
            continue;
        };
        text.sample(&Stack::from_returns(returns), &[objects, bytes], &[])?;
    }
    maps::finish(text, lines)
}

/// `heap_v2/524288`, alone on its line.
fn rate(text: &str) -> Option<i64> {
    text.strip_prefix("heap_v2/")?.parse().ok().filter(|rate| *rate > 0)
}

/// `  t*: 13: 6688 [0: 0]`: the thread, objects and bytes in use.
fn counts<'a>(line: &'a Line<'_>) -> Option<(&'a str, i64, i64)> {
    let (thread, rest) = line.text.trim().split_once(": ")?;
    let (objects, rest) = rest.split_once(": ")?;
    let bytes = rest.split(' ').next()?;
    (thread.starts_with('t')).then_some(())?;
    Some((thread, objects.trim().parse().ok()?, bytes.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stacks_have_what_all_threads_hold() {
        let text = "heap_v2/1\n  t*: 3: 30 [0: 0]\n  t0: 3: 30 [0: 0]\n@ 0x11 0x21\n  t*: 1: 10 [0: 0]\n  t0: 1: 10 [0: 0]\n\
                    @ 0x31\n  t*: 2: 20 [0: 0]\nnonsense\n\nMAPPED_LIBRARIES:\n";
        let profile = decode(text.as_bytes(), &DecodeOptions::default()).unwrap();
        let values: Vec<Vec<i64>> = profile.samples().map(|sample| sample.values().collect()).collect();
        assert_eq!(values, [[1, 10], [2, 20]]);
        assert_eq!(profile.diagnostics().len(), 1);
        assert!(!is_header("heap_v2/x") && is_header("heap_v2/524288"));
    }
}
