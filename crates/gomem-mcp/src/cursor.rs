//! Handles to what an answer has no room for.

use std::fmt;

use crate::refusal::Refusal;

/// A place in a document: `1f0c…-12` is its row 12, `1f0c…-12/evidence@8` what stands in that row's evidence from 8 on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// Of the whole document, so that a handle to one that changed is told.
    pub(crate) digest: u64,
    pub(crate) row: usize,
    /// Within the row, as RFC 6901 has it; empty for the row itself and those after it.
    pub(crate) pointer: String,
    /// Of an array or object, how many stand before; of a text, how many bytes.
    pub(crate) from: usize,
}

impl Cursor {
    pub(crate) fn to_row(digest: u64, row: usize) -> Self {
        Self { digest, row, pointer: String::new(), from: 0 }
    }

    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        let failed = || Refusal::Cursor("not one that an answer had: pass it as it was, or leave it out");
        if text.len() > LONGEST {
            return Err(failed());
        }
        let (digest, place) = text.split_once('-').ok_or_else(failed)?;
        let digest = u64::from_str_radix(digest, 16).map_err(|_| failed())?;
        let (row, within) = place.split_at(place.find('/').unwrap_or(place.len()));
        let row = row.parse().map_err(|_| failed())?;
        if within.is_empty() {
            return Ok(Self::to_row(digest, row));
        }
        let (pointer, from) = within.rsplit_once('@').ok_or_else(failed)?;
        Ok(Self { digest, row, pointer: pointer.to_owned(), from: from.parse().map_err(|_| failed())? })
    }

    /// The handle to a member of what this leads to.
    pub(crate) fn below(&self, member: &str) -> Self {
        let member = member.replace('~', "~0").replace('/', "~1");
        Self { pointer: format!("{}/{member}", self.pointer), from: 0, ..self.clone() }
    }

    /// The handle to the same, from there on.
    pub(crate) fn from(&self, from: usize) -> Self {
        Self { from, ..self.clone() }
    }

    /// Whether a handle that is written can be read.
    pub(crate) fn is_short(&self) -> bool {
        self.to_string().len() <= LONGEST
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}-{}", self.digest, self.row)?;
        if self.pointer.is_empty() { Ok(()) } else { write!(f, "{}@{}", self.pointer, self.from) }
    }
}

const LONGEST: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_are_read_as_they_were_written() {
        let row = Cursor::to_row(7, 12);
        for cursor in [row.clone(), row.below("a/b~@c").from(4), row.below("evidence").below("0")] {
            assert_eq!(Cursor::parse(&cursor.to_string()), Ok(cursor));
        }
        for wrong in ["", "x", "7", "7-", "-1", "7-1/a", "7-1/a@", "7-99999999999999999999", &"7-1/a@1".repeat(99)] {
            assert!(Cursor::parse(wrong).is_err(), "{wrong}");
        }
    }
}
