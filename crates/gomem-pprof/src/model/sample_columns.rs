//! The stacks and values of all samples, as pprof writes them.

use std::{iter, slice, sync::Arc};

use super::columns::LocationId;
use crate::wire::{Numbers, STACK_TAG, VALUES_TAG, packed_field, write_field};

/// Stacks and values, by their samples. Each sample begins with its stack and its values, in either order: a tag, a length,
/// then numbers, all as varints; those of a stack are one more than the id of each location. So a decoded profile has its
/// samples in its own bytes, where they were checked but not copied: most numbers take a byte or two, and memory that is not
/// touched is time that is not spent.
#[derive(Debug, Clone, Default)]
pub(crate) struct SampleColumns {
    profile: Arc<Vec<u8>>,
    /// What is not in the profile's own bytes.
    added: Vec<u8>,
    /// Where each sample begins in `profile`, with `added` behind it.
    begins: Vec<usize>,
    /// The values once they are not those in the bytes: row after row.
    rows: Option<Vec<i64>>,
}

/// The locations of a stack, leaf first.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// let stack = profile.samples().next().expect("a sample").locations();
/// assert_eq!((stack.len(), stack.first().map(|id| profile.location(id).address())), (2, Some(0x401000)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Stack<'a>(Numbers<'a>);

/// The values of a sample, one per sample type.
///
/// ```
/// # let text = b"heap profile: 1: 4096 [3: 12288] @ heap/1048576\n\
/// #              1: 4096 [3: 12288] @ 0x401000 0x402000\n\
/// #              #\t0x401000\tmain.parse+0x10\t/src/app/parse.go:12\n\
/// #              #\t0x402000\tmain.main+0x20\t/src/app/main.go:7\n\n";
/// # let profile = gomem_pprof::Profile::decode(text)?;
/// let sample = profile.samples().next().expect("a sample");
/// assert!(sample.values().eq((0..4).map(|sample_type| sample.value(sample_type))));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct SampleValues<'a>(Row<'a>);

#[derive(Debug, Clone)]
enum Row<'a> {
    Packed(Numbers<'a>),
    Whole(iter::Copied<slice::Iter<'a, i64>>),
}

impl SampleColumns {
    /// SampleColumns that are in the bytes of a profile, or are added to them.
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

#[inline]
fn location(number: u64) -> LocationId {
    LocationId((number as u32).wrapping_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(stacks: &[&[u32]]) -> SampleColumns {
        let mut all = SampleColumns::default();
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
        let mut samples = SampleColumns::packed(bytes.clone(), Vec::new(), vec![0, bytes.len() / 2]);
        for index in 0..2 {
            assert!(samples.stack(index).map(|id| id.0).eq([0, 299]));
            assert!(samples.values(index, 2).eq([3, -1]));
        }
        samples.rows_mut()[3] = 7;
        assert!(samples.values(0, 2).eq([3, -1]) && samples.values(1, 2).eq([3, 7]));
    }
}
