//! What the runtime keeps in memory, read out of it: a file for each of its structures.

pub(crate) mod counts;
pub(crate) mod goroutines;
pub(crate) mod layouts;
pub(crate) mod masks;
pub(crate) mod modules;
pub(crate) mod names;
pub(crate) mod objects;
pub(crate) mod process;
pub(crate) mod profile;
pub(crate) mod shapes;
pub(crate) mod spans;
pub(crate) mod specials;
pub(crate) mod stack;
pub(crate) mod type_masks;
pub(crate) mod writer;
