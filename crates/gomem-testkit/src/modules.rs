//! The files of a crate, and which of them uses which.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use petgraph::{algo::tarjan_scc, graphmap::DiGraphMap};
use syn::{
    Attribute, Item, ItemUse, Macro, UseTree,
    visit::{self, Visit},
};

use crate::names::{Scope, Scopes};

/// The files of a crate, and which of them uses which. Code under `cfg(test)` does not count.
#[derive(Debug, Default)]
pub struct Modules {
    /// Files by their place in `src/`.
    files: Vec<String>,
    arrows: BTreeSet<(usize, usize)>,
}

impl Modules {
    /// Reads the crate whose folder this is.
    ///
    /// # Panics
    /// When a file is missing or no Rust: tests read crates that compile.
    #[must_use]
    pub fn read(folder: &Path) -> Self {
        let source = folder.join("src");
        let mut reader = Reader { source: source.clone(), files: Vec::new(), scopes: Scopes::default() };
        reader.file(&source.join("lib.rs"), &source, Vec::new());
        let Reader { files, scopes, .. } = reader;
        let mut arrows = BTreeSet::new();
        for (module, scope) in scopes.iter() {
            for path in &scope.uses {
                if let Some(to) = scopes.file_of(module, path).filter(|&to| to != scope.file) {
                    arrows.insert((scope.file, to));
                }
            }
        }
        Self { files, arrows }
    }

    /// Files that use each other, directly or by others: each circle sorted.
    #[must_use]
    pub fn circles(&self) -> Vec<Vec<&str>> {
        let graph: DiGraphMap<usize, ()> = self.arrows.iter().map(|&(from, to)| (from, to, ())).collect();
        let mut circles: Vec<Vec<&str>> = tarjan_scc(&graph)
            .into_iter()
            .filter(|group| group.len() > 1)
            .map(|group| {
                let mut names: Vec<&str> = group.into_iter().map(|file| self.files[file].as_str()).collect();
                names.sort_unstable();
                names
            })
            .collect();
        circles.sort_unstable();
        circles
    }

    /// The folders with files, `src/` itself without a name.
    #[must_use]
    pub fn folders(&self) -> BTreeSet<&str> {
        self.files.iter().map(|file| file.rsplit_once('/').map_or("", |(folder, _)| folder)).collect()
    }

    /// The rooms of a folder of `src/`, or of `src/` itself where it has no name: the folders and files in it.
    #[must_use]
    pub fn rooms(&self, folder: &str) -> BTreeSet<&str> {
        self.files.iter().filter_map(|file| room(file, folder)).filter(|&room| room != "lib").collect()
    }

    /// Which room of a folder uses which other one of it, with a file of each for an example.
    #[must_use]
    pub fn arrows_between_rooms(&self, folder: &str) -> BTreeMap<(&str, &str), (&str, &str)> {
        let named = |file: usize| self.files[file].as_str();
        let arrows = self.arrows.iter().map(|&(from, to)| (named(from), named(to)));
        arrows
            .filter_map(|(from, to)| Some(((room(from, folder)?, room(to, folder)?), (from, to))))
            .filter(|((from, to), _)| from != to && *from != "lib")
            .collect()
    }
}

/// The room of a folder that a file lies in.
fn room<'f>(file: &'f str, folder: &str) -> Option<&'f str> {
    let inside = if folder.is_empty() { file } else { file.strip_prefix(folder)?.strip_prefix('/')? };
    Some(inside.split('/').next().unwrap_or_default().trim_end_matches(".rs"))
}

struct Reader {
    source: PathBuf,
    files: Vec<String>,
    scopes: Scopes,
}

impl Reader {
    /// Reads a file; modules that it declares lie in `folder`.
    fn file(&mut self, path: &Path, folder: &Path, module: Vec<String>) {
        let text = fs::read_to_string(path).unwrap_or_else(|problem| panic!("{}: {problem}", path.display()));
        let parsed = syn::parse_file(&text).unwrap_or_else(|problem| panic!("{}: {problem}", path.display()));
        let name = path.strip_prefix(&self.source).unwrap_or(path);
        self.files.push(name.to_string_lossy().into_owned());
        let file = self.files.len() - 1;
        self.items(&parsed.items, file, folder, module);
    }

    fn items(&mut self, items: &[Item], file: usize, folder: &Path, module: Vec<String>) {
        let mut scope = Scope::new(file);
        for item in items.iter().filter(|item| !is_test(attributes(item))) {
            match item {
                Item::Mod(inner) => {
                    let name = inner.ident.to_string();
                    scope.children.insert(name.clone());
                    let below: Vec<String> = module.iter().cloned().chain([name.clone()]).collect();
                    let folder_below = folder.join(&name);
                    match &inner.content {
                        Some((_, items)) => self.items(items, file, &folder_below, below),
                        None => {
                            let flat = folder.join(format!("{name}.rs"));
                            let path = if flat.exists() { flat } else { folder_below.join("mod.rs") };
                            self.file(&path, &folder_below, below);
                        }
                    }
                }
                Item::Use(using) => bind(&using.tree, &mut Vec::new(), &mut scope),
                item => Paths { scope: &mut scope }.visit_item(item),
            }
        }
        self.scopes.insert(module, scope);
    }
}

/// The paths that code names in full or by a module.
struct Paths<'a> {
    scope: &'a mut Scope,
}

impl<'ast> Visit<'ast> for Paths<'_> {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 {
            self.scope.uses.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }

    /// What a macro is given are letters only: whatever looks like a path in them counts.
    fn visit_macro(&mut self, call: &'ast Macro) {
        let letters = call.tokens.to_string().replace(" :: ", "::");
        let paths = letters.split(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '_' | ':')));
        for path in paths.filter(|path| path.contains("::") && !path.starts_with(':')) {
            self.scope.uses.push(path.split("::").map(str::to_owned).collect());
        }
        visit::visit_macro(self, call);
    }

    fn visit_item_use(&mut self, using: &'ast ItemUse) {
        bind(&using.tree, &mut Vec::new(), self.scope);
    }

    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test(attributes(item)) {
            visit::visit_item(self, item);
        }
    }
}

/// What a `use` names, and as what.
fn bind(tree: &UseTree, path: &mut Vec<String>, scope: &mut Scope) {
    match tree {
        UseTree::Path(inner) => {
            path.push(inner.ident.to_string());
            bind(&inner.tree, path, scope);
            path.pop();
        }
        UseTree::Name(name) => {
            let name = name.ident.to_string();
            if name == "self" {
                scope.bind(path.last().cloned().unwrap_or_default(), path.clone());
            } else {
                let full = path.iter().cloned().chain([name.clone()]).collect();
                scope.bind(name, full);
            }
        }
        UseTree::Rename(rename) => {
            let mut full = path.clone();
            if rename.ident != "self" {
                full.push(rename.ident.to_string());
            }
            scope.bind(rename.rename.to_string(), full);
        }
        UseTree::Glob(_) => scope.uses.push(path.clone()),
        UseTree::Group(group) => group.items.iter().for_each(|tree| bind(tree, path, scope)),
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Mod(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Const(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        _ => &[],
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|condition| condition.is_ident("test"))
    })
}
