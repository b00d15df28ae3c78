//! The labels by which the goroutines of a dump keep what a profile has no place for.

pub(crate) const GOROUTINE: &str = "goroutine";
pub(crate) const STATE: &str = "state";
pub(crate) const WAIT: &str = "wait";
pub(crate) const LEAKED: &str = "leaked";
pub(crate) const LOCKED: &str = "locked to thread";
pub(crate) const ELIDED: &str = "frames elided";
pub(crate) const CREATED_BY: &str = "created by";
pub(crate) const CREATED_AT: &str = "created at";
pub(crate) const CREATED_BY_GOROUTINE: &str = "created by goroutine";
