//! A profile in the forms of other tools.

mod callgrind;
mod dot;
mod folded;
mod pprof;
mod speedscope;
