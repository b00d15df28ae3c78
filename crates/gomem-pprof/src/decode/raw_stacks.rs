//! The stacks of a profile that is being decoded: where they are, and what is known of their ids.

use crate::{
    error::Error,
    stacks::{Numbers, Stacks, count, length, write_field},
    wire::Wire,
};

/// Stacks whose ids are looked at where they are, and not resolved yet: the locations follow the samples.
#[derive(Debug, Default)]
pub(super) struct RawStacks {
    begins: Vec<usize>,
    largest: u64,
    has_zero: bool,
    short: ShortIds,
    /// How many bytes the profile has.
    profile_bytes: usize,
    /// Stacks that the profile does not have as one field of packed numbers, written as such: they go behind its own bytes.
    rewritten: Vec<u8>,
    /// The stack that is to be rewritten next.
    scattered: Vec<u64>,
}

/// The one field that a sample's stack is, as far as the sample was read: where its length is, and its numbers.
pub(super) type Field<'a> = Option<(usize, &'a [u8])>;

impl RawStacks {
    pub(super) fn new(profile_bytes: usize) -> Self {
        Self { profile_bytes, ..Self::default() }
    }

    pub(super) fn reserve(&mut self, stacks: usize) {
        self.begins.reserve_exact(stacks);
    }

    /// Adds the field that was read last, and whose tag is at `tag`, to the stack of a sample.
    #[inline]
    pub(super) fn read<'a>(&mut self, wire: &Wire<'a>, tag: usize, stack: &mut Field<'a>) -> Result<(), Error> {
        if stack.is_none()
            && self.scattered.is_empty()
            && let Ok(packed) = wire.text()
            // A tag or a length may be written longer than it has to be.
            && tag + 1 + length(packed.len() as u64) + packed.len() == wire.offset()
        {
            if !self.note_short(packed) {
                wire.numbers(|id| self.note(id))?;
            }
            *stack = Some((tag + 1, packed));
            return Ok(());
        }
        self.scattered.extend(Numbers::new(stack.take().map_or(&[], |(_, packed)| packed)));
        wire.numbers(|id| {
            self.note(id);
            self.scattered.push(id);
        })
    }

    /// Ends a sample's stack, and says whether it has at most so many frames.
    #[inline]
    pub(super) fn end(&mut self, stack: Field<'_>, most: u64) -> bool {
        let Some((begin, packed)) = stack else {
            self.begins.push(self.profile_bytes + self.rewritten.len());
            write_field(&mut self.rewritten, self.scattered.iter().copied());
            let depth = self.scattered.len();
            self.scattered.clear();
            return depth as u64 <= most;
        };
        self.begins.push(begin);
        packed.len() as u64 <= most || count(packed) as u64 <= most
    }

    /// Whether all ids are from 1 to `most`.
    pub(super) fn are_within(&self, most: u32) -> bool {
        !self.has_zero && self.largest <= u64::from(most) && self.short.are_within(most)
    }

    /// The ids of a stack, as the profile has them.
    pub(super) fn ids<'a>(&'a self, profile: &'a [u8], index: usize) -> Numbers<'a> {
        let begin = self.begins[index];
        match begin.checked_sub(self.profile_bytes) {
            Some(begin) => Numbers::field(&self.rewritten, begin),
            None => Numbers::field(profile, begin),
        }
    }

    /// The stacks in the profile's own bytes.
    pub(super) fn finish(self, mut profile: Vec<u8>) -> Stacks {
        profile.extend_from_slice(&self.rewritten);
        Stacks::packed(profile, self.begins)
    }

    #[inline]
    fn note(&mut self, id: u64) {
        self.largest = self.largest.max(id);
        self.has_zero |= id == 0;
    }

    /// Notes ids of one byte or two, eight bytes at a time. False when there are longer ones.
    #[inline]
    fn note_short(&mut self, packed: &[u8]) -> bool {
        let (Some((&first, at)), Some((&last, before))) = (packed.split_first(), packed.split_last()) else {
            return true;
        };
        let ((befores, before_rest), (ats, at_rest)) = (before.as_chunks(), at.as_chunks());
        let mut long = u64::from(last & 0x80);
        for (before, at) in befores.iter().zip(ats) {
            long |= self.short.note(before, at);
        }
        if let (Some(before), Some(at)) = (before.last_chunk(), at.last_chunk()) {
            long |= self.short.note(before, at);
        } else {
            let (mut before_padded, mut at_padded) = ([0; 8], [1; 8]);
            before_padded[..before_rest.len()].copy_from_slice(before_rest);
            at_padded[..at_rest.len()].copy_from_slice(at_rest);
            long |= self.short.note(&before_padded, &at_padded);
        }
        if first < 0x80 {
            self.note(u64::from(first));
        }
        long == 0
    }
}

