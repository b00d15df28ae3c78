//! The compiler's decisions, found by the place a profile names.

use gomem_escape::{Certainty, EscapeLog, HeapDecision};
use gomem_pprof::Line;
use gomem_symbol::{SourcePath, Symbol};
use rustc_hash::FxHashMap;

/// The compiler's decisions by line and file name.
#[derive(Debug, Default)]
pub(crate) struct Compiler<'a> {
    by_line: FxHashMap<(&'a str, u32), Vec<&'a HeapDecision>>,
    module: String,
}

impl<'a> Compiler<'a> {
    pub(crate) fn of(log: &'a EscapeLog) -> Self {
        let mut by_line: FxHashMap<(&str, u32), Vec<&HeapDecision>> = FxHashMap::default();
        for decision in log.heap_decisions() {
            if let Some(line) = decision.line {
                by_line.entry((file_name(&decision.file), line)).or_default().push(decision);
            }
        }
        Self { by_line, module: common_package(log.heap_decisions().iter().map(|decision| &*decision.package)) }
    }

    /// The path that all packages of the log have in common: the module that was built. Empty when there is none.
    pub(crate) fn module(&self) -> &str {
        &self.module
    }

    /// What the compiler says of a line, most likely allocation first. Only decisions that allocate are worth a join.
    pub(crate) fn decisions(&self, line: Line<'_>) -> Vec<&'a HeapDecision> {
        let Some(function) = line.function() else { return Vec::new() };
        let (path, Ok(number)) = (function.path(), u32::try_from(line.line())) else { return Vec::new() };
        let Some(candidates) = self.by_line.get(&(path.file_name(), number)) else { return Vec::new() };
        let package = Symbol::decode(function.name());
        let same = |decision: &&&HeapDecision| {
            let same_package = *decision.package == *package.package() || package.package() == "main";
            SourcePath::decode(&decision.file).shared_parts(&path).is_some_and(|parts| parts > 1 || same_package)
        };
        let mut found: Vec<&HeapDecision> = candidates
            .iter()
            .filter(same)
            .filter(|decision| decision.alloc_certainty != Certainty::None)
            .copied()
            .collect();
        found.sort_by_key(|decision| (std::cmp::Reverse(decision.alloc_certainty), decision.column));
        found
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn common_package<'a>(packages: impl Iterator<Item = &'a str>) -> String {
    // `command-line-arguments` and `main` are stand-ins, not paths. With `-gcflags=all=…` the standard library is there too.
    let own = packages.filter(|package| package.split('/').next().is_some_and(|first| first.contains('.')));
    let mut common: Option<Vec<&str>> = None;
    for package in own {
        let parts: Vec<&str> = package.split('/').collect();
        common = Some(match common {
            Some(common) => common.into_iter().zip(parts).take_while(|(a, b)| a == b).map(|(a, _)| a).collect(),
            None => parts,
        });
    }
    common.unwrap_or_default().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_is_what_packages_share() {
        let common = |packages: &[&str]| common_package(packages.iter().copied());
        assert_eq!(common(&["example.com/a/b", "example.com/a/c/d", "fmt", "main"]), "example.com/a");
        assert_eq!(common(&["example.com/a"]), "example.com/a");
        assert_eq!(common(&["main"]), "");
    }
}
