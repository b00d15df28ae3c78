//! What `go test -bench` printed.

use std::path::Path;

use gomem_bench::Benchmarks;

use crate::{failure::Failure, read::source::read};

pub(crate) fn read_benchmarks(path: &Path) -> Result<Benchmarks, Failure> {
    Benchmarks::parse(&read(path)?)
        .map_err(|problem| Failure::input(path, format!("{problem}; `go test -bench=. -benchmem` prints some")))
}
