//! What can be an amount of a machine's memory.

use gomem_table::MIB;

/// Bytes that a machine can have; `None` for what is no amount of memory.
pub(crate) fn of_machine(bytes: f64) -> Option<f64> {
    (bytes <= LARGEST_MACHINE).then_some(bytes)
}

pub(crate) const KIB: f64 = 1024.0;
/// The largest have half of it.
const LARGEST_MACHINE: f64 = 64.0 * 1024.0 * 1024.0 * MIB;
