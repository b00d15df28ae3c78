//! The extension module `gomem._gomem`: a translation table between Python and the gomem crates.
//!
//! | file | Python module |
//! |---|---|
//! | `error` | the exceptions |
//! | `input` | the sources every reader takes: path, bytes, binary file |
//! | `guard` | what makes an exception of a panic, around all of the module |
//! | `table` | a table on its way to a data frame, by the Arrow C stream interface |
//! | `outlet` | `gomem._display`: names on a notebook's page |
//! | `worker` | long work, with the interpreter released |
//! | `metrics` | `gomem._metrics`: metrics and GC traces |
//! | `gogc` | `gomem.gogc`: fit, predict, recommend, goal |
//! | `pprof` | `gomem._pprof`, `gomem._profile`: profiles |
//! | `escape` | `gomem._escape`: the compiler's log |
//! | `heap` | `gomem._heap`: heap dumps |
//! | `trace` | `gomem._trace`: execution traces |
//! | `listing` | `gomem._listing`: sources line by line |
//! | `bench` | `gomem._bench`: benchmarks |
//! | `bundle` | a folder or files, for the two below |
//! | `postmortem` | `gomem._postmortem`: the join and the report |
//! | `comparison` | `gomem._comparison`: a bundle before a change and one after it |
//! | `capture` | `gomem._capture`: bundles from live services |
//! | `command` | `gomem._cli`: the `gomem` command |

mod bench;
mod bundle;
mod capture;
mod command;
mod comparison;
mod error;
mod escape;
mod gogc;
mod guard;
mod heap;
mod input;
mod listing;
mod metrics;
mod outlet;
mod postmortem;
mod pprof;
mod table;
mod trace;
mod worker;

use pyo3::prelude::*;

#[pymodule]
fn _gomem(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("is_debug_build", cfg!(debug_assertions))?;
    error::register(module)?;
    table::register(module)?;
    metrics::register(module)?;
    gogc::register(module)?;
    pprof::register(module)?;
    escape::register(module)?;
    heap::register(module)?;
    trace::register(module)?;
    listing::register(module)?;
    postmortem::register(module)?;
    comparison::register(module)?;
    capture::register(module)?;
    bench::register(module)?;
    outlet::register(module)?;
    command::register(module)?;
    #[cfg(debug_assertions)]
    guard::panics::register(module)?;
    guard::guard(module)
}
