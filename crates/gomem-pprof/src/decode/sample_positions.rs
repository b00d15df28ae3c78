//! Where samples begin in the bytes of a profile.

use std::cell::OnceCell;

use crate::wire::Wire;

/// Where samples begin. Only diagnostics need it, so it is looked up when the first one does.
pub(super) struct SamplePositions<'a> {
    pub(super) profile: &'a [u8],
    positions: OnceCell<Vec<usize>>,
}

impl<'a> SamplePositions<'a> {
    pub(super) fn new(profile: &'a [u8]) -> Self {
        Self { profile, positions: OnceCell::new() }
    }

    pub(super) fn of(&self, sample: usize) -> usize {
        self.positions.get_or_init(|| self.all()).get(sample).copied().unwrap_or(0)
    }

    fn all(&self) -> Vec<usize> {
        let (mut wire, mut positions) = (Wire::new(self.profile), Vec::new());
        while let Ok(Some(field)) = wire.field() {
            if field == 2
                && let Ok(sample) = wire.message("sample")
            {
                positions.push(sample.offset());
            }
        }
        positions
    }
}
