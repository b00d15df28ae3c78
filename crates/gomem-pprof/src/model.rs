//! A profile in columns, and views of its parts: every reference in it holds.

mod builder;
mod columns;
mod labels;
mod location;
mod mem_stats;
mod profile;
mod sample;
mod sample_columns;
mod sample_type;
mod scale;
mod strings;
mod sums;
mod totals;

pub(crate) mod goroutine_label;

pub use columns::{FunctionId, LocationId};
pub use location::{Function, Line, Location, Mapping};
pub use mem_stats::{MemStat, MemStats};
pub use profile::Profile;
pub use sample::{Label, Sample, Samples};
pub use sample_columns::{SampleValues, Stack};
pub use sample_type::SampleType;

pub(crate) use builder::{Builder, NewLocation};
pub(crate) use columns::{FunctionColumns, LabelColumns, LineColumns, MappingColumns};
pub(crate) use sample_columns::SampleColumns;
pub(crate) use scale::{are_comparable, scale, scaled_label};
pub(crate) use strings::Strings;
pub(crate) use sums::{TOO_LARGE, int64, is_of_base, share, whole};
pub(crate) use totals::BASE_LABEL;
