//! A function by its names, taken apart.

use std::{cell::RefCell, rc::Rc};

use foldhash::HashMap;
use gomem_pprof::{Function, FunctionId};
use gomem_symbol::{Origin, SourcePath, Symbol};

/// A function by its names, taken apart.
#[derive(Debug)]
pub(crate) struct NamedFunction {
    pub(crate) name: String,
    pub(crate) symbol: Symbol,
    pub(crate) path: SourcePath,
    /// The line it begins in, 0 when it is not known.
    pub(crate) start_line: i64,
}

impl NamedFunction {
    pub(crate) fn new(name: &str, path: SourcePath, start_line: i64) -> Self {
        Self { name: name.to_owned(), symbol: Symbol::decode(name), path, start_line }
    }

    /// Whose code it is, but that the user's own is not told from a dependency's.
    pub(crate) fn origin(&self) -> Origin {
        Origin::from_package(self.symbol.package(), "-")
    }
}

/// The functions of one profile that were asked last, since most lines are of the same function as the line before.
#[derive(Debug, Default)]
pub(crate) struct NamedFunctions {
    recent: RefCell<HashMap<FunctionId, Rc<NamedFunction>>>,
}

impl NamedFunctions {
    /// What a profile calls a function; no name where it has none.
    pub(crate) fn of(&self, function: Option<Function<'_>>) -> Rc<NamedFunction> {
        let Some(function) = function else { return Rc::new(NamedFunction::new("", SourcePath::decode(""), 0)) };
        let mut recent = self.recent.borrow_mut();
        if recent.len() >= MOST_RECENT && !recent.contains_key(&function.id()) {
            recent.clear();
        }
        let named = || Rc::new(NamedFunction::new(function.name(), function.path(), function.start_line()));
        Rc::clone(recent.entry(function.id()).or_insert_with(named))
    }
}

/// Functions, of about half a kilobyte each: a profile can have a million.
const MOST_RECENT: usize = 1 << 12;
