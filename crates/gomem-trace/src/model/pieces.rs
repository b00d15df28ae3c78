//! Many items by their places.

use std::ops::{Index, IndexMut};

use crate::model::counted::Counted;

/// Many items by their places, in pieces, so that they are not moved when others come.
#[derive(Debug)]
pub(crate) struct Pieces<T>(Vec<Vec<T>>);

impl<T> Pieces<T> {
    #[inline]
    pub(crate) fn push(&mut self, item: T) {
        match self.0.last_mut() {
            Some(last) if last.len() < PIECE => last.push(item),
            // The first one grows, since most traces have few.
            Some(_) => {
                let mut piece = Vec::with_capacity(PIECE);
                piece.push(item);
                self.0.push(piece);
            }
            None => self.0.push(vec![item]),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.0.last().map_or(0, |last| (self.0.len() - 1) * PIECE + last.len())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        Counted::new(self.0.iter().flatten(), self.len())
    }
}

impl<T> Default for Pieces<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Index<usize> for Pieces<T> {
    type Output = T;

    fn index(&self, place: usize) -> &T {
        &self.0[place / PIECE][place % PIECE]
    }
}

impl<T> IndexMut<usize> for Pieces<T> {
    fn index_mut(&mut self, place: usize) -> &mut T {
        &mut self.0[place / PIECE][place % PIECE]
    }
}

const PIECE: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_found_by_their_places() {
        let (mut pieces, count) = (Pieces::default(), 2 * PIECE + 3);
        assert_eq!(pieces.len(), 0);
        for place in 0..count {
            pieces.push(place);
            assert_eq!(pieces.len(), place + 1);
        }
        pieces[PIECE] += 7;
        assert_eq!((pieces[PIECE], pieces[PIECE - 1], pieces[count - 1]), (PIECE + 7, PIECE - 1, count - 1));
        assert_eq!(pieces.iter().count(), count);
    }
}
