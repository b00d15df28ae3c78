//! Facts as words.

mod benchmark;
mod clock;
mod escape;
mod files;
mod interval;
mod overview;
mod prediction;
mod saving;
mod stall;
mod want;

pub(crate) use benchmark::benchmarks;
pub(crate) use clock::{date_and_time, scrape_at};
pub(crate) use escape::escape;
pub(crate) use files::files;
pub(crate) use interval::interval;
pub(crate) use overview::facts;
pub(crate) use prediction::cells;
pub(crate) use saving::{predicted, together};
pub(crate) use stall::{Stall, worst_stalls};
pub(crate) use want::wants;
