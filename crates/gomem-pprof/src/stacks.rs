//! The stacks of all samples, as pprof writes them.

use std::sync::Arc;

use crate::profile::LocationId;

/// Stacks, by their samples. Each is a field of packed numbers: its length, then one more than the id of each location, all
/// as varints. So a decoded profile has its stacks in its own bytes, where they were checked but not copied: most ids take
/// one byte or two, and memory that is not touched is time that is not spent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stacks {
    bytes: Arc<Vec<u8>>,
    /// Where each stack begins in `bytes`.
    begins: Vec<usize>,
}

/// The locations of a stack, leaf first.
#[derive(Debug, Clone)]
pub struct Stack<'a>(Numbers<'a>);

/// Varints, one after the other, the last one whole.
#[derive(Debug, Clone)]
pub(crate) struct Numbers<'a>(&'a [u8]);

impl Stacks {
    /// Stacks that are in `bytes` already.
    pub(crate) fn packed(bytes: Vec<u8>, begins: Vec<usize>) -> Self {
        Self { bytes: Arc::new(bytes), begins }
    }

    /// How many stacks there are.
    pub(crate) fn len(&self) -> usize {
        self.begins.len()
    }

    #[inline]
    pub(crate) fn stack(&self, index: usize) -> Stack<'_> {
        Stack(Numbers::field(&self.bytes, self.begins[index]))
    }

    pub(crate) fn push(&mut self, stack: &[LocationId]) {
        let bytes = Arc::make_mut(&mut self.bytes);
        self.begins.push(bytes.len());
        write_field(bytes, stack.iter().map(|id| u64::from(id.0) + 1));
    }
}

impl<'a> Numbers<'a> {
    pub(crate) fn new(packed: &'a [u8]) -> Self {
        Self(packed)
    }

    /// Those of the field whose length is at `begin`.
    #[inline]
    pub(crate) fn field(bytes: &'a [u8], begin: usize) -> Self {
        let mut field = Self(&bytes[begin..]);
        let length = field.next().unwrap_or(0);
        Self(&field.0[..length as usize])
    }
}

impl Iterator for Numbers<'_> {
    type Item = u64;

    #[inline]
    fn next(&mut self) -> Option<u64> {
        let (mut number, mut shift) = (0, 0);
        loop {
            let (&byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            if byte < 0x80 {
                return Some(number);
            }
            shift += 7;
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let count = count(self.0);
        (count, Some(count))
    }
}

impl DoubleEndedIterator for Numbers<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<u64> {
        let (_, before) = self.0.split_last()?;
        let begin = before.iter().rposition(|&byte| byte < 0x80).map_or(0, |end| end + 1);
        let (rest, mut last) = (&self.0[..begin], Self(&self.0[begin..]));
        self.0 = rest;
        last.next()
    }
}

impl Stack<'_> {
    /// The leaf.
    #[must_use]
    pub fn first(&self) -> Option<LocationId> {
        self.clone().next()
    }
}

impl Iterator for Stack<'_> {
    type Item = LocationId;

    #[inline]
    fn next(&mut self) -> Option<LocationId> {
        self.0.next().map(location)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl DoubleEndedIterator for Stack<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<LocationId> {
        self.0.next_back().map(location)
    }
}

impl ExactSizeIterator for Stack<'_> {}

/// How many varints there are.
pub(crate) fn count(packed: &[u8]) -> usize {
    packed.iter().filter(|&&byte| byte < 0x80).count()
}

/// Adds a field of packed numbers, after its tag.
pub(crate) fn write_field(bytes: &mut Vec<u8>, numbers: impl Iterator<Item = u64> + Clone) {
    write(bytes, numbers.clone().map(length).sum::<usize>() as u64);
    numbers.for_each(|number| write(bytes, number));
}

fn write(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// How many bytes a number takes.
pub(crate) fn length(number: u64) -> usize {
    (number | 1).ilog2() as usize / 7 + 1
}

#[inline]
fn location(number: u64) -> LocationId {
    LocationId((number as u32).wrapping_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(stacks: &[&[u32]]) -> Stacks {
        let mut all = Stacks::default();
        for stack in stacks {
            all.push(&stack.iter().map(|&id| LocationId(id)).collect::<Vec<_>>());
        }
        all
    }

    #[test]
    fn ids_of_any_size_come_back() {
        let stacks: [&[u32]; 4] = [&[3, 1], &[], &[126, 127, 128, 16_382, 16_383, 16_384, u32::MAX], &[0; 200]];
        let all = written(&stacks);
        assert_eq!(all.len(), stacks.len());
        for (index, ids) in stacks.into_iter().enumerate() {
            let stack = || all.stack(index);
            assert_eq!(stack().map(|id| id.0).collect::<Vec<_>>(), ids);
            assert!(stack().rev().map(|id| id.0).eq(ids.iter().rev().copied()));
            assert_eq!((stack().len(), stack().first().map(|id| id.0)), (ids.len(), ids.first().copied()));
        }
    }

    #[test]
    fn numbers_are_as_long_as_they_are_written() {
        for bit in 0..64 {
            for number in [1 << bit, (1 << bit) - 1, u64::MAX >> bit] {
                let mut bytes = Vec::new();
                write(&mut bytes, number);
                assert_eq!((bytes.len(), Numbers(&bytes).next()), (length(number), Some(number)));
                assert_eq!(Numbers(&bytes).next_back(), Some(number));
            }
        }
    }
}
