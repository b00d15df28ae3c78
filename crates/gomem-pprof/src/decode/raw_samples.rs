//! The samples of a profile that is being decoded: where they are, and what is known of their numbers.

use super::known_ids::KnownIds;
use crate::{
    error::Error,
    model::SampleColumns,
    wire::{Numbers, STACK_TAG, VALUES_TAG, Wire, packed_field, packed_fields, short_field, write_field},
};

/// SampleColumns that are looked at where they are, and whose ids are not resolved yet: the locations follow the samples.
#[derive(Debug, Default)]
pub(super) struct RawSamples {
    begins: Vec<usize>,
    /// How many values the first sample has.
    width: Option<usize>,
    /// Whether another sample has more or fewer.
    is_uneven: bool,
    /// The largest value that is not small; a negative one is larger than all others.
    largest_value: u64,
    largest: u64,
    has_zero: bool,
    known: KnownIds,
    /// Whether the last stack had ids of more than three bytes.
    are_long: bool,
    /// How many bytes the profile has, and about how many of them are samples that stay there.
    profile_bytes: usize,
    kept_bytes: usize,
    /// SampleColumns that are not [`PlainSample`] in the profile, written so: they go behind its own bytes.
    rewritten: Vec<u8>,
}

/// A sample as those who write profiles lay it out: its stack and its values, each one packed field, in either order, and
/// then its labels.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlainSample<'a> {
    pub(super) stack: &'a [u8],
    values: &'a [u8],
    pub(super) labels: &'a [u8],
    /// Which bytes of its values are followed by another one of the same number, the first one lowest; if there are no more
    /// than sixteen.
    continuations: Option<u32>,
}

impl<'a> PlainSample<'a> {
    #[inline]
    pub(super) fn decode(sample: &'a [u8]) -> Option<Self> {
        let (first_tag, first, rest) = short_field(sample)?;
        let (second_tag, second, labels) = short_field(rest)?;
        match (first_tag, second_tag) {
            (VALUES_TAG, STACK_TAG) => {
                // What is behind the values is read as well, as so many bytes can be read at once.
                let from_values = &sample[sample.len() - rest.len() - first.len()..];
                let found = from_values.first_chunk().filter(|_| first.len() <= WINDOW).map(continuations);
                let continuations = found.map(|bytes| bytes & ((1 << first.len()) - 1));
                Some(Self { values: first, stack: second, labels, continuations })
            }
            (STACK_TAG, VALUES_TAG) => {
                // The same, in front of them.
                let through_values = &sample[..sample.len() - labels.len()];
                let found = through_values.last_chunk().filter(|_| second.len() <= WINDOW).map(continuations);
                let continuations = found.map(|bytes| bytes >> (WINDOW - second.len()));
                Some(Self { stack: first, values: second, labels, continuations })
            }
            _ => None,
        }
    }

    /// How many values there are, if all are known to be small.
    #[inline]
    fn small_values(&self) -> Option<usize> {
        let more = self.continuations?;
        let two = more & more >> 1;
        let four = two & two >> 2;
        let six = four & two >> 4;
        let is_whole = self.values.last().is_some_and(|&byte| byte < 0x80);
        (is_whole && six == 0).then(|| self.values.len() - more.count_ones() as usize)
    }
}

