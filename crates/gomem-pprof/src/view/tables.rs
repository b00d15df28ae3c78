//! The tables of a profile that need no options.

use gomem_table::{Row, TableSchema, ToTable, View};

use super::{frames::Frames, goroutines::Goroutine, sizes::SizeRange};
use crate::model::{Profile, SampleType, Samples};

impl Profile {
    /// The tables that need no options.
    pub const TABLES: &'static [View<Self>] = &[
        View::new(samples, |profile| profile.samples().to_table()),
        View::new(Frames::schema, |profile| profile.frames().to_table()),
        View::new(Goroutine::<'static>::schema, |profile| profile.goroutines().to_table()),
        View::new(SizeRange::schema, |profile| profile.sizes().to_table()),
    ];
}

/// That of any profile: one column stands for those of its sample types.
fn samples() -> TableSchema {
    Samples::schema(&[SampleType::new("<sample type>", "")])
}
