//! `--- contention:`, `--- mutex:` of Go, and `--- contentionz` of gperftools.

use super::{
    lines::{Line, Lines, addresses},
    maps,
    stack::Stack,
    text_profile::TextProfile,
};
use crate::{
    error::{DecodeOptions, Error, ErrorKind},
    model::{Profile, whole},
};

pub(super) fn decode(bytes: &[u8], options: &DecodeOptions) -> Result<Profile, Error> {
    let mut lines = Lines::new(bytes);
    let is_go = loop {
        let Some(line) = lines.next() else { break false };
        if line.text.starts_with("---") {
            break !line.text.starts_with("--- contentionz");
        }
    };
    let mut text = TextProfile::new(options, &[("contentions", "count"), ("delay", "nanoseconds")]);
    let (mut cycles_per_second, mut period) = (0_i64, 1_i64);
    while let Some(line) = lines.peek() {
        let trimmed = line.text.trim();
        if line.is_space_or_comment() {
            lines.next();
            continue;
        }
        let Some((name, value)) = trimmed.split_once('=') else { break };
        lines.next();
        let value = || integer(value.trim()).ok_or_else(|| refusal(&line, "the value is no number"));
        match name.trim() {
            "cycles/second" => cycles_per_second = value()?,
            "sampling period" => period = value()?,
            "ms since reset" => {
                text.builder.header().duration_nanos = Some(nanos(&line, value()?)?);
            }
            "discarded samples" => {}
            _ => return Err(refusal(&line, "an attribute that contention profiles do not have")),
        }
    }
    // Go's runtime has multiplied by the period already; `go tool pprof` does so once more.
    let factor = if is_go && !options.pprof_compat { 1 } else { period };
    text.set_period("contentions", "count", factor);
    while let Some(line) = lines.peek() {
        if line.text.trim().starts_with("---") {
            break;
        }
        lines.next();
        if line.is_space_or_comment() {
            continue;
        }
        let Some((cycles, count, stack)) = sample(&line.text) else {
            text.flaw(&line, "not a sample of a contention profile")?;
            continue;
        };
        let delay = if factor > 0 && cycles_per_second > 0 {
            whole(cycles as f64 * factor as f64 / (cycles_per_second as f64 / 1e9))
        } else {
            Some(cycles)
        };
        let contentions = if factor > 0 { count.checked_mul(factor) } else { Some(count) };
        let mut stack = Stack::from_returns(&stack);
        stack.take_frames(&mut lines);
        let (Some(contentions), Some(delay)) = (contentions, delay) else {
            text.flaw(&line, "a number of the sample is too large")?;
            continue;
        };
        text.sample(&stack, &[contentions, delay], &[])?;
    }
    maps::finish(text, lines)
}

/// `cycles count @ addresses`
fn sample(line: &str) -> Option<(i64, i64, Vec<u64>)> {
    let (numbers, stack) = line.split_once('@')?;
    let mut numbers = numbers.split_whitespace();
    let (cycles, count) = (numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?);
    Some((cycles, count, addresses(stack)?))
}

/// A number as Go writes it: `0x10` is hexadecimal.
pub(super) fn integer(text: &str) -> Option<i64> {
    match text.strip_prefix("0x") {
        Some(digits) => i64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// Milliseconds as the header has them.
pub(super) fn nanos(line: &Line<'_>, millis: i64) -> Result<i64, Error> {
    millis.checked_mul(1_000_000).ok_or_else(|| refusal(line, "the time does not fit 64 bits of nanoseconds"))
}

pub(super) fn refusal(line: &Line<'_>, problem: &'static str) -> Error {
    Error::in_line(ErrorKind::Text { problem }, line.offset, line.number)
}
