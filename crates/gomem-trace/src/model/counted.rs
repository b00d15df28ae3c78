//! Items that are known to be so many.

/// Items that are known to be so many: who collects them makes room once.
#[derive(Debug)]
pub(crate) struct Counted<I> {
    items: I,
    left: usize,
}

impl<I> Counted<I> {
    pub(super) fn new(items: I, count: usize) -> Self {
        Self { items, left: count }
    }
}

impl<I: Iterator> Iterator for Counted<I> {
    type Item = I::Item;

    #[inline]
    fn next(&mut self) -> Option<I::Item> {
        self.left = self.left.saturating_sub(1);
        self.items.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }

    // Iterators of iterators go faster through their own loop.
    #[inline]
    fn fold<B, F: FnMut(B, I::Item) -> B>(self, first: B, fold: F) -> B {
        self.items.fold(first, fold)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_counted() {
        let parts = [vec![1, 2], vec![3]];
        let mut counted = Counted::new(parts.iter().flatten(), 3);
        assert_eq!((counted.size_hint(), counted.next(), counted.size_hint()), ((3, Some(3)), Some(&1), (2, Some(2))));
        assert_eq!(counted.fold(0, |sum, item| sum + 2 * item), 10);
    }
}
