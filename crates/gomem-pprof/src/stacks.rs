//! The stacks of all samples, end to end.

use crate::{error::Error, profile::LocationId, wire::Wire};

/// Stacks, by their samples. Most profiles have few locations, whose ids then take half the room.
#[derive(Debug, Clone)]
pub(crate) struct Stacks {
    ids: Ids,
    /// Where each stack begins in `ids`; one more at the end.
    offsets: Vec<usize>,
}

#[derive(Debug, Clone)]
enum Ids {
    Narrow(Vec<u16>),
    Wide(Vec<u32>),
}

/// The locations of a stack, leaf first.
#[derive(Debug, Clone)]
pub struct Stack<'a>(StackIds<'a>);

#[derive(Debug, Clone)]
enum StackIds<'a> {
    Narrow(std::slice::Iter<'a, u16>),
    Wide(std::slice::Iter<'a, u32>),
}

impl Stacks {
    /// How many stacks there are.
    pub(crate) fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// How many ids there are.
    pub(crate) fn ids(&self) -> usize {
        match &self.ids {
            Ids::Narrow(ids) => ids.len(),
            Ids::Wide(ids) => ids.len(),
        }
    }

    pub(crate) fn stack(&self, index: usize) -> Stack<'_> {
        let range = self.offsets[index]..self.offsets[index + 1];
        Stack(match &self.ids {
            Ids::Narrow(ids) => StackIds::Narrow(ids[range].iter()),
            Ids::Wide(ids) => StackIds::Wide(ids[range].iter()),
        })
    }

    pub(crate) fn push(&mut self, stack: &[LocationId]) {
        if stack.iter().any(|id| id.0 > u32::from(u16::MAX)) {
            self.widen();
        }
        match &mut self.ids {
            Ids::Narrow(ids) => ids.extend(stack.iter().map(|id| id.0 as u16)),
            Ids::Wide(ids) => ids.extend(stack.iter().map(|id| id.0)),
        }
        self.end();
    }

    /// Adds the numbers in a field to the stack that is being written. Those from [`Self::BEYOND`] become that, and go to
    /// `beyond`.
    #[inline]
    pub(crate) fn read(&mut self, wire: &Wire<'_>, beyond: &mut Vec<u64>) -> Result<(), Error> {
        if let Ids::Narrow(ids) = &mut self.ids {
            let before = ids.len();
            let mut all = 0;
            wire.numbers(|id| {
                ids.push(id as u16);
                all |= id;
            })?;
            if all <= u64::from(u16::MAX) {
                return Ok(());
            }
            ids.truncate(before);
            self.widen();
        }
        if let Ids::Wide(ids) = &mut self.ids {
            wire.numbers(|id| match u32::try_from(id) {
                Ok(id) if id != Self::BEYOND => ids.push(id),
                _ => {
                    ids.push(Self::BEYOND);
                    beyond.push(id);
                }
            })?;
        }
        Ok(())
    }

    /// Ends the stack that is being written, and tells its depth.
    #[inline]
    pub(crate) fn end(&mut self) -> usize {
        let begin = self.offsets[self.offsets.len() - 1];
        let end = self.ids();
        self.offsets.push(end);
        end - begin
    }

    pub(crate) fn reserve(&mut self, stacks: usize, ids: usize) {
        self.offsets.reserve_exact(stacks);
        match &mut self.ids {
            Ids::Narrow(narrow) => narrow.reserve_exact(ids),
            Ids::Wide(wide) => wide.reserve_exact(ids),
        }
    }

    /// Subtracts one from every id if all are from 1 to `count`, and says whether they are.
    pub(crate) fn number_from_zero(&mut self, count: u32) -> bool {
        // 0 wraps around to a number that is too large.
        match &mut self.ids {
            Ids::Narrow(ids) => {
                let largest = ids.iter().fold(0, |largest, id| id.wrapping_sub(1).max(largest));
                let is_whole = ids.is_empty() || (u32::from(largest) < count && largest != u16::MAX);
                if is_whole {
                    ids.iter_mut().for_each(|id| *id -= 1);
                }
                is_whole
            }
            Ids::Wide(ids) => {
                let largest = ids.iter().fold(0, |largest, id| id.wrapping_sub(1).max(largest));
                let is_whole = largest < count;
                if is_whole {
                    ids.iter_mut().for_each(|id| *id -= 1);
                }
                is_whole
            }
        }
    }

    fn widen(&mut self) {
        if let Ids::Narrow(narrow) = &self.ids {
            let mut wide = Vec::with_capacity(narrow.capacity());
            wide.extend(narrow.iter().map(|&id| u32::from(id)));
            self.ids = Ids::Wide(wide);
        }
    }

    /// More than any profile's ids.
    pub(crate) const BEYOND: u32 = u32::MAX;
}

