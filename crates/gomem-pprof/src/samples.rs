//! The stacks and values of all samples, as pprof writes them.

use std::{iter, slice, sync::Arc};

use crate::{profile::LocationId, varint::take_words};

/// Stacks and values, by their samples. Each sample begins with its stack and its values, in either order: a tag, a length,
/// then numbers, all as varints; those of a stack are one more than the id of each location. So a decoded profile has its
/// samples in its own bytes, where they were checked but not copied: most numbers take a byte or two, and memory that is not
/// touched is time that is not spent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Samples {
    profile: Arc<Vec<u8>>,
    /// What is not in the profile's own bytes.
    added: Vec<u8>,
    /// Where each sample begins in `profile`, with `added` behind it.
    begins: Vec<usize>,
    /// The values once they are not those in the bytes: row after row.
    rows: Option<Vec<i64>>,
}

/// The locations of a stack, leaf first.
#[derive(Debug, Clone)]
pub struct Stack<'a>(Numbers<'a>);

/// The values of a sample, one per sample type.
#[derive(Debug, Clone)]
pub struct SampleValues<'a>(Row<'a>);

#[derive(Debug, Clone)]
enum Row<'a> {
    Packed(Numbers<'a>),
    Whole(iter::Copied<slice::Iter<'a, i64>>),
}

/// Varints, one after the other, the last one whole.
#[derive(Debug, Clone)]
pub(crate) struct Numbers<'a>(&'a [u8]);

impl Samples {
    /// Samples that are in the bytes of a profile, or are added to them.
    pub(crate) fn packed(profile: Vec<u8>, added: Vec<u8>, begins: Vec<usize>) -> Self {
        Self { profile: Arc::new(profile), added, begins, rows: None }
    }

    /// The same stacks with other values.
    pub(crate) fn with_rows(self, rows: Vec<i64>) -> Self {
        Self { rows: Some(rows), ..self }
    }

    /// How many bytes are kept for stacks and values.
    #[cfg(test)]
    pub(crate) fn bytes(&self) -> usize {
        self.profile.len() + self.added.len()
    }

    /// How many samples there are.
    pub(crate) fn len(&self) -> usize {
        self.begins.len()
    }

    #[inline]
    pub(crate) fn stack(&self, index: usize) -> Stack<'_> {
        Stack(packed_field(&self.profile, &self.added, self.begins[index], STACK_TAG))
    }

    /// The values, of which each sample has `width`.
    #[inline]
    pub(crate) fn values(&self, index: usize, width: usize) -> SampleValues<'_> {
        SampleValues(match &self.rows {
            None => Row::Packed(packed_field(&self.profile, &self.added, self.begins[index], VALUES_TAG)),
            Some(rows) => Row::Whole(rows[index * width..][..width].iter().copied()),
        })
    }

    /// All values, row after row, to be changed.
    pub(crate) fn rows_mut(&mut self) -> &mut Vec<i64> {
        let Self { profile, added, begins, rows } = self;
        rows.get_or_insert_with(|| {
            let values = |&begin: &usize| packed_field(profile, added, begin, VALUES_TAG).map(u64::cast_signed);
            begins.iter().flat_map(values).collect()
        })
    }

    pub(crate) fn push(&mut self, stack: &[LocationId], values: impl Iterator<Item = i64>) {
        self.rows_mut().extend(values);
        self.begins.push(self.profile.len() + self.added.len());
        write_field(&mut self.added, STACK_TAG, stack.iter().map(|id| u64::from(id.0) + 1));
    }
}

/// The numbers of one of the two fields of the sample that begins there in a profile with others added behind it.
#[inline(always)]
pub(crate) fn packed_field<'a>(profile: &'a [u8], added: &'a [u8], begin: usize, tag: u8) -> Numbers<'a> {
    let mut rest = Numbers(match begin.checked_sub(profile.len()) {
        None => &profile[begin..],
        Some(begin) => &added[begin..],
    });
    let first = rest.field();
    if first.0 == tag { first.1 } else { rest.field().1 }
}

