//! Text held once.

use std::sync::Arc;

use foldhash::HashMap;
use gomem_symbol::SourcePath;

/// A text of an [`Interner`]; the default is the empty one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(crate) struct TextId(u32);

/// Names and expressions repeat by the thousand: each is held once.
#[derive(Debug)]
pub(crate) struct Interner {
    texts: Vec<Arc<str>>,
    ids: HashMap<Arc<str>, TextId>,
    /// Files as written, to their clean paths.
    files: HashMap<Box<str>, TextId>,
}

impl Interner {
    pub(crate) fn id(&mut self, text: &str) -> TextId {
        if let Some(&id) = self.ids.get(text) {
            return id;
        }
        let id = TextId(self.texts.len() as u32);
        let text: Arc<str> = text.into();
        self.texts.push(Arc::clone(&text));
        self.ids.insert(text, id);
        id
    }

    /// A file's path, cleaned: `./sub/a.go` of one package is `sub/a.go` of another.
    pub(crate) fn file(&mut self, path: &str) -> TextId {
        if let Some(&id) = self.files.get(path) {
            return id;
        }
        let id = self.id(SourcePath::decode(path).as_str());
        self.files.insert(path.into(), id);
        id
    }

    pub(crate) fn text(&self, id: TextId) -> &Arc<str> {
        &self.texts[id.0 as usize]
    }
}

impl Default for Interner {
    fn default() -> Self {
        let mut empty = Self { texts: Vec::new(), ids: HashMap::default(), files: HashMap::default() };
        empty.id("");
        empty
    }
}