impl RawSamples {
    pub(super) fn new(profile_bytes: usize) -> Self {
        Self { profile_bytes, ..Self::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.begins.len()
    }

    pub(super) fn reserve(&mut self, samples: usize) {
        self.begins.reserve_exact(samples);
    }

    /// Adds a sample that stays where it is.
    #[inline]
    pub(super) fn add_plain(&mut self, sample: &Wire<'_>, plain: PlainSample<'_>) -> Result<(), Error> {
        let PlainSample { stack, values, .. } = plain;
        self.kept_bytes += stack.len() + values.len();
        match plain.small_values() {
            Some(found) => self.note_width(found),
            None => {
                let (mut found, mut largest) = (0, 0);
                sample.part(values).varints(|value| {
                    found += 1;
                    largest = largest.max(value);
                })?;
                self.note_width(found);
                self.largest_value = self.largest_value.max(largest);
            }
        }
        // Where one stack has long ids, the next one has them too, mostly.
        if self.are_long || !self.known.are_all(stack) {
            let (mut largest, mut has_zero) = (0, false);
            sample.part(stack).varints(|id| {
                largest = largest.max(id);
                has_zero |= id == 0;
            })?;
            self.are_long = largest > KnownIds::LARGEST;
            self.note(largest, has_zero);
        }
        self.begins.push(sample.offset());
        Ok(())
    }

    /// Adds a sample of any other layout.
    pub(super) fn add(&mut self, stack: &[u64], values: &[u64]) {
        self.note_width(values.len());
        self.largest_value = self.largest_value.max(values.iter().copied().max().unwrap_or(0));
        self.note(stack.iter().copied().max().unwrap_or(0), stack.contains(&0));
        self.begins.push(self.profile_bytes + self.rewritten.len());
        write_field(&mut self.rewritten, STACK_TAG, stack.iter().copied());
        write_field(&mut self.rewritten, VALUES_TAG, values.iter().copied());
    }

    /// Whether all ids are from 1 to `most`.
    pub(super) fn are_within(&self, most: u32) -> bool {
        !self.has_zero && self.largest <= u64::from(most)
    }

    /// Whether each sample has so many values.
    pub(super) fn have_values(&self, width: usize) -> bool {
        !self.is_uneven && self.width.is_none_or(|found| found == width)
    }

    /// Whether no sum of values can need more than 64 bits, as none is large enough for that.
    pub(super) fn have_small_sums(&self) -> bool {
        let largest = self.largest_value.max(LARGEST_SMALL);
        (self.len() as u64).checked_mul(largest).is_some_and(|most| i64::try_from(most).is_ok())
    }

    /// The ids of a stack, as the profile has them.
    pub(super) fn ids<'a>(&'a self, profile: &'a [u8], sample: usize) -> Numbers<'a> {
        self.field(profile, sample, STACK_TAG)
    }

    pub(super) fn values<'a>(&'a self, profile: &'a [u8], sample: usize) -> impl ExactSizeIterator<Item = i64> {
        self.field(profile, sample, VALUES_TAG).map(u64::cast_signed)
    }

    fn field<'a>(&'a self, profile: &'a [u8], sample: usize, tag: u8) -> Numbers<'a> {
        packed_field(profile, &self.rewritten, self.begins[sample], tag)
    }

    /// The samples in the profile's own bytes, or in a copy of them where most of the profile is something else, which would
    /// be kept as well.
    pub(super) fn finish(mut self, profile: Vec<u8>) -> SampleColumns {
        if self.kept_bytes >= profile.len() / 4 {
            return SampleColumns::packed(profile, self.rewritten, self.begins);
        }
        let mut kept = Vec::with_capacity(self.kept_bytes + SMALLEST_HEADS * self.begins.len());
        for begin in &mut self.begins {
            let sample = match begin.checked_sub(self.profile_bytes) {
                None => &profile[*begin..],
                Some(begin) => &self.rewritten[begin..],
            };
            *begin = kept.len();
            kept.extend_from_slice(packed_fields(sample));
        }
        SampleColumns::packed(kept, Vec::new(), self.begins)
    }

    fn note(&mut self, largest: u64, has_zero: bool) {
        self.largest = self.largest.max(largest);
        self.has_zero |= has_zero;
        self.known = KnownIds::up_to(self.largest);
    }

    fn note_width(&mut self, width: usize) {
        // Mostly nothing is written: what is read next to it would wait for that.
        if self.width != Some(width) {
            self.is_uneven |= *self.width.get_or_insert(width) != width;
        }
    }
}

