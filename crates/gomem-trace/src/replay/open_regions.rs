//! The regions that are open on a goroutine.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::model::{RegionId, TextId};

/// The regions that are open on a goroutine. They nest most of the time, but a trace can end them in any order.
#[derive(Debug, Default)]
pub(super) struct OpenRegions {
    /// From the outermost on; the last one is open.
    nested: Vec<OpenRegion>,
    /// By task and name, places in `nested`, once many are open.
    places: Option<Box<Places>>,
}

type Places = HashMap<(Option<u64>, Option<TextId>), Vec<usize>, RandomState>;

#[derive(Debug)]
struct OpenRegion {
    task: Option<u64>,
    name: Option<TextId>,
    id: RegionId,
    is_open: bool,
}

impl OpenRegions {
    pub(super) fn begin(&mut self, task: Option<u64>, name: Option<TextId>, id: RegionId) {
        if let Some(places) = &mut self.places {
            places.entry((task, name)).or_default().push(self.nested.len());
        }
        self.nested.push(OpenRegion { task, name, id, is_open: true });
        if self.nested.len() == MANY && self.places.is_none() {
            let mut places = Places::default();
            for (place, region) in self.nested.iter().enumerate().filter(|(_, region)| region.is_open) {
                places.entry((region.task, region.name)).or_default().push(place);
            }
            self.places = Some(Box::new(places));
        }
    }

    /// Ends the innermost region of a task and a name, if there is one.
    pub(super) fn end(&mut self, task: Option<u64>, name: Option<TextId>) -> Option<RegionId> {
        let place = match &mut self.places {
            None => {
                self.nested.iter().rposition(|region| region.is_open && (region.task, region.name) == (task, name))?
            }
            Some(places) => {
                let same = places.get_mut(&(task, name))?;
                let place = same.pop()?;
                if same.is_empty() {
                    places.remove(&(task, name));
                }
                place
            }
        };
        let region = self.nested.get_mut(place)?;
        region.is_open = false;
        let id = region.id;
        while self.nested.pop_if(|region| !region.is_open).is_some() {}
        if self.nested.is_empty() {
            self.places = None;
        }
        Some(id)
    }

    pub(super) fn innermost(&self) -> Option<RegionId> {
        self.nested.last().map(|region| region.id)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.nested.is_empty()
    }
}

/// So many open regions are no longer looked through.
const MANY: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_regions_end_as_few_do() {
        let mut open = OpenRegions::default();
        let count = 3 * MANY as u64;
        for id in 1..=count {
            open.begin(Some(id), None, RegionId::of_last(id as usize));
        }
        for id in (1..=count).rev() {
            assert_eq!(open.end(Some(id), None), Some(RegionId::of_last(id as usize)));
            assert_eq!(open.end(Some(id), None), None);
        }
        assert!(open.is_empty() && open.places.is_none());
    }

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
