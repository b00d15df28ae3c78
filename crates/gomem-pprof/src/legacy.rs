//! The older forms of profiles: text, and gperftools' binary CPU profile.
//!
//! Go writes text for `debug=1`. Its `#` lines say what each stack's frames are, so such a profile is symbolised from
//! them, and its heap values, which are as the sampler saw them, are scaled as `runtime/pprof` scales those of the
//! protobuf form.

mod contention;
mod count;
mod cpu;
mod dump;
mod form;
mod heap;
mod java;
mod jemalloc;
mod lines;
mod maps;
mod stack;
mod text_profile;
mod thread;

pub(crate) use form::Form;

#[cfg(test)]
mod tests;
