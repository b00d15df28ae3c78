//! Folders of source files, and which of their files a profile means.

use std::{
    collections::HashMap,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};

use gomem_symbol::SourcePath;
use gomem_transport::{Folder, FolderLimits};

use crate::{
    file::{Sighting, SourceFile},
    likeness::Likeness,
    open_error::OpenError,
};

/// Source files that the caller gives: a checkout, a module cache, a Go installation, or texts.
///
/// ```
/// use gomem_source::SourceTree;
///
/// let tree = SourceTree::from_texts([("main.go", "package main\n")]);
/// assert_eq!(tree.len(), 1);
/// ```
#[derive(Debug, Clone, Default)]
pub struct SourceTree {
    files: Vec<TreeFile>,
    /// By the file's own name.
    by_name: HashMap<String, Vec<usize>>,
    remarks: Vec<String>,
    /// Where else files are looked for.
    fallback: Option<Box<SourceTree>>,
}

/// Which file a path means.
///
/// ```
/// use gomem_source::{Resolution, SourceTree};
///
/// let tree = SourceTree::from_texts([("app/parse.go", "package main\n")]);
/// assert!(matches!(tree.find("/build/app/other.go", &[]), Resolution::Missing));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resolution {
    /// This one.
    File(Arc<SourceFile>),
    /// None of the tree's.
    Missing,
    /// Several would do, and nothing tells them apart.
    Ambiguous(Vec<String>),
}

#[derive(Debug, Clone)]
struct TreeFile {
    /// As messages call it.
    name: String,
    /// What profiles may call it: its whole path, and what its module makes of that.
    names: Vec<String>,
    /// Its path within the folder that was given.
    relative: String,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    /// In a file, which is read when it is asked for.
    Disk(PathBuf),
    Text(Arc<str>),
}

impl SourceTree {
    /// The files below some folders. Only their names are read now. Folders whose names begin with a dot are passed over.
    ///
    /// # Errors
    /// When one of the folders cannot be listed.
    pub fn open(folders: &[impl AsRef<Path>]) -> Result<Self, OpenError> {
        let mut tree = Self::default();
        for folder in folders {
            let root = folder.as_ref();
            let failed = |problem| OpenError { path: root.to_owned(), problem };
            let found = Folder::read_visible(root, FolderLimits::default()).map_err(failed)?;
            let whole = std::path::absolute(root).map_err(failed)?;
            tree.remarks.extend(found.passed_over_summary().map(|told| format!("{}: {told}", root.display())));
            let modules = Modules::read(root, &found.files);
            for path in found.files {
                let relative = slashed(path.strip_prefix(root).unwrap_or(&path));
                let mut names = vec![slashed(&whole.join(&relative))];
                names.extend(modules.name(&relative));
                tree.add(TreeFile { name: slashed(&path), names, relative, content: Content::Disk(path) });
            }
        }
        Ok(tree)
    }

    /// Files that are in memory: each with its path within the tree.
    #[must_use]
    pub fn from_texts<Name: AsRef<str>, Text: AsRef<str>>(texts: impl IntoIterator<Item = (Name, Text)>) -> Self {
        let texts: Vec<(String, Arc<str>)> =
            texts.into_iter().map(|(name, text)| (name.as_ref().to_owned(), text.as_ref().into())).collect();
        let module = |(name, text): &(String, Arc<str>)| Some((folder_of_module(name)?, module_path(text)?));
        let modules = Modules::from_list(texts.iter().filter_map(module).collect());
        let mut tree = Self::default();
        for (name, text) in texts {
            let names = modules.name(&name).into_iter().collect();
            tree.add(TreeFile { relative: name.clone(), name, names, content: Content::Text(text) });
        }
        tree
    }

    /// Looks in another tree for what this one does not have as it was compiled.
    ///
    /// ```
    /// use gomem_source::{Resolution, Sighting, SourceTree};
    ///
    /// let newer = SourceTree::from_texts([("p/a.go", "package p\n\nfunc g() {\n}\n")]);
    /// let kept = SourceTree::from_texts([("p/a.go", "package p\n\nfunc f() {\n}\n")]);
    /// let tree = newer.with_fallback(kept);
    /// let Resolution::File(file) = tree.find("p/a.go", &[Sighting::new("p.f", 3)]) else { panic!("it is there") };
    /// assert_eq!((file.line(3), file.mismatch()), (Some("func f() {"), None));
    /// ```
    #[must_use]
    pub fn with_fallback(mut self, other: Self) -> Self {
        self.fallback = Some(Box::new(match self.fallback.take() {
            Some(fallback) => fallback.with_fallback(other),
            None => other,
        }));
        self
    }

    /// How many files there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len() + self.fallback.as_ref().map_or(0, |other| other.len())
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What of the folders was passed over.
    #[must_use]
    pub fn remarks(&self) -> &[String] {
        &self.remarks
    }

