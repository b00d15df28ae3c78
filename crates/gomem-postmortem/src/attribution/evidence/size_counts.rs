//! How many objects there are of each size.

use std::collections::BTreeMap;

/// How many objects there are of each size. Nearly every call of the allocator makes one size, which takes no memory of its
/// own.
#[derive(Debug, Clone, Default)]
pub(super) struct SizeCounts {
    /// The only size; `several` is empty then.
    only: Option<(u64, i64)>,
    several: BTreeMap<u64, i64>,
}

impl SizeCounts {
    pub(super) fn add(&mut self, size: u64, objects: i64) {
        let count = match &mut self.only {
            Some((only, count)) if *only == size => count,
            None if self.several.is_empty() => {
                self.only = Some((size, objects));
                return;
            }
            _ => {
                self.several.extend(self.only.take());
                self.several.entry(size).or_default()
            }
        };
        *count = count.saturating_add(objects);
    }

    /// Each size, the smallest first, with how many objects have it.
    pub(super) fn each(&self) -> impl Iterator<Item = (u64, i64)> + Clone {
        self.only.into_iter().chain(self.several.iter().map(|(&size, &objects)| (size, objects)))
    }

    pub(super) fn sizes(&self) -> impl Iterator<Item = u64> + Clone {
        self.each().map(|(size, _)| size)
    }

    /// How many sizes there are.
    pub(super) fn len(&self) -> usize {
        usize::from(self.only.is_some()) + self.several.len()
    }

    pub(super) fn contains(&self, size: u64) -> bool {
        self.only.is_some_and(|(only, _)| only == size) || self.several.contains_key(&size)
    }

    pub(super) fn largest(&self) -> Option<u64> {
        self.only.map(|(size, _)| size).or_else(|| self.several.last_key_value().map(|(size, _)| *size))
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
