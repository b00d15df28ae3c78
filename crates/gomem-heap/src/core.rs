//! Cores of processes: all of a program's memory as it stood, which the kernel or a debugger wrote.
//!
//! Nothing in a core says what it holds. The program's file says where the runtime's structures lie, and these say the rest: spans and
//! their objects, which words are pointers, goroutines and their stacks, what waits for objects to die, where they were allocated.
//! What was allocated in all the runtime counts itself, which shows whether it was read as it is.
//!
//! Every word may be anything: addresses lead through [`elf::image`], lists end where they come back, counts are bounded by what is there.
//!
//! `elf` is the file, `runtime` reads the structures of the runtime out of memory, `decode` goes from a file to a picture of the
//! program's memory, `taking` makes cores.

mod decode;
mod elf;
mod runtime;
mod taking;

pub(crate) use decode::Core;
pub(crate) use elf::program_headers::is_core;
pub use taking::{
    copied::{CopiedMemory, StoppedMemory},
    plan::{CorePlan, ReadMemory},
    redacted::RedactedCore,
};