impl Default for Stacks {
    fn default() -> Self {
        Self { ids: Ids::Narrow(Vec::new()), offsets: vec![0] }
    }
}

impl Stack<'_> {
    /// The leaf.
    #[must_use]
    pub fn first(&self) -> Option<LocationId> {
        self.clone().next()
    }
}

impl Iterator for Stack<'_> {
    type Item = LocationId;

    #[inline]
    fn next(&mut self) -> Option<LocationId> {
        match &mut self.0 {
            StackIds::Narrow(ids) => ids.next().map(|&id| LocationId(u32::from(id))),
            StackIds::Wide(ids) => ids.next().map(|&id| LocationId(id)),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            StackIds::Narrow(ids) => ids.size_hint(),
            StackIds::Wide(ids) => ids.size_hint(),
        }
    }
}

impl DoubleEndedIterator for Stack<'_> {
    #[inline]
    fn next_back(&mut self) -> Option<LocationId> {
        match &mut self.0 {
            StackIds::Narrow(ids) => ids.next_back().map(|&id| LocationId(u32::from(id))),
            StackIds::Wide(ids) => ids.next_back().map(|&id| LocationId(id)),
        }
    }
}

impl ExactSizeIterator for Stack<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(stacks: &[&[u32]]) -> Stacks {
        let mut all = Stacks::default();
        for stack in stacks {
            all.push(&stack.iter().map(|&id| LocationId(id)).collect::<Vec<_>>());
        }
        all
    }

    fn read(stacks: &Stacks) -> Vec<Vec<u32>> {
        (0..stacks.len()).map(|index| stacks.stack(index).map(|id| id.0).collect()).collect()
    }

    #[test]
    fn ids_of_any_size_come_back() {
        for stacks in [&[&[3, 1][..], &[], &[65_535]][..], &[&[1], &[65_536, 2], &[7]]] {
            assert_eq!(read(&written(stacks)), stacks);
        }
        let stacks = written(&[&[1, 2, 3]]);
        assert_eq!(stacks.stack(0).rev().map(|id| id.0).collect::<Vec<_>>(), [3, 2, 1]);
        assert_eq!((stacks.stack(0).len(), stacks.stack(0).first()), (3, Some(LocationId(1))));
    }

    #[test]
    fn ids_are_numbered_from_zero_when_all_are_there() {
        for (stacks, count, is_whole) in [
            (&[&[1, 2][..], &[]][..], 2, true),
            (&[&[1, 3]], 2, false),
            (&[&[0, 1]], 2, false),
            (&[&[65_535, 1]], 65_535, true),
            (&[&[65_535, 0]], 70_000, false),
            (&[&[70_000, 1]], 70_000, true),
            (&[&[70_000, 0]], 70_000, false),
            (&[&[]], 0, true),
        ] {
            let mut numbered = written(stacks);
            assert_eq!(numbered.number_from_zero(count), is_whole, "{stacks:?}");
            let less = u32::from(is_whole);
            let expected: Vec<Vec<u32>> =
                stacks.iter().map(|stack| stack.iter().map(|id| id - less).collect()).collect();
            assert_eq!(read(&numbered), expected);
        }
    }
}
