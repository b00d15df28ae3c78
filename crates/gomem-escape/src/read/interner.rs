//! Text held once.

use std::sync::Arc;

use foldhash::HashMap;
use gomem_symbol::SourcePath;

use crate::{
    read::xpos::{TextId, XPos},
    text::Position,
};

/// Names and expressions repeat by the thousand: each is held once.
#[derive(Debug)]
pub(crate) struct Interner {
    texts: Vec<Arc<str>>,
    ids: HashMap<Arc<str>, TextId>,
    /// Files as written, to their clean paths.
    files: HashMap<Box<str>, TextId>,
    /// The file that was asked for last.
    last_file: (String, TextId),
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

    /// A position, its file interned.
    pub(crate) fn position(&mut self, position: Option<Position<'_>>) -> XPos {
        let Some(position) = position else { return XPos::default() };
        // Most lines are about the file of the line before.
        if self.last_file.0 != position.file() {
            position.file().clone_into(&mut self.last_file.0);
            self.last_file.1 = self.file(position.file());
        }
        XPos { file: self.last_file.1, line: position.line().unwrap_or(0), column: position.column().unwrap_or(0) }
    }

    pub(crate) fn text(&self, id: TextId) -> &Arc<str> {
        &self.texts[id.0 as usize]
    }
}

impl Default for Interner {
    fn default() -> Self {
        let mut empty = Self {
            texts: Vec::new(),
            ids: HashMap::default(),
            files: HashMap::default(),
            last_file: Default::default(),
        };
        empty.id("");
        empty
    }
}
