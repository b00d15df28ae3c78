//! `--- threadz 1 ---`: the threads of a gperftools program.

use super::{
    contention::refusal,
    lines::{Line, Lines, addresses},
    maps,
    stack::Stack,
    text_profile::TextProfile,
};
use crate::{
    error::{DecodeOptions, Error},
    model::Profile,
};

pub(super) fn decode(bytes: &[u8], options: &DecodeOptions) -> Result<Profile, Error> {
    let mut lines = Lines::new(bytes);
    let mut text = TextProfile::new(options, &[("thread", "count")]);
    text.set_period("thread", "count", 1);
    // The threads seen with the stack that was written last.
    let mut last: Option<(Stack, i64)> = None;
    while let Some(line) = lines.peek() {
        if line.is_memory_map() || line.text.starts_with("---- no stack trace for") {
            break;
        }
        lines.next();
        if !is_thread(&line) {
            if line.text.starts_with("---") && !line.text.starts_with("--- threadz ") {
                return Err(refusal(&line, "not the header of a thread"));
            }
            continue;
        }
        let (mut stack, mut is_same) = (Vec::new(), false);
        while let Some(line) = lines.peek().filter(|line| !line.text.trim().starts_with("---")) {
            if line.is_memory_map() {
                break;
            }
            lines.next();
            is_same |= line.text.contains("same as previous thread");
            if !is_same {
                match addresses(&line.text) {
                    Some(found) => stack.extend(found),
                    None => text.flaw(&line, "an address is too large")?,
                }
            }
        }
        if is_same || stack.is_empty() {
            if let Some((_, count)) = &mut last {
                *count += 1;
            }
            continue;
        }
        // The leaf is no call, so its address stays.
        for address in stack.iter_mut().skip(1) {
            *address = address.wrapping_sub(1);
        }
        drop_duplicate_leaf(&mut stack);
        if let Some((stack, count)) = last.replace((Stack { addresses: stack, frames: Vec::new() }, 1)) {
            text.sample(&stack, &[count], &[])?;
        }
    }
    if let Some((stack, count)) = last {
        text.sample(&stack, &[count], &[])?;
    }
    maps::finish(text, lines)
}

fn is_thread(line: &Line<'_>) -> bool {
    line.text.contains("--- Thread ") && line.text.contains(" (name: ") && line.text.contains(") stack: ---")
}

/// A leaf may be there twice: from the signal's context, and from unwinding.
pub(super) fn drop_duplicate_leaf(stack: &mut Vec<u64>) {
    if let [leaf, next, ..] = stack.as_slice()
        && *leaf == next.wrapping_add(1)
    {
        stack.remove(1);
    }
}
