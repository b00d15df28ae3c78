//! One profile of a series: what each line has in it.

use foldhash::HashMap;

use crate::{
    model::{Line, Profile},
    view::{FrameKey, FrameKeys, Granularity, SamplingEstimate},
};

/// What each line has in one profile.
pub(crate) struct Snapshot {
    pub(crate) lines: Vec<(FrameKey, LineValues)>,
    /// Whether the profiler picks objects by their size.
    pub(crate) is_sampled: bool,
}

/// The flat values of a line; what the profile does not have is 0.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct LineValues {
    pub(crate) value: i128,
    pub(crate) alloc_objects: i128,
    pub(crate) alloc_bytes: i128,
    pub(crate) inuse_bytes: i128,
    pub(crate) sampled: SamplingEstimate,
}

/// Whether it counts allocation from the program's start: of a profile that covers a time it is that of the time.
pub(crate) fn counts_allocation(profile: &Profile) -> bool {
    let covers_time = profile.duration_nanos().is_some_and(|nanos| nanos > 0);
    profile.sample_type_index("alloc_space").is_some() && !covers_time
}

impl Snapshot {
    /// Of a profile, by the index of the sample type that is followed. A sample is charged to the innermost line that
    /// `is_own`, and to its leaf where none is.
    pub(crate) fn new(profile: &Profile, sample_type: usize, is_own: &dyn Fn(Line<'_>) -> bool) -> Self {
        let profile = &*profile.interesting();
        let FrameKeys { of_line, keys } = FrameKeys::from_profile(profile, Granularity::Line);
        let index = |name| profile.sample_type_index(name).unwrap_or(usize::MAX);
        let counter = |name| if counts_allocation(profile) { index(name) } else { usize::MAX };
        let columns = [sample_type, counter("alloc_objects"), counter("alloc_space"), index("inuse_space")];
        let sampled = profile.sampled(sample_type);
        let is_sampled = sampled.is_some();
        let mut values = vec![LineValues::default(); keys.len()];
        for (number, sample) in profile.samples().enumerate() {
            let lines = || sample.locations().flat_map(|location| profile.line_range(location));
            let Some(leaf) = lines().next() else { continue };
            let own = sample.frames().zip(lines()).find(|(line, _)| is_own(*line)).map(|(_, index)| index);
            let Some(&key) = of_line.get(own.unwrap_or(leaf)) else { continue };
            let line = &mut values[key as usize];
            let [value, alloc_objects, alloc_bytes, inuse_bytes] =
                columns.map(|column| i128::from(sample.value(column)));
            line.value += value;
            line.alloc_objects += alloc_objects;
            line.alloc_bytes += alloc_bytes;
            line.inuse_bytes += inuse_bytes;
            if let Some(&one) = sampled.as_ref().and_then(|sampled| sampled.get(number)) {
                line.sampled.add(one);
            }
        }
        Self { lines: keys.into_iter().zip(values).collect(), is_sampled }
    }

    /// Whether both are of one GC: a heap profile changes only when a GC ends, so that two without one in between say the same.
    pub(crate) fn is_of_same_gc(&self, other: &Self) -> bool {
        // Lines that were called and allocated nothing are no difference.
        let counted = |snapshot: &Self| -> HashMap<FrameKey, [i128; 4]> {
            let numbers = |line: &LineValues| [line.value, line.alloc_objects, line.alloc_bytes, line.inuse_bytes];
            let lines = snapshot.lines.iter().map(|(key, line)| (key.clone(), numbers(line)));
            lines.filter(|(_, numbers)| numbers.iter().any(|&number| number != 0)).collect()
        };
        counted(self) == counted(other)
    }
}