/// Which bytes another one of the same number follows, the first one lowest: a multiplication brings the highest bits of eight
/// bytes together.
#[inline]
fn continuations(bytes: &[u8; WINDOW]) -> u32 {
    let [low, high] = bytes.as_chunks::<8>().0 else { return 0 };
    let together = |half: &[u8; 8]| {
        let bits = u64::from_le_bytes(*half) >> 7 & 0x0101_0101_0101_0101;
        (bits.wrapping_mul(0x0102_0408_1020_4080) >> 56) as u32
    };
    together(low) | together(high) << 8
}

/// How many bytes are looked at together.
const WINDOW: usize = 16;

/// The tags and lengths of a stack and of values, of one byte each.
const SMALLEST_HEADS: usize = 4;

/// A value is small when it takes no more than six bytes: of fewer than two million of them no sum needs more than 64 bits.
const LARGEST_SMALL: u64 = (1 << 42) - 1;

#[cfg(test)]
mod tests {
    use super::*;

    /// SampleColumns of these fields, each plain when it has one stack and then values.
    fn read(samples: &[(&[u64], &[u64])]) -> (RawSamples, Vec<u8>) {
        let mut profile = Vec::new();
        let begins: Vec<usize> = samples
            .iter()
            .map(|(stack, values)| {
                let begin = profile.len();
                write_field(&mut profile, STACK_TAG, stack.iter().copied());
                write_field(&mut profile, VALUES_TAG, values.iter().copied());
                begin
            })
            .collect();
        let mut raw = RawSamples::new(profile.len());
        for begin in begins {
            let whole = Wire::new(&profile);
            let sample = whole.part(&profile[begin..]);
            raw.add_plain(&sample, PlainSample::decode(sample.rest()).unwrap()).unwrap();
        }
        (raw, profile)
    }

    #[test]
    fn ids_of_every_size_are_looked_at_wherever_they_are() {
        let mut random = fastrand::Rng::with_seed(1);
        for bits in 1..=64_u32 {
            for length in 0..40 {
                let ids: Vec<u64> = (0..length).map(|_| random.u64(..) >> random.u32(64 - bits..64)).collect();
                let largest = ids.iter().copied().max().unwrap_or(1);
                let (raw, profile) = read(&[(&ids, &[])]);
                assert!(raw.ids(&profile, 0).eq(ids.iter().copied()));
                for most in [largest.saturating_sub(1), largest, largest.saturating_add(1)] {
                    let Ok(most) = u32::try_from(most) else { continue };
                    let are_within = ids.iter().all(|id| (1..=u64::from(most)).contains(id));
                    assert_eq!(raw.are_within(most), are_within, "{ids:?}, {most}");
                }
            }
        }
    }

    #[test]
    fn samples_with_other_numbers_of_values_are_told() {
        let long = [u64::MAX; 3];
        for (values, are_even) in [
            ([&[1_u64, 2, 3][..], &[300, 0, u64::MAX]], true),
            ([&[1, 2, 3], &long], true),
            ([&[1, 2, 3], &[1, 2]], false),
            ([&long, &[1, 2, 3, 4]], false),
        ] {
            let (raw, profile) = read(&values.map(|values| (&[1_u64][..], values)));
            for (sample, values) in values.iter().enumerate() {
                assert!(raw.values(&profile, sample).eq(values.iter().map(|value| value.cast_signed())));
            }
            assert_eq!(raw.have_values(3), are_even);
            assert!(!raw.have_values(2));
        }
    }

