//! A time from one moment to another.

use std::num::NonZero;

/// A time whose begin or end may not be in the trace. It takes 16 bytes: there are millions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    begin: Option<NonZero<u64>>,
    end: Option<NonZero<u64>>,
}

impl Stretch {
    /// `None` is what is not in the trace. A clock's first nanosecond is taken as its second.
    pub(crate) fn new(begin: Option<u64>, end: Option<u64>) -> Self {
        let moment = |time: Option<u64>| time.map(|time| NonZero::new(time).unwrap_or(NonZero::<u64>::MIN));
        Self { begin: moment(begin), end: moment(end) }
    }

    pub(crate) fn ending(self, end: u64) -> Self {
        Self::new(self.begin(), Some(end))
    }

    pub(crate) fn begin(self) -> Option<u64> {
        self.begin.map(NonZero::get)
    }

    pub(crate) fn end(self) -> Option<u64> {
        self.end.map(NonZero::get)
    }

    /// A moment of it that is in the trace.
    pub(crate) fn moment(self) -> Option<u64> {
        self.begin().or(self.end())
    }

    /// How long it is, when the trace has both ends.
    pub(crate) fn nanoseconds(self) -> Option<u64> {
        Some(self.end()?.saturating_sub(self.begin()?))
    }
}
