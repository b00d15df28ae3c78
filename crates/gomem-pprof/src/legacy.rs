//! Forms of profiles other than protobuf: text that Go and gperftools write, gperftools' binary CPU profile, and what tools print or
//! draw of a profile.
//!
//! Go writes text for `debug=1`. Its `#` lines say what each stack's frames are, so such a profile is symbolised from
//! them, and its heap values, which are as the sampler saw them, are scaled as `runtime/pprof` scales those of the
//! protobuf form.

mod contention;
mod count;
mod cpu;
mod dump;
mod flamebearer;
mod folded;
mod form;
mod heap;
mod java;
mod jemalloc;
mod lines;
mod maps;
mod printed;
mod printed_table;
mod stack;
mod text_profile;
mod thread;

pub(crate) use form::Form;
pub use printed_table::{PrintedRow, PrintedTable, printed_amount};

#[cfg(test)]
mod tests;
