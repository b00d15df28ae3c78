//! Which versions of Go can have printed a log.

use crate::text::message::Message;

/// The versions of Go that can have printed a log, as `1.N`: each shape that only some of them print narrows it.
///
/// ```
/// # let log = b"# example.com/app\n\
/// #             ./a.go:12:9: x escapes to heap in f:\n\
/// #             ./a.go:12:9:   flow: {heap} = &{storage for x}:\n\
/// #             ./a.go:12:9:     from x (spill) at ./a.go:12:9\n\
/// #             ./a.go:12:9:     from fmt.Println(x) (call parameter) at ./a.go:12:13\n\
/// #             ./a.go:12:9: x escapes to heap\n";
/// # let log = gomem_escape::EscapeLog::decode(log)?;
/// let versions = log.go_versions();
/// assert!(versions.oldest() <= versions.newest());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GoVersions {
    oldest: u32,
    newest: u32,
}

impl GoVersions {
    /// The oldest it can be: `21` is Go 1.21.
    #[must_use]
    pub fn oldest(self) -> u32 {
        self.oldest
    }

    /// The newest it can be; Go 1.27 is the newest that is known here.
    #[must_use]
    pub fn newest(self) -> u32 {
        self.newest
    }

    /// Whether it is surely at least this one.
    pub(crate) fn is_at_least(self, minor: u32) -> bool {
        self.oldest >= minor
    }

    /// Whether it is surely older than this one.
    pub(crate) fn is_before(self, minor: u32) -> bool {
        self.newest < minor
    }

    /// `go1.27.3`, as `-json` says it.
    pub(crate) fn see_name(&mut self, version: &str) {
        let minor = version.strip_prefix("go1.").and_then(|rest| {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            rest[..digits].parse().ok()
        });
        if let Some(minor) = minor {
            *self = Self { oldest: minor, newest: minor };
        }
    }

    /// Narrows it by what a message shows.
    pub(crate) fn see(&mut self, message: &Message<'_>) {
        match *message {
            Message::Flow { arrow, .. } => self.see_flow(arrow == " ← "),
            Message::EscapeHeader { function, .. } | Message::LeakHeader { function, .. } => {
                self.see_flow(function.is_some());
            }
            Message::EscapesToHeap { subject: "append" } | Message::DoesNotEscape { subject: "append" } => {
                self.at_least(25);
            }
            Message::From { why: "non-constant size", .. } => self.at_most(24),
            Message::From { why: "zero-sized element", .. } => self.at_least(25),
            Message::From { why: "callee operand", .. } => self.at_least(22),
            Message::CannotInline { reason: "recursive", .. } => self.at_most(23),
            Message::CannotInline { reason: "repeated recursive cycle", .. } => self.at_least(24),
            Message::Other { text } if text.starts_with("zero-copy string") => self.at_least(22),
            Message::Other { text } if text.ends_with(" will be kept alive") => self.at_least(26),
            _ => {}
        }
    }

    /// A constant in back-quotes.
    pub(crate) fn see_raw_text(&mut self) {
        self.at_most(21);
    }

    /// Since Go 1.25 headers name their function and arrows are arrows.
    fn see_flow(&mut self, is_new: bool) {
        if is_new {
            self.at_least(25);
        } else {
            self.at_most(24);
        }
    }

    /// What contradicts earlier lines is left out: a log of several toolchains, or a source text that looks like one.
    fn at_least(&mut self, minor: u32) {
        if minor <= self.newest {
            self.oldest = self.oldest.max(minor);
        }
    }

    fn at_most(&mut self, minor: u32) {
        if minor >= self.oldest {
            self.newest = self.newest.min(minor);
        }
    }
}

impl Default for GoVersions {
    fn default() -> Self {
        Self { oldest: 21, newest: 27 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_narrow_it() {
        let seen = |lines: &[&str]| {
            let mut versions = GoVersions::default();
            for line in lines {
                versions.see(&Message::parse(line));
            }
            (versions.oldest(), versions.newest())
        };
        assert_eq!(seen(&["x escapes to heap"]), (21, 27));
        assert_eq!(seen(&["x escapes to heap in f:"]), (25, 27));
        assert_eq!(seen(&["x escapes to heap:", "zero-copy string->[]byte conversion"]), (22, 24));
        assert_eq!(seen(&["append escapes to heap", "x will be kept alive"]), (26, 27));
        assert_eq!(seen(&["  flow: {heap} = &x:", "  flow: {heap} ← &x:"]), (21, 24));
        let mut versions = GoVersions::default();
        versions.see_name("go1.24.11");
        assert!(versions.is_before(25) && versions.is_at_least(24));
    }
}
