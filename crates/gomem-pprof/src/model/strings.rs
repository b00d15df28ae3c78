//! The string table: all text end to end.

/// The strings of a profile, by index.
#[derive(Debug, Clone, Default)]
pub(crate) struct Strings {
    text: String,
    ends: Vec<usize>,
    /// The bytes of strings that are not UTF-8, by rising index: their text has replacement characters.
    malformed: Vec<(u32, Box<[u8]>)>,
}

impl Strings {
    /// The text at `id`; empty for an id that is none.
    pub(crate) fn text(&self, id: u32) -> &str {
        let id = id as usize;
        let Some(&end) = self.ends.get(id) else { return "" };
        let begin = if id == 0 { 0 } else { self.ends[id - 1] };
        &self.text[begin..end]
    }

    /// The bytes at `id`, as they were read.
    pub(crate) fn bytes(&self, id: u32) -> &[u8] {
        match self.malformed.binary_search_by_key(&id, |&(id, _)| id) {
            Ok(at) => &self.malformed[at].1,
            Err(_) => self.text(id).as_bytes(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn push(&mut self, text: &str) -> u32 {
        let id = self.ends.len() as u32;
        self.text.push_str(text);
        self.ends.push(self.text.len());
        id
    }

    pub(crate) fn push_bytes(&mut self, bytes: &[u8]) -> u32 {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.push(text),
            Err(_) => {
                let id = self.push(&String::from_utf8_lossy(bytes));
                self.malformed.push((id, bytes.into()));
                id
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_bytes_come_back() {
        let mut strings = Strings::default();
        let ids = [strings.push(""), strings.push_bytes(b"a\xffb"), strings.push("main")];
        assert_eq!(ids, [0, 1, 2]);
        assert_eq!(ids.map(|id| strings.text(id)), ["", "a\u{fffd}b", "main"]);
        assert_eq!(ids.map(|id| strings.bytes(id)), [&b""[..], b"a\xffb", b"main"]);
        assert_eq!((strings.text(9), strings.bytes(9), strings.len()), ("", &b""[..], 3));
    }
}
