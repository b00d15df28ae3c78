//! The regions that are open on a goroutine.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::model::{RegionId, TextId};

/// The regions that are open on a goroutine. They nest most of the time, but a trace can end them in any order.
#[derive(Debug, Default)]
pub(super) struct OpenRegions {
    /// From the outermost on, each with whether it is still open; the last one is.
    nested: Vec<(RegionId, bool)>,
    /// By task and name, places in `nested`.
    places: HashMap<(Option<u64>, Option<TextId>), Vec<usize>, RandomState>,
}

impl OpenRegions {
    pub(super) fn begin(&mut self, task: Option<u64>, name: Option<TextId>, id: RegionId) {
        self.places.entry((task, name)).or_default().push(self.nested.len());
        self.nested.push((id, true));
    }

    /// Ends the innermost region of a task and a name, if there is one.
    pub(super) fn end(&mut self, task: Option<u64>, name: Option<TextId>) -> Option<RegionId> {
        let same = self.places.get_mut(&(task, name))?;
        let place = same.pop()?;
        if same.is_empty() {
            self.places.remove(&(task, name));
        }
        let (id, is_open) = self.nested.get_mut(place)?;
        *is_open = false;
        let id = *id;
        while self.nested.pop_if(|(_, is_open)| !*is_open).is_some() {}
        Some(id)
    }

    pub(super) fn innermost(&self) -> Option<RegionId> {
        self.nested.last().map(|(id, _)| *id)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.nested.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_end_in_any_order() {
        let mut open = OpenRegions::default();
        for (task, id) in [(1, 1), (2, 2), (1, 3), (3, 4)] {
            open.begin(Some(task), None, RegionId::of_last(id));
        }
        assert_eq!(open.end(Some(1), None), Some(RegionId::of_last(3)), "the inner one of two");
        assert_eq!(open.innermost(), Some(RegionId::of_last(4)));
        assert_eq!(open.end(Some(3), None), Some(RegionId::of_last(4)));
        assert_eq!(open.innermost(), Some(RegionId::of_last(2)), "the one between has ended already");
        assert_eq!(open.end(None, None), None);
        assert_eq!(open.end(Some(1), None), Some(RegionId::of_last(1)));
        assert_eq!(open.end(Some(2), None), Some(RegionId::of_last(2)));
        assert!(open.is_empty() && open.innermost().is_none());
    }
}