    /// The file that a profile or a log calls `path`, by its path and by what was seen of it.
    ///
    /// A file whose path says that it is the one is given even where it is not the one that was compiled: then it has a
    /// [mismatch](SourceFile::mismatch). A file that only has the name is given when all that was seen fits.
    #[must_use]
    pub fn find(&self, path: &str, sightings: &[Sighting<'_>]) -> Resolution {
        let found = self.find_here(path, sightings);
        match &self.fallback {
            Some(other) if !found.is_as_compiled() => {
                let elsewhere = other.find(path, sightings);
                let is_better = found == Resolution::Missing || elsewhere.is_as_compiled();
                if is_better { elsewhere } else { found }
            }
            _ => found,
        }
    }

    fn find_here(&self, path: &str, sightings: &[Sighting<'_>]) -> Resolution {
        let wanted = SourcePath::decode(path);
        let candidates = self.by_name.get(wanted.file_name()).map(Vec::as_slice).unwrap_or_default();
        let alike = |&at: &usize| {
            let file = &self.files[at];
            Some((Likeness::new(path, &file.names, &file.relative)?, at))
        };
        let mut candidates: Vec<(Likeness, usize)> = candidates.iter().filter_map(alike).collect();
        candidates.sort_by_key(|(likeness, at)| (std::cmp::Reverse(*likeness), *at));
        for group in candidates.chunk_by(|one, other| one.0 == other.0) {
            let read = |&(_, at): &(Likeness, usize)| self.files[at].read(sightings);
            let files: Vec<SourceFile> = group.iter().take(MOST_CANDIDATES).filter_map(read).collect();
            let (confirmed, others): (Vec<_>, Vec<_>) = files.into_iter().partition(SourceFile::is_confirmed);
            let needs_proof = matches!(group[0].0, Likeness::Name(_));
            let files = if confirmed.is_empty() && !needs_proof { others } else { confirmed };
            if let Some(resolution) = Resolution::from_files(files) {
                return resolution;
            }
        }
        Resolution::Missing
    }

    fn add(&mut self, file: TreeFile) {
        let own = file.name.rsplit('/').next().unwrap_or_default().to_owned();
        self.by_name.entry(own).or_default().push(self.files.len());
        self.files.push(file);
    }
}

impl Resolution {
    fn is_as_compiled(&self) -> bool {
        matches!(self, Self::File(file) if file.mismatch().is_none())
    }

    /// Of files that are equally likely; copies of one are one.
    fn from_files(files: Vec<SourceFile>) -> Option<Self> {
        let names: Vec<String> = files.iter().map(|file| file.name().to_owned()).collect();
        let mut files = files.into_iter();
        let first = files.next()?;
        if files.all(|other| other.text() == first.text()) {
            return Some(Self::File(Arc::new(first)));
        }
        Some(Self::Ambiguous(names))
    }
}

impl TreeFile {
    /// What cannot be read is not there.
    fn read(&self, sightings: &[Sighting<'_>]) -> Option<SourceFile> {
        let text = match &self.content {
            Content::Text(text) => text.to_string(),
            Content::Disk(path) => {
                let mut bytes = Vec::new();
                File::open(path).ok()?.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
                String::from_utf8_lossy(&bytes).into_owned()
            }
        };
        Some(SourceFile::new(self.name.clone(), text, sightings))
    }
}

/// The modules whose `go.mod` is in a tree: their folders and paths, the deepest first.
#[derive(Debug, Default)]
struct Modules(Vec<(String, String)>);

impl Modules {
    fn read(root: &Path, files: &[PathBuf]) -> Self {
        let module = |path: &PathBuf| {
            let folder = folder_of_module(&slashed(path.strip_prefix(root).ok()?))?;
            let mut text = String::new();
            File::open(path).ok()?.take(MOST_BYTES).read_to_string(&mut text).ok()?;
            Some((folder, module_path(&text)?))
        };
        Self::from_list(files.iter().filter_map(module).collect())
    }

    fn from_list(mut modules: Vec<(String, String)>) -> Self {
        modules.sort_by_key(|(folder, _)| std::cmp::Reverse(folder.len()));
        Self(modules)
    }

    /// What `-trimpath` calls a file.
    fn name(&self, file: &str) -> Option<String> {
        let (folder, module) = self.0.iter().find(|(folder, _)| file.starts_with(folder.as_str()))?;
        let rest = &file[folder.len()..];
        // The modules of a Go installation are called `std` and `cmd`; only the second is part of a path.
        Some(if module == "std" { rest.to_owned() } else { format!("{module}/{rest}") })
    }
}

/// The folder of a `go.mod`, with a slash at its end.
fn folder_of_module(file: &str) -> Option<String> {
    let folder = file.strip_suffix("go.mod")?;
    (folder.is_empty() || folder.ends_with('/')).then(|| folder.to_owned())
}

/// The path of a module, by the text of its `go.mod`.
///
/// ```
/// assert_eq!(gomem_source::module_path("module example.com/app // ours\n").as_deref(), Some("example.com/app"));
/// ```
#[must_use]
pub fn module_path(text: &str) -> Option<String> {
    let path = text.lines().find_map(|line| line.trim().strip_prefix("module "))?;
    let path = path.split("//").next()?.trim().trim_matches(['"', '`']);
    (!path.is_empty()).then(|| path.to_owned())
}

fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// Of one file: generated sources are long, and none is that long.
const MOST_BYTES: u64 = 16 << 20;
/// Files of one name that are equally likely and are read to be told apart.
const MOST_CANDIDATES: usize = 64;

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const STORE: &str = "package store\n\nfunc Put() {\n\tgrow()\n}\n";
    const OTHER: &str = "package other\n\nfunc Get() {\n\tgrow()\n}\n";

    fn name_of(resolution: &Resolution) -> Option<&str> {
        match resolution {
            Resolution::File(file) => Some(file.name()),
            _ => None,
        }
    }

    #[test]
    fn paths_of_all_builds_lead_to_the_file() {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in [
            ("app/go.mod", "module example.com/app // ours\n"),
            ("app/store/map.go", STORE),
            ("app/main.go", "package main\n\nfunc main() {\n}\n"),
            ("app/vendor/gopkg.in/yaml.v3/yaml.go", STORE),
            ("app/.git/store/map.go", OTHER),
            ("mod/github.com/!burnt!sushi/toml@v1.4.0/decode.go", STORE),
            ("go/src/go.mod", "module std\n"),
            ("go/src/fmt/print.go", STORE),
            ("go/src/cmd/go.mod", "module cmd\n"),
            ("go/src/cmd/compile/main.go", STORE),
            ("app/fmt/print.go", OTHER),
        ] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let tree = SourceTree::open(&["app", "mod", "go"].map(|name| folder.path().join(name))).unwrap();
        let put = [Sighting::new("example.com/app/store.Put", 4)];
        for (path, end, sightings) in [
            ("/build/app/store/map.go", "app/store/map.go", &put[..]),
            ("example.com/app/store/map.go", "app/store/map.go", &[]),
            ("C:\\src\\app\\store\\map.go", "app/store/map.go", &put),
            ("/build/main.go", "app/main.go", &[Sighting::new("main.main", 3)]),
            ("gopkg.in/yaml.v3@v3.0.1/yaml.go", "app/vendor/gopkg.in/yaml.v3/yaml.go", &[]),
            ("/home/me/go/pkg/mod/github.com/!burnt!sushi/toml@v1.4.0/decode.go", "toml@v1.4.0/decode.go", &[]),
            ("github.com/BurntSushi/toml@v1.4.0/decode.go", "toml@v1.4.0/decode.go", &[]),
            ("/opt/go1.27/go/src/fmt/print.go", "go/src/fmt/print.go", &[]),
            ("fmt/print.go", "go/src/fmt/print.go", &[]),
            ("cmd/compile/main.go", "go/src/cmd/compile/main.go", &[]),
        ] {
            let found = tree.find(path, sightings);
            assert!(name_of(&found).is_some_and(|name| name.ends_with(end)), "{path}: {found:?}");
        }
        for (path, sightings) in [
            ("/build/cache/map.go", &[][..]),
            ("/build/main.go", &[]),
            ("/build/main.go", &[Sighting::new("main.run", 3)]),
            ("github.com/BurntSushi/toml@v1.3.0/decode.go", &[]),
            ("", &[]),
        ] {
            assert_eq!(tree.find(path, sightings), Resolution::Missing, "{path}");
        }
        assert!(SourceTree::open(&[folder.path().join("none")]).is_err());
    }

    #[test]
    fn what_was_seen_tells_files_apart_and_what_was_changed() {
        let tree = SourceTree::from_texts([("a/store/map.go", STORE), ("b/store/map.go", OTHER)]);
        let find = |name| tree.find("/build/store/map.go", &[Sighting::new(name, 4)]);
        assert_eq!(name_of(&find("x/store.Get")), Some("b/store/map.go"));
        assert_eq!(find("x/store.Delete"), Resolution::Missing);
        let unsure = tree.find("store/map.go", &[]);
        assert_eq!(unsure, Resolution::Ambiguous(vec!["a/store/map.go".to_owned(), "b/store/map.go".to_owned()]));
        let copies = SourceTree::from_texts([("a/store/map.go", STORE), ("b/store/map.go", STORE)]);
        assert!(name_of(&copies.find("store/map.go", &[])).is_some());
        let Resolution::File(changed) = copies.find("store/map.go", &[Sighting::new("x/store.Get", 4)]) else {
            panic!("its path tells it")
        };
        assert!(changed.mismatch().is_some());
    }
}