    #[test]
    fn small_values_are_counted_without_reading_them() {
        let mut random = fastrand::Rng::with_seed(3);
        for round in 0..20_000 {
            let bits = 1 + round % 64;
            let values: Vec<u64> =
                (0..random.usize(..8)).map(|_| random.u64(..) >> random.u32(64 - bits..64)).collect();
            let stack = vec![1; random.usize(..40)];
            let mut fields = [(VALUES_TAG, &values), (STACK_TAG, &stack)];
            random.shuffle(&mut fields);
            let mut sample = Vec::new();
            for (tag, numbers) in fields {
                write_field(&mut sample, tag, numbers.iter().copied());
            }
            let plain = PlainSample::decode(&sample).unwrap();
            let are_small = !values.is_empty() && values.iter().all(|&value| value <= LARGEST_SMALL);
            let expected = (are_small && plain.values.len() <= 16).then_some(values.len());
            if stack.len() >= 16 || expected.is_none() {
                assert_eq!(plain.small_values(), expected, "{values:?}");
            } else {
                assert!(plain.small_values().is_none_or(|found| Some(found) == expected), "{values:?}");
            }
        }
        for cut in [&[VALUES_TAG, 1, 0x80, STACK_TAG, 0][..], &[STACK_TAG, 0, VALUES_TAG, 2, 1, 0x80]] {
            let sample = [cut, &[0; 16]].concat();
            assert_eq!(PlainSample::decode(&sample).unwrap().small_values(), None);
        }
    }

    #[test]
    fn sums_are_small_when_no_value_or_number_of_samples_is_large() {
        for (values, are_small) in [
            ([[1; 4], [LARGEST_SMALL; 4]], true),
            ([[1; 4], [1, 2, 3, u64::MAX / 4]], true),
            ([[1; 4], [1, 2, 3, u64::MAX / 4 + 1]], false),
            ([[1; 4], [1, 2, 3, u64::MAX]], false),
        ] {
            let (raw, _) = read(&values.each_ref().map(|values| (&[1_u64][..], &values[..])));
            assert_eq!(raw.have_small_sums(), are_small, "{values:?}");
        }
    }

    #[test]
    fn a_sample_of_another_layout_is_written_anew() {
        let mut raw = RawSamples::new(9);
        raw.add(&[1, 300], &[5]);
        raw.add(&[], &[6]);
        assert!(raw.ids(&[0; 9], 0).eq([1, 300]) && raw.values(&[0; 9], 1).eq([6]));
        assert!(raw.are_within(300) && !raw.are_within(299) && raw.have_values(1));
        let samples = raw.finish(vec![0; 9]);
        assert!(samples.stack(0).map(|id| id.0).eq([0, 299]) && samples.values(0, 1).eq([5]));
    }

    #[test]
    fn what_is_no_sample_is_not_kept() {
        let ids = [1_u64, 300];
        let (mut raw, mut profile) = read(&[(&ids, &[5]), (&[2], &[300])]);
        let other = 4 * profile.len();
        profile.resize(profile.len() + other, 0);
        raw.profile_bytes = profile.len();
        raw.add(&[7], &[8]);
        let samples = raw.finish(profile);
        for (sample, (stack, value)) in [(&[0_u32, 299][..], 5), (&[1], 300), (&[6], 8)].into_iter().enumerate() {
            assert!(samples.stack(sample).map(|id| id.0).eq(stack.iter().copied()));
            assert!(samples.values(sample, 1).eq([value]));
        }
        assert!(samples.bytes() < other);
    }

    #[test]
    fn only_a_stack_and_values_are_plain() {
        for (sample, is_plain) in [
            (&[0x0a, 1, 1, 0x12, 1, 2][..], true),
            (&[0x12, 1, 2, 0x0a, 1, 1, 0x1a, 0], true),
            (&[0x12, 0x81, 0, 2, 0x0a, 0], true),
            (&[0x0a, 1, 1, 0x0a, 1, 1, 0x12, 1, 2], false),
            (&[0x08, 1, 0x12, 1, 2], false),
            (&[0x12, 1, 2], false),
            (&[0x12, 0x81, 0x80, 0, 2, 0x0a, 0], false),
            (&[0x12, 1, 2, 0x0a, 9, 1], false),
        ] {
            assert_eq!(PlainSample::decode(sample).is_some(), is_plain, "{sample:?}");
        }
    }
}