/// What is known of ids that take one byte or two, in lanes that the compiler makes vectors of.
#[derive(Debug, Default)]
struct ShortIds {
    largest: [i16; 8],
    zeros: [i16; 8],
}

impl ShortIds {
    /// Looks at each byte with the one before it, of which it may be the continuation. Not 0 when both are continued.
    #[inline]
    fn note(&mut self, before: &[u8; 8], at: &[u8; 8]) -> u64 {
        for lane in 0..8 {
            let (low, byte) = (i16::from(before[lane]), i16::from(at[lane]));
            let id = if low < 0x80 { byte } else { low & 0x7f | byte << 7 };
            let ended = if byte < 0x80 { id } else { 1 };
            self.largest[lane] = self.largest[lane].max(ended);
            self.zeros[lane] |= i16::from(ended == 0);
        }
        u64::from_ne_bytes(*before) & u64::from_ne_bytes(*at) & HIGH_BITS
    }

    fn are_within(&self, most: u32) -> bool {
        self.zeros == [0; 8] && self.largest.iter().all(|&id| u32::from(id.unsigned_abs()) <= most)
    }
}

/// Set in every byte of a number but its last.
const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

#[cfg(test)]
mod tests {
    use super::*;

    /// A sample of one field for each of `fields`, packed; its stack as read, and whether all ids are from 1 to `most`.
    fn read(fields: &[&[u64]], most: u32) -> (Vec<u64>, bool) {
        let mut profile = Vec::new();
        for &ids in fields {
            profile.push(0x0a);
            write_field(&mut profile, ids.iter().copied());
        }
        let mut stacks = RawStacks::new(profile.len());
        let (mut wire, mut tag, mut stack) = (Wire::new(&profile), 0, None);
        while let Some(_location) = wire.field().unwrap() {
            stacks.read(&wire, tag, &mut stack).unwrap();
            tag = wire.offset();
        }
        let depth = fields.concat().len() as u64;
        assert!(stacks.end(stack, depth));
        (stacks.ids(&profile, 0).collect(), stacks.are_within(most))
    }

    #[test]
    fn ids_of_every_size_are_looked_at_wherever_they_are() {
        let mut random = fastrand::Rng::with_seed(1);
        for bits in 1..=64_u32 {
            for length in 0..40 {
                let ids: Vec<u64> = (0..length).map(|_| random.u64(..) >> random.u32(64 - bits..64)).collect();
                let largest = ids.iter().copied().max().unwrap_or(1);
                for most in [largest.saturating_sub(1), largest, largest.saturating_add(1)] {
                    let Ok(most) = u32::try_from(most) else { continue };
                    let are_within = ids.iter().all(|id| (1..=u64::from(most)).contains(id));
                    let (read, found) = read(&[&ids], most);
                    assert_eq!(read, ids);
                    // A pair out of the middle of a long id may look too large, which only costs time.
                    assert!(found == are_within || (are_within && bits > 14), "{ids:?}, {most}");
                }
            }
        }
    }

    #[test]
    fn a_stack_of_several_fields_is_one() {
        assert_eq!(read(&[&[1, 300], &[], &[2]], 300), (vec![1, 300, 2], true));
        assert_eq!(read(&[&[], &[]], 0), (vec![], true));
        assert_eq!(read(&[&[1], &[0]], 1), (vec![1, 0], false));
        assert_eq!(read(&[], 0), (vec![], true));
    }

    #[test]
    fn depth_is_counted_in_frames() {
        let profile = [0x0a, 4, 0x80, 1, 0x80, 1];
        let mut wire = Wire::new(&profile);
        wire.field().unwrap();
        for (most, is_within) in [(1, false), (2, true)] {
            let (mut stacks, mut stack) = (RawStacks::new(profile.len()), None);
            stacks.read(&wire, 0, &mut stack).unwrap();
            assert_eq!(stacks.end(stack, most), is_within);
        }
    }
}
