//! What a call that `go` or `defer` puts into a function of its own keeps.

use crate::read::xpos::{TextId, XPos};

/// One argument, or the function itself: `.autotmp_3 (addr=false assign=false width=24)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Kept {
    pub(crate) package: TextId,
    pub(crate) at: XPos,
    /// The text about it, which tells it from the others at its position.
    pub(crate) variable: TextId,
    /// Rounded up to a word; `None` where the text has no width.
    pub(crate) bytes: Option<u64>,
}

/// The bytes that a variable takes in what captures it, rounded up to a word.
pub(crate) fn kept_bytes(text: &str, by_ref: bool) -> Option<u64> {
    if by_ref {
        return Some(WORD);
    }
    let (_, width) = text.strip_suffix(')')?.rsplit_once("width=")?;
    width.parse::<u64>().ok()?.checked_next_multiple_of(WORD)
}

const WORD: u64 = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_of_whole_words() {
        let bytes = |text, by_ref| kept_bytes(text, by_ref);
        assert_eq!(bytes(".autotmp_3 (addr=false assign=false width=24)", false), Some(24));
        assert_eq!(bytes(".autotmp_3 (addr=false assign=false width=1)", false), Some(8));
        assert_eq!(bytes(".autotmp_3 (addr=true assign=false width=400)", true), Some(8));
        assert_eq!(bytes(".autotmp_3", false), None);
        assert_eq!(bytes(".autotmp_3 (width=18446744073709551615)", false), None);
    }
}
