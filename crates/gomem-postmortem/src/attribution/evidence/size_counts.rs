//! How many objects there are of each size.

use std::collections::BTreeMap;

/// How many objects there are of each size. Nearly every call of the allocator makes one size, which takes no memory of its
/// own.
#[derive(Debug, Clone, Default)]
pub(super) enum SizeCounts {
    #[default]
    None,
    One(u64, i64),
    Several(BTreeMap<u64, i64>),
}

impl SizeCounts {
    pub(super) fn add(&mut self, size: u64, objects: i64) {
        let count = match self {
            Self::None => return *self = Self::One(size, objects),
            Self::One(only, count) if *only == size => count,
            Self::One(only, count) => {
                *self = Self::Several(BTreeMap::from([(*only, *count), (size, objects)]));
                return;
            }
            Self::Several(counts) => counts.entry(size).or_default(),
        };
        *count = count.saturating_add(objects);
    }

    /// Each size, the smallest first, with how many objects have it.
    pub(super) fn each(&self) -> impl Iterator<Item = (u64, i64)> + Clone {
        let (only, several) = match self {
            Self::None => (None, None),
            Self::One(size, objects) => (Some((*size, *objects)), None),
            Self::Several(counts) => (None, Some(counts)),
        };
        only.into_iter().chain(several.into_iter().flatten().map(|(&size, &objects)| (size, objects)))
    }

    pub(super) fn sizes(&self) -> impl Iterator<Item = u64> + Clone {
        self.each().map(|(size, _)| size)
    }

    /// How many sizes there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::None => 0,
            Self::One(..) => 1,
            Self::Several(counts) => counts.len(),
        }
    }

    pub(super) fn contains(&self, size: u64) -> bool {
        match self {
            Self::None => false,
            Self::One(only, _) => *only == size,
            Self::Several(counts) => counts.contains_key(&size),
        }
    }

    pub(super) fn largest(&self) -> Option<u64> {
        match self {
            Self::None => None,
            Self::One(size, _) => Some(*size),
            Self::Several(counts) => counts.last_key_value().map(|(size, _)| *size),
        }
    }
}

impl FromIterator<(u64, i64)> for SizeCounts {
    fn from_iter<I: IntoIterator<Item = (u64, i64)>>(counts: I) -> Self {
        let mut all = Self::default();
        counts.into_iter().for_each(|(size, objects)| all.add(size, objects));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_size_and_several() {
        let mut counts = SizeCounts::default();
        assert_eq!((counts.len(), counts.largest()), (0, None));
        counts.add(64, 3);
        counts.add(64, 2);
        assert_eq!(counts.each().collect::<Vec<_>>(), [(64, 5)]);
        counts.add(16, 1);
        counts.add(64, 1);
        assert_eq!(counts.each().collect::<Vec<_>>(), [(16, 1), (64, 6)], "the smallest first");
        assert_eq!(
            (counts.len(), counts.largest(), counts.contains(16), counts.contains(8)),
            (2, Some(64), true, false)
        );
    }
}
