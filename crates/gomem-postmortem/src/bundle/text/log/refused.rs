//! Calls of a program that the system refused for want of memory (`ENOMEM`), where the program goes on.
//!
//! ```text
//! sync: fork/exec /usr/bin/git: cannot allocate memory
//! open index: mmap: cannot allocate memory
//! ```

use crate::bundle::text::printed::printable;

/// What a log has of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) call: RefusedCall,
    /// The last of them.
    pub(crate) line: String,
    pub(crate) count: usize,
}

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RefusedCall {
    /// A process of its own.
    Fork,
    Mmap,
    Other,
}

impl Refused {
    /// `None` where no line has it. That Go's own heap could not grow is the end of a program, and told as that.
    pub(crate) fn find(text: &str) -> Option<Self> {
        let mut found: Option<Self> = None;
        for line in text.lines().filter(|line| line.len() <= LONGEST_LINE) {
            let Some(before) = before_error(line) else { continue };
            let call = RefusedCall::parse(before);
            let count = found.as_ref().map_or(0, |found| found.count) + 1;
            found = Some(Self { call, line: printable(line), count });
        }
        found
    }
}

/// What stands before Go's text of the error, or that of C's library, at the end of a line or of a quoted message.
fn before_error(line: &str) -> Option<&str> {
    let at = line.find(": cannot allocate memory").or_else(|| line.find(": Cannot allocate memory"))?;
    let behind = &line[at + ": cannot allocate memory".len()..];
    let is_end = !behind.starts_with(|letter: char| letter.is_alphanumeric() || letter == '-');
    let is_of_runtime = line.contains("runtime: ") || line.contains("fatal error: ");
    Some(&line[..at]).filter(|_| is_end && !is_of_runtime)
}

impl RefusedCall {
    fn parse(before: &str) -> Self {
        let has = |word: &str| before.split([' ', ':', '"']).any(|other| other == word);
        match () {
            () if has("fork/exec") || has("fork") => Self::Fork,
            () if has("mmap") => Self::Mmap,
            () => Self::Other,
        }
    }
}

const LONGEST_LINE: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_that_were_refused() {
        let of = |text: &str| Refused::find(text).map(|found| (found.call, found.count));
        let fork = "09:05 sync: fork/exec /usr/bin/git: cannot allocate memory\n";
        assert_eq!(of(&fork.repeat(3)), Some((RefusedCall::Fork, 3)));
        assert_eq!(of("bash: fork: Cannot allocate memory"), Some((RefusedCall::Fork, 1)));
        let mmap = r#"{"level":"error","err":"open /data/x: mmap: cannot allocate memory","n":1}"#;
        assert_eq!(of(mmap), Some((RefusedCall::Mmap, 1)));
        assert_eq!(of("read tcp: cannot allocate memory"), Some((RefusedCall::Other, 1)));
        for other in [
            "runtime: out of memory: cannot allocate 67108864-byte block (1820065792 in use)",
            "fatal error: runtime: cannot allocate memory",
            "they cannot allocate memory",
            "note: cannot allocate memory-mapped files",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
