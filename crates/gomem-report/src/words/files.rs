//! The files that a part of the report is made of.

use gomem_postmortem::{Contents, Report};

/// The names of the files that were recognised as `kind`: all of them, or the first and the last; empty when there are none.
pub(crate) fn files(report: &Report, kind: Contents) -> String {
    let names: Vec<&str> = report.contents().iter().filter(|found| found.1 == kind).map(|found| &*found.0).collect();
    match names.as_slice() {
        [first, .., last] if names.len() > 3 => format!("{} files, {first} to {last}", names.len()),
        names => names.join(", "),
    }
}
