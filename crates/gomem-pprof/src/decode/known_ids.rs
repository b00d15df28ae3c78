//! Whether ids are among those that are known, many at a time.

/// The ids up to the largest one so far, if that takes three bytes at most: seven bits of it, the seven above, and the seven
/// above those.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct KnownIds {
    low: u8,
    high: u8,
    top: u8,
}

impl KnownIds {
    /// The largest id that takes no more than three bytes.
    pub(super) const LARGEST: u64 = (1 << 21) - 1;

    pub(super) fn up_to(largest: u64) -> Self {
        let largest = largest.min(Self::LARGEST);
        Self { low: (largest & 0x7f) as u8, high: (largest >> 7 & 0x7f) as u8, top: (largest >> 14) as u8 }
    }

    /// Whether all ids in a packed field are known. The ids of a small profile take fewer steps.
    #[inline]
    pub(super) fn are_all(self, packed: &[u8]) -> bool {
        match self {
            Self { top: 0, high: 0, .. } => self.are_all_of_one_byte(packed),
            Self { top: 0, .. } => self.are_all_of_more::<false>(packed),
            _ => self.are_all_of_more::<true>(packed),
        }
    }

    #[inline]
    fn are_all_of_one_byte(self, packed: &[u8]) -> bool {
        let is_other = |id: u8| id.wrapping_sub(1) >= self.low;
        let (chunks, rest) = packed.as_chunks::<LANES>();
        let mut others = [0; LANES];
        for chunk in chunks.iter().chain(packed.last_chunk()) {
            for (other, &id) in others.iter_mut().zip(chunk) {
                *other |= u8::from(is_other(id));
            }
        }
        others == [0; LANES] && (!chunks.is_empty() || !rest.iter().any(|&id| is_other(id)))
    }

    /// Each byte is looked at with the two in front of it, which it may continue.
    #[inline]
    fn are_all_of_more<const ARE_THREE: bool>(self, packed: &[u8]) -> bool {
        let (Some(&first), Some(&last)) = (packed.first(), packed.last()) else { return true };
        let second = packed.get(1).copied().unwrap_or(0x80);
        let mut others = [0; LANES];
        if let Some(end) = packed.last_chunk::<WINDOW>() {
            for window in packed.windows(WINDOW).step_by(LANES).filter_map(<[u8]>::first_chunk) {
                self.add_others::<ARE_THREE>(&mut others, window);
            }
            self.add_others::<ARE_THREE>(&mut others, end);
        } else {
            // The id 1 is known.
            let mut window = [1; WINDOW];
            window[WINDOW - packed.len()..].copy_from_slice(packed);
            self.add_others::<ARE_THREE>(&mut others, &window);
        }
        // Two bytes were only in front of others.
        let of_first = self.is_other::<ARE_THREE>(0, 0, first);
        let of_second = self.is_other::<ARE_THREE>(0, first, second);
        others == [0; LANES] && !of_first && !of_second && last < 0x80
    }

    /// Makes a lane other than 0 when another id ends at its byte. The compiler makes vectors of the lanes.
    #[inline(always)]
    fn add_others<const ARE_THREE: bool>(self, others: &mut [u8; LANES], window: &[u8; WINDOW]) {
        for lane in 0..LANES {
            others[lane] |= u8::from(self.is_other::<ARE_THREE>(window[lane], window[lane + 1], window[lane + 2]));
        }
    }

    /// Whether an id ends at a byte, with these two in front of it, that is 0 or unknown; or whether one goes on there that
    /// takes more bytes than all that are known.
    #[inline(always)]
    fn is_other<const ARE_THREE: bool>(self, before: u8, previous: u8, byte: u8) -> bool {
        let is_second = previous >= 0x80;
        let is_third = ARE_THREE & is_second & (before >= 0x80);
        let (top, high, low) = if is_third {
            (byte, previous & 0x7f, before & 0x7f)
        } else if is_second {
            (0, byte, previous & 0x7f)
        } else {
            (0, 0, byte)
        };
        let is_above = high > self.high || (high == self.high && low > self.low);
        let is_unknown = top > self.top || (top == self.top && is_above);
        let is_zero = top | high | low == 0;
        let goes_on = if ARE_THREE { is_third } else { is_second };
        if byte < 0x80 { is_unknown | is_zero } else { goes_on }
    }
}

/// How many bytes are looked at together, and how many there are with the two in front of them.
const LANES: usize = 16;
const WINDOW: usize = LANES + 2;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{STACK_TAG, write_field};

    #[test]
    fn known_ids_are_no_others() {
        let mut random = fastrand::Rng::with_seed(2);
        for bits in 1..=25_u32 {
            for length in 1..60 {
                let ids: Vec<u64> = (0..length).map(|_| random.u64(..) >> random.u32(64 - bits..64)).collect();
                let mut packed = Vec::new();
                for &id in &ids {
                    let mut field = Vec::new();
                    write_field(&mut field, STACK_TAG, [id].into_iter());
                    packed.extend_from_slice(&field[2..]);
                }
                let largest = ids.iter().copied().max().unwrap();
                for most in [1, largest.saturating_sub(1), largest, largest + 1, KnownIds::LARGEST] {
                    let are_all = ids.iter().all(|id| (1..=most.min(KnownIds::LARGEST)).contains(id));
                    assert_eq!(KnownIds::up_to(most).are_all(&packed), are_all, "{ids:?}, {most}");
                }
            }
        }
    }

    #[test]
    fn an_id_that_is_cut_is_no_known_one() {
        for most in [1, 1000, 1_000_000] {
            for length in 0..40 {
                let packed = [vec![1; length], vec![0x81]].concat();
                assert!(!KnownIds::up_to(most).are_all(&packed), "{most}, {length}");
                assert!(KnownIds::up_to(most).are_all(&packed[..length]), "{most}, {length}");
            }
        }
    }
}
