//! Why a reading ends before the dump says so.

use crate::error::Error;

/// Why a reading ends before the dump says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stop {
    /// The bytes end.
    Cut,
    /// A record cannot be.
    Damaged(&'static str),
    /// There is more than is accepted.
    Refused(Error),
}
