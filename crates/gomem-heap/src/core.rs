//! Cores of processes: all of a program's memory as it stood, which the kernel or a debugger wrote.
//!
//! Nothing in a core says what it holds. The program's file says where the runtime's structures lie, and these say the rest: spans and
//! their objects, which words are pointers, goroutines and their stacks, what waits for objects to die, where they were allocated.
//! What was allocated in all the runtime counts itself, which shows whether it was read as it is.
//!
//! Every word may be anything: addresses lead through [`image`], lists end where they come back, counts are bounded by what is there.

mod copied;
mod counts;
mod decode;
mod file;
mod goroutines;
mod image;
mod layouts;
mod live;
mod masks;
mod memory;
mod modules;
mod names;
mod notes;
mod objects;
mod plan;
mod process;
mod profile;
mod program_headers;
mod redacted;
mod shapes;
mod spans;
mod specials;
mod stack;
mod type_masks;
mod word;
mod writer;

pub use copied::{CopiedMemory, StoppedMemory};
pub(crate) use decode::Core;
pub use plan::{CorePlan, ReadMemory};
pub(crate) use program_headers::is_core;
pub use redacted::RedactedCore;
