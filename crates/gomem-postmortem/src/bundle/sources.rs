//! The folder `src` of a bundle: files of the program's sources.

use gomem_source::{SourceTree, is_source};

/// The sources of a bundle, as they are found.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    /// By the path within `src`.
    texts: Vec<(String, String)>,
    bytes: usize,
}

impl Sources {
    /// The path within `src` of a source file there; `None` for any other file, which is told by its content. What stands in
    /// a source file, as the text of a goroutine in a test, is no evidence of this program.
    pub(crate) fn path_within(name: &str) -> Option<&str> {
        let path = match name.strip_prefix("src/") {
            Some(path) => path,
            // In an archive, or in a folder of several.
            None => name.split_once("/src/")?.1,
        };
        is_source(path).then_some(path)
    }

    /// Takes a file, unless there are too many.
    pub(crate) fn add(&mut self, path: &str, bytes: &[u8]) -> Result<(), String> {
        self.bytes = self.bytes.saturating_add(bytes.len());
        if self.bytes > MOST_BYTES {
            return Err(format!("more than {} MiB of sources", MOST_BYTES >> 20));
        }
        self.texts.push((path.to_owned(), String::from_utf8_lossy(bytes).into_owned()));
        Ok(())
    }

    /// `None` when there are none.
    pub(crate) fn finish(self) -> Option<SourceTree> {
        (!self.texts.is_empty()).then(|| SourceTree::from_texts(self.texts))
    }
}

/// Those of a Go installation and of a large program have less together.
const MOST_BYTES: usize = 256 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sources_in_src_are_sources() {
        for (name, path) in [
            ("src/store/map.go", Some("store/map.go")),
            ("incident.tar.gz/incident/src/store/src/map.go", Some("store/src/map.go")),
            ("src/escape.log", None),
            ("store/map.go", None),
            ("mysrc/map.go", None),
        ] {
            assert_eq!(Sources::path_within(name), path, "{name}");
        }
    }

    #[test]
    fn what_is_too_much_is_left_out() {
        let mut sources = Sources { bytes: MOST_BYTES - 2, ..Sources::default() };
        assert!(sources.add("a.go", b"xx").is_ok() && sources.add("b.go", b"x").is_err());
        assert_eq!(sources.finish().map(|tree| tree.len()), Some(1));
    }
}
