//! gperftools' binary CPU profile: words of 32 or 64 bits, of either byte order.

use foldhash::HashMap;

use super::{java, lines::Lines, maps, stack::Stack, text_profile::TextProfile, thread::drop_duplicate_leaf};
use crate::{
    error::{DecodeOptions, Error, ErrorKind},
    model::Profile,
};

/// How words are written, and by whom.
#[derive(Clone, Copy)]
pub(crate) struct Words {
    width: usize,
    is_big_endian: bool,
    is_java: bool,
    period_micros: i64,
}

impl Words {
    /// Recognises the header: 0, 3, 0 for C++ or 1 for Java, the period in microseconds, 0.
    pub(super) fn sniff(bytes: &[u8]) -> Option<Self> {
        [(4, false), (4, true), (8, false), (8, true)].into_iter().find_map(|(width, is_big_endian)| {
            let words = Self { width, is_big_endian, is_java: false, period_micros: 0 };
            let mut rest = bytes;
            let mut header = [0; 5];
            for word in &mut header {
                *word = words.take(&mut rest)?;
            }
            match header {
                [0, 3, kind @ (0 | 1), period, 0] if period > 0 => {
                    Some(Self { is_java: kind == 1, period_micros: i64::try_from(period).ok()?, ..words })
                }
                _ => None,
            }
        })
    }

    fn take(self, bytes: &mut &[u8]) -> Option<u64> {
        let (word, rest) = bytes.split_at_checked(self.width)?;
        *bytes = rest;
        let fold = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
        Some(if self.is_big_endian { word.iter().fold(0, fold) } else { word.iter().rev().fold(0, fold) })
    }
}

pub(super) fn decode(bytes: &[u8], words: Words, options: &DecodeOptions) -> Result<Profile, Error> {
    let mut text = TextProfile::new(options, &[("samples", "count"), ("cpu", "nanoseconds")]);
    let too_large =
        |offset| Error::at(ErrorKind::Text { problem: "a time does not fit 64 bits of nanoseconds" }, offset);
    let period = words.period_micros.checked_mul(1000).ok_or_else(|| too_large(3 * words.width))?;
    text.set_period("cpu", "nanoseconds", period);
    let mut rest = &bytes[5 * words.width..];
    let mut samples: Vec<([i64; 2], Vec<u64>)> = Vec::new();
    let mut frames = 0_u64;
    while !rest.is_empty() {
        let offset = bytes.len() - rest.len();
        let truncated = || Error::at(ErrorKind::Text { problem: "the profile ends inside a sample" }, offset);
        let count = words.take(&mut rest).ok_or_else(truncated)?;
        let depth = words.take(&mut rest).ok_or_else(truncated)?;
        if depth > (rest.len() / words.width) as u64 {
            return Err(truncated());
        }
        let mut stack = Vec::with_capacity(depth as usize);
        for _ in 0..depth {
            stack.push(words.take(&mut rest).ok_or_else(truncated)?);
        }
        if count == 0 && stack == [0] {
            break;
        }
        frames += depth;
        if samples.len() as u64 >= options.limits.samples || frames > options.limits.values {
            return Err(Error::limit("samples", options.limits.samples));
        }
        if !words.is_java {
            // The leaf is no call, so its address stays.
            for address in stack.iter_mut().skip(1) {
                *address = address.wrapping_sub(1);
            }
        }
        let nanos = i64::try_from(count).ok().and_then(|count| Some([count, count.checked_mul(period)?]));
        samples.push((nanos.ok_or_else(|| too_large(offset))?, stack));
    }
    let lines = Lines::new(rest);
    if words.is_java {
        let names = java::names(lines);
        for (values, stack) in samples {
            text.sample(&java::stack(&stack, &names), &values, &[])?;
        }
        return Ok(text.builder.finish());
    }
    drop_signal_frames(&mut samples);
    for (values, mut stack) in samples {
        drop_duplicate_leaf(&mut stack);
        let stack = Stack { addresses: stack, frames: Vec::new() };
        text.sample(&stack, &values, &[])?;
    }
    maps::finish_here(text, lines)
}

/// When almost all samples have the same second frame, it is the signal handler's, up to two of them.
fn drop_signal_frames(samples: &mut [([i64; 2], Vec<u64>)]) {
    let enough = samples.len() - samples.len() / 32;
    for _ in 0..2 {
        let mut seen: HashMap<u64, usize> = HashMap::default();
        for (_, stack) in samples.iter() {
            if let Some(&second) = stack.get(1) {
                *seen.entry(second).or_default() += 1;
            }
        }
        let Some((&frame, _)) = seen.iter().find(|&(_, &count)| count >= enough) else { return };
        for (_, stack) in samples.iter_mut().filter(|(_, stack)| stack.get(1) == Some(&frame)) {
            stack.remove(1);
        }
    }
}
