//! What a path in a crate's source leads to.

use std::collections::{BTreeMap, BTreeSet};

/// What one module knows by name, and what it uses.
#[derive(Debug)]
pub(crate) struct Scope {
    /// The file it stands in.
    pub(crate) file: usize,
    /// Modules that it declares.
    pub(crate) children: BTreeSet<String>,
    /// Paths that it names.
    pub(crate) uses: Vec<Vec<String>>,
    /// What its `use` lines bring in, by the name it has here.
    bound: BTreeMap<String, Vec<String>>,
}

impl Scope {
    pub(crate) fn new(file: usize) -> Self {
        Self { file, children: BTreeSet::new(), uses: Vec::new(), bound: BTreeMap::new() }
    }

    pub(crate) fn bind(&mut self, name: String, path: Vec<String>) {
        self.uses.push(path.clone());
        self.bound.insert(name, path);
    }
}

/// All modules of a crate, by their path in it.
#[derive(Debug, Default)]
pub(crate) struct Scopes {
    by_module: BTreeMap<Vec<String>, Scope>,
}

impl Scopes {
    pub(crate) fn insert(&mut self, module: Vec<String>, scope: Scope) {
        self.by_module.insert(module, scope);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[String], &Scope)> {
        self.by_module.iter().map(|(module, scope)| (module.as_slice(), scope))
    }

    /// The file that a path, named in `module`, leads to: where the item is written, not where it is passed on. `None`
    /// for what another crate has.
    pub(crate) fn file_of(&self, module: &[String], path: &[String]) -> Option<usize> {
        self.follow(module, path, 0)
    }

    fn follow(&self, module: &[String], path: &[String], depth: usize) -> Option<usize> {
        let scope = self.by_module.get(module)?;
        let Some((first, rest)) = path.split_first() else { return Some(scope.file) };
        if depth > MOST_STEPS {
            return None;
        }
        match first.as_str() {
            "crate" => self.follow(&[], rest, depth + 1),
            "self" => self.follow(module, rest, depth + 1),
            "super" => self.follow(module.split_last()?.1, rest, depth + 1),
            name if scope.children.contains(name) => {
                let below: Vec<String> = module.iter().cloned().chain([name.to_owned()]).collect();
                self.follow(&below, rest, depth + 1)
            }
            name => match scope.bound.get(name) {
                // A name that is its own path is a crate's: `use serde`.
                Some(bound) if bound.first() == Some(first) && bound.len() == 1 => None,
                Some(bound) if bound.first() == Some(first) => None,
                Some(bound) => {
                    let full: Vec<String> = bound.iter().chain(rest).cloned().collect();
                    self.follow(module, &full, depth + 1)
                }
                // At the start of a path it is another crate's or the prelude's; behind a module it is that module's item.
                None if depth == 0 => None,
                None => Some(scope.file),
            },
        }
    }
}

/// Re-exports of re-exports; more are a circle.
const MOST_STEPS: usize = 64;
