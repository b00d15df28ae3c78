//! Arrows between nodes.

/// Arrows between nodes, in two arrays: four bytes a node, and four an arrow.
#[derive(Debug, Default)]
pub(crate) struct Edges {
    offsets: Vec<u32>,
    targets: Vec<u32>,
}

impl Edges {
    pub(crate) fn with_capacity(nodes: usize) -> Self {
        let mut offsets = Vec::with_capacity(nodes + 1);
        offsets.push(0);
        Self { offsets, targets: Vec::new() }
    }

    /// Adds an arrow from the node that is being added.
    #[inline]
    pub(crate) fn push(&mut self, target: u32) {
        self.targets.push(target);
    }

    /// The node that is being added has no further arrows.
    #[inline]
    pub(crate) fn end_node(&mut self) {
        self.offsets.push(self.targets.len() as u32);
    }

    pub(crate) fn nodes(&self) -> u32 {
        self.offsets.len().saturating_sub(1) as u32
    }

    pub(crate) fn len(&self) -> usize {
        self.targets.len()
    }

    /// Where a node's arrows lead.
    #[inline]
    pub(crate) fn of(&self, node: u32) -> &[u32] {
        &self.targets[self.offsets[node as usize] as usize..self.offsets[node as usize + 1] as usize]
    }

    /// The numbers of a node's arrows.
    #[inline]
    pub(crate) fn range(&self, node: u32) -> std::ops::Range<u32> {
        self.offsets[node as usize]..self.offsets[node as usize + 1]
    }

    /// Where an arrow leads.
    #[inline]
    pub(crate) fn target(&self, arrow: u32) -> u32 {
        self.targets[arrow as usize]
    }

    /// The room of numbers, for others: of one for each node, and of one for each arrow.
    pub(super) fn into_rooms(self) -> (Vec<u32>, Vec<u32>) {
        (self.offsets, self.targets)
    }

    /// Turns the arrows of a node that `keeps` does not want back to the node itself, where they mean nothing.
    pub(crate) fn turn_back(&mut self, node: u32, keeps: impl Fn(u32) -> bool) {
        let (start, end) = (self.offsets[node as usize] as usize, self.offsets[node as usize + 1] as usize);
        self.targets[start..end].iter_mut().filter(|target| !keeps(**target)).for_each(|target| *target = node);
    }
}
