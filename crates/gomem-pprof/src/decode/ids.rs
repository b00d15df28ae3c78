//! Ids to indexes.

use foldhash::HashMap;

/// Ids, in the order in which they came. Go numbers from 1 without gaps, which costs no table.
#[derive(Debug, Default)]
pub(super) struct Ids {
    count: u32,
    /// The indexes of ids, once one is not its index and 1.
    indexes: Option<HashMap<u64, u32>>,
}

impl Ids {
    /// Gives the next index to `id`; false when it has one already, or cannot have one.
    pub(super) fn insert(&mut self, id: u64) -> bool {
        let index = self.count;
        self.count += 1;
        if self.indexes.is_none() && id == u64::from(index) + 1 {
            return true;
        }
        let from_one = || (0..index).map(|index| (u64::from(index) + 1, index)).collect();
        let indexes = self.indexes.get_or_insert_with(from_one);
        if id == 0 || indexes.contains_key(&id) {
            return false;
        }
        indexes.insert(id, index);
        true
    }

    pub(super) fn find(&self, id: u64) -> Option<u32> {
        match &self.indexes {
            None => u32::try_from(id.checked_sub(1)?).ok().filter(|&index| index < self.count),
            Some(indexes) => indexes.get(&id).copied(),
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// Whether each id is its index and 1.
    pub(super) fn are_from_one(&self) -> bool {
        self.indexes.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(ids: &[u64], asked: &[u64]) -> Vec<Option<u32>> {
        let mut all = Ids::default();
        for &id in ids {
            all.insert(id);
        }
        asked.iter().map(|&id| all.find(id)).collect()
    }

    #[test]
    fn ids_come_in_any_order() {
        assert_eq!(found(&[1, 2, 3], &[0, 1, 3, 4]), [None, Some(0), Some(2), None]);
        assert_eq!(found(&[1, 9, 2], &[1, 2, 3, 9, 10]), [Some(0), Some(2), None, Some(1), None]);
        assert_eq!(found(&[7, 1], &[1, 7]), [Some(1), Some(0)]);
    }

    #[test]
    fn zero_and_what_is_twice_have_no_index_of_their_own() {
        assert_eq!(found(&[0, 2], &[0, 1, 2]), [None, None, Some(1)]);
        assert_eq!(found(&[0, 0, 9], &[1, 2, 9]), [None, None, Some(2)]);
        assert_eq!(found(&[5, 5], &[5]), [Some(0)]);
        let mut ids = Ids::default();
        assert!(!ids.insert(0) && ids.insert(3) && !ids.insert(3) && ids.insert(1));
    }
}
