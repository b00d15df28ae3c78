//! What one moment shows: a snapshot of counters, a heap dump, and as of when a profile holds.

pub(crate) mod few_readings;
pub(crate) mod heap_dump;
pub(crate) mod nameless;
pub(crate) mod profile_time;
pub(crate) mod snapshot;
pub(crate) mod stale_profile;
pub(crate) mod two_scrapes;
