//! `goroutine profile: total 12`: Go's `debug=1` for what is counted.

use super::{lines::Lines, maps, stack::Stack, text_profile::TextProfile};
use crate::{
    error::{DecodeOptions, Error},
    model::Profile,
};

/// What is counted.
pub(super) fn header(text: &str) -> Option<&str> {
    let (name, total) = text.split_once(" profile: total ")?;
    let is_header =
        !name.is_empty() && !name.contains(char::is_whitespace) && total.bytes().all(|c| c.is_ascii_digit());
    is_header.then_some(name)
}

/// How many it counts.
fn total(text: &str) -> Option<i64> {
    header(text)?;
    text.rsplit(' ').next()?.parse().ok()
}

/// `2 @ 0x4010 0x4020`: the count, and the stack.
fn sample(line: &str) -> Option<(i64, Vec<u64>)> {
    let (count, stack) = line.split_once(" @")?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit());
    let address = |text: &str| {
        let digits =
            text.strip_prefix("0x").filter(|digits| !digits.bytes().any(|c| c.is_ascii_uppercase() || c == b'+'))?;
        u64::from_str_radix(digits, 16).ok()
    };
    let count = Some(count).filter(|count| is_number(count))?.parse().ok()?;
    let stack = match stack.strip_prefix(' ') {
        Some(addresses) => addresses.split(' ').map(address).collect::<Option<_>>()?,
        None if stack.is_empty() => Vec::new(),
        None => return None,
    };
    Some((count, stack))
}

pub(super) fn decode(bytes: &[u8], options: &DecodeOptions) -> Result<Profile, Error> {
    let mut lines = Lines::new(bytes);
    let (mut name, mut header_total) = (String::new(), None);
    while let Some(line) = lines.next() {
        let head = line.text.trim();
        if let Some(found) = header(head) {
            found.clone_into(&mut name);
            header_total = total(head);
            break;
        }
    }
    let mut text = TextProfile::new(options, &[(&name, "count")]);
    text.set_period(&name, "count", 1);
    text.builder.header().header_total = header_total;
    while let Some(line) = lines.peek() {
        if line.text.starts_with("---") {
            break;
        }
        lines.next();
        if line.is_space_or_comment() {
            continue;
        }
        let Some((count, stack)) = sample(&line.text) else {
            text.flaw(&line, "not a sample of a count profile")?;
            continue;
        };
        if stack.is_empty() {
            // Go up to 1.22 writes threads without a stack.
            text.flaw(&line, "the sample has no stack")?;
        }
        let mut stack = Stack::from_returns(&stack);
        let mut labels = Vec::new();
        if let Some(found) = stack.take_frames(&mut lines) {
            let json = found.text.trim_start_matches("# labels: ");
            match serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(json) {
                Ok(found) => {
                    for (key, value) in &found {
                        labels.push(text.text_label(key, value.as_str().unwrap_or_default()));
                    }
                }
                Err(_) => text.note(&found, "the labels do not read as such"),
            }
        }
        text.sample(&stack, &[count], &labels)?;
    }
    maps::finish(text, lines)
}
