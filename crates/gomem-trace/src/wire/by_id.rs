//! Values by ids that a trace counts up.

use std::collections::{HashMap, hash_map::Entry};

use foldhash::fast::RandomState;

/// Values by ids. A program counts its ids up from 1, so that most have a place of their own; a trace can have any, and those
/// that would leave most places empty are looked up instead.
#[derive(Debug, Clone)]
pub(crate) struct ById<T> {
    near: Vec<Option<T>>,
    far: HashMap<u64, T, RandomState>,
    count: usize,
}

impl<T> ById<T> {
    /// Gives the value that the id had.
    pub(crate) fn insert(&mut self, id: u64, value: T) -> Option<T> {
        let before = match self.place(id) {
            Some(place) => {
                if place >= self.near.len() {
                    self.near.resize_with(place + 1, || None);
                }
                let before = self.near[place].replace(value);
                // It may have come when there were too few for a place of its own.
                if self.far.is_empty() { before } else { before.or(self.far.remove(&id)) }
            }
            None => self.far.insert(id, value),
        };
        self.count += usize::from(before.is_none());
        before
    }

    /// The value of an id, which is the type's default where it had none.
    #[inline]
    pub(crate) fn of(&mut self, id: u64) -> &mut T
    where
        T: Default,
    {
        self.get_or_insert_with(id, T::default)
    }

    /// The value of an id, which is made where it had none.
    #[inline]
    pub(crate) fn get_or_insert_with(&mut self, id: u64, value: impl FnOnce() -> T) -> &mut T {
        let place = usize::try_from(id).unwrap_or(usize::MAX);
        match self.near.get(place) {
            Some(Some(_)) => self.near[place].get_or_insert_with(value),
            _ => self.get_or_insert_new(id, value),
        }
    }

    #[inline(never)]
    fn get_or_insert_new(&mut self, id: u64, value: impl FnOnce() -> T) -> &mut T {
        match self.place(id).filter(|_| !self.far.contains_key(&id)) {
            Some(place) => {
                if place >= self.near.len() {
                    self.near.resize_with(place + 1, || None);
                }
                self.count += 1;
                self.near[place].get_or_insert_with(value)
            }
            None => match self.far.entry(id) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => {
                    self.count += 1;
                    new.insert(value())
                }
            },
        }
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, id: u64) -> Option<&mut T> {
        let near = usize::try_from(id).ok().and_then(|place| self.near.get_mut(place)?.as_mut());
        if near.is_some() || self.far.is_empty() { near } else { self.far.get_mut(&id) }
    }

    #[inline]
    pub(crate) fn get(&self, id: u64) -> Option<&T> {
        let near = usize::try_from(id).ok().and_then(|place| self.near.get(place)?.as_ref());
        if near.is_some() || self.far.is_empty() { near } else { self.far.get(&id) }
    }

    pub(crate) fn len(&self) -> usize {
        self.count
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The ids with their values, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, &T)> {
        let near = (0..).zip(&self.near).filter_map(|(id, value)| Some((id, value.as_ref()?)));
        near.chain(self.far.iter().map(|(id, value)| (*id, value)))
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &T> {
        self.near.iter().flatten().chain(self.far.values())
    }

    fn place(&self, id: u64) -> Option<usize> {
        let place = usize::try_from(id).ok()?;
        (place < self.near.len().max(LEAST_PLACES + MOST_PLACES * self.count)).then_some(place)
    }
}

impl<T> Default for ById<T> {
    fn default() -> Self {
        Self { near: Vec::new(), far: HashMap::default(), count: 0 }
    }
}

const LEAST_PLACES: usize = 256;
/// So many places for a value, at most.
const MOST_PLACES: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_near_or_far() {
        let mut values = ById::default();
        for id in [3, u64::MAX, 0, 1000, 1 << 40] {
            assert_eq!(values.insert(id, id), None);
        }
        for id in (0..2000).filter(|id| ![0, 3, 1000].contains(id)) {
            assert_eq!(values.insert(id, id), None);
        }
        assert_eq!(values.insert(1000, 7), Some(1000), "it was far, and is near");
        assert_eq!((values.get(1000), values.get(1 << 40), values.get(2000)), (Some(&7), Some(&(1 << 40)), None));
        assert_eq!((values.len(), values.values().count()), (2002, 2002));
    }

    #[test]
    fn far_ids_take_no_places() {
        let mut values = ById::default();
        for id in (1..1000).map(|id| id << 20) {
            values.insert(id, ());
        }
        assert!(values.near.is_empty() && !values.is_empty());
    }
}
