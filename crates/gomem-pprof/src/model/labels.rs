//! The labels of all samples. SampleColumns have few sets of them, mostly, so each sample names its set.

use super::columns::LabelColumns;

#[derive(Debug, Clone)]
pub(crate) struct Labels {
    /// By sample, its set.
    sets: Vec<u32>,
    /// Where each set begins in `labels`; one more at the end. The first set is empty.
    offsets: Vec<usize>,
    labels: Vec<LabelColumns>,
}

impl Labels {
    pub(crate) fn of(&self, sample: usize) -> &[LabelColumns] {
        self.set(self.sets[sample])
    }

    pub(crate) fn push(&mut self, labels: &[LabelColumns]) {
        labels.iter().for_each(|&label| self.write(label));
        let set = self.end_set();
        self.push_set(set);
    }

    /// Adds a label to the set that is being written.
    #[inline]
    pub(crate) fn write(&mut self, label: LabelColumns) {
        self.labels.push(label);
    }

    /// Ends the set that is being written, and gives its number.
    pub(crate) fn end_set(&mut self) -> u32 {
        let last = self.offsets.len() - 2;
        let begin = self.offsets[last + 1];
        if self.labels.len() == begin {
            0
        } else if self.labels[self.offsets[last]..begin] == self.labels[begin..] {
            self.labels.truncate(begin);
            last as u32
        } else {
            self.offsets.push(self.labels.len());
            last as u32 + 1
        }
    }

    /// Gives the next sample its set.
    #[inline]
    pub(crate) fn push_set(&mut self, set: u32) {
        self.sets.push(set);
    }

    pub(crate) fn reserve(&mut self, samples: usize) {
        self.sets.reserve_exact(samples);
    }

    /// Leaves out samples.
    pub(crate) fn retain_samples(&mut self, mut keep: impl FnMut(usize) -> bool) {
        let mut sample = 0;
        self.sets.retain(|_| {
            sample += 1;
            keep(sample - 1)
        });
    }

    /// Leaves out labels of all samples.
    pub(crate) fn retain(&mut self, keep: impl Fn(&LabelColumns) -> bool) {
        let mut labels = Vec::with_capacity(self.labels.len());
        let mut offsets = vec![0];
        for set in 0..self.offsets.len() as u32 - 1 {
            labels.extend(self.set(set).iter().filter(|&label| keep(label)));
            offsets.push(labels.len());
        }
        (self.labels, self.offsets) = (labels, offsets);
    }

    /// Every label once for each set that it is in, with the first sample that has the set.
    pub(crate) fn each_mut(&mut self, mut change: impl FnMut(&mut LabelColumns, usize)) {
        let mut first = vec![0; self.offsets.len() - 1];
        for (sample, &set) in self.sets.iter().enumerate().rev() {
            first[set as usize] = sample;
        }
        for (set, sample) in first.into_iter().enumerate() {
            for label in &mut self.labels[self.offsets[set]..self.offsets[set + 1]] {
                change(label, sample);
            }
        }
    }

    /// The labels of every set.
    pub(crate) fn distinct(&self) -> &[LabelColumns] {
        &self.labels
    }

    fn set(&self, set: u32) -> &[LabelColumns] {
        &self.labels[self.offsets[set as usize]..self.offsets[set as usize + 1]]
    }
}

impl Default for Labels {
    fn default() -> Self {
        Self { sets: Vec::new(), offsets: vec![0, 0], labels: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_shared() {
        let label = |number| LabelColumns { key: 1, text: 0, number, unit: 0 };
        let mut labels = Labels::default();
        for numbers in [&[1, 2][..], &[1, 2], &[], &[3]] {
            labels.push(&numbers.iter().map(|&number| label(number)).collect::<Vec<_>>());
        }
        labels.push_set(1);
        let numbers = |labels: &Labels, sample| labels.of(sample).iter().map(|label| label.number).collect::<Vec<_>>();
        assert_eq!(
            (0..5).map(|sample| numbers(&labels, sample)).collect::<Vec<_>>(),
            [vec![1, 2], vec![1, 2], vec![], vec![3], vec![1, 2]]
        );
        assert_eq!(labels.distinct().len(), 3);
        labels.retain(|label| label.number != 1);
        labels.retain_samples(|sample| sample > 2);
        assert_eq!((numbers(&labels, 0), numbers(&labels, 1)), (vec![3], vec![2]));
    }
}