/// The two fields that a sample begins with.
pub(crate) fn packed_fields(sample: &[u8]) -> &[u8] {
    let mut rest = Numbers(sample);
    rest.field();
    rest.field();
    &sample[..sample.len() - rest.0.len()]
}

impl Numbers<'_> {
    /// Hands over all of them: faster than a loop.
    #[inline]
    fn each(mut self, mut take: impl FnMut(u64)) {
        while !self.0.is_empty() {
            self.0 = take_words(self.0, &mut take);
            if let Some(number) = self.next() {
                take(number);
            }
        }
    }

    /// Takes a field of packed numbers off the front: its tag and its numbers.
    #[inline]
    fn field(&mut self) -> (u8, Self) {
        let tag = self.next().unwrap_or(0) as u8;
        let length = self.next().unwrap_or(0);
        let (numbers, rest) = self.0.split_at(length as usize);
        self.0 = rest;
        (tag, Self(numbers))
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

impl ExactSizeIterator for Numbers<'_> {}

impl Stack<'_> {
    /// The leaf.
    #[must_use]
    pub fn first(&self) -> Option<LocationId> {
        self.clone().next()
    }

    /// Hands over all locations, leaf first: faster than a loop.
    #[inline]
    pub(crate) fn each(self, mut take: impl FnMut(LocationId)) {
        self.0.each(|number| take(location(number)));
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

impl Iterator for SampleValues<'_> {
    type Item = i64;

    #[inline]
    fn next(&mut self) -> Option<i64> {
        match &mut self.0 {
            Row::Packed(numbers) => numbers.next().map(u64::cast_signed),
            Row::Whole(values) => values.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            Row::Packed(numbers) => numbers.size_hint(),
            Row::Whole(values) => values.size_hint(),
        }
    }
}

impl ExactSizeIterator for SampleValues<'_> {}

/// How many varints there are.
pub(crate) fn count(packed: &[u8]) -> usize {
    packed.iter().filter(|&&byte| byte < 0x80).count()
}

/// Adds a field of packed numbers.
pub(crate) fn write_field(bytes: &mut Vec<u8>, tag: u8, numbers: impl Iterator<Item = u64> + Clone) {
    bytes.push(tag);
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

/// The tags of a sample's fields of packed numbers: number and wire type.
pub(crate) const STACK_TAG: u8 = 1 << 3 | 2;
pub(crate) const VALUES_TAG: u8 = 2 << 3 | 2;

#[cfg(test)]
mod tests {
    use super::*;

    fn written(stacks: &[&[u32]]) -> Samples {
        let mut all = Samples::default();
        for (value, stack) in (0..).zip(stacks) {
            all.push(&stack.iter().map(|&id| LocationId(id)).collect::<Vec<_>>(), [value, -value].into_iter());
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
            assert!(all.values(index, 2).eq([index as i64, -(index as i64)]));
        }
    }

    #[test]
    fn values_are_in_front_of_the_stack_or_behind_it() {
        let (mut bytes, values, stack) = (Vec::new(), [3, u64::MAX], [1, 300]);
        for fields in [[(STACK_TAG, &stack), (VALUES_TAG, &values)], [(VALUES_TAG, &values), (STACK_TAG, &stack)]] {
            for (tag, numbers) in fields {
                write_field(&mut bytes, tag, numbers.iter().copied());
            }
        }
        let mut samples = Samples::packed(bytes.clone(), Vec::new(), vec![0, bytes.len() / 2]);
        for index in 0..2 {
            assert!(samples.stack(index).map(|id| id.0).eq([0, 299]));
            assert!(samples.values(index, 2).eq([3, -1]));
        }
        samples.rows_mut()[3] = 7;
        assert!(samples.values(0, 2).eq([3, -1]) && samples.values(1, 2).eq([3, 7]));
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
