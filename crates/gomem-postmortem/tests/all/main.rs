//! The tests of whole files, in one program: each program of its own would hold all the crates once more.

mod attribution;
mod benchmarks;
mod comparison;
mod document;
mod execution_trace;
mod findings;
mod folders;
mod goroutines;
mod growth;
mod heap_dump;
mod hostile;
mod incident;
mod listing;
mod open_source;
mod pairs;
mod pools;
mod sources;
mod std_release;
mod window;
mod windows;
