//! The sets of labels that were seen: the same bytes are the same labels.

use foldhash::HashMap;

/// The numbers of sets of labels, by the bytes that say them.
#[derive(Debug, Default)]
pub(super) struct LabelSets<'a> {
    short: HashMap<u128, u32>,
    /// The short one that was found last, which mostly is the next one as well.
    last: Option<(u128, u32)>,
    long: HashMap<&'a [u8], u32>,
}

/// The bytes of a set of labels: those of Go's heap profiles fit into a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LabelBytes<'a> {
    /// The bytes, and how many there are.
    Short(u128),
    Long(&'a [u8]),
}

impl<'a> LabelBytes<'a> {
    /// The labels that a sample ends with.
    #[inline]
    pub(super) fn at_end(sample: &'a [u8], labels: &'a [u8]) -> Self {
        // What is in front of them is read as well, and shifted out, as so many bytes can be read at once.
        match sample.last_chunk::<16>() {
            Some(chunk) if labels.len() < 16 => {
                let bits = 8 * labels.len() as u32;
                let bytes = u128::from_le_bytes(*chunk).checked_shr(u128::BITS - bits).unwrap_or(0);
                Self::Short(bytes | u128::from(bits) << 120)
            }
            _ => Self::Long(labels),
        }
    }
}

impl<'a> LabelSets<'a> {
    #[inline]
    pub(super) fn find(&mut self, bytes: LabelBytes<'a>) -> Option<u32> {
        match bytes {
            LabelBytes::Short(bytes) => {
                if let Some((last, set)) = self.last
                    && last == bytes
                {
                    return Some(set);
                }
                let set = self.short.get(&bytes).copied()?;
                self.last = Some((bytes, set));
                Some(set)
            }
            LabelBytes::Long(bytes) => self.long.get(bytes).copied(),
        }
    }

    pub(super) fn insert(&mut self, bytes: LabelBytes<'a>, set: u32) {
        if self.short.len() + self.long.len() < MOST_SETS {
            match bytes {
                LabelBytes::Short(bytes) => self.short.insert(bytes, set),
                LabelBytes::Long(bytes) => self.long.insert(bytes, set),
            };
        }
    }
}

/// How many sets are known by their bytes at most.
const MOST_SETS: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_told_apart_by_their_bytes_alone() {
        let samples: [&[u8]; 2] = [b"0123456789abcdefghij", b"9876543210zyxwvughij"];
        let of = |sample: &'static [u8], length| LabelBytes::at_end(sample, &sample[sample.len() - length..]);
        for length in 0..=4 {
            assert_eq!(of(samples[0], length), of(samples[1], length));
        }
        for length in 5..=20 {
            assert_ne!(of(samples[0], length), of(samples[1], length));
        }
        assert_ne!(LabelBytes::at_end(&[0; 20], &[0; 3]), LabelBytes::at_end(&[0; 20], &[0; 4]));
        let mut sets = LabelSets::default();
        for (set, length) in (0..).zip([3, 15, 16]) {
            sets.insert(of(samples[0], length), set);
            assert_eq!(sets.find(of(samples[0], length)), Some(set));
        }
        assert_eq!(sets.find(of(samples[1], 15)), None);
    }
}
