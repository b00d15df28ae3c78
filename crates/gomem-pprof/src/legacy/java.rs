//! Java's forms: the stacks first, then a name for each address.

use foldhash::HashMap;

use super::{
    contention::{integer, nanos, refusal},
    heap::unsampled,
    lines::{Lines, addresses},
    stack::{Frame, Stack},
    text_profile::TextProfile,
};
use crate::{
    error::{DecodeOptions, Error},
    model::Profile,
};

/// Whether the attributes that follow the first line say so.
pub(super) fn is_java(mut lines: Lines<'_>) -> bool {
    while let Some(line) = lines.next() {
        match line.text.trim().split_once('=') {
            Some((name, value)) if name.trim() == "format" => return value.trim() == "java",
            Some(_) => {}
            None if line.text.trim().is_empty() => {}
            None => return false,
        }
    }
    false
}

pub(super) fn decode_heap(bytes: &[u8], options: &DecodeOptions) -> Result<Profile, Error> {
    decode(bytes, options, ["inuse_objects", "inuse_space"], true)
}

pub(super) fn decode_contention(bytes: &[u8], options: &DecodeOptions) -> Result<Profile, Error> {
    decode(bytes, options, ["contentions", "delay"], false)
}

fn decode(bytes: &[u8], options: &DecodeOptions, kinds: [&str; 2], is_heap: bool) -> Result<Profile, Error> {
    let mut lines = Lines::new(bytes);
    lines.next();
    let (mut unit, mut period, mut duration) = (String::new(), 0, None);
    while let Some(line) = lines.peek() {
        let attribute = line.text.trim();
        if !attribute.is_empty() {
            let Some((name, value)) = attribute.split_once('=') else { break };
            let number = || integer(value.trim()).ok_or_else(|| refusal(&line, "the value is no number"));
            match (name.trim(), value.trim()) {
                ("format", "java") => {}
                ("resolution", value) => value.clone_into(&mut unit),
                ("sampling period", _) if !is_heap => period = number()?,
                ("ms since reset", _) if !is_heap => duration = Some(nanos(&line, number()?)?),
                _ => return Err(refusal(&line, "an attribute that Java's profiles do not have")),
            }
        }
        lines.next();
    }
    let mut text = TextProfile::new(options, &[(kinds[0], "count"), (kinds[1], &unit)]);
    if !is_heap {
        text.set_period("contentions", "count", period);
    }
    text.builder.header().duration_nanos = duration;
    let factor = if period == 0 { 1 } else { period };
    let mut samples = Vec::new();
    while let Some(line) = lines.peek() {
        if !line.text.trim().is_empty() {
            let Some((numbers, stack)) = line.text.split_once(" @ ") else { break };
            let mut numbers = numbers.split_whitespace();
            let (Some(second), Some(first)) = (numbers.next().and_then(integer), numbers.next().and_then(integer))
            else {
                break;
            };
            let values = || match is_heap {
                true => unsampled(first, second, SAMPLING_RATE),
                false => first.checked_mul(factor).zip(second.checked_mul(factor)),
            };
            match addresses(stack) {
                Some(_) if is_heap && first == 0 => text.flaw(&line, "bytes of no object")?,
                Some(stack) => match values() {
                    Some(values) => samples.push((values, is_heap.then(|| second.wrapping_div(first)), stack)),
                    None => text.flaw(&line, "a number of the sample is too large")?,
                },
                None => text.flaw(&line, "an address is too large")?,
            }
            if samples.len() as u64 > options.limits.samples {
                return Err(Error::limit("samples", options.limits.samples));
            }
        }
        lines.next();
    }
    let names = names(lines);
    for ((first, second), size, addresses) in samples {
        let label = size.map(|size| text.number_label("bytes", size, ""));
        text.sample(&stack(&addresses, &names), &[first, second], label.as_slice())?;
    }
    Ok(text.builder.finish())
}

/// The frame of each address, from the lines at the end.
pub(super) fn names(mut lines: Lines<'_>) -> HashMap<u64, Frame> {
    let mut names = HashMap::default();
    while let Some(line) = lines.next() {
        let line = line.text.trim();
        let Some((address, place)) = line.strip_prefix("0x").and_then(|line| line.split_once(char::is_whitespace))
        else {
            continue;
        };
        if let Ok(address) = u64::from_str_radix(address, 16) {
            names.insert(address, frame(place.trim()));
        }
    }
    names
}

/// `function (file:line)`, `function (library path)`, or a state of the machine.
fn frame(place: &str) -> Frame {
    let named = |function: &str, file: &str, line| Frame {
        function: function.to_owned(),
        file: file.to_owned(),
        line,
        ..Frame::default()
    };
    let inside = place.strip_suffix(')').and_then(|place| place.rsplit_once('('));
    if let Some((function, inside)) = inside.filter(|(function, _)| function.ends_with(char::is_whitespace)) {
        let function = function.trim();
        if let Some((file, line)) = inside.rsplit_once(':')
            && let Ok(line) = line.parse::<i64>()
        {
            return named(function, file, line.max(0));
        }
        return named(function, inside.rsplit('/').next().unwrap_or(inside), 0);
    }
    if place.contains("generated stub/JIT") { named("STUB", "", 0) } else { named(place, "", 0) }
}

/// A stack with its names. Java's addresses are only numbers that stand for names.
pub(super) fn stack(addresses: &[u64], names: &HashMap<u64, Frame>) -> Stack {
    let frame = |&address: &u64| names.get(&address).cloned().unwrap_or(Frame { address, ..Frame::default() });
    Stack { addresses: Vec::new(), frames: addresses.iter().map(frame).collect() }
}

/// What Java's heap profiler samples at: it does not say.
const SAMPLING_RATE: i64 = 524_288;
