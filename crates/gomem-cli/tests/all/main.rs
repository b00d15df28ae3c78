//! The tests of whole files, in one program: each program of its own would hold all the crates once more.

mod bench_lines;
mod capture;
mod cases;
mod command;
mod gates;
mod mcp;
mod process;
mod reference;
mod serve;
mod several;
mod tables;
