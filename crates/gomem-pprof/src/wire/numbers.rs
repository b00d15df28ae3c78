//! Packed numbers: varints one after the other, as the fields of a sample hold them.

use super::varint::take_words;

/// Varints, one after the other, the last one whole.
#[derive(Debug, Clone)]
pub(crate) struct Numbers<'a>(&'a [u8]);

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
    pub(crate) fn each(mut self, mut take: impl FnMut(u64)) {
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

/// The tags of samples, and of their fields of packed numbers: number and wire type.
pub(crate) const SAMPLE_TAG: u8 = 2 << 3 | 2;
pub(crate) const STACK_TAG: u8 = 1 << 3 | 2;
pub(crate) const VALUES_TAG: u8 = 2 << 3 | 2;

#[cfg(test)]
mod tests {
    use super::*;

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
