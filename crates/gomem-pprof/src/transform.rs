//! One or more profiles to another one: parts of it, or several put together.

mod filter;
mod filter_option;
mod label_frames;
mod merge;
mod prune;
mod repair;
mod select;
mod tag_filter;

pub use filter::Filter;
pub use filter_option::FilterOption;
pub use merge::Merger;

pub(crate) use merge::scaled;
